"""How the service does: the dashboard of those who steer, and its public twin."""
