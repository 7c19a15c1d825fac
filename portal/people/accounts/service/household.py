"""Who lives with a person: declared by them, changeable by nobody else."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.errors import Invalid
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal_json
from portal.people.accounts.enums import MemberRelation
from portal.people.accounts.models import HouseholdMember
from portal.people.accounts.names import name_key
from portal.people.accounts.policy import MOST_MEMBERS
from portal.people.accounts.service.declared import declared_by, member_context
from portal.people.accounts.service.declaring import checked, found_again, own_person, own_row, sealable
from portal.people.accounts.shapes import MemberFacts, MemberView

# What is declared -> the concept by whose rules it is checked and written.
MEMBER_CONCEPTS = {
    "family_name": "person.family_name",
    "given_names": "person.given_names",
    "birthdate": "person.birthdate",
    "gender": "person.gender",
    "birth_place": "household.child.birth_place",
}


def save_member(
    session: Session, actor: Actor, facts: Mapping[str, Any], *, relation: MemberRelation, member_id: UUID | None = None
) -> MemberView:
    """Add somebody to the household, or say anew what is known of them.

    :param facts: raw values by name of :class:`MemberFacts`; a name may miss, not both; a birth date may be partial.
    :raises Invalid: by name, in French.
    :raises NotFound: no such member of theirs.
    :raises Forbidden: nobody is acted for, or under a mandate.
    """
    person = own_person(session, actor)
    row = own_row(session, HouseholdMember, person.id, member_id, MOST_MEMBERS)
    values, errors = checked(MEMBER_CONCEPTS, facts, ())
    if not (values.get("family_name") or values.get("given_names") or errors):
        errors["given_names"] = _("Écrivez au moins un nom ou un prénom.")
    if errors:
        raise Invalid(errors)
    known = MemberFacts(relation=relation, other_home=bool(facts.get("other_home")), **values)
    row.relation, row.declared_at = relation, now()
    row.sealed = seal_json(session, person.data_key_id, sealable(known, "relation"), context=member_context(row.id))
    session.add(row)
    session.flush()
    return found_again(declared_by(session, person.id).members, row.id)


def remove_member(session: Session, actor: Actor, member_id: UUID) -> None:
    """Forget somebody of the household. Requests already made keep what was written in them.

    :raises NotFound: no such member of theirs.
    """
    session.delete(own_row(session, HouseholdMember, own_person(session, actor).id, member_id, MOST_MEMBERS))
    session.flush()


def same_person(one: MemberFacts, other: MemberFacts) -> bool:
    """Whether two declarations speak of one human being: same names, spelling apart, and same birth date."""
    names = [(name_key(each.given_names), name_key(each.family_name), each.birthdate) for each in (one, other)]
    return names[0] == names[1]
