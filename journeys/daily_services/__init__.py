"""Daily services: school, early childhood, streets, library, digital help."""
