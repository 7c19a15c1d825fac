"""Helping somebody with a draft: the code they say at a desk, who was let in, and paper forms typed in."""
