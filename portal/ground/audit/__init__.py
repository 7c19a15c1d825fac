"""The journal: who read or did what, when. Append-only; codes and ids, never values.

A line is written in the transaction of the act, unchained, so that no act waits for another. The worker then seals the
lines in batches into a chain of SHA-256 hashes: altering, removing or slipping in a line afterwards is found.
"""
