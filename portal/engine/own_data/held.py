"""What departments hold of a person besides requests: mandates given, and appointments."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.appointments import service as appointments
from portal.casework.appointments.service import AppointmentView
from portal.casework.appointments.wording import MEANS, STATES
from portal.casework.documents.storage import BlobStore
from portal.casework.mandates import service as mandates
from portal.casework.mandates.service import MandateView
from portal.casework.mandates.wording import TAGS, say_themes
from portal.engine.own_data.shapes import Chapter, Entry
from portal.ground.permissions import Actor
from portal.ground.web.formats import format_date, format_moment
from portal.people.accounts.service import list_departments

# Half a year of them, three at once.
MOST_APPOINTMENTS = 1_000


def given_mandates(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    """Every mandate of the person, with its journal as codes."""
    found = mandates.list_for_person(session, actor)
    names = {one.id: one.name for one in list_departments(session)}
    data = [_data(session, actor, one) for one in found]
    entries = [
        Entry(
            names.get(one.department_id, ""),
            (
                (_("Domaines"), say_themes((*one.themes, *one.revoked))),
                (_("Jusqu’au"), format_moment(one.expires_at)),
                (_("État"), str(TAGS[one.state][0])),
            ),
        )
        for one in found
    ]
    return Chapter("mandates", _("Vos mandats"), data, tuple(entries))


def _data(session: Session, actor: Actor, one: MandateView) -> dict[str, object]:
    return {
        "department": str(one.department_id),
        "themes": [theme.value for theme in one.themes],
        "revoked": [theme.value for theme in one.revoked],
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "proof": one.proof.value if one.proof else None,
        "state": one.state.value,
        "text_hash": one.text_hash,
        "journal": [
            {"at": line.occurred_at.isoformat(), "kind": line.kind.value, **line.payload}
            for line in mandates.journal_of(session, actor, one.id)
        ],
    }


def booked_appointments(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    """The appointments of the person, with what they said and what they were told; not the notes between agents."""
    found = appointments.list_own(session, actor, limit=MOST_APPOINTMENTS)
    entries = [
        Entry(
            _when(one),
            (
                (_("Pour"), one.kind.say_title()),
                (_("Lieu"), one.place.name),
                (_("Façon"), str(MEANS[one.means])),
                (_("État"), str(STATES[one.state][0])),
                (_("Ce que vous avez écrit"), one.remark),
            ),
        )
        for one in found
    ]
    data = [_appointment_data(session, actor, one) for one in found]
    return Chapter("appointments", _("Vos rendez-vous"), data, tuple(entries))


def _when(one: AppointmentView) -> str:
    if one.has_time:
        return format_moment(one.starts_at)
    return _("Au plus tard : %(day)s", day=format_date(one.starts_at))


def _appointment_data(session: Session, actor: Actor, one: AppointmentView) -> dict[str, object]:
    return {
        "reference": one.reference,
        "kind": dict(one.kind.facts.title),
        "place": one.place.name,
        "starts_at": one.starts_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "means": one.means.value,
        "state": one.state.value,
        "name": one.contact.name,
        "email": one.contact.email,
        "phone": one.contact.phone,
        "remark": one.remark,
        "reason": one.reason,
        "history": [
            {"at": line.occurred_at.isoformat(), "kind": line.kind.value}
            for line in appointments.history_of(session, actor, one.id)
        ],
    }
