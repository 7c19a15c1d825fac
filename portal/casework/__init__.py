"""Requests and what surrounds them."""
