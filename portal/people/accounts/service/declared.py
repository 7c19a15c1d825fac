"""What a person declared of their household and their addresses, read in one statement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, String, Uuid, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.ground.clock import local
from portal.ground.vault.service import fingerprint, unseal_json, with_data_keys
from portal.people.accounts.enums import AddressKind, MemberRelation
from portal.people.accounts.models import DeclaredAddress, DeclinedValue, HouseholdMember, Person
from portal.people.accounts.shapes import AddressFacts, AddressView, Declared, MemberFacts, MemberView

MEMBER, ADDRESS, DECLINED = "member", "address", "declined"
ORDER = {AddressKind.CURRENT: 0, AddressKind.NEXT: 1, AddressKind.FORMER: 2}


def declared_by(session: Session, person_id: UUID) -> Declared:
    """Household, addresses and refused values of a person, the oldest first; one statement, whatever there is."""
    members: list[MemberView] = []
    addresses: list[AddressView] = []
    declined: set[tuple[str, str]] = set()
    for row in session.execute(_EVERYTHING, {"person_id": person_id}).all():
        if row.what == DECLINED:
            declined.add((row.word, row.digest))
        elif row.what == MEMBER:
            members.append(_member(session, row))
        else:
            addresses.append(_address(session, row))
    members.sort(key=lambda one: str(one.id))
    addresses.sort(key=lambda one: (ORDER[one.facts.kind], str(one.id)))
    return Declared(tuple(members), tuple(addresses), frozenset(declined))


def value_digest(concept: str, value: str) -> str:
    """The keyed fingerprint under which a value is refused."""
    return fingerprint(value, sector=f"declined:{concept}")


def member_context(member_id: UUID) -> str:
    """Where what is known of a member is sealed, for the room's own use."""
    return f"household_member:{member_id}"


def address_context(address_id: UUID) -> str:
    """Where an address is sealed, for the room's own use."""
    return f"declared_address:{address_id}"


def _member(session: Session, row: Any) -> MemberView:
    data = unseal_json(session, row.data_key_id, row.sealed, context=member_context(row.id))
    return MemberView(row.id, MemberFacts(relation=MemberRelation(row.word), **data), _day(row.declared_at))


def _address(session: Session, row: Any) -> AddressView:
    data = unseal_json(session, row.data_key_id, row.sealed, context=address_context(row.id))
    return AddressView(row.id, AddressFacts(kind=AddressKind(row.word), **data), _day(row.declared_at))


def _day(instant: datetime) -> date:
    return local(instant).date()


def _everything() -> Select[*tuple[Any, ...]]:
    """Three kinds of rows under one heading, with the key of the person."""
    person_id = bindparam("person_id", type_=Uuid())
    no_digest, no_bytes = literal("").label("digest"), cast(null(), LargeBinary).label("sealed")
    parts = union_all(
        *(
            select(
                literal(what).label("what"),
                table.id.label("id"),
                cast(word, String(60)).label("word"),
                no_digest,
                table.sealed.label("sealed"),
                table.declared_at.label("declared_at"),
            ).where(table.person_id == person_id)
            for what, table, word in (
                (MEMBER, HouseholdMember, HouseholdMember.relation),
                (ADDRESS, DeclaredAddress, DeclaredAddress.kind),
            )
        ),
        select(
            literal(DECLINED).label("what"),
            DeclinedValue.id.label("id"),
            DeclinedValue.concept.label("word"),
            DeclinedValue.digest.label("digest"),
            no_bytes,
            DeclinedValue.declined_at.label("declared_at"),
        ).where(DeclinedValue.person_id == person_id),
    ).subquery("declared")
    query = (
        select(*parts.c, Person.data_key_id.label("data_key_id"))
        .select_from(parts)
        .join(Person, Person.id == person_id)
    )
    return with_data_keys(query, Person.data_key_id.expression)


_EVERYTHING = _everything()
