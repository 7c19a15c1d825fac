"""« Ce que chaque administration sait de moi » : who was given which answers, when, on what basis, in which request."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.consents import service as consents
from portal.casework.consents.service import ConsentView, Outcome
from portal.casework.requests import service as requests
from portal.casework.requests.service import ToldRequest
from portal.engine.prefill.service import say_concept
from portal.ground.errors import NotFound
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.records.connections.service import ConnectionRegistry
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.paging import page_of

PAGE = 8
CONSENTS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Given:
    """What one recipient has from one request."""

    reference: str
    title: str
    at: datetime
    what: str
    basis: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One administration and what it was given, the newest first."""

    name: str
    given: list[Given] = field(default_factory=list)


@blueprint.get("/mon-espace/administrations")
@resident_only
def recipients() -> Response:
    """By administration, from the requests of this page; then who was asked about the person, and agreed to."""
    who = actor()
    told, here = page_of(
        "/mon-espace/administrations",
        lambda skip, limit: requests.list_told(unit(), who, skip=skip, limit=limit),
        size=PAGE,
    )
    asked = [one for one in consents.list_consents(unit(), who) if one.outcome is not Outcome.NOT_ASKED]
    return page(
        "myspace/recipients.html",
        title=_("Ce que chaque administration sait de moi"),
        service=_("Mon espace"),
        recipients=by_recipient(told),
        asked=asked[:CONSENTS_SHOWN] if here.number == 1 else [],
        say_asked=say_asked,
        here=here,
        trail=[
            (_("Accueil"), "/"),
            (_("Mon espace"), "/mon-espace"),
            (_("Ce que chaque administration sait de moi"), None),
        ],
    )


def by_recipient(told: Iterable[ToldRequest]) -> list[Recipient]:
    """The department has every answer; each recipient elsewhere, those that its connection declares and no other."""
    found: dict[str, Recipient] = {}
    for one in told:
        labels = [label for _concept, label in one.concepts]
        if one.service:
            _add(found, one.service, one, one.submitted_at, labels, one.basis)
        for recipient in one.recipients:
            allowed, basis = _declared(recipient.connection)
            kept = [label for concept, label in one.concepts if concept in allowed]
            _add(found, recipient.recipient, one, recipient.transmitted_at, kept, basis or one.basis)
    return list(found.values())


def _add(found: dict[str, Recipient], name: str, one: ToldRequest, at: datetime, labels: list[str], basis: str) -> None:
    given = Given(one.reference, one.title, at, ", ".join(labels), basis)
    found.setdefault(name, Recipient(name)).given.append(given)


def _declared(connection: str) -> tuple[frozenset[str], str]:
    """What may leave by a connection, and its legal basis; nothing is known of one that was taken away since."""
    registry: ConnectionRegistry | None = current_app.extensions.get("parvis_connections")
    try:
        manifest = registry.manifest(connection) if registry is not None else None
    except NotFound:
        manifest = None
    return (frozenset(manifest.data_sent), manifest.legal_basis) if manifest else (frozenset(), "")


def say_asked(consent: ConsentView) -> str:
    """What a partner was told when it was asked: the civil identity, and nothing else."""
    what = say_concept(consent.concept)
    return _("Pour demander « %(what)s », nous avons donné votre état civil, avec votre accord.", what=what)
