"""Booking: one seat for one person, whoever asks at the same moment. A form sent twice books once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, Audience, EventKind, Refusal, Reminder
from portal.casework.appointments.models import Appointment, AppointmentKind, AppointmentPlace, AppointmentSeat
from portal.casework.appointments.policy import Slot, Span
from portal.casework.appointments.service.contact import checked_contact, checked_remark, holder_of
from portal.casework.appointments.service.offering import next_slots, open_kind, slot_at
from portal.casework.appointments.service.rows import lock_place, note, seal_content, touch, view_by_id
from portal.casework.appointments.service.telling import tell
from portal.casework.appointments.shapes import AppointmentView, Booking, Contact
from portal.casework.notifications.service import NotificationEvent
from portal.casework.openings.service import hold_opening
from portal.casework.requests import service as requests
from portal.casework.requests.codes import kept_code, spoken_code
from portal.casework.requests.reference import free_reference
from portal.casework.requests.service import Invitation
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, fingerprint
from portal.people.accounts.service import create_person, find_account_of, get_account, get_authority

MAX_FORM_KEY = 255
# Between people's own requests and appointments, so that one is not taken for the other when it is said.
REFERENCE_SUFFIX = "R"


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: what tells it from another one, and the code that it gives who has no account."""

    key: str
    code: str


@dataclass(frozen=True, slots=True)
class Party:
    """Whom an appointment is for. ``person_id`` None: a person made for it alone, who gets a code.

    One of each kind is asked of accounts alone: to who types an address, it would tell what its owner has booked.
    """

    person_id: UUID | None
    account_id: UUID | None
    contact: Contact
    holder: str
    invitation: Invitation | None = None
    by_agent: UUID | None = None


def book(
    session: Session, actor: Actor, booking: Booking, *, idempotency_key: str, opening_id: UUID | None = None
) -> AppointmentView:
    """Book a time. A resident books for themselves, with or without an account; an agent for somebody else.

    Without an account the view holds a ``code``: with the ``reference`` it opens the appointment
    (:func:`open_with_code`). With ``request_reference`` the appointment belongs to that request, and the move that its
    workflow foresees is made in the same unit. An agent books for the person whose file they have open
    (``opening_id``, held), for the applicant of a request of theirs, or for somebody who calls and has no account.

    :param idempotency_key: the key of the form; the same one gives the same appointment.
    :raises Conflict: ``slot_taken``: ``theirs`` is a list of other :class:`FreeSlot`; ``too_many``: three to come
        already; ``one_per_kind``: ``theirs`` is the appointment of this kind that they have.
    :raises Invalid: by field, in French: ``means``, ``name``, ``email``, ``phone``, ``remark``.
    :raises Forbidden: ``invitation_needed``, or not somebody who may book.
    :raises NotFound: no such kind, place, request or file, or one was withdrawn meanwhile.
    """
    form = form_of(idempotency_key)
    replay = replay_of(session, form)
    if replay is not None:
        return replay
    kind = open_kind(session, booking.kind_id)
    party = party_of(session, actor, booking, kind, opening_id)
    check_booking(booking, kind, party, actor)
    remark = checked_remark(booking.remark)
    place = lock_place(session, booking.place_id)
    replay = replay_of(session, form)
    if replay is not None:  # the same form, which was there first
        return replay
    check_place(place, kind)
    release_past(session, party.holder)
    check_limits(session, party.holder, kind.id)
    slot = slot_or_conflict(session, kind, place.id, booking.starts_at, at_once=policy.in_own_name(actor))
    try:
        with session.begin_nested():
            row = insert_row(session, booking, kind, party, form, remark, slot.span)
            set_time(row, slot)
            take_seats(session, row, kind, place.id, slot)
    except IntegrityError:  # the same form, or the last of a person's three, at the same moment
        replay = replay_of(session, form)
        if replay is not None:
            return replay
        check_limits(session, party.holder, kind.id)
        raise Conflict(Refusal.SLOT_TAKEN, theirs=others(session, kind, place.id, booking.starts_at)) from None
    note(session, row, actor, EventKind.BOOKED, {"at": row.starts_at.isoformat()})
    tell(session, row, NotificationEvent.APPOINTMENT_BOOKED, actor)
    if party.invitation is not None:
        requests.accept_booked(session, actor, party.invitation, idempotency_key=f"appointment:{row.id}")
    return view_by_id(session, row.id, code=form.code if row.code_key else "")


def form_of(idempotency_key: str) -> Form:
    """The form that has this key.

    :raises ValueError: it is empty or too long.
    """
    if not 1 <= len(idempotency_key) <= MAX_FORM_KEY:
        raise ValueError("an idempotency key of 1 to 255 characters is needed")
    return Form(
        fingerprint(idempotency_key, sector="appointment_form"),
        spoken_code(idempotency_key, sector="appointment_code"),
    )


def replay_of(session: Session, form: Form) -> AppointmentView | None:
    """What the same form made before, with its code when it has one."""
    known = session.execute(
        select(Appointment.id, Appointment.code_key).where(Appointment.form_key == form.key)
    ).one_or_none()
    return view_by_id(session, known.id, code=form.code if known.code_key else "", is_replay=True) if known else None


def party_of(session: Session, actor: Actor, booking: Booking, kind: AppointmentKind, opening_id: UUID | None) -> Party:
    """Whom it is for, by what proves it: their session, their code, an open file, a request."""
    if policy.helps(actor):
        account = find_account_of(session, actor.subject) if actor.subject is not None else None
        if account is None:
            raise Forbidden("resident_needed")
        return _with_account(session, account.id, booking, None, actor.id)
    invitation = None
    if booking.request_reference:
        invitation = requests.find_invitation(session, actor, booking.request_reference)
    if actor.is_agent:
        return _party_of_agent(session, actor, booking, kind, opening_id, invitation)
    if actor.is_resident and actor.mandate_id is not None:
        raise Forbidden("resident_needed")
    if actor.is_resident and actor.id is not None:
        return _with_account(session, actor.id, booking, invitation, None)
    contact = checked_contact(booking.contact, needed=True)
    known = invitation.person_id if invitation is not None else None
    return Party(known, None, contact, holder_of(contact), invitation)


def _party_of_agent(
    session: Session,
    actor: Actor,
    booking: Booking,
    kind: AppointmentKind,
    opening_id: UUID | None,
    invitation: Invitation | None,
) -> Party:
    if not policy.can_keep(actor, kind.department_id):
        raise Forbidden("permission")
    person_id = invitation.person_id if invitation is not None else None
    if opening_id is not None:
        person_id = hold_opening(session, actor, opening_id).person_id
        if invitation is not None and invitation.person_id != person_id:
            raise NotFound("request_unknown")
    account = find_account_of(session, person_id) if person_id is not None else None
    if account is not None:
        return _with_account(session, account.id, booking, invitation, actor.id)
    contact = checked_contact(booking.contact, needed=True)
    return Party(person_id, None, contact, holder_of(contact), invitation, actor.id)


def _with_account(
    session: Session, account_id: UUID, booking: Booking, invitation: Invitation | None, by_agent: UUID | None
) -> Party:
    account = get_account(session, account_id)
    said = checked_contact(booking.contact, needed=False)
    contact = Contact(said.name or account.display_name, said.email or account.email, said.phone)
    return Party(account.person_id, account.id, contact, str(account.person_id), invitation, by_agent)


def check_booking(booking: Booking, kind: AppointmentKind, party: Party, actor: Actor) -> None:
    """:raises Invalid: ``means``. :raises Forbidden: ``invitation_needed``."""
    if booking.means.value not in kind.means:
        raise Invalid({"means": _("Choisissez une des façons proposées.")})
    if kind.audience is Audience.INVITED and not policy.in_own_name(actor) and not is_invited(kind, party.invitation):
        raise Forbidden("invitation_needed")


def check_place(place: AppointmentPlace, kind: AppointmentKind) -> None:
    """:raises NotFound: the place was withdrawn, or is another department's."""
    if not place.active or place.department_id != kind.department_id:
        raise NotFound("place_unknown")


def is_invited(kind: AppointmentKind, invitation: Invitation | None) -> bool:
    """Whether a request calls for this kind: its workflow names it, or the kind names its procedure."""
    if invitation is None:
        return False
    return kind.slug in invitation.kinds or bool(
        kind.procedure_slug and kind.procedure_slug == invitation.procedure_slug
    )


def release_past(session: Session, holder: str) -> None:
    """What is over counts no more among what somebody has to come."""
    past = (Appointment.holder == holder, Appointment.live_rank.is_not(None), Appointment.ends_at <= clock.now())
    session.execute(
        update(Appointment)
        .where(*past)
        .values(live_kind_id=None, live_rank=None)
        .execution_options(synchronize_session="fetch")
    )


def check_limits(session: Session, holder: str, kind_id: UUID) -> None:
    """:raises Conflict: ``one_per_kind`` or ``too_many``, as :func:`book` says."""
    same = session.scalar(
        select(Appointment.id).where(Appointment.holder == holder, Appointment.live_kind_id == kind_id)
    )
    if same is not None:
        raise Conflict(Refusal.ONE_PER_KIND, theirs=view_by_id(session, same))
    coming = select(func.count()).where(Appointment.holder == holder, Appointment.live_rank.is_not(None))
    if (session.scalar(coming) or 0) >= policy.MOST_COMING:
        raise Conflict(Refusal.TOO_MANY)


def slot_or_conflict(
    session: Session, kind: AppointmentKind, place_id: UUID, starts_at: datetime, *, at_once: bool
) -> Slot:
    """The free time that is wanted.

    :raises Conflict: ``slot_taken``, with others: taken meanwhile, or never offered.
    """
    slot = slot_at(session, kind, place_id, starts_at, at_once=at_once)
    if slot is None:
        raise Conflict(Refusal.SLOT_TAKEN, theirs=others(session, kind, place_id, starts_at, at_once=at_once))
    return slot


def others(
    session: Session, kind: AppointmentKind, place_id: UUID, starts_at: datetime, *, at_once: bool = False
) -> list[object]:
    """Other times, from the day that was wanted on."""
    day = max(clock.local(starts_at).date(), clock.today())
    return list(next_slots(session, kind.id, place_id, day, at_once=at_once))


def take_seats(
    session: Session, row: Appointment, kind: AppointmentKind, place_id: UUID, slot: Slot, *, offered: bool = False
) -> None:
    """Take the first free desk for as long as it lasts. The unique key refuses what another unit has taken."""
    group, number = slot.free[0]
    session.add_all(
        AppointmentSeat(
            place_id=place_id,
            desk_group=group,
            number=number,
            tick_at=tick,
            appointment_id=row.id,
            offered=offered,
        )
        for tick in policy.ticks_of(slot.span, kind.spare_minutes)
    )
    session.flush()


def set_time(row: Appointment, slot: Slot) -> None:
    """The time of an appointment, and when its reminders leave."""
    row.starts_at, row.ends_at = slot.span.starts_at, slot.span.ends_at
    wanted = [Reminder(one) for one in row.reminders]
    row.days_due_at, row.hours_due_at = policy.due_of(row.starts_at, clock.now(), clock.PARIS, wanted)


def insert_row(
    session: Session,
    booking: Booking,
    kind: AppointmentKind,
    party: Party,
    form: Form,
    remark: str,
    span: Span,
    state: AppointmentState = AppointmentState.BOOKED,
) -> Appointment:
    """The row of an appointment, without its seats.

    :raises IntegrityError: the same form, or the last of a person's three, at the same moment.
    """
    appointment_id, key_id = new_id(), create_data_key(session)
    content = {
        "name": party.contact.name,
        "email": party.contact.email,
        "phone": party.contact.phone,
        "remark": remark,
        "reason": "",
        "note": "",
    }
    row = Appointment(
        id=appointment_id,
        reference=_free_reference(session),
        department_id=kind.department_id,
        kind_id=kind.id,
        place_id=booking.place_id,
        person_id=party.person_id or create_person(session),
        account_id=party.account_id,
        request_id=party.invitation.request_id if party.invitation else None,
        means=booking.means,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        state=state,
        booked_by=party.by_agent,
        holder=party.holder,
        live_kind_id=kind.id if party.account_id else None,
        live_rank=_free_rank(session, party.holder),
        reminders=[one.value for one in booking.reminders],
        sequence=0,
        version=0,
        form_key=form.key,
        code_key="" if party.account_id else kept_code(form.code, sector=f"appointment:{appointment_id}"),
        data_key_id=key_id,
        sealed=seal_content(session, appointment_id, key_id, content),
    )
    session.add(row)
    touch(session, row)
    return row


def _free_rank(session: Session, holder: str) -> int:
    used = set(session.scalars(select(Appointment.live_rank).where(Appointment.holder == holder)))
    return next(rank for rank in range(1, policy.MOST_COMING + 2) if rank not in used)


def _free_reference(session: Session) -> str:
    def is_taken(reference: str) -> bool:
        return session.scalar(select(Appointment.id).where(Appointment.reference == reference)) is not None

    return free_reference(f"{get_authority(session).reference_prefix}{REFERENCE_SUFFIX}", is_taken)
