"""By which door a person came to their request: their account, or the code of this request."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.engine.journey_kit.following import find_following
from portal.ground.permissions import Actor
from portal.ground.web import actor, redirect_to, unit
from portal.ground.web.pages import redirect_to_path
from portal.people.identity.service import take_stash

Trail = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Door:
    """Who answers about a request, and where its pages stand. ``has_account``: they are signed in."""

    reader: Actor
    reference: str
    base: str
    has_account: bool

    def trail(self, title: str, here: str) -> Trail:
        """The way to a page of this request."""
        if self.has_account:
            start: Trail = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (title, self.base)]
        else:
            start = [(_("Accueil"), "/"), (_("Suivre sans compte"), "/suivre"), (self.reference, self.base)]
        return [*start, (here, None)]

    def back(self, **said: str) -> Response:
        """To the request."""
        return redirect_to_path(self.base, **said)

    def stashed(self) -> dict[str, list[str]]:
        """What was typed here when the session ended, for the person who typed it."""
        token, account_id = request.args.get("reprise", ""), self.reader.id
        return dict((take_stash(unit(), token, account_id) if token and account_id else None) or {})


def own_door(reference: str) -> Door:
    """The door of whoever is signed in."""
    return Door(actor(), reference, f"/demandes/{reference}", has_account=True)


def code_door(reference: str) -> Door | None:
    """The door of whoever has shown the code of this request on this browser; None when nobody has."""
    found = find_following(reference)
    if found is None:
        return None
    return Door(found.actor, reference, f"/suivre/{reference}", has_account=False)


def to_code(reference: str) -> Response:
    """Where the code is asked."""
    return redirect_to("myspace.ask_code", reference=reference)
