"""Personal lists of things to do, computed from a few answers; the words and the rules are a journey's data."""
