"""Letters that a person prints and posts, for organisations that take nothing else."""
