"""The sandbox: a program of its own that plays the outside world over real HTTP and SMTP."""
