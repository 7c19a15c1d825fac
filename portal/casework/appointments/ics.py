"""An appointment as a calendar reads it (RFC 5545): one UID for its life, a sequence that grows with changes."""

from datetime import datetime

from flask_babel import gettext as _

from portal.casework.appointments.enums import AppointmentState, Means
from portal.casework.appointments.shapes import AppointmentView
from portal.ground.web.calendars import calendar_file, escaped, utc_stamp


def calendar_of(view: AppointmentView, *, link: str, host: str, language: str = "fr") -> bytes:
    """The calendar file of one appointment, for the person: taken again after a move, it replaces what they had.

    :param link: the page of the appointment, absolute. :param host: makes the UID unique in the world (§3.8.4.7).
    """
    title = _("Rendez-vous : %(kind)s", kind=view.kind.say_title(language))
    cancelled = view.state in {AppointmentState.CANCELLED, AppointmentState.DISPLACED}
    lines = _event(
        uid=f"{view.id}@{host}",
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        title=title,
        updated_at=view.updated_at,
        sequence=view.sequence,
        cancelled=cancelled,
    )
    about = [view.kind.say_bring(language), view.place.facts.access, _("Référence : %(ref)s", ref=view.reference), link]
    lines += [f"DESCRIPTION:{escaped(chr(10).join(one for one in about if one))}", f"URL:{link}"]
    if view.means is Means.ON_SITE:
        lines.append(f"LOCATION:{escaped(f'{view.place.name}, {view.place.facts.address}')}")
    return calendar_file(title, [lines])


def agenda_event(
    *,
    uid: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    updated_at: datetime,
    sequence: int,
    cancelled: bool,
) -> list[str]:
    """One appointment in the calendar of a place: a kind and a time, and nothing of the person."""
    return _event(
        uid=uid,
        starts_at=starts_at,
        ends_at=ends_at,
        title=_("Rendez-vous · %(kind)s", kind=title),
        updated_at=updated_at,
        sequence=sequence,
        cancelled=cancelled,
    )


def _event(
    *,
    uid: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    updated_at: datetime,
    sequence: int,
    cancelled: bool,
) -> list[str]:
    return [
        f"UID:{uid}",
        f"DTSTAMP:{utc_stamp(updated_at)}",
        f"LAST-MODIFIED:{utc_stamp(updated_at)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART:{utc_stamp(starts_at)}",
        f"DTEND:{utc_stamp(ends_at)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{escaped(title)}",
        f"TRANSP:{'TRANSPARENT' if cancelled else 'OPAQUE'}",
        "CLASS:PRIVATE",
    ]
