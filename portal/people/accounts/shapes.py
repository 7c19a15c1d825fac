"""What the room takes and gives: plain immutable values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.ground.permissions import Role
from portal.people.accounts.enums import AddressKind, MemberRelation, ValueSource


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """The local authority. ``opening_hours`` is a text by language."""

    id: UUID
    name: str
    siret: str
    insee_code: str
    reference_prefix: str
    address: str
    phone: str
    email: str
    website: str
    privacy_email: str
    opening_hours: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """A municipal department. ``title`` is a text by language; ``name`` is the French one."""

    id: UUID
    local_authority_id: UUID
    slug: str
    title: Mapping[str, str]
    email: str
    phone: str
    address: str = ""
    opening_hours: Mapping[str, str] = field(default_factory=dict)
    version: int = 1

    @property
    def name(self) -> str:
        """The French title."""
        return self.title["fr"]


@dataclass(frozen=True, slots=True)
class ResidentClaims:
    """What the residents' provider says of a person, already checked and cleaned by identity.

    ``birthdate`` is ``YYYY-MM-DD`` with zeros for what is unknown, or empty; ``birth_place`` and ``birth_country`` are
    INSEE codes; ``family_name`` is the birth name, ``preferred_name`` the nom d’usage.
    """

    family_name: str
    given_names: tuple[str, ...] = ()
    preferred_name: str = ""
    birthdate: str = ""
    gender: str = ""
    birth_place: str = ""
    birth_country: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class AgentClaims:
    """What the agents' provider says of an agent, already checked and cleaned by identity."""

    siret: str
    email: str
    given_name: str = ""
    usual_name: str = ""


@dataclass(frozen=True, slots=True)
class AccountView:
    """A resident's account with the identity last received. ``email`` is the declared one, else the provider's."""

    id: UUID
    person_id: UUID
    display_name: str
    given_names: str
    given_name_parts: tuple[str, ...]
    family_name: str
    preferred_name: str
    birthdate: str
    gender: str
    birth_place: str
    birth_country: str
    email: str


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent as provisioned."""

    id: UUID
    display_name: str
    email: str
    role: Role
    department_ids: frozenset[UUID]
    active: bool


@dataclass(frozen=True, slots=True)
class RelinkView:
    """A sign-in under another ``sub``, that waits for an administrator."""

    id: UUID
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """An agent as who administers sees them. ``linked_at`` is empty until the first sign-in."""

    id: UUID
    display_name: str
    email: str
    siret: str
    role: Role
    department_ids: frozenset[UUID]
    active: bool
    linked_at: datetime | None
    invited_at: datetime | None
    version: int
    relink: RelinkView | None = None


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """What an administrator says of an agent, as typed; checked by the service."""

    display_name: str
    email: str
    siret: str
    role: Role
    department_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """What an administrator says of a department. ``title`` and ``opening_hours`` are by language."""

    title: Mapping[str, str]
    email: str = ""
    phone: str = ""
    address: str = ""
    opening_hours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartnerView:
    """An organisation whose agents may sign in beside the authority's; ``ended_at``: not any more."""

    id: UUID
    siret: str
    name: str
    listed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """What the person declared; empty when nothing was."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What is declared of somebody of the household. Either name may be empty, not both.

    ``birthdate`` is ``YYYY-MM-DD`` with zeros for what is unknown, or empty. ``other_home``: lives elsewhere too, a
    child with their other parent for instance.
    """

    relation: MemberRelation
    family_name: str = ""
    given_names: str = ""
    birthdate: str = ""
    gender: str = ""
    birth_place: str = ""
    other_home: bool = False


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody of the household, declared on ``declared_on``."""

    id: UUID
    facts: MemberFacts
    declared_on: date

    @property
    def name(self) -> str:
        """Given names then family name, of which one may be missing."""
        return " ".join(part for part in (self.facts.given_names, self.facts.family_name) if part)


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """A declared address. ``since`` and ``until`` are ISO days, or empty."""

    kind: AddressKind
    line: str
    postcode: str
    city: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address of the person, declared on ``declared_on``."""

    id: UUID
    facts: AddressFacts
    declared_on: date


@dataclass(frozen=True, slots=True)
class Declared:
    """All that a person declared beyond their contacts. ``declined``: concept and fingerprint of refused values."""

    members: tuple[MemberView, ...] = ()
    addresses: tuple[AddressView, ...] = ()
    declined: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value the portal already holds for a concept. ``as_of`` is the day it was last confirmed by its source.

    ``reference``: of the earlier request that it was given in, empty when it comes from elsewhere.
    """

    value: Any
    source: ValueSource
    verified: bool
    as_of: date
    reference: str = ""
