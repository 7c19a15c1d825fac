"""Changing the document of a procedure, one part at a time: pure functions, and the drafts that keep their result."""
