"""How the service does: counts by month, kept by a job from what changed, and about nobody."""
