"""What is already known of a person, by concept, with its source and the day it was last confirmed: "say it once"."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from portal.ground.clock import local
from portal.ground.vault.service import with_data_keys
from portal.people.accounts.enums import ContactKind, ValueSource
from portal.people.accounts.models import Account, DeclaredContact, Person, PivotIdentity
from portal.people.accounts.service.contacts import CONTACT_CONCEPTS, open_contact
from portal.people.accounts.service.residents import (
    LATEST_ACCOUNT,
    NEWEST_IDENTITY,
    latest_account,
    open_identity,
    read_identity,
)
from portal.people.accounts.shapes import KnownValue

# Field of the identity -> concept of the dictionary.
IDENTITY_CONCEPTS = {
    "given_names": "person.given_names",
    "family_name": "person.family_name",
    "preferred_name": "person.preferred_name",
    "birthdate": "person.birthdate",
    "gender": "person.gender",
    "birth_place": "person.birth_place",
    "birth_country": "person.birth_country",
}


def identity_values(session: Session, person_id: UUID) -> dict[str, Any]:
    """The civil identity last received, by concept id, to name the person to a partner; given names are a list.

    Empty when no account is linked to the person.
    """
    account = latest_account(session, person_id)
    if account is None:
        return {}
    claims = read_identity(session, account)
    values = {concept: getattr(claims, field) for field, concept in IDENTITY_CONCEPTS.items()}
    return {concept: list(value) if isinstance(value, tuple) else value for concept, value in values.items()}


def known_values(session: Session, person_id: UUID) -> dict[str, KnownValue]:
    """Values by concept id; a concept of which nothing is known is absent (unknown is not empty).

    The provider's e-mail is offered, unverified, until the person declares another.
    """
    known: dict[str, KnownValue] = {}
    rows = session.execute(_EVERYTHING, {"person_id": person_id}).all()
    if not rows:
        return known
    person, account, identity, _contact, _key = rows[0]
    if account is not None:
        claims = open_identity(session, person, identity)
        day = local(account.confirmed_at).date()
        for field, concept in IDENTITY_CONCEPTS.items():
            value = getattr(claims, field)
            text = " ".join(value) if isinstance(value, tuple) else value
            if text:
                known[concept] = KnownValue(text, ValueSource.FRANCECONNECT, verified=True, as_of=day)
        if claims.email:
            concept = CONTACT_CONCEPTS[ContactKind.EMAIL]
            known[concept] = KnownValue(claims.email, ValueSource.FRANCECONNECT, verified=False, as_of=day)
    for contact in (row.DeclaredContact for row in rows if row.DeclaredContact is not None):
        text, day = open_contact(session, person, contact), local(contact.declared_at).date()
        known[CONTACT_CONCEPTS[contact.kind]] = KnownValue(text, ValueSource.DECLARED, verified=False, as_of=day)
    return known


def _everything() -> Select[*tuple[Any, ...]]:
    """The person with their key, the account confirmed last, its newest identity; a row for each declared contact.

    One statement, built once: every step of every form, and the person's own space, begin by it.
    """
    person_id = bindparam("person_id", type_=Uuid())
    account = select(Account.id).where(Account.person_id == person_id).order_by(*LATEST_ACCOUNT).limit(1)
    identity = (
        select(PivotIdentity.id).where(PivotIdentity.account_id == Account.id).order_by(*NEWEST_IDENTITY).limit(1)
    )
    query = (
        select(Person, Account, PivotIdentity, DeclaredContact)
        .select_from(Person)
        .outerjoin(Account, Account.id == account.correlate(None).scalar_subquery())
        .outerjoin(PivotIdentity, PivotIdentity.id == identity.correlate(Account).scalar_subquery())
        .outerjoin(DeclaredContact, DeclaredContact.person_id == Person.id)
        .where(Person.id == person_id)
        .order_by(DeclaredContact.id)
    )
    return with_data_keys(query, Person.data_key_id.expression)


_EVERYTHING = _everything()
