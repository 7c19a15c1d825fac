"""Calls, visits, letters and e-mails that came: noted, joined to a person with a proof, answered, or made a request."""
