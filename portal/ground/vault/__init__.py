"""Encryption at rest: one data key per request, draft or person, wrapped by a master key kept outside the database."""
