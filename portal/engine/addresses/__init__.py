"""Where things are, for whoever waits for a page: addresses, and the bikes near one."""
