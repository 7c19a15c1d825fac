"""One appointment: read under the journal, noted, moved, cancelled with a reason that the person reads."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.casework.appointments import choices
from portal.casework.appointments import service as appointments
from portal.casework.appointments.policy import COMING, may_mark, may_unmark
from portal.casework.appointments.service import AppointmentView
from portal.casework.appointments.wording import MEANS, STATES, say_event
from portal.casework.requests.service import reference_of
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.web import actor, background_unit, page, redirect_to, undo, unit
from portal.people.accounts.service import agents_of
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_keep
from portal.screens.appointments_desk.typed import boxes, read_day, read_id, version_of

ONE = f"{HOME}/<uuid:appointment_id>"
Errors = Mapping[str, str]


@blueprint.get(ONE)
@may_keep
def appointment(appointment_id: UUID) -> Response:
    """What was booked, by whom, what came of it; the person reads that it was opened."""
    return _show(_read(appointment_id))


def _read(appointment_id: UUID) -> AppointmentView:
    """In a unit of its own, before any other is open: that it was read is kept, whatever comes next."""
    with background_unit() as journal:
        return appointments.get_kept(journal, actor(), appointment_id, journal=journal)


def _show(view: AppointmentView, errors: Errors | None = None, *, status: int = 200, notice: str = "") -> Response:
    team = agents_of(unit(), view.department_id)
    kept = {"note": view.note, "agent": str(view.assigned_agent_id or "")}
    typed = kept | request.form.to_dict() if errors else kept
    return page(
        "appointments_desk/one.html",
        title=_("Rendez-vous %(reference)s", reference=view.reference),
        status=422 if errors else status,
        service=_("Agents"),
        view=view,
        history=[(one, say_event(one)) for one in appointments.history_of(unit(), actor(), view.id)],
        team=[(str(one.id), one.display_name) for one in team],
        names={one.id: one.display_name for one in team},
        request_reference=reference_of(unit(), view.request_id) if view.request_id else "",
        words=STATES,
        means=MEANS,
        coming=view.state in COMING,
        may_mark=may_mark(view, clock.now()),
        may_unmark=may_unmark(view, clock.today(), clock.PARIS),
        base=f"{HOME}/{view.id}",
        typed=boxes(typed),
        errors=list((errors or {}).items()),
        notice=notice,
        done=request.args.get("fait", ""),
        trail=[(_("Rendez-vous"), HOME), (view.reference, None)],
    )


def _act(appointment_id: UUID, act: Callable[[], AppointmentView], done: str) -> Response:
    """Do something, then show it; what is refused leaves the page with what was typed."""
    try:
        act()
    except Invalid as refused:
        undo()
        return _show(_read(appointment_id), refused.fields)
    except (Conflict, Forbidden):
        undo()
        return _refused(appointment_id)
    return redirect_to("appointments_desk.appointment", appointment_id=appointment_id, fait=done)


def _refused(appointment_id: UUID) -> Response:
    notice = _("Rien n’est changé : ce rendez-vous n’est plus comme vous l’aviez vu. Le voici tel qu’il est.")
    return _show(_read(appointment_id), status=409, notice=notice)


@blueprint.post(f"{ONE}/note")
@may_keep
def note(appointment_id: UUID) -> Response:
    """A note between agents."""
    form = request.form
    return _act(
        appointment_id,
        lambda: appointments.write_note(
            unit(), actor(), appointment_id, form.get("note", ""), version=version_of(form)
        ),
        "note",
    )


@blueprint.post(f"{ONE}/agent")
@may_keep
def assign(appointment_id: UUID) -> Response:
    """Who will receive the person: an agent of the department, or nobody in particular."""
    form = request.form
    chosen = read_id(form.get("agent", ""))
    view = appointments.get_kept(unit(), actor(), appointment_id, journal=unit())
    if chosen is not None and all(one.id != chosen for one in agents_of(unit(), view.department_id)):
        raise NotFound("agent_unknown")
    return _act(
        appointment_id,
        lambda: appointments.assign(unit(), actor(), appointment_id, chosen, version=version_of(form)),
        "agent",
    )


@blueprint.post(f"{ONE}/presence")
@may_keep
def attendance(appointment_id: UUID) -> Response:
    """Who came, or did not; or taking it back, the same day. Back to the list that one came from."""
    form = request.form
    what, version = form.get("presence", ""), version_of(form)
    try:
        if what == "retirer":
            appointments.unmark(unit(), actor(), appointment_id, version=version)
        elif what in {"venu", "absent"}:
            appointments.mark(unit(), actor(), appointment_id, attended=what == "venu", version=version)
        else:
            raise NotFound("mark_unknown")
    except (Conflict, Forbidden):
        undo()
        return _refused(appointment_id)
    back = urlsplit(form.get("retour", ""))
    if back.path == HOME and not back.netloc and not back.scheme:
        return redirect(f"{HOME}?{back.query}&fait={what}#rdv-{appointment_id}", 303)
    return redirect_to("appointments_desk.appointment", appointment_id=appointment_id, fait=what)


@blueprint.get(f"{ONE}/annuler")
@may_keep
def ask_cancel(appointment_id: UUID) -> Response:
    """Before cancelling: what the person will read."""
    return _ask_cancel(_read(appointment_id))


def _ask_cancel(view: AppointmentView, errors: Errors | None = None) -> Response:
    return page(
        "appointments_desk/cancel.html",
        title=_("Annuler le rendez-vous %(reference)s", reference=view.reference),
        status=422 if errors else 200,
        service=_("Agents"),
        view=view,
        base=f"{HOME}/{view.id}",
        back=f"{HOME}/{view.id}",
        with_reason=True,
        typed=request.form.get("reason", ""),
        version=request.form.get("version", view.version),
        errors=list((errors or {}).items()),
    )


@blueprint.post(f"{ONE}/annuler")
@may_keep
def cancel(appointment_id: UUID) -> Response:
    """Cancel, and have the person told."""
    form = request.form
    try:
        appointments.cancel(unit(), actor(), appointment_id, reason=form.get("reason", ""), version=version_of(form))
    except Invalid as refused:
        undo()
        return _ask_cancel(_read(appointment_id), refused.fields)
    except (Conflict, Forbidden):
        undo()
        return _refused(appointment_id)
    return redirect_to("appointments_desk.appointment", appointment_id=appointment_id, fait="annule")


@blueprint.get(f"{ONE}/deplacer")
@may_keep
def ask_move(appointment_id: UUID) -> Response:
    """The free times to which it may be moved."""
    return _ask_move(_read(appointment_id))


def _ask_move(view: AppointmentView, errors: Errors | None = None, *, taken: bool = False) -> Response:
    first = read_day(request.args.get("du", "")) or clock.today()
    try:
        offer = appointments.find_offer(unit(), view.kind.facts.slug)
    except NotFound:
        return _refused(view.id)
    options, more = choices.offered(unit(), offer, first, at_once=True)
    extra: dict[str, Any] = {"base": f"{HOME}/{view.id}", "back": f"{HOME}/{view.id}"}
    return page(
        "appointments_desk/move.html",
        title=_("Choisir l’heure du rendez-vous %(reference)s", reference=view.reference),
        status=409 if taken else 422 if errors else 200,
        service=_("Agents"),
        view=view,
        options=options,
        more=f"{extra['base']}/deplacer?du={more.isoformat()}" if more else None,
        typed=request.form.get("creneau", ""),
        version=request.form.get("version", view.version),
        errors=list((errors or {}).items()),
        taken=taken,
        **extra,
    )


@blueprint.post(f"{ONE}/deplacer")
@may_keep
def move(appointment_id: UUID) -> Response:
    """Move it, and have the person told. When the time was taken meanwhile, others are proposed."""
    form = request.form
    try:
        place_id, starts_at = choices.chosen(form.get("creneau", ""))
        appointments.reschedule(
            unit(), actor(), appointment_id, place_id=place_id, starts_at=starts_at, version=version_of(form)
        )
    except Invalid as refused:
        undo()
        return _ask_move(_read(appointment_id), refused.fields)
    except Conflict as conflict:
        undo()
        taken = conflict.code == "slot_taken"
        return _ask_move(_read(appointment_id), taken=True) if taken else _refused(appointment_id)
    except Forbidden:
        undo()
        return _refused(appointment_id)
    return redirect_to("appointments_desk.appointment", appointment_id=appointment_id, fait="deplace")
