"""Requests: drafts, submission, acknowledgement, status, messages, decisions."""
