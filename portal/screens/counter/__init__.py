"""The counter agents' screens: finishing a person's draft with them, typing in what came on paper."""
