"""Sign-in and the people behind it."""
