"""Supporting documents: received, examined, sealed one by one, kept in a wallet, linked to requests."""
