"""A transport network: shared bikes (GBFS 2.3 and 3.0) and season passes (contract mobility-pass/1)."""
