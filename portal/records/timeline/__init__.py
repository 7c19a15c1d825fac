"""What happened to each request, in order: append-only, codes and values, never sentences."""
