"""A mail server that keeps everything it receives, and the pages to read it."""
