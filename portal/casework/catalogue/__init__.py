"""Procedures: versioned documents that an officer edits, imports, exports and publishes."""
