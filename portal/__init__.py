"""The GRU: accounts, dictionary, catalogue, requests, outbox, timeline, agents. Owns the spine."""
