"""Speaking with partners: deliveries by the worker, statuses fetched or called back, periodic jobs."""
