"""What was declared under one person goes with them to the account kept, when two accounts become one."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.vault.service import seal_json
from portal.people.accounts.enums import AddressKind
from portal.people.accounts.models import DeclaredAddress, DeclinedValue, HouseholdMember, Person
from portal.people.accounts.service.addresses import write_address
from portal.people.accounts.service.declared import declared_by, member_context
from portal.people.accounts.service.declaring import sealable
from portal.people.accounts.service.household import same_person


def move_declared(session: Session, from_id: UUID, to_id: UUID) -> None:
    """Bring household and addresses under another person, for the room's own use: two accounts become one.

    What is declared there already stays as it is; the same child, or the same address, is not written twice.
    """
    theirs, mine = declared_by(session, from_id), declared_by(session, to_id)
    person = session.get_one(Person, to_id)
    for member in theirs.members:
        if not any(same_person(member.facts, each.facts) for each in mine.members):
            row = HouseholdMember(id=new_id(), person_id=to_id, relation=member.facts.relation, declared_at=now())
            data, context = sealable(member.facts, "relation"), member_context(row.id)
            row.sealed = seal_json(session, person.data_key_id, data, context=context)
            session.add(row)
    taken = any(each.facts.kind is AddressKind.CURRENT for each in mine.addresses)
    for address in theirs.addresses:
        kind = address.facts.kind
        known = replace(address.facts, kind=AddressKind.FORMER if taken and kind is AddressKind.CURRENT else kind)
        if known not in {each.facts for each in mine.addresses}:
            write_address(session, person, DeclaredAddress(id=new_id(), person_id=to_id), known)
    for table in (HouseholdMember, DeclaredAddress, DeclinedValue):
        session.execute(delete(table).where(table.person_id == from_id))
    session.flush()
