"""Wordings: the texts that decisions, questions, replies and letters start from, with fields from a closed list."""
