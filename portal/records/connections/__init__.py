"""Configured connectors: which there are, how each one fares, and whether we may speak to it now."""
