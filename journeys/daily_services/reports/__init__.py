"""Street reports: what a passer-by tells, what everyone may read, what the department does of it."""
