"""The pages of a journey's checklist: a journey that has a ``checklist.yaml`` adds them to its blueprint."""
