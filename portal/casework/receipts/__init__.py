"""Receipts: the acknowledgement and the decision as a page and as a PDF, and how anyone checks a paper."""
