"""What the resident's pages read across rooms, by meaning. Read-only; a constant number of statements."""
