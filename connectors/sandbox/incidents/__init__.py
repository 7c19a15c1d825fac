"""Wrong answers on demand: what each simulated partner can do wrong, what it does now, and the page to choose."""
