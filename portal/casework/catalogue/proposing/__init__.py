"""Data that one department alone uses, and their proposal for the common dictionary."""
