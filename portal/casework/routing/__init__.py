"""Routing: the rules by which a department gives its new requests to its agents."""
