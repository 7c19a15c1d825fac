"""How long each procedure really takes: measured, never promised."""
