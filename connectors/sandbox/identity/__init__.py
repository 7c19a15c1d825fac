"""Two OpenID Connect providers: one for residents with FranceConnect v2 rules, one for agents with ProConnect rules."""
