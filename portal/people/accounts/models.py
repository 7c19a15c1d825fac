"""Tables of the room, private to it.

A person is not an account (a sign-in), and neither is a contact (a way of reaching someone): they are joined by
explicit links, each with its proof. What is known of a person is sealed under the person's data key; destroying the
key erases it.

Kept readable, because they are searched or compared, and in tables of their own so that erasing is one delete:
``person_search`` holds ``family_key``, ``usage_key``, ``given_key`` (see :func:`portal.people.accounts.names.name_key`)
and ``birthdate``, ``person_key`` the beginnings of names. Kept as keyed fingerprints: ``pivot_identity.digest``,
``declared_contact.digest``, ``declined_value.digest`` and ``account_claim.digest``. The e-mail address that a provider
gives is never a key of a resident.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.ground.permissions import Role
from portal.people.accounts.enums import AddressKind, ContactKind, LinkProof, MemberRelation


class LocalAuthority(Base):
    """A commune, an EPCI or a department. The one without parent is the controller of this deployment."""

    __tablename__ = "local_authority"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("local_authority.id"))
    name: Mapped[str] = mapped_column(String(200))
    siret: Mapped[str] = mapped_column(String(14), unique=True)
    insee_code: Mapped[str] = mapped_column(String(5))
    reference_prefix: Mapped[str] = mapped_column(String(5))
    address: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254))
    website: Mapped[str] = mapped_column(String(300), default="")
    privacy_email: Mapped[str] = mapped_column(String(254), default="")
    opening_hours: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Department(Base):
    """A municipal department, which receives requests."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("local_authority_id", "slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    local_authority_id: Mapped[UUID] = mapped_column(ForeignKey("local_authority.id"))
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(JsonData)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    opening_hours: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict, server_default="{}")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(default=now)


class PartnerOrganisation(Base):
    """An organisation whose agents may sign in beside the authority's: a maison France Services, a federation.

    ``siret`` has 14 digits for one establishment, or 9 for all those of the organisation. ``ended_at``: not any more.
    """

    __tablename__ = "partner_organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    siret: Mapped[str] = mapped_column(String(14), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    listed_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Person(Base):
    """A human being, known by nothing but an id and a data key."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class PersonSearch(Base):
    """What a person can be searched by; the only readable trace of an identity."""

    __tablename__ = "person_search"
    __table_args__ = (
        Index("ix_person_search_family_key_birthdate", "family_key", "birthdate"),
        Index("ix_person_search_usage_key_birthdate", "usage_key", "birthdate"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    family_key: Mapped[str] = mapped_column(String(300))
    usage_key: Mapped[str] = mapped_column(String(300), default="")
    given_key: Mapped[str] = mapped_column(String(300), default="")
    birthdate: Mapped[str] = mapped_column(String(10), default="")


class PersonKey(Base):
    """A beginning or a spelling of a name of a person, by which they are found at a desk; see ``search_keys``.

    ``year``: of birth, 0 when it is unknown. Rebuilt whenever the identity changes, and erased with the person.
    """

    __tablename__ = "person_key"
    __table_args__ = (Index("ix_person_key_key", "key", "year", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(8), primary_key=True)
    year: Mapped[int]


class Account(Base):
    """A sign-in of a resident, keyed on what the provider calls the person, and nothing else.

    ``merged_into_id``: another account of the same person, proven so; this sign-in opens that one.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("issuer", "sub"), Index("ix_account_person_id", "person_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    link_proof: Mapped[LinkProof] = mapped_column(StrEnumType(LinkProof), default=LinkProof.PROVIDER)
    linked_at: Mapped[datetime] = mapped_column(default=now)
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime] = mapped_column(default=now)


class AccountClaim(Base):
    """A code that proves two sign-ins to be one person's: read in one place, typed in another, once.

    ``account_id`` asked for it. ``target_id``: the account whose e-mail address it goes to; without one, it was shown.
    """

    __tablename__ = "account_claim"
    __table_args__ = (Index("ix_account_claim_account_id", "account_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    target_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]


class PivotIdentity(Base):
    """An identity as the provider gave it, never changed afterwards: a different one is a new row."""

    __tablename__ = "pivot_identity"
    __table_args__ = (Index("ix_pivot_identity_account_id_received_at", "account_id", "received_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime] = mapped_column(default=now)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))


class DeclaredContact(Base):
    """An e-mail address or a phone number that the person gave, and may change."""

    __tablename__ = "declared_contact"
    __table_args__ = (UniqueConstraint("person_id", "kind"), Index("ix_declared_contact_digest", "digest"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ContactKind] = mapped_column(StrEnumType(ContactKind))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    declared_at: Mapped[datetime] = mapped_column(default=now)


class HouseholdMember(Base):
    """Somebody of a person's household, as that person declares them: nobody is searched or joined by it.

    Names, birth date and whether they have another home are sealed; only the relation and the day are readable. Two
    parents who declare the same child have each a row of their own, and neither learns of the other's.
    """

    __tablename__ = "household_member"
    __table_args__ = (Index("ix_household_member_person_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[MemberRelation] = mapped_column(StrEnumType(MemberRelation))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    declared_at: Mapped[datetime] = mapped_column(default=now)


class DeclaredAddress(Base):
    """Where a person lives, will live or has lived, as they declare it; lines and dates are sealed."""

    __tablename__ = "declared_address"
    __table_args__ = (Index("ix_declared_address_person_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[AddressKind] = mapped_column(StrEnumType(AddressKind))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    declared_at: Mapped[datetime] = mapped_column(default=now)


class DeclinedValue(Base):
    """A value that the person does not want to be offered again: a keyed fingerprint of it, and for which concept."""

    __tablename__ = "declined_value"
    __table_args__ = (UniqueConstraint("person_id", "concept", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    concept: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    declined_at: Mapped[datetime] = mapped_column(default=now)


class Agent(Base):
    """A member of staff, provisioned by the authority; ``issuer`` and ``sub`` are filled once, at the first sign-in.

    ``invited_at`` is when the last invitation was sent, if any was; ``version`` counts the changes of the record.
    """

    __tablename__ = "agent"
    __table_args__ = (
        UniqueConstraint("siret", "email"),
        UniqueConstraint("issuer", "sub"),
        Index("ix_agent_display_name", "display_name", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    local_authority_id: Mapped[UUID] = mapped_column(ForeignKey("local_authority.id"))
    siret: Mapped[str] = mapped_column(String(14))
    email: Mapped[str] = mapped_column(String(254))
    display_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    active: Mapped[bool] = mapped_column(default=True)
    issuer: Mapped[str | None] = mapped_column(String(255))
    sub: Mapped[str | None] = mapped_column(String(255))
    linked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class AgentRelink(Base):
    """A sign-in that the provider vouches for under another ``sub`` than the agent's: an administrator decides.

    One at most for each agent: a later one, from yet another sign-in, takes its place under another id.
    """

    __tablename__ = "agent_relink"
    __table_args__ = (UniqueConstraint("agent_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(default=now)


class AgentDepartment(Base):
    """The departments an agent works for."""

    __tablename__ = "agent_department"
    __table_args__ = (Index("ix_agent_department_department_id", "department_id"),)

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), primary_key=True)


@event.listens_for(PivotIdentity, "before_update")
def _refuse_change(_mapper: Any, _connection: Any, target: PivotIdentity) -> None:
    raise RuntimeError(f"pivot identity {target.id} is immutable")
