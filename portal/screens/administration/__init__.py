"""What administrators and the data-protection officer see: teams, rights, the journal. Nothing of the requests."""
