"""Durable messages to the outside: written with the act that causes them, claimed in small leased batches."""
