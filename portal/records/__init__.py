"""Connections, timeline, durable messages."""
