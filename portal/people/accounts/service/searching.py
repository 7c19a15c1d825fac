"""Finding persons by what is said at a desk: pieces of names with a year of birth, a telephone, an address.

Nothing is read of a person but the keys kept for this (``person_key``, ``person_search``); who is found is named
afterwards, a few at a time, by :func:`identity_lines`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Subquery, intersect, select
from sqlalchemy.orm import Session

from portal.ground.errors import Invalid
from portal.ground.vault.service import fingerprint, unseal_json, with_data_keys
from portal.people.accounts.enums import AddressKind, ContactKind
from portal.people.accounts.models import (
    Account,
    DeclaredAddress,
    DeclaredContact,
    Person,
    PersonKey,
    PersonSearch,
    PivotIdentity,
)
from portal.people.accounts.names import shown_name
from portal.people.accounts.search_keys import FAR, asked_keys, distance_of, words_of
from portal.people.accounts.service.contacts import normal_contact
from portal.people.accounts.service.declared import address_context
from portal.people.accounts.service.indexing import UNKNOWN_YEAR
from portal.people.accounts.service.residents import LATEST_ACCOUNT, NEWEST_IDENTITY, open_identity

CANDIDATES: Final = 300


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """Who somebody is, in one line. ``birthdate`` is ``YYYY-MM-DD``, or empty."""

    person_id: UUID
    account_id: UUID
    display_name: str
    birthdate: str


def find_by_name(session: Session, typed: Sequence[str], *, birthdate: str = "") -> list[UUID] | None:
    """The persons whose names hold all these words, the nearest spelling first, in one statement.

    :param typed: folded words (see :func:`words_of`), of which each may be a beginning or hold a fault.
    :param birthdate: a year, or a whole date ``YYYY-MM-DD``; a person of whom it is unknown is found all the same.
    :return: None when too many persons may be meant.
    """
    if not typed:
        return []
    rows = session.execute(_by_keys(typed, birthdate[:4])).all()
    if len(rows) > CANDIDATES:
        return None
    ranked = []
    for row in rows:
        words = words_of(row.family_key, row.usage_key, row.given_key)
        far = [distance_of(one, words) for one in typed]
        if max(far) < FAR and _may_be_born(row.birthdate, birthdate):
            ranked.append((row.birthdate[:4] != birthdate[:4], sum(far), row.family_key, row.given_key, row.person_id))
    return [row[-1] for row in sorted(ranked)]


def spelt_like(typed: Sequence[str], most: int) -> Select[UUID]:
    """The persons whose names may hold all these words, spelt with a fault or not; to be read within another query.

    Faults beyond the first letters, or too many, are for the caller to tell, with :func:`spelling_distance`.

    :param most: how many are read at most. Without a bound, PostgreSQL would take them for so many that it read every
        row of the query around.
    """
    return select(_meant(typed, "").c.person_id).limit(most)


def spelling_distance(typed: Sequence[str], name: str) -> int | None:
    """How far these folded words are from those of a name, 0 being the same; None when one is none of them."""
    words = words_of(name)
    far = [distance_of(one, words) for one in typed]
    return sum(far) if max(far, default=FAR) < FAR else None


def _by_keys(typed: Sequence[str], year: str) -> Select[*tuple[Any, ...]]:
    query = select(
        PersonSearch.person_id,
        PersonSearch.family_key,
        PersonSearch.usage_key,
        PersonSearch.given_key,
        PersonSearch.birthdate,
    )
    # Bounded before the names are looked up: PostgreSQL takes an intersection to be as long as its parts, and would
    # read every person rather than look up so many.
    few = select(_meant(typed, year).c.person_id).limit(CANDIDATES + 1).subquery("few")
    return query.join(few, few.c.person_id == PersonSearch.person_id)


def _meant(typed: Sequence[str], year: str) -> Subquery:
    """The persons of whom a key is kept for each of these words."""
    keyed = [_keyed(word, year) for word in typed]
    return (intersect(*keyed) if len(keyed) > 1 else keyed[0]).subquery("found")


def _keyed(word: str, year: str) -> Select[UUID]:
    keyed = select(PersonKey.person_id).where(PersonKey.key.in_(sorted(asked_keys(word)))).distinct()
    return keyed.where(PersonKey.year.in_((int(year), UNKNOWN_YEAR))) if year else keyed


def _may_be_born(known: str, asked: str) -> bool:
    """Whether a date that is partly unknown (zeros) may be the one asked for."""
    pairs = zip(known.split("-"), asked.split("-"), strict=False)
    return not known or not asked or all(one == other or not int(one) for one, other in pairs)


def find_by_contact(session: Session, typed: str) -> list[UUID]:
    """The persons who declared exactly this e-mail address or telephone number, by its keyed fingerprint."""
    kind = ContactKind.EMAIL if "@" in typed else ContactKind.PHONE
    try:
        normal = normal_contact(kind, typed)
    except Invalid:
        return []
    digests = [fingerprint(one, sector=f"contact:{kind.value}") for one in {normal, normal.lower()}]
    query = select(DeclaredContact.person_id).where(DeclaredContact.digest.in_(digests), DeclaredContact.kind == kind)
    return list(session.scalars(query.order_by(DeclaredContact.person_id).limit(CANDIDATES)))


def identity_lines(session: Session, person_ids: Collection[UUID]) -> dict[UUID, IdentityLine]:
    """Who these persons are, as their identity last received says; erased persons are absent. One statement."""
    account = (
        select(Account.id).where(Account.person_id == Person.id).order_by(*LATEST_ACCOUNT).limit(1).correlate(Person)
    )
    identity = (
        select(PivotIdentity.id)
        .where(PivotIdentity.account_id == Account.id)
        .order_by(*NEWEST_IDENTITY)
        .limit(1)
        .correlate(Account)
    )
    query = (
        select(Person, Account, PivotIdentity)
        .select_from(Person)
        .join(Account, Account.id == account.scalar_subquery())
        .join(PivotIdentity, PivotIdentity.id == identity.scalar_subquery())
        .where(Person.id.in_(person_ids))
    )
    rows = session.execute(with_data_keys(query, Person.data_key_id.expression)).all() if person_ids else []
    found = {}
    for person, row, pivot, _key in rows:
        claims = open_identity(session, person, pivot)
        name = shown_name(tuple(claims.given_names), claims.family_name, claims.preferred_name)
        found[person.id] = IdentityLine(person.id, row.id, name, claims.birthdate)
    return found


def communes_of(session: Session, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """The commune where each of these persons says they live; absent where they say nothing. One statement."""
    query = select(DeclaredAddress, Person).join(Person, Person.id == DeclaredAddress.person_id)
    wanted = (DeclaredAddress.person_id.in_(person_ids), DeclaredAddress.kind == AddressKind.CURRENT)
    rows = session.execute(with_data_keys(query.where(*wanted), Person.data_key_id.expression)).all()
    found = {}
    for row, person, _key in rows:
        data = unseal_json(session, person.data_key_id, row.sealed, context=address_context(row.id))
        found[person.id] = str(data["city"])
    return found
