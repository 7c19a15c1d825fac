"""Sign-in: OpenID Connect with the residents' and the agents' providers, and the sessions that follow, kept here."""

from flask import Flask


def set_up_identity(app: Flask) -> None:
    """See :func:`portal.people.identity.registration.set_up_identity`; loaded late: tables come without views."""
    from portal.people.identity import registration

    registration.set_up_identity(app)
