"""Publication: what is offered, what is being written, and how one becomes the other."""
