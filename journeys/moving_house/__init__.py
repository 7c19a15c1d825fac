"""Moving out, in or within the commune: one file, each organisation told once."""
