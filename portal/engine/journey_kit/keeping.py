"""What the person ticks to be kept for next time, at the moment of sending. Nothing is kept silently."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from portal.casework.catalogue.fields import visible_fields, visible_steps
from portal.engine.journey_kit.folder import Folder
from portal.engine.prefill.service import ADDRESS, CHILD_FACTS, Prefilled, held_answers
from portal.ground.errors import Invalid
from portal.ground.logs import get_logger
from portal.ground.web import actor, unit
from portal.people.accounts.enums import AddressKind, ContactKind, MemberRelation, ValueSource
from portal.people.accounts.service import declare_contact, save_address, save_member

log = get_logger("journey_kit")
LINES = {f"{ADDRESS}.line": "line", f"{ADDRESS}.postcode": "postcode", f"{ADDRESS}.city": "city"}
CONTACT, HOME, CHILD = "coordonnees", "adresse", "enfant"
CONTACTS = {"contact.email": ContactKind.EMAIL, "contact.phone": ContactKind.PHONE}
# Sources that a person need not tell us to keep: they hold the value already.
HOLDING = frozenset({ValueSource.DECLARED, ValueSource.FRANCECONNECT, ValueSource.HOUSEHOLD})


@dataclass(frozen=True, slots=True)
class Keepable:
    """One thing that may be kept: the code of its box, and how it is called."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer that counts. ``held``: what is kept of the person already says the same."""

    value: Any
    held: bool


def keepable(folder: Folder, known: Mapping[str, Prefilled]) -> list[Keepable]:
    """What was answered and that we would have to ask again, contacts first."""
    said = _said(folder, known)
    found = [Keepable(CONTACT, _("Mes coordonnées"))] if _is_new(said, CONTACTS) else []
    home, child = _facts(said, LINES), _facts(said, CHILD_FACTS)
    if home.keys() == set(LINES.values()) and _is_new(said, LINES):
        found.append(Keepable(HOME, _("Mon adresse : %(line)s, %(postcode)s %(city)s", **home)))
    name = " ".join(child[part] for part in ("given_names", "family_name") if part in child)
    if name and _is_new(said, CHILD_FACTS):
        found.append(Keepable(CHILD, _("L’enfant : %(name)s", name=name)))
    return found


def _said(folder: Folder, known: Mapping[str, Prefilled]) -> dict[str, _Said]:
    """The answers that count, by concept; a page asked for each of several tells of several people, and is left out."""
    answers = {**folder.answers, **held_answers(known)}
    said: dict[str, _Said] = {}
    for step in visible_steps(folder.document, answers):
        for field in () if step.repeat else visible_fields(folder.document, step, answers):
            value, source = answers.get(field.name), known.get(field.name)
            if value:
                same = source is not None and source.value == value and source.source in HOLDING
                said[field.concept] = _Said(value, same)
    return said


def _is_new(said: Mapping[str, _Said], concepts: Collection[str]) -> bool:
    return any(concept in said and not said[concept].held for concept in concepts)


def _facts(said: Mapping[str, _Said], wanted: Mapping[str, str]) -> dict[str, str]:
    return {name: str(said[concept].value) for concept, name in wanted.items() if concept in said}


def keep(folder: Folder, ticked: Collection[str]) -> None:
    """Keep what was ticked, and nothing else. The request is sent whatever becomes of this."""
    known = folder.known()
    said = _said(folder, known)
    for one in keepable(folder, known):
        if one.code in ticked:
            try:
                _keep(one.code, said)
            except Invalid:
                log.info("value_not_kept", kind=one.code)


def _keep(code: str, said: Mapping[str, _Said]) -> None:
    who = actor()
    if code == HOME:
        save_address(unit(), who, _facts(said, LINES), kind=AddressKind.CURRENT)
    elif code == CHILD:
        save_member(unit(), who, _facts(said, CHILD_FACTS), relation=MemberRelation.CHILD)
    elif who.subject is not None:
        for concept in CONTACTS.keys() & said.keys():
            declare_contact(unit(), who, who.subject, kind=CONTACTS[concept], value=str(said[concept].value))
