"""Any procedure, page by page: start, steps, check, send. The procedure is data; nothing here knows which one it is."""
