"""The appointments of the agent's departments: today and the next days, found by reference, taken away as a list."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.policy import may_mark, may_unmark
from portal.casework.appointments.service import AgendaQuery, AppointmentView
from portal.casework.appointments.wording import MEANS, STATES
from portal.ground import clock
from portal.ground.audit.service import record_each
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, unit
from portal.ground.web.downloads import as_download
from portal.ground.web.formats import format_date, format_time
from portal.ground.web.spreadsheets import write_rows
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_keep
from portal.screens.appointments_desk.typed import read_day, read_id

SHOWN: Final = 12
LISTED: Final = 2_000
SPANS: Final = (1, 7, 31)
MAX_REFERENCE: Final = 40


@blueprint.get(HOME)
@may_keep
def agenda() -> Response:
    """A day, a week or a month, one place or all. Each line says who comes, and takes a note of who came."""
    query, days = _query(request.args)
    skip = _skip(request.args.get("suite", ""))
    shown, total = appointments.list_agenda(unit(), actor(), query, skip=skip, limit=SHOWN)
    coming = appointments.next_day(unit(), actor(), query) if not total and not query.reference else None
    return page(
        "appointments_desk/agenda.html",
        title=_("Rendez-vous"),
        service=_("Agents"),
        appointments=shown,
        total=total,
        query=query,
        days=days,
        spans=[("1", _("Un jour")), ("7", _("Une semaine")), ("31", _("Un mois"))],
        places=[(str(one.id), one.name) for one in appointments.list_places(unit(), actor())],
        states=[(one.value, str(STATES[one][0])) for one in AppointmentState],
        words=STATES,
        means=MEANS,
        figures=sum(one.missed for one in appointments.figures_of(unit(), actor(), query.first)),
        is_today=query.first == query.last == clock.today(),
        coming=(day_start(coming[0]), coming[1], address_of(query, 1, first=coming[0])) if coming else None,
        before=address_of(query, days, first=query.first - timedelta(days=days)),
        after=address_of(query, days, first=query.first + timedelta(days=days)),
        here=address_of(query, days),
        first=address_of(query, days) if skip else None,
        next=f"{address_of(query, days)}&suite={skip + SHOWN}" if skip + SHOWN < total else None,
        may_mark=lambda one: may_mark(one, clock.now()),
        may_unmark=lambda one: may_unmark(one, clock.today(), clock.PARIS),
        may_settle=actor().can(Permission.APPOINTMENTS_SETTLE),
        done=request.args.get("fait", ""),
    )


@blueprint.get(f"{HOME}/liste.csv")
@may_keep
def agenda_csv() -> Response:
    """The same appointments for a spreadsheet; each person reads that theirs was taken away."""
    query, _days = _query(request.args)
    shown, _total = appointments.list_agenda(unit(), actor(), query, limit=LISTED)
    with background_unit() as journal:
        record_each(journal, actor(), "appointment_exported", [(one.person_id, one.request_id) for one in shown])
    content = write_rows([_header(), *map(_cells, shown)])
    return as_download(content.encode(), "text/csv; charset=utf-8", f"rendez-vous-{query.first.isoformat()}", "csv")


def _header() -> list[str]:
    return [_("Jour"), _("Heure"), _("Référence"), _("Personne"), _("Pour"), _("Lieu"), _("Façon"), _("État")]


def _cells(one: AppointmentView) -> list[str]:
    return [
        format_date(one.starts_at),
        format_time(one.starts_at),
        one.reference,
        one.contact.name,
        one.kind.say_title(),
        one.place.name,
        str(MEANS[one.means]),
        str(STATES[one.state][0]),
    ]


def address_of(query: AgendaQuery, days: int, *, first: date | None = None) -> str:
    """The address of a list."""
    told = {"jour": (first or query.first).isoformat(), "jours": str(days)}
    if query.place_id is not None:
        told["lieu"] = str(query.place_id)
    if query.state is not None:
        told["etat"] = query.state.value
    if query.reference:
        told["reference"] = query.reference
    return f"{HOME}?{urlencode(told)}"


def _query(args: Mapping[str, str]) -> tuple[AgendaQuery, int]:
    """What is asked; what was altered in an address counts as not asked."""
    first = read_day(args.get("jour", "")) or clock.today()
    days = next((one for one in SPANS if str(one) == args.get("jours")), SPANS[0])
    state = next((one for one in AppointmentState if one.value == args.get("etat")), None)
    reference = args.get("reference", "").strip()[:MAX_REFERENCE]
    place_id = read_id(args.get("lieu", ""))
    return AgendaQuery(first, first + timedelta(days=days - 1), place_id, state, reference), days


def day_start(day: date) -> datetime:
    """A moment of a day, as pages write days."""
    return datetime.combine(day, time(12), clock.PARIS)


def _skip(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
