"""Starts and watches over web, worker and sandbox on one machine: ``python -m portal.launcher``, used by ``bin/run``.

Standard library only, and no import of another room: it starts at once, and can be read before anything is installed.
Production does without it: one service per program (``docs/exploitation.md``).
"""
