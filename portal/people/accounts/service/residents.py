"""Residents: person and account behind a sign-in, and the identity the provider vouches for."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.errors import NotFound
from portal.ground.vault.service import create_data_key, destroy_data_key, fingerprint, seal_json, unseal_json
from portal.people.accounts.models import Account, Person, PersonSearch, PivotIdentity
from portal.people.accounts.names import name_key, shown_name
from portal.people.accounts.service.contacts import get_contacts
from portal.people.accounts.service.indexing import write_keys
from portal.people.accounts.shapes import AccountView, ResidentClaims

KEY_LENGTH = 300
LATEST_ACCOUNT = (Account.confirmed_at.desc(), Account.id.desc())
NEWEST_IDENTITY = (PivotIdentity.received_at.desc(), PivotIdentity.id.desc())


def link_resident(session: Session, *, issuer: str, sub: str, claims: ResidentClaims) -> AccountView:
    """The account behind a checked sign-in, made with its person the first time.

    Keyed on ``(issuer, sub)`` alone: two people who share an e-mail address, or a name and a birth date, stay two. The
    identity is kept as received; when the provider sends another one, it is added, and the former is left untouched.
    A sign-in joined to another account, with proof, opens that one.
    """
    account = _find(session, issuer, sub) or _create(session, issuer, sub)
    if account.merged_into_id is not None:
        account = session.get_one(Account, account.merged_into_id)
    person = session.get_one(Person, account.person_id)
    account.confirmed_at = now()
    keep_identity(session, account, person, claims)
    session.flush()
    return get_account(session, account.id)


def get_account(session: Session, account_id: UUID) -> AccountView:
    """One account.

    :raises NotFound: there is none with this id.
    :raises VaultDestroyed: the person was erased.
    """
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account_unknown")
    claims = read_identity(session, account)
    given = tuple(claims.given_names)
    return AccountView(
        id=account.id,
        person_id=account.person_id,
        display_name=shown_name(given, claims.family_name, claims.preferred_name),
        given_names=" ".join(given),
        given_name_parts=given,
        family_name=claims.family_name,
        preferred_name=claims.preferred_name,
        birthdate=claims.birthdate,
        gender=claims.gender,
        birth_place=claims.birth_place,
        birth_country=claims.birth_country,
        email=get_contacts(session, account.person_id).email or claims.email,
    )


def find_account_of(session: Session, person_id: UUID) -> AccountView | None:
    """The account of a person: the one that their sign-ins open; None for a person without an account.

    :raises VaultDestroyed: the person was erased.
    """
    row = latest_account(session, person_id)
    return get_account(session, row.merged_into_id or row.id) if row is not None else None


def person_ids_of(session: Session, account_id: UUID) -> list[UUID]:
    """Every person id that this one human being has had: the account's, and those of the accounts joined to it."""
    same = (Account.id == account_id) | (Account.merged_into_id == account_id)
    return list(session.scalars(select(Account.person_id).where(same)))


def create_person(session: Session) -> UUID:
    """A person of whom nothing is known: somebody who asks without an account."""
    person = Person(id=new_id(), data_key_id=create_data_key(session))
    session.add(person)
    session.flush()
    return person.id


def forget_person(session: Session, person_id: UUID) -> None:
    """Forget a person made by :func:`create_person`, once all that was theirs belongs to another."""
    person = session.get_one(Person, person_id)
    session.delete(person)
    session.flush()
    destroy_data_key(session, person.data_key_id)


def latest_account(session: Session, person_id: UUID) -> Account | None:
    """The account of a person confirmed last, for the room's own use."""
    return session.scalars(select(Account).where(Account.person_id == person_id).order_by(*LATEST_ACCOUNT)).first()


def read_identity(session: Session, account: Account) -> ResidentClaims:
    """The identity last received for an account, for the room's own use."""
    row = _latest_identity(session, account.id)
    return open_identity(session, session.get_one(Person, account.person_id), row)


def open_identity(session: Session, person: Person, row: PivotIdentity | None) -> ResidentClaims:
    """An identity of a person in clear, for the room's own use."""
    if row is None:
        raise NotFound("identity_missing")
    return _claims(unseal_json(session, person.data_key_id, row.sealed, context=f"pivot_identity:{row.id}"))


def _find(session: Session, issuer: str, sub: str) -> Account | None:
    return session.scalars(select(Account).where(Account.issuer == issuer, Account.sub == sub)).first()


def _create(session: Session, issuer: str, sub: str) -> Account:
    """A new person with its account; when another request made the same one meanwhile, that one."""
    try:
        with session.begin_nested():
            person = Person(data_key_id=create_data_key(session))
            session.add(person)
            session.flush()
            account = Account(person_id=person.id, issuer=issuer, sub=sub)
            session.add(account)
            session.flush()
            return account
    except IntegrityError:
        existing = _find(session, issuer, sub)
        if existing is None:
            raise
        return existing


def keep_identity(session: Session, account: Account, person: Person, claims: ResidentClaims) -> None:
    """Add an identity to an account, unless it is the last one received; for the room's own use."""
    data = asdict(claims) | {"given_names": list(claims.given_names)}
    digest = _digest(data)
    latest = _latest_identity(session, account.id)
    if latest is not None and latest.digest == digest:
        return
    row_id = new_id()
    sealed = seal_json(session, person.data_key_id, data, context=f"pivot_identity:{row_id}")
    session.add(PivotIdentity(id=row_id, account_id=account.id, received_at=now(), sealed=sealed, digest=digest))
    search = session.get(PersonSearch, person.id)
    if search is None:
        search = PersonSearch(person_id=person.id, family_key="")
        session.add(search)
    search.family_key = name_key(claims.family_name)[:KEY_LENGTH]
    search.usage_key = name_key(claims.preferred_name)[:KEY_LENGTH]
    search.given_key = name_key(" ".join(claims.given_names))[:KEY_LENGTH]
    search.birthdate = claims.birthdate
    session.flush()
    write_keys(session, search)


def _digest(data: Mapping[str, Any]) -> str:
    """A keyed fingerprint, which tells two identities apart without showing either."""
    return fingerprint("\x1f".join(f"{name}={data[name]}" for name in sorted(data)), sector="pivot_identity")


def _latest_identity(session: Session, account_id: UUID) -> PivotIdentity | None:
    return session.scalars(
        select(PivotIdentity).where(PivotIdentity.account_id == account_id).order_by(*NEWEST_IDENTITY).limit(1)
    ).first()


def _claims(data: Mapping[str, Any]) -> ResidentClaims:
    return ResidentClaims(**{**data, "given_names": tuple(data["given_names"])})
