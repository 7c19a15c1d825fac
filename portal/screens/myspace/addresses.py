"""« Mes adresses » : where the person lives, will live, has lived."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from accessibility.forms import ChoiceField, DatePartsField, TextLineField
from portal.ground.dictionary.service import display, get_concept
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.enums import AddressKind
from portal.people.accounts.service import AddressView, declared_labels, remove_address, save_address
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.declared import Declarations, Words

ADDRESS = "/mon-espace/adresses"
KINDS: Mapping[AddressKind, LazyString] = {
    AddressKind.CURRENT: _l("Mon adresse actuelle"),
    AddressKind.NEXT: _l("Ma prochaine adresse"),
    AddressKind.FORMER: _l("Une ancienne adresse"),
}


@blueprint.get(ADDRESS)
@resident_only
def addresses() -> Response:
    """The addresses, the current one first."""
    return page(
        "myspace/addresses.html",
        title=_("Mes adresses"),
        service=_("Mon espace"),
        addresses=PLACES.every(),
        changed=request.args.get("change", ""),
        kinds=KINDS,
        say_dates=say_dates,
        trail=PLACES.trail(),
    )


def say_dates(address: AddressView) -> str:
    """Since when, until when; empty when nothing was said of it."""
    concept = get_concept("address.current.since")
    since, until = (display(concept, day) if day else "" for day in (address.facts.since, address.facts.until))
    if since and until:
        return _("Du %(since)s au %(until)s", since=since, until=until)
    if since:
        return _("À partir du %(since)s", since=since)
    return _("Jusqu’au %(until)s", until=until) if until else ""


def _controls() -> Mapping[str, Any]:
    labels = declared_labels()
    return {
        "kind": ChoiceField(_("Quelle adresse ?"), options=[(kind.value, str(text)) for kind, text in KINDS.items()]),
        "line": TextLineField(labels["line"], autocomplete="address-line1"),
        "postcode": TextLineField(labels["postcode"], autocomplete="postal-code", inputmode="numeric", width="w4"),
        "city": TextLineField(labels["city"], autocomplete="address-level2"),
        "since": DatePartsField(labels["since"], needed=False),
        "until": DatePartsField(labels["until"], needed=False),
    }


def _save(raw: dict[str, Any], address_id: UUID | None) -> None:
    kind = AddressKind(str(raw.pop("kind") or ""))
    save_address(unit(), actor(), raw, kind=kind, address_id=address_id)


def _say(address: AddressView) -> str:
    facts = address.facts
    return f"{facts.line}, {facts.postcode} {facts.city}"


PLACES: Declarations[AddressView] = Declarations(
    address=ADDRESS,
    name="addresses",
    one="address",
    words=Words(
        _l("Mes adresses"), _l("Ajouter une adresse"), _l("Modifier une adresse"), _l("Retirer cette adresse ?")
    ),
    choice=("kind", _l("« Quelle adresse ? » : choisissez une des réponses proposées.")),
    mine=lambda declared: declared.addresses,
    say=_say,
    controls=_controls,
    values=lambda address: asdict(address.facts),
    save=_save,
    forget=lambda address_id: remove_address(unit(), actor(), address_id),
)
PLACES.register(blueprint)
