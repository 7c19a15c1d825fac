"""Pages open to everyone: home, procedures, legal information."""
