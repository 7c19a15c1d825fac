"""One event of a life, several organisations: the facts are given once, each telling is a request of its own."""
