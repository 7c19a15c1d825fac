"""Arriving: a personal checklist, dated."""
