"""Where a person lives, will live or has lived: declared by them, changeable by nobody else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.errors import Invalid
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal_json
from portal.people.accounts.enums import AddressKind
from portal.people.accounts.models import DeclaredAddress, Person
from portal.people.accounts.policy import MOST_ADDRESSES
from portal.people.accounts.service.declared import address_context, declared_by
from portal.people.accounts.service.declaring import checked, found_again, own_person, own_row, sealable
from portal.people.accounts.shapes import AddressFacts, AddressView

# What is declared -> the concept by whose rules it is checked and written.
ADDRESS_CONCEPTS = {
    "line": "address.current.line",
    "postcode": "address.current.postcode",
    "city": "address.current.city",
    "since": "address.current.since",
    "until": "address.current.since",
}
NEEDED = ("line", "postcode", "city")


def save_address(
    session: Session, actor: Actor, facts: Mapping[str, Any], *, kind: AddressKind, address_id: UUID | None = None
) -> AddressView:
    """Add an address, or say it anew. A new current address makes the one before it a former one.

    :param facts: raw values by name of :class:`AddressFacts`; days may be empty.
    :raises Invalid: by name, in French.
    :raises NotFound: no such address of theirs.
    :raises Forbidden: nobody is acted for, or under a mandate.
    """
    person = own_person(session, actor)
    row = own_row(session, DeclaredAddress, person.id, address_id, MOST_ADDRESSES)
    values, errors = checked(ADDRESS_CONCEPTS, facts, NEEDED)
    if not errors and values.get("since") and values.get("until") and values["until"] < values["since"]:
        errors["until"] = _("« Jusqu’au » : indiquez un jour qui vient après le premier.")
    if errors:
        raise Invalid(errors)
    known = AddressFacts(kind=kind, **values)
    if kind is AddressKind.CURRENT:
        _step_back(session, person, known, but=row.id)
    write_address(session, person, row, known)
    return found_again(declared_by(session, person.id).addresses, row.id)


def _step_back(session: Session, person: Person, newer: AddressFacts, *, but: UUID) -> None:
    """One lives at one address at a time: the current one becomes former, until the new one begins."""
    for one in declared_by(session, person.id).addresses:
        if one.facts.kind is AddressKind.CURRENT and one.id != but:
            row = session.get_one(DeclaredAddress, one.id)
            past = replace(one.facts, kind=AddressKind.FORMER, until=one.facts.until or newer.since)
            write_address(session, person, row, past)


def write_address(session: Session, person: Person, row: DeclaredAddress, known: AddressFacts) -> None:
    """Seal an address in its row, for the room's own use."""
    row.kind, row.declared_at = known.kind, now()
    row.sealed = seal_json(session, person.data_key_id, sealable(known, "kind"), context=address_context(row.id))
    session.add(row)
    session.flush()


def remove_address(session: Session, actor: Actor, address_id: UUID) -> None:
    """Forget an address.

    :raises NotFound: no such address of theirs.
    """
    session.delete(own_row(session, DeclaredAddress, own_person(session, actor).id, address_id, MOST_ADDRESSES))
    session.flush()
