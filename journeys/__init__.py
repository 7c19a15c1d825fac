"""Life moments, and nothing else: the functional map of the product."""
