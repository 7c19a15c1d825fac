"""Two questions once a request has ended: was it obtained, was it easy; and a few words, for who wants."""
