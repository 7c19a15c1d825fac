"""Speaks to partners. Knows nothing of the web framework, the database or the screens.

``sdk`` is the kit every connector is written with, ``partners`` holds one folder per partner, ``sandbox`` is a program
of its own that plays the partners for trials and tests.
"""
