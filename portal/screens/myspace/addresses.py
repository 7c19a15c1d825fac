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

from accessibility.forms import AccessibleForm, ChoiceField, DatePartsField, TextLineField
from portal.ground.dictionary.service import display, get_concept
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.enums import AddressKind
from portal.people.accounts.service import AddressView, declared_by, declared_labels, remove_address, save_address
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.declared import confirm_removal, make_form, refuse, show_form, trail_in

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
        addresses=_addresses(),
        changed=request.args.get("change", ""),
        kinds=KINDS,
        say_dates=say_dates,
        trail=trail_in(_("Mes adresses"), ADDRESS),
    )


@blueprint.get(f"{ADDRESS}/ajouter")
@resident_only
def new_address() -> Response:
    """An empty form."""
    return _show(_form(None, {}), None)


@blueprint.post(f"{ADDRESS}/ajouter")
@resident_only
def add_address() -> Response:
    """Add an address."""
    return _save(None)


@blueprint.get(f"{ADDRESS}/<uuid:address_id>")
@resident_only
def edit_address(address_id: UUID) -> Response:
    """An address, to change it."""
    return _show(_form(None, asdict(_own(address_id).facts)), address_id)


@blueprint.post(f"{ADDRESS}/<uuid:address_id>")
@resident_only
def change_address(address_id: UUID) -> Response:
    """Say it anew."""
    _own(address_id)
    return _save(address_id)


@blueprint.get(f"{ADDRESS}/<uuid:address_id>/retirer")
@resident_only
def confirm_address_removal(address_id: UUID) -> Response:
    """Ask before forgetting an address."""
    facts = _own(address_id).facts
    return confirm_removal(
        title=_("Retirer cette adresse ?"),
        what=f"{facts.line}, {facts.postcode} {facts.city}",
        address=f"{ADDRESS}/{address_id}/retirer",
        back=ADDRESS,
        trail=trail_in(_("Mes adresses"), ADDRESS, _("Retirer")),
    )


@blueprint.post(f"{ADDRESS}/<uuid:address_id>/retirer")
@resident_only
def drop_address(address_id: UUID) -> Response:
    """Forget an address."""
    remove_address(unit(), actor(), address_id)
    return redirect_to("myspace.addresses", change="retire")


def say_dates(address: AddressView) -> str:
    """Since when, until when; empty when nothing was said of it."""
    concept = get_concept("address.current.since")
    since, until = (display(concept, day) if day else "" for day in (address.facts.since, address.facts.until))
    if since and until:
        return _("Du %(since)s au %(until)s", since=since, until=until)
    if since:
        return _("À partir du %(since)s", since=since)
    return _("Jusqu’au %(until)s", until=until) if until else ""


def _addresses() -> tuple[AddressView, ...]:
    subject = actor().subject
    if subject is None:
        raise Forbidden("person_needed")
    return declared_by(unit(), subject).addresses


def _own(address_id: UUID) -> AddressView:
    found = next((one for one in _addresses() if one.id == address_id), None)
    if found is None:
        raise NotFound("declared_unknown")
    return found


def _form(typed: Any, values: Mapping[str, Any]) -> AccessibleForm:
    labels = declared_labels()
    controls = {
        "kind": ChoiceField(_("Quelle adresse ?"), options=[(kind.value, str(text)) for kind, text in KINDS.items()]),
        "line": TextLineField(labels["line"], autocomplete="address-line1"),
        "postcode": TextLineField(labels["postcode"], autocomplete="postal-code", inputmode="numeric", width="w4"),
        "city": TextLineField(labels["city"], autocomplete="address-level2"),
        "since": DatePartsField(labels["since"], needed=False),
        "until": DatePartsField(labels["until"], needed=False),
    }
    return make_form(controls, typed, values)


def _save(address_id: UUID | None) -> Response:
    form = _form(request.form, {})
    raw = form.raw()
    try:
        kind = AddressKind(str(raw.pop("kind") or ""))
        save_address(unit(), actor(), raw, kind=kind, address_id=address_id)
    except ValueError:
        sentence = _("« Quelle adresse ? » : choisissez une des réponses proposées.")
        return _refused(form, {"kind": sentence}, address_id)
    except Invalid as refused:
        return _refused(form, refused.fields, address_id)
    return redirect_to("myspace.addresses", change="enregistre")


def _refused(form: AccessibleForm, sentences: Mapping[str, str], address_id: UUID | None) -> Response:
    undo()
    return _show(form, address_id, full=refuse(form, sentences), status=422)


def _show(form: AccessibleForm, address_id: UUID | None, *, full: str = "", status: int = 200) -> Response:
    return show_form(
        form,
        title=_("Modifier une adresse") if address_id else _("Ajouter une adresse"),
        address=f"{ADDRESS}/{address_id}" if address_id else f"{ADDRESS}/ajouter",
        back=ADDRESS,
        trail=trail_in(_("Mes adresses"), ADDRESS, _("Modifier") if address_id else _("Ajouter")),
        full=full,
        status=status,
    )
