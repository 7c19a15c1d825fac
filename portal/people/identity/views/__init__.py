"""The pages of sign-in and sign-out."""

from portal.people.identity.views import coming_back, own_sessions, sign_in, sign_out
from portal.people.identity.views.blueprint import blueprint

__all__ = ["blueprint", "coming_back", "own_sessions", "sign_in", "sign_out"]
