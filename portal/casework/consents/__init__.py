"""What a person lets us ask about them elsewhere: the consent, its answer, its withdrawal."""
