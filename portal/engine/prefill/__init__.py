"""Say it once: what is already known, offered in the forms with where it comes from."""
