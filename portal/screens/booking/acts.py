"""What a person does with an appointment of theirs: the same pages for who is signed in and for who has its code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Refusal
from portal.casework.appointments.service import AppointmentView, KindOffer
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.web import page, settings, undo, unit
from portal.ground.web.calendars import MEDIA_TYPE
from portal.ground.web.downloads import as_download
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import day_to_come, read_instant, version_sent
from portal.people.accounts.service import present_agents
from portal.screens.booking import wording
from portal.screens.booking.blueprint import blueprint
from portal.screens.booking.choosing import ADDRESS, choose, place_of

Trail = list[tuple[str, str | None]]
View = Callable[..., Response]
WAITING: Final[dict[str, tuple[Callable[..., AppointmentView], str]]] = {
    "attendre": (appointments.wait_for_earlier, "attente"),
    "cesser": (appointments.stop_waiting, "fin-attente"),
    "accepter": (appointments.accept_offer, "accepte"),
    "refuser": (appointments.decline_offer, "refuse"),
}


@dataclass(frozen=True, slots=True)
class Door:
    """Who came, for which appointment, and where its pages stand. ``code``: where it was booked, to be noted."""

    reader: Actor
    appointment_id: UUID
    base: str
    has_account: bool
    code: str = ""

    def read(self) -> AppointmentView:
        """The appointment as it stands.

        :raises NotFound: none of theirs.
        """
        return appointments.get_own(unit(), self.reader, self.appointment_id)

    def trail(self, view: AppointmentView, here: str | None = None) -> Trail:
        """The way to a page of this appointment."""
        title = wording.say_title(view.kind)
        start: Trail = [(_("Accueil"), "/")]
        if self.has_account:
            start += [(_("Mon espace"), "/mon-espace"), (_("Mes rendez-vous"), "/mon-espace/rendez-vous")]
        else:
            start += [(_("Prendre rendez-vous"), ADDRESS)]
        return [*start, (title, None)] if here is None else [*start, (title, self.base), (here, None)]


def show(door: Door, *, refusal: str = "", status: int = 200) -> Response:
    """The appointment, what to bring, and what may be done with it."""
    view = door.read()
    title = _("Rendez-vous : %(what)s", what=wording.say_title(view.kind))
    helped = appointments.done_for(unit(), view)
    names = present_agents(unit(), {one.actor_id for one in helped if one.actor_id})
    return page(
        "booking/appointment.html",
        title=title,
        status=status,
        view=view,
        door=door,
        words=wording,
        State=AppointmentState,
        coming=wording.is_coming(view),
        done_for=[wording.say_done_for(one, names) for one in helped],
        refusal=wording.say_refusal(refusal) if refusal else "",
        done=request.args.get("fait", "") if not refusal else "",
        trail=door.trail(view),
    )


def calendar(door: Door) -> Response:
    """The appointment for an agenda; taken again after a change, it replaces what was there."""
    view, origin = door.read(), settings().public_url.rstrip("/")
    if not view.has_time:  # nothing to write in an agenda
        return redirect_to_path(door.base)
    host = origin.partition("://")[2]
    path = door.base if door.has_account else f"{ADDRESS}/suivre?reference={view.reference}"
    return as_download(
        appointments.calendar_of(view, link=f"{origin}{path}", host=host), MEDIA_TYPE, _("rendez-vous"), "ics"
    )


def ask_to_move(door: Door, *, refusal: str = "", status: int = 200) -> Response:
    """Other days and times, at any place where this kind is held; once one is chosen, what it would change."""
    view = door.read()
    if not view.may_change:
        return show(door, refusal=Refusal.TOO_LATE, status=403)
    try:
        offer = appointments.find_offer(unit(), view.kind.facts.slug)
    except NotFound:  # withdrawn since: the appointment holds, and nobody is sent to a page that is not there
        return show(door, refusal=Refusal.NOT_OFFERED, status=409)
    typed = request.values.get("lieu", "") or str(view.place.id)
    title = _("Choisir une autre heure")
    return page(
        "booking/move.html",
        title=title,
        status=status,
        view=view,
        door=door,
        offer=offer,
        offered=_choice(offer, typed),
        at=read_instant(request.args.get("heure", "")),
        here=f"{door.base}/deplacer",
        refusal=wording.say_refusal(refusal) if refusal else "",
        words=wording,
        trail=door.trail(view, title),
    )


def _choice(offer: KindOffer, place: str) -> Any:
    start = day_to_come(request.values.get("du", ""))
    return choose(offer, place_of(offer, place), start, request.values.get("jour", ""))


def move(door: Door) -> Response:
    """Take another time; the former one is given up only once the new one is held."""
    at = read_instant(request.form.get("heure", ""))
    view = door.read()
    places = {str(view.place.id): view.place.id}
    try:
        offer = appointments.find_offer(unit(), view.kind.facts.slug)
    except NotFound:
        return show(door, refusal=Refusal.NOT_OFFERED, status=409)
    places |= {str(one.id): one.id for one in offer.places}
    place_id = places.get(request.form.get("lieu", ""), view.place.id)
    if at is None:
        return ask_to_move(door, refusal=Refusal.SLOT_TAKEN, status=422)
    try:
        appointments.reschedule(
            unit(), door.reader, door.appointment_id, place_id=place_id, starts_at=at, version=version_sent()
        )
    except Conflict as refused:
        undo()
        if refused.code == Refusal.SLOT_TAKEN:
            return ask_to_move(door, refusal=refused.code, status=refused.status)
        return show(door, refusal=refused.code, status=refused.status)
    except Forbidden as refused:
        undo()
        return show(door, refusal=refused.code, status=refused.status)
    return redirect_to_path(door.base, fait="deplace")


def ask_to_cancel(door: Door) -> Response:
    """Before it is cancelled: what is given up."""
    view = door.read()
    if not view.may_change:
        return show(door, refusal=Refusal.TOO_LATE, status=403)
    if not view.has_time:  # there one stops waiting, with a button of the page
        return redirect_to_path(door.base)
    title = _("Annuler ce rendez-vous ?")
    return page(
        "booking/cancel.html",
        title=title,
        view=view,
        door=door,
        words=wording,
        trail=door.trail(view, title),
    )


def cancel(door: Door) -> Response:
    """Give the time back; somebody who waits for one may have it."""
    try:
        appointments.cancel(unit(), door.reader, door.appointment_id, version=version_sent())
    except (Conflict, Forbidden) as refused:
        undo()
        return show(door, refusal=refused.code, status=refused.status)
    return redirect_to_path(door.base, fait="annule")


def wait(door: Door, act: str) -> Response:
    """Wait for an earlier time, or not any more; take the one that is kept, or leave it to others."""
    do, done = WAITING[act]
    extra = {"version": version_sent()} if act == "attendre" else {}
    try:
        do(unit(), door.reader, door.appointment_id, **extra)
    except (Conflict, Forbidden, Invalid) as refused:
        undo()
        return show(door, refusal=refused.code, status=refused.status)
    return redirect_to_path(door.base, fait=done)


PAGES: Final[tuple[tuple[str, str, str, View], ...]] = (
    ("GET", "", "show", show),
    ("GET", ".ics", "calendar", calendar),
    ("GET", "/deplacer", "ask_to_move", ask_to_move),
    ("POST", "/deplacer", "move", move),
    ("GET", "/annuler", "ask_to_cancel", ask_to_cancel),
    ("POST", "/annuler", "cancel", cancel),
    ("POST", f"/<any({', '.join(WAITING)}):act>", "wait", wait),
)


def open_pages(one: str, whose: str, access: Callable[[View], View], enter: Callable[..., Door | Response]) -> None:
    """Each act at its own address below ``one``, the appointment's; its endpoint tells the act and ``whose`` it is.

    ``enter`` makes the door out of what the address names, or the answer to who has none.
    """
    for method, below, name, do in PAGES:
        blueprint.add_url_rule(f"{one}{below}", f"{name}_{whose}", access(_behind(enter, do)), methods=[method])


def _behind(enter: Callable[..., Door | Response], do: View) -> View:
    def view(**named: Any) -> Response:
        chosen = {"act": named.pop("act")} if "act" in named else {}
        door = enter(**named)
        return do(door, **chosen) if isinstance(door, Door) else door

    return view
