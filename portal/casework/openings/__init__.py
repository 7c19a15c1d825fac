"""A person's file at the desk: looked for with a reason, opened for a time, closed; each act is in the journal."""
