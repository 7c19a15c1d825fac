"""Appointments as residents see them: choosing a time, with or without an account, then moving or cancelling it."""
