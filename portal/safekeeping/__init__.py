"""Keeping what a portal holds: backups, their verification, restoring them, and changing the master key."""
