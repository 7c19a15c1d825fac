"""What declarations share: whose they are, how they are checked, what is sealed of them. For the room's own use."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ground.db import new_id
from portal.ground.dictionary.service import ValueRefused, get_concept, missing_message, validate
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts.models import DeclaredAddress, HouseholdMember, Person
from portal.people.accounts.policy import can_edit_household
from portal.people.accounts.shapes import AddressFacts, AddressView, MemberFacts, MemberView

R = TypeVar("R", HouseholdMember, DeclaredAddress)
V = TypeVar("V", MemberView, AddressView)


def own_person(session: Session, actor: Actor) -> Person:
    """The person acted for, when they act themselves.

    :raises Forbidden: nobody is acted for, or under a mandate.
    """
    if actor.subject is None or not can_edit_household(actor, actor.subject):
        raise Forbidden("household_not_yours")
    return session.get_one(Person, actor.subject)


def own_row(session: Session, table: type[R], person_id: UUID, row_id: UUID | None, most: int) -> R:
    """The row with this id when it is theirs, or a new one while there is room.

    :raises NotFound: no such row of theirs.
    :raises Invalid: the list is full.
    """
    if row_id is None:
        count = session.scalar(select(func.count()).select_from(table).where(table.person_id == person_id))
        if (count or 0) >= most:
            raise Invalid({"": _("Votre liste est pleine. Retirez une ligne, puis réessayez.")}, code="list_full")
        return table(id=new_id(), person_id=person_id)
    row = session.scalars(select(table).where(table.id == row_id, table.person_id == person_id)).one_or_none()
    if row is None:
        raise NotFound("declared_unknown")
    return row


def checked(
    concepts: Mapping[str, str], facts: Mapping[str, Any], needed: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, str]]:
    """Values and errors by name, by the rules of the dictionary."""
    labels = declared_labels()
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, concept_id in concepts.items():
        concept = get_concept(concept_id)
        try:
            value = validate(concept, facts.get(name), label=labels[name], options=concept.options)
        except ValueRefused as refused:
            errors[name] = refused.message
            continue
        if value is not None:
            values[name] = str(value)
        elif name in needed:
            errors[name] = missing_message(concept, label=labels[name])
    return values, errors


def declared_labels() -> dict[str, str]:
    """How each thing declared is asked."""
    return {
        "family_name": _("Nom de naissance"),
        "given_names": _("Prénoms"),
        "birthdate": _("Date de naissance"),
        "gender": _("Sexe à l’état civil"),
        "birth_place": _("Commune de naissance"),
        "line": _("Numéro et voie"),
        "postcode": _("Code postal"),
        "city": _("Commune"),
        "since": _("Depuis le"),
        "until": _("Jusqu’au"),
    }


def sealable(facts: MemberFacts | AddressFacts, but: str) -> dict[str, Any]:
    """What is sealed of a declaration: all but what its row says readably."""
    return {name: value for name, value in asdict(facts).items() if name != but}


def found_again(views: tuple[V, ...], row_id: UUID) -> V:
    """The one just written, as it is read."""
    return next(one for one in views if one.id == row_id)
