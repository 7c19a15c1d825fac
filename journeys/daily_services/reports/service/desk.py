"""What the department does with a report. The status moves by the spine; here are the words and the facts around it."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from journeys.daily_services.reports.enums import ClosingReason
from journeys.daily_services.reports.models import StreetReport
from journeys.daily_services.reports.wording import REASONS
from portal.casework.catalogue.service import get_version
from portal.casework.documents import service as documents
from portal.casework.documents.storage import BlobStore
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_block, clean_line
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.web.formats import format_date

PHOTO: Final = "report.photo"
MAX_PLACE = 200
MAX_WORDS = 600
MAX_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Photo:
    """A file examined, and where its content is kept."""

    received: documents.Received
    store: BlobStore


def take_up(session: Session, actor: Actor, reference: str) -> None:
    """« Pris en charge »: the agent takes the request.

    :raises Forbidden: may read but not assign.
    :raises Conflict: ``request_ended``.
    :raises NotFound: no request of theirs.
    """
    requests.assign(session, actor, reference, actor.id)


def mark_repaired(
    session: Session,
    actor: Actor,
    reference: str,
    *,
    day: date | None,
    note: str,
    idempotency_key: str,
    photo: Photo | None = None,
) -> None:
    """« Réparé », on a day that is known.

    :param photo: what the team took afterwards, already examined, and where to keep it.
    :raises Invalid: ``jour`` or ``note``, in French.
    :raises Conflict: ``request_ended``: somebody was faster.
    :raises NotFound: no request of theirs, or no report.
    """
    row, view = _find(session, actor, reference)
    words = _short(clean_block(note), "note", MAX_NOTE)
    if day is None or day > clock.today():
        raise Invalid({"jour": _("Indiquez le jour de la réparation : aujourd’hui, ou un jour passé.")})
    if day < clock.local(view.submitted_at).date():
        raise Invalid({"jour": _("La réparation ne peut pas dater d’avant le signalement.")})
    told = _("C’est réparé depuis le %(day)s.", day=format_date(day))
    requests.decide(
        session,
        actor,
        reference,
        RequestStatus.ACCEPTED,
        f"{told}\n{words}".strip(),
        idempotency_key=idempotency_key,
    )
    if row.repaired_on is None:
        row.repaired_on = day
        row.repair_photo_id = _keep_photo(session, view, photo) if photo else None
    session.flush()


def _keep_photo(session: Session, view: requests.RequestView, photo: Photo) -> UUID:
    """The photo belongs to the file of the person, who sees it there, and is kept as long as their request."""
    owner = requests.follower(view.person_id)
    kept = documents.keep(session, photo.store, owner, photo.received, concept=PHOTO)
    if kept.id not in {one.id for one in view.documents}:
        days = get_version(session, view.procedure_id, view.procedure_version).document.retention_days
        documents.link_documents(session, view.id, view.person_id, [kept.id], days=days)
    return kept.id


def close_without_repair(
    session: Session, actor: Actor, reference: str, *, reason: str, note: str, idempotency_key: str
) -> None:
    """« Clos sans réparation »: a reason of the list, which everyone reads, and a sentence, which the reporter reads.

    :raises Invalid: ``raison`` or ``phrase``, in French.
    :raises Conflict: ``request_ended``: somebody was faster.
    :raises NotFound: no request of theirs, or no report.
    """
    row, _view = _find(session, actor, reference)
    chosen = next((one for one in ClosingReason if one.value == reason), None)
    if chosen is None:
        raise Invalid({"raison": _("Choisissez pourquoi il n’y aura pas de réparation.")})
    words = _short(clean_block(note), "phrase", MAX_NOTE)
    if not words:
        raise Invalid({"phrase": _("Expliquez en une phrase : la personne qui a signalé la lira.")})
    requests.decide(
        session,
        actor,
        reference,
        RequestStatus.CLOSED,
        f"{REASONS[chosen]}\n{words}",
        idempotency_key=idempotency_key,
    )
    if row.closing_reason is None:
        row.closing_reason = chosen
    session.flush()


def approve(session: Session, actor: Actor, reference: str, *, place: str, words: str, photo: bool) -> None:
    """Decide what everyone reads of a report: the place, the words, the photo. Empty words: the kind alone is shown.

    :raises Invalid: ``lieu`` or ``texte``, in French.
    :raises Conflict: ``photo_not_ready``: there is none that may be shown.
    :raises NotFound: no request of theirs, or no report.
    """
    row, view = _find(session, actor, reference)
    shown = _short(clean_line(place), "lieu", MAX_PLACE)
    if not shown:
        raise Invalid({"lieu": _("Écrivez le lieu tel que tout le monde le lira, par exemple « 8 quai des Moulins ».")})
    told = _short(clean_block(words), "texte", MAX_WORDS)
    clean = next((one for one in view.documents if one.is_clean), None)
    if photo and clean is None:
        raise Conflict("photo_not_ready")
    row.place, row.words, row.approved_at = shown, told, clock.now()
    row.photo_id = clean.id if photo and clean else None
    session.flush()
    record(session, actor, "report_published", subject_id=view.person_id, request_id=view.id)


def _find(session: Session, actor: Actor, reference: str) -> tuple[StreetReport, requests.RequestView]:
    view = requests.get_request(session, actor, reference, journal=session)
    row = session.scalars(select(StreetReport).where(StreetReport.request_id == view.id)).one_or_none()
    if row is None:
        raise NotFound("report_unknown")
    return row, view


def _short(text: str, field: str, limit: int) -> str:
    if len(text) > limit:
        sentence = _("Écrivez %(limit)s caractères au plus, il y en a %(count)s.", limit=limit, count=len(text))
        raise Invalid({field: sentence})
    return text
