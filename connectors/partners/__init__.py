"""One folder per partner. Read each ``manifest.toml`` to know what is exchanged, with whom, on which legal basis."""
