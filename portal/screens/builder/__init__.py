"""The officers’ screens: procedures written, read again, tried and published."""
