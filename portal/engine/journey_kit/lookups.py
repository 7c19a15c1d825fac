"""Answers looked up while one types: addresses, communes, places, people of the household. Never the only way.

Nothing is saved by a search: the page comes back with what was typed, and answers to choose from. Whatever the address
base says, or does not say, what the person typed is accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import Step
from portal.casework.catalogue.fields import field_concept
from portal.engine.addresses import service as addresses
from portal.engine.addresses.service import Address, AddressAnswer, Source
from portal.engine.journey_kit.forms import PREFIX, StepForm
from portal.engine.journey_kit.household import household_options
from portal.engine.journey_kit.offers import registry
from portal.ground.dictionary.service import ConceptType
from portal.ground.errors import Busy
from portal.ground.web import actor, database, end_unit, take, unit
from portal.records.territory.service import find_communes

SEARCH: Final = "chercher"
CHOICE: Final = "prendre"
SEARCHES: Final = 40
SEARCHES_PER: Final = timedelta(minutes=10)
SHOWN: Final = 5
BUTTONS: Mapping[ConceptType, LazyString] = {
    ConceptType.ADDRESS: _l("Chercher cette adresse"),
    ConceptType.COMMUNE: _l("Chercher cette commune"),
    ConceptType.MAP_POINT: _l("Chercher cet endroit"),
}
Offers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a search, for one field: answers to choose from, and a sentence about them."""

    field: str
    offers: Offers
    said: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What the page shows after a search or a choice: what was typed, and what was found."""

    typed: Any
    found: Found | None


def looks_up() -> bool:
    """Whether the button pressed was one of a search, not that of the form."""
    return SEARCH in request.form or CHOICE in request.form


def look_up(step: Step) -> Looked:
    """Search for what was typed, or put a found answer in its field. Nothing is saved; what is not a search changes
    nothing on the page.
    """
    typed: MultiDict[str, str] = MultiDict(request.form)
    name, _equals, value = request.form.get(CHOICE, "").partition("=")
    chosen = _searchable(step, name)
    if chosen is not None:
        return Looked(_with_choice(typed, chosen, value), None)
    asked = _searchable(step, request.form.get(SEARCH, ""))
    if asked is None:
        return Looked(typed, None)
    return Looked(typed, _search(asked, typed.get(PREFIX + asked.name, "").strip()))


def _searchable(step: Step, control: str) -> FormField | None:
    kinds = {*BUTTONS, ConceptType.HOUSEHOLD_MEMBER}
    return next((one for one in step.fields if PREFIX + one.name == control and field_concept(one).type in kinds), None)


def _with_choice(typed: MultiDict[str, str], field: FormField, value: str) -> MultiDict[str, str]:
    """What was typed, with the chosen answer in its field. A browser sends line ends as CRLF."""
    text = value.replace("\r\n", "\n")
    typed[PREFIX + field.name] = text
    words, _end, point = text.partition("\n")
    if field_concept(field).type is ConceptType.MAP_POINT and point:
        typed[PREFIX + field.name] = words
        typed[f"{PREFIX}{field.name}-point"] = f"{point} {words}"
    return typed


def _search(field: FormField, text: str) -> Found:
    try:
        take(unit(), "search", str(actor().subject), limit=SEARCHES, per=SEARCHES_PER)
    except Busy:
        said = _("Vous avez beaucoup cherché. Attendez quelques minutes, ou continuez avec ce que vous avez écrit.")
        return Found(field.name, (), said)
    if field_concept(field).type is ConceptType.COMMUNE:
        found = find_communes(unit(), text, limit=SHOWN)
        offers = [(f"{one.name} ({one.code})", f"{one.name} ({', '.join(one.postcodes[:2])})") for one in found]
        return Found(field.name, offers, _say(bool(offers), known=True))
    end_unit()
    answer = addresses.search_addresses(database(), registry(), text, limit=SHOWN)
    if answer.reason == addresses.TOO_SHORT:
        return Found(field.name, (), _("Écrivez au moins trois lettres, puis cherchez."))
    is_point = field_concept(field).type is ConceptType.MAP_POINT
    offers = [_offer(place, with_point=is_point) for place in answer.places if _is_useful(place, answer)]
    return Found(field.name, offers, _say(bool(offers), known=answer.source is Source.BAN))


def _is_useful(place: Address, answer: AddressAnswer) -> bool:
    """A commune of our own list is no address."""
    return answer.source is Source.BAN and bool(place.line or place.label)


def _offer(place: Address, *, with_point: bool) -> tuple[str, str]:
    if with_point and place.latitude is not None and place.longitude is not None:
        return f"{place.label}\n{place.latitude:.6f}, {place.longitude:.6f}", place.label
    text = f"{place.line}\n{place.postcode} {place.city}" if place.line else place.label
    return (place.label if with_point else text), place.label


def _say(found: bool, *, known: bool) -> str:
    if found:
        return _("Choisissez une réponse ci-dessous, ou gardez ce que vous avez écrit.")
    if known:
        return _("Nous n’avons rien trouvé de semblable. Vérifiez, ou gardez ce que vous avez écrit : c’est accepté.")
    return _("La recherche ne répond pas pour le moment. Gardez ce que vous avez écrit : c’est accepté.")


def offer_lookups(made: StepForm, fields: Sequence[FormField], found: Found | None) -> None:
    """Give the controls of a page their search buttons, and what was just found."""
    for field in fields:
        kind = field_concept(field).type
        if kind is ConceptType.HOUSEHOLD_MEMBER:
            members = [(str(one.label), str(one.label)) for one in household_options(unit(), actor())]
            made.offer(field.name, search="", offers=members)
        elif kind in BUTTONS:
            mine = found if found is not None and found.field == field.name else Found(field.name, (), "")
            made.offer(field.name, search=str(BUTTONS[kind]), offers=mine.offers, said=mine.said)
