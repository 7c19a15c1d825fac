"""Worker, step pages, known values."""
