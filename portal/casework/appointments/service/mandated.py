"""Under a mandate: a counter agent books, moves or cancels for the person who gave it, by the rules of residents.

The mandate covers an appointment when the procedure that its kind names is in one of its themes. It is read at each
page, and held in the unit of each save, so that one taken back meanwhile is seen. Two ids are kept of each act: the
agent's and the person's.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import Audience, EventKind
from portal.casework.appointments.models import Appointment, AppointmentEvent
from portal.casework.appointments.service.booking import book
from portal.casework.appointments.service.changing import cancel, reschedule
from portal.casework.appointments.service.offering import list_offers, open_kind
from portal.casework.appointments.service.rows import kind_view, view_by_id, views_of, whole
from portal.casework.appointments.shapes import AppointmentView, Booking, EventView, KindOffer, KindView
from portal.casework.catalogue.service import get_published_many
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Theme, Use
from portal.casework.mandates.service import MandateView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.service import person_ids_of

SHOWN = 10
TOLD = (EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED)


def list_mandated_offers(session: Session, agent: Actor, mandate_id: UUID) -> list[KindOffer]:
    """The kinds that may be booked under a mandate, by title; none that one must be invited to.

    :raises NotFound: no such mandate, it is over, or the person has no account.
    :raises Forbidden: no counter agent in their own name.
    """
    mandate = _usable(session, agent, mandate_id)
    offers = list_offers(session)
    covered = _covered(session, mandate, [one.kind for one in offers])
    return [one for one in offers if one.kind.id in covered]


def list_mandated(session: Session, agent: Actor, mandate_id: UUID, *, journal: Session) -> list[AppointmentView]:
    """What the person has to come in the themes of a mandate, the soonest first; they read that it was shown.

    :raises NotFound, Forbidden: as :func:`list_mandated_offers`.
    """
    mandate = _usable(session, agent, mandate_id)
    record(journal, agent, "mandate_file_read", subject_id=mandate.person_id, details={"mandate": str(mandate_id)})
    query = whole().where(
        Appointment.person_id.in_(_people(session, mandate)),
        Appointment.account_id.is_not(None),
        Appointment.state.in_(policy.COMING),
        Appointment.ends_at > clock.now(),
    )
    rows = session.execute(query.order_by(Appointment.starts_at, Appointment.id).limit(SHOWN)).all()
    covered = _covered(session, mandate, [kind_view(row[1]) for row in rows])
    return views_of(session, [row for row in rows if row[1].id in covered])


def book_mandated(
    session: Session, agent: Actor, mandate_id: UUID, booking: Booking, *, idempotency_key: str
) -> AppointmentView:
    """Book for the person, as they could themselves. They are told by the ways that they chose.

    :raises NotFound: as :func:`list_mandated_offers`, or the kind is in no theme that is left.
    :raises Forbidden, Conflict, Invalid: as :func:`book`.
    """
    kind = kind_view(open_kind(session, booking.kind_id))
    alone = replace(booking, request_reference="")

    def act(helper: Actor) -> AppointmentView:
        return book(session, helper, alone, idempotency_key=idempotency_key)

    return _act(session, agent, mandate_id, kind, Use.APPOINTMENT_BOOKED, act)


def move_mandated(
    session: Session,
    agent: Actor,
    mandate_id: UUID,
    appointment_id: UUID,
    *,
    place_id: UUID,
    starts_at: datetime,
    version: int,
) -> AppointmentView:
    """Move an appointment of the person, as they could themselves.

    :raises NotFound: as :func:`book_mandated`, or no appointment of theirs.
    :raises Forbidden, Conflict: as :func:`reschedule`.
    """

    def act(helper: Actor) -> AppointmentView:
        return reschedule(session, helper, appointment_id, place_id=place_id, starts_at=starts_at, version=version)

    kind = view_by_id(session, appointment_id).kind
    return _act(session, agent, mandate_id, kind, Use.APPOINTMENT_MOVED, act)


def cancel_mandated(
    session: Session, agent: Actor, mandate_id: UUID, appointment_id: UUID, *, version: int
) -> AppointmentView:
    """Cancel an appointment of the person, as they could themselves: no reason is asked.

    :raises NotFound: as :func:`move_mandated`. :raises Forbidden, Conflict: as :func:`cancel`.
    """

    def act(helper: Actor) -> AppointmentView:
        return cancel(session, helper, appointment_id, version=version)

    kind = view_by_id(session, appointment_id).kind
    return _act(session, agent, mandate_id, kind, Use.APPOINTMENT_CANCELLED, act)


def done_for(session: Session, view: AppointmentView) -> list[EventView]:
    """What agents did with an appointment under a mandate, the oldest first: its person reads by whom. One statement.

    :param view: of an appointment that the reader may see.
    """
    query = select(AppointmentEvent).where(
        AppointmentEvent.appointment_id == view.id,
        AppointmentEvent.kind.in_(TOLD),
        AppointmentEvent.actor_kind == ActorKind.AGENT,
    )
    lines = session.scalars(query.order_by(AppointmentEvent.occurred_at, AppointmentEvent.id))
    return [
        EventView(one.kind, one.occurred_at, one.actor_kind, one.actor_id, dict(one.payload))
        for one in lines
        if "mandate" in one.payload
    ]


def _act(
    session: Session,
    agent: Actor,
    mandate_id: UUID,
    kind: KindView,
    use: Use,
    act: Callable[[Actor], AppointmentView],
) -> AppointmentView:
    """Act as the agent helping the person, with the mandate held until the end of the unit, and its journal told."""
    mandate = _usable(session, agent, mandate_id)
    theme = _covered(session, mandate, [kind]).get(kind.id)
    if theme is None or kind.facts.audience is not Audience.PUBLIC:
        raise NotFound("theme_outside_mandate")
    if not mandates.allows(session, mandate_id, agent.department_ids, theme, hold=True):
        raise NotFound("mandate_over")
    made = act(policy.helper(agent, mandate_id=mandate.id, person_id=mandate.person_id))
    if not made.is_replay:
        mandates.note_use(session, agent, mandate_id, use, theme=theme, procedure=kind.facts.procedure_slug)
    return made


def _usable(session: Session, agent: Actor, mandate_id: UUID) -> MandateView:
    if not policy.in_own_name(agent):
        raise Forbidden("permission")
    mandate = mandates.get_mandate(session, agent, mandate_id)
    if not mandate.is_active or mandate.account_id is None:
        raise NotFound("mandate_over")
    return mandate


def _people(session: Session, mandate: MandateView) -> Collection[UUID]:
    if mandate.account_id is None:
        raise NotFound("mandate_over")
    return person_ids_of(session, mandate.account_id)


def _covered(session: Session, mandate: MandateView, kinds: Collection[KindView]) -> Mapping[UUID, Theme]:
    """The theme of each kind that a mandate covers."""
    slugs = {one.facts.procedure_slug for one in kinds if one.facts.procedure_slug}
    published = get_published_many(session, slugs) if slugs else {}
    found = {}
    for kind in kinds:
        procedure = published.get(kind.facts.procedure_slug)
        theme = mandates.perimeter_of(procedure.document.theme) if procedure else None
        if theme is not None and theme in mandate.themes:
            found[kind.id] = theme
    return found
