"""Having a say: flash polls, and what was decided."""
