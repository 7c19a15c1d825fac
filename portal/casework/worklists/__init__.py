"""Worklists: how a department works through its queue: saved views, acts on many requests, lists, presence."""
