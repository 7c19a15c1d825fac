"""Who may do what with accounts. Pure."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from portal.ground.permissions import ROLE_PERMISSIONS, Actor, Permission, Role
from portal.people.accounts.names import name_key
from portal.people.accounts.shapes import ResidentClaims

# A code that joins two accounts, and how long after its end it still counts among those asked for.
CODE_LIFE: Final = timedelta(minutes=30)
CLAIM_KEPT: Final = timedelta(days=1)
# Beyond what any household has: a form sent in a loop stops there.
MOST_MEMBERS: Final = 30
MOST_ADDRESSES: Final = 12
MOST_DECLINED: Final = 200
# What an e-mail address looks like, as identity reads it from the provider.
EMAIL: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,185}")


def can_edit_contact(actor: Actor, person_id: UUID) -> bool:
    """Only the signed-in person changes how they are reached; never under a mandate."""
    return actor.is_resident and actor.subject == person_id and actor.mandate_id is None


def can_edit_household(actor: Actor, person_id: UUID) -> bool:
    """Only the signed-in person says who lives with them and where; never under a mandate."""
    return can_edit_contact(actor, person_id)


def can_manage_agents(actor: Actor) -> bool:
    """Only an agent who administers accesses; never in somebody else's name."""
    return actor.is_agent and actor.mandate_id is None and actor.can(Permission.AGENTS_MANAGE)


def works_on_requests(role: Role) -> bool:
    """True for the roles that belong to departments, whose requests they see; the others belong to none."""
    return Permission.REQUESTS_READ in ROLE_PERMISSIONS[role]


def is_siret(text: str) -> bool:
    """14 digits. Their check digit is not looked at: La Poste has establishments that do not follow it."""
    return len(text) == 14 and text.isascii() and text.isdigit()


def is_siren(text: str) -> bool:
    """9 digits: an organisation with all its establishments."""
    return len(text) == 9 and text.isascii() and text.isdigit()


def is_siret_allowed(siret: str, allowed: Collection[str]) -> bool:
    """True when the establishment (14 digits), or the organisation it belongs to (its first 9), is in the list."""
    return is_siret(siret) and (siret in allowed or siret[:9] in allowed)


def same_pivot(one: ResidentClaims, other: ResidentClaims) -> bool:
    """True when the whole pivot identity agrees, spelling of names apart. The e-mail address is no part of it.

    A person whose birth date is unknown cannot be told from another in this way.
    """
    return bool(one.birthdate) and _pivot(one) == _pivot(other)


def may_be_same_person(one: ResidentClaims, other: ResidentClaims) -> bool:
    """True when a change of civil status can explain the difference: same birth date, and family or first name."""
    if not one.birthdate or one.birthdate != other.birthdate:
        return False
    family = bool(one.family_name) and name_key(one.family_name) == name_key(other.family_name)
    given = bool(one.given_names and other.given_names)
    return family or (given and name_key(one.given_names[0]) == name_key(other.given_names[0]))


def masked_address(address: str) -> str:
    """An e-mail address that its owner recognises and that nobody else learns: ``a•••@u•••.example``."""
    name, at, domain = address.rpartition("@")
    if not (name and at and domain):
        return ""
    host, dot, last = domain.rpartition(".")
    return f"{name[0]}•••@{(host or domain)[0]}•••{dot}{last if dot else ''}"


def _pivot(claims: ResidentClaims) -> tuple[str, ...]:
    names = (name_key(claims.family_name), name_key(" ".join(claims.given_names)))
    return (*names, claims.birthdate, claims.gender, claims.birth_place, claims.birth_country)
