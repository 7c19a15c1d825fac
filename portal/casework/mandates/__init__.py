"""Mandates: what a person lets a department do in their name, agreed with a proof, told to both, taken back at will."""
