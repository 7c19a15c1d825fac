"""Those who follow a report: adding one, telling them when it moves on, by e-mail and once for each state."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from journeys.daily_services.reports import policy
from journeys.daily_services.reports.enums import ReportState
from journeys.daily_services.reports.models import StreetReport, StreetVoice
from journeys.daily_services.reports.queries import not_told, read_report, state_of
from journeys.daily_services.reports.shapes import ReportPage
from portal.casework.notifications.service import LANE
from portal.ground.db import new_id
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultDestroyed, fingerprint, seal, unseal
from portal.records.outbox.service import enqueue

LETTER_KIND: Final = "street_report_letter"
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class VoiceLetter:
    """What a letter says: to whom, and the report as everyone may read it."""

    recipient: str
    state: ReportState
    report: ReportPage


def add_voice(session: Session, actor: Actor, report_id: UUID, *, email: str, form_key: str) -> bool:
    """Say « moi aussi »; False when this person already had, which changes nothing but a missing address.

    :param email: an address already checked, or empty: told of nothing.
    :param form_key: tells apart those of whom nothing is known.
    :raises Conflict: ``report_ended``: nothing is awaited any more.
    :raises NotFound: no such report.
    """
    report = session.get(StreetReport, report_id)
    state = state_of(session, report.request_id) if report else None
    if report is None or state is None:
        raise NotFound("report_unknown")
    if not policy.is_open(state):
        raise Conflict("report_ended")
    who = email.casefold() or (str(actor.subject) if actor.is_resident else form_key)
    return _add(session, report, who, email, told=state)


def follow_as_reporter(session: Session, report: StreetReport, email: str) -> None:
    """The reporter is told when the report is taken up; the spine tells them the rest."""
    _add(session, report, email.casefold(), email, told=ReportState.RECEIVED, is_reporter=True)


def _add(
    session: Session, report: StreetReport, who: str, email: str, *, told: ReportState, is_reporter: bool = False
) -> bool:
    voice_id = new_id()
    row = StreetVoice(
        id=voice_id,
        report_id=report.id,
        voice_key=fingerprint(who, sector=f"street_voice:{report.id}"),
        is_reporter=is_reporter,
        sealed_email=seal(session, report.data_key_id, email.encode(), context=_place(voice_id)) if email else None,
        told=told,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def _place(voice_id: UUID) -> str:
    return f"street_voice:{voice_id}"


def tell_voices(session: Session, *, limit: int = AT_ONCE) -> int:
    """Have those who left an address told of what changed since; return how many. At most ``limit`` in one unit."""
    behind = not_told(session, limit)
    rows = session.scalars(
        select(StreetVoice).where(StreetVoice.id.in_([voice_id for voice_id, _state in behind])).with_for_update()
    ).all()
    states = dict(behind)
    for row in rows:
        row.told = states[row.id]
        if not row.is_reporter or row.told is ReportState.TAKEN:
            enqueue(
                session,
                lane=LANE,
                kind=LETTER_KIND,
                payload={"voice_id": str(row.id), "state": row.told.value},
                idempotency_key=f"{LETTER_KIND}:{row.id}:{row.told.value}",
                group=str(row.id),
            )
    session.flush()
    return len(behind)


def read_letter(session: Session, voice_id: UUID, state: ReportState) -> VoiceLetter | None:
    """The letter to one of them; None when there is nobody to write to, or when the report has moved on since."""
    row = session.get(StreetVoice, voice_id)
    report = session.get(StreetReport, row.report_id) if row else None
    if row is None or report is None or row.sealed_email is None:
        return None
    try:
        recipient = unseal(session, report.data_key_id, row.sealed_email, context=_place(row.id)).decode()
        found = read_report(session, report.id)
    except (VaultDestroyed, NotFound):
        return None
    return VoiceLetter(recipient, state, found) if found.line.state is state else None
