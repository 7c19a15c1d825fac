"""The family quotient of the CAF and the MSA, in the published shape of API Particulier v3."""
