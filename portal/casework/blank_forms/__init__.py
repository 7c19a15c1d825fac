"""Blank forms: a published procedure on paper, to be filled in by hand, as a tagged PDF and as a page."""
