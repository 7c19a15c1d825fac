"""What a resident sees of their requests."""
