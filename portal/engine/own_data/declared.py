"""What a person said of themselves, and how they want to be told, as chapters of their copy."""

from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.documents.storage import BlobStore
from portal.casework.notifications.service import get_preferences
from portal.engine.own_data.shapes import Chapter, Entry
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.web.formats import format_date
from portal.people.accounts.service import declared_by


def household(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    """The people and the addresses that the person declared.

    :raises NotFound: no person to speak of.
    """
    if actor.subject is None:
        raise NotFound("account_unknown")
    declared = declared_by(session, actor.subject)
    data = {
        "members": [_plain(one.facts) | {"declared_on": one.declared_on.isoformat()} for one in declared.members],
        "addresses": [_plain(one.facts) | {"declared_on": one.declared_on.isoformat()} for one in declared.addresses],
    }
    members = [Entry(one.name, ((_("Déclaré le"), format_date(one.declared_on)),)) for one in declared.members]
    addresses = [
        Entry(
            f"{one.facts.line}, {one.facts.postcode} {one.facts.city}",
            ((_("Déclaré le"), format_date(one.declared_on)),),
        )
        for one in declared.addresses
    ]
    return Chapter("household", _("Votre foyer et vos adresses"), data, (*members, *addresses))


def choices(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    """How the person wants to be told of things.

    :raises NotFound: no account to speak of.
    """
    if actor.id is None:
        raise NotFound("account_unknown")
    chosen = get_preferences(session, actor.id)
    data = {
        "ways": {kind.value: way.value for kind, way in chosen.ways.items()},
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
    }
    lines = ((_("Heures calmes"), _("de %(start)s h à %(end)s h", start=chosen.quiet_from, end=chosen.quiet_until)),)
    return Chapter("notifications", _("Comment vous prévenir"), data, (Entry(_("Vos choix"), lines),))


def _plain(facts: Any) -> dict[str, Any]:
    """Values of JSON: enumerations give their codes."""
    return {name: getattr(value, "value", value) for name, value in asdict(facts).items()}
