"""How a person wants to be reached: declared by the person, changeable by nobody else."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.dictionary.service import ValueRefused, get_concept, validate
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import Actor
from portal.ground.vault.service import fingerprint, seal, unseal
from portal.people.accounts.enums import ContactKind
from portal.people.accounts.models import DeclaredContact, Person
from portal.people.accounts.policy import can_edit_contact
from portal.people.accounts.shapes import ContactView

CONTACT_CONCEPTS = {ContactKind.EMAIL: "contact.email", ContactKind.PHONE: "contact.phone"}


def declare_contact(session: Session, actor: Actor, person_id: UUID, *, kind: ContactKind, value: str) -> str:
    """Keep the e-mail address or phone number that a person gives, in place of the former; return its stored form.

    An empty value withdraws it. Checked and written by the rules of the dictionary.

    :raises Forbidden: the actor is not that person.
    :raises Invalid: the value is not an address or a number; ``fields`` has the kind as its key.
    """
    if not can_edit_contact(actor, person_id):
        raise Forbidden("contact_not_yours")
    normal = normal_contact(kind, value.strip())
    session.execute(delete(DeclaredContact).where(DeclaredContact.person_id == person_id, DeclaredContact.kind == kind))
    if normal:
        person = session.get_one(Person, person_id)
        row_id = new_id()
        session.add(
            DeclaredContact(
                id=row_id,
                person_id=person_id,
                kind=kind,
                sealed=seal(session, person.data_key_id, normal.encode(), context=f"declared_contact:{row_id}"),
                digest=fingerprint(normal, sector=f"contact:{kind.value}"),
                declared_at=now(),
            )
        )
    session.flush()
    return normal


def get_contacts(session: Session, person_id: UUID) -> ContactView:
    """What the person declared."""
    found = {row.kind: opened for row, opened in list_contacts(session, person_id)}
    return ContactView(email=found.get(ContactKind.EMAIL, ""), phone=found.get(ContactKind.PHONE, ""))


def list_contacts(session: Session, person_id: UUID) -> list[tuple[DeclaredContact, str]]:
    """Each declared contact with its value in clear, for the room's own use."""
    rows = session.scalars(select(DeclaredContact).where(DeclaredContact.person_id == person_id)).all()
    if not rows:
        return []
    person = session.get_one(Person, person_id)
    return [(row, open_contact(session, person, row)) for row in rows]


def open_contact(session: Session, person: Person, row: DeclaredContact) -> str:
    """A declared contact of a person in clear, for the room's own use."""
    return unseal(session, person.data_key_id, row.sealed, context=f"declared_contact:{row.id}").decode()


def normal_contact(kind: ContactKind, value: str) -> str:
    """The stored form, by the rules of the dictionary: what a form accepts, this accepts."""
    try:
        found = validate(get_concept(CONTACT_CONCEPTS[kind]), value)
    except ValueRefused as error:
        raise Invalid({kind.value: error.message}) from None
    return str(found or "")
