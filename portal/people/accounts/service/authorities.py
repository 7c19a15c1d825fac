"""The authority and its departments."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.ground.errors import NotFound
from portal.people.accounts.models import Department, LocalAuthority
from portal.people.accounts.shapes import AuthorityView, DepartmentView

AUTHORITY = "parvis_authority"
_CONTROLLER = (
    select(LocalAuthority.id)
    .where(LocalAuthority.parent_id.is_(None))
    .order_by(LocalAuthority.id)
    .limit(1)
    .scalar_subquery()
)
_READ_CONTROLLER = select(LocalAuthority).where(LocalAuthority.id == _CONTROLLER)


def create_authority(
    session: Session,
    *,
    name: str,
    siret: str,
    insee_code: str,
    reference_prefix: str,
    address: str,
    phone: str,
    email: str,
    website: str = "",
    privacy_email: str = "",
    opening_hours: Mapping[str, str] | None = None,
    parent_id: UUID | None = None,
) -> AuthorityView:
    """Record a local authority. ``reference_prefix`` opens its spoken references; ``opening_hours`` is by language."""
    row = LocalAuthority(
        parent_id=parent_id,
        name=name,
        siret=siret,
        insee_code=insee_code,
        reference_prefix=reference_prefix,
        address=address,
        phone=phone,
        email=email,
        website=website,
        privacy_email=privacy_email,
        opening_hours=dict(opening_hours or {}),
    )
    session.add(row)
    session.flush()
    return _authority_view(row)


def get_authority(session: Session) -> AuthorityView:
    """The controller of this deployment, read once a unit.

    :raises NotFound: none has been created yet.
    """
    known = cast("AuthorityView | None", session.info.get(AUTHORITY))
    if known is not None:
        return known
    row = session.scalars(_READ_CONTROLLER).first()
    if row is None:
        raise NotFound("authority_missing")
    return hold_authority(session, row)


def with_authority(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """``query`` with one more column, the controller, for the statement that opens every page of a signed-in person."""
    return query.add_columns(LocalAuthority).outerjoin(LocalAuthority, LocalAuthority.id == _CONTROLLER)


def hold_authority(session: Session, row: LocalAuthority) -> AuthorityView:
    """Keep the controller, as read by :func:`with_authority`, until the end of the unit."""
    session.info[AUTHORITY] = view = _authority_view(row)
    return view


def create_department(
    session: Session,
    *,
    local_authority_id: UUID,
    slug: str,
    title: Mapping[str, str],
    email: str = "",
    phone: str = "",
) -> DepartmentView:
    """Record a department. ``title`` is by language and has a French text (``fr``)."""
    if not title.get("fr"):
        raise ValueError("a department needs a French title")
    row = Department(local_authority_id=local_authority_id, slug=slug, title=dict(title), email=email, phone=phone)
    session.add(row)
    session.flush()
    return department_view(row)


def list_departments(session: Session) -> list[DepartmentView]:
    """Every department, by slug."""
    return [department_view(row) for row in session.scalars(select(Department).order_by(Department.slug))]


def get_department(session: Session, department_id: UUID) -> DepartmentView:
    """One department.

    :raises NotFound: there is none with this id.
    """
    row = session.get(Department, department_id)
    if row is None:
        raise NotFound("department_unknown")
    return department_view(row)


def _authority_view(row: LocalAuthority) -> AuthorityView:
    return AuthorityView(
        id=row.id,
        name=row.name,
        siret=row.siret,
        insee_code=row.insee_code,
        reference_prefix=row.reference_prefix,
        address=row.address,
        phone=row.phone,
        email=row.email,
        website=row.website,
        privacy_email=row.privacy_email,
        opening_hours=row.opening_hours,
    )


def department_view(row: Department) -> DepartmentView:
    """The row as the other rooms see it."""
    return DepartmentView(
        id=row.id,
        local_authority_id=row.local_authority_id,
        slug=row.slug,
        title=row.title,
        email=row.email,
        phone=row.phone,
        address=row.address,
        opening_hours=row.opening_hours,
        version=row.version,
    )
