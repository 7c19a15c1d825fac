"""The door of the room: what waits to be posted, what was, what came back. Everything flushes, nothing commits."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.sdk import LetterDraft, LetterPurpose
from portal.casework.catalogue.service import get_version
from portal.casework.letters import policy
from portal.casework.letters.composing import compose
from portal.casework.letters.enums import LetterState
from portal.casework.letters.models import Letter
from portal.casework.letters.shapes import LetterFile, LetterView
from portal.casework.receipts.service import Printed
from portal.casework.requests import service as requests
from portal.casework.wordings.service import fill, letter_wording
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.dictionary.service import Value, clean_line
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal, seal_json, unseal, unseal_json
from portal.ground.web.formats import format_date
from portal.people.accounts.service import get_authority

__all__ = [
    "PAGE",
    "LetterFile",
    "LetterPurpose",
    "LetterState",
    "LetterView",
    "cancel_unposted",
    "count_letters",
    "draft_content",
    "find_letter",
    "get_letter",
    "keep_letter",
    "list_letters",
    "mark_posted",
    "mark_returned",
    "next_number",
    "read_pdf",
    "undo_posted",
    "wrong_posting_day",
]

PAGE = 25
MAX_TRACKING = 40
IDENTITY = "person."


def find_letter(session: Session, connection: str, idempotency_key: str) -> str | None:
    """The number of the letter kept under this key."""
    query = select(Letter.number).where(Letter.connection == connection, Letter.idempotency_key == idempotency_key)
    return session.scalar(query)


def next_number(session: Session, reference: str) -> str:
    """The number that the next letter of a request will bear.

    :raises NotFound: no such request.
    """
    request_id = _request_id(session, reference)
    count = session.scalar(select(func.count()).select_from(Letter).where(Letter.request_id == request_id)) or 0
    return f"{reference}-C{count + 1}"


def draft_content(session: Session, draft: LetterDraft, number: str, made_at: datetime) -> Mapping[str, object]:
    """What the press is given. A withdrawal names the person as the letter that it cites did.

    :raises NotFound: the letter cited is not one of this request's.
    """
    payload = dict(draft.payload)
    if draft.purpose is LetterPurpose.WITHDRAWAL:
        payload |= _identity_of(session, draft)
    said = LetterDraft(
        idempotency_key=draft.idempotency_key,
        reference=draft.reference,
        purpose=draft.purpose,
        recipient=draft.recipient,
        payload=payload,
        cites=draft.cites,
        amendment=draft.amendment,
    )
    lead = _own_lead(session, draft.reference) if draft.purpose is LetterPurpose.REQUEST else ""
    return compose(said, number, get_authority(session), made_at, lead=lead)


def _own_lead(session: Session, reference: str) -> str:
    """The first sentence that the department wrote for its letters, filled; empty when it wrote none."""
    about = requests.letter_subject(session, _request_id(session, reference))
    procedure = get_version(session, about.procedure_id, about.procedure_version)
    text = letter_wording(session, about.department_id, procedure.slug)
    if not text:
        return ""
    service = procedure.document.acknowledgement.service
    values = {
        "reference": reference,
        "titre": procedure.title,
        "prenom_nom": about.applicant_name,
        "date_demande": format_date(clock.local(about.submitted_at).date()),
        "date_du_jour": format_date(clock.today()),
        "service": service.designation or "",
        "telephone_service": service.phone or "",
        "collectivite": get_authority(session).name,
    }
    return fill(text, values)


def _identity_of(session: Session, draft: LetterDraft) -> dict[str, Value]:
    row = session.scalars(select(Letter).where(Letter.number == draft.cites)).one_or_none()
    if row is None or row.request_id != _request_id(session, draft.reference):
        raise NotFound("letter_unknown")
    return {
        concept: value for concept, value in _content(session, row)["payload"].items() if concept.startswith(IDENTITY)
    }


def keep_letter(
    session: Session, connection: str, draft: LetterDraft, number: str, printed: Printed, made_at: datetime
) -> None:
    """Keep a letter that was made, sealed, until somebody has posted it.

    :raises NotFound: no such request.
    :raises VaultDestroyed: the request was erased.
    """
    request_id = _request_id(session, draft.reference)
    letter_id, key_id = new_id(), requests.sealing_key(session, request_id)
    content = {"recipient": list(draft.recipient), "payload": dict(draft.payload)}
    session.add(
        Letter(
            id=letter_id,
            request_id=request_id,
            data_key_id=key_id,
            connection=connection,
            idempotency_key=draft.idempotency_key,
            rank=int(number.rpartition("-C")[2]),
            number=number,
            purpose=draft.purpose,
            amendment=draft.amendment,
            cites=draft.cites,
            sealed_content=seal_json(session, key_id, content, context=_place(letter_id, "content")),
            sealed_pdf=seal(session, key_id, printed.pdf, context=_place(letter_id, "pdf")),
            size=len(printed.pdf),
            made_at=made_at,
        )
    )
    session.flush()


def cancel_unposted(session: Session, connection: str, reference: str) -> bool:
    """Take back what nobody posted of a request. True when nothing of it ever left.

    :raises NotFound: no such request.
    """
    query = select(Letter).where(Letter.request_id == _request_id(session, reference), Letter.connection == connection)
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        if row.state is LetterState.READY:
            row.state, row.changed_at = LetterState.CANCELLED, clock.now()
    session.flush()
    return bool(rows) and all(row.state is LetterState.CANCELLED for row in rows)


def list_letters(session: Session, actor: Actor, state: LetterState) -> list[LetterView]:
    """The letters in a state: those to post from the oldest, the others from the newest; 25 at most.

    :raises Forbidden: the actor posts no letters.
    """
    _check(actor)
    order = Letter.made_at if state is LetterState.READY else Letter.changed_at.desc()
    rows = session.scalars(select(Letter).where(Letter.state == state).order_by(order, Letter.id).limit(PAGE))
    return [_view(row) for row in rows]


def count_letters(session: Session) -> dict[LetterState, int]:
    """How many letters are in each state."""
    rows = session.execute(select(Letter.state, func.count()).group_by(Letter.state))
    return {row[0]: row[1] for row in rows}


def get_letter(session: Session, actor: Actor, letter_id: UUID) -> LetterView:
    """One letter.

    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    return _view(_find(session, actor, letter_id))


def read_pdf(session: Session, actor: Actor, letter_id: UUID, *, journal: Session) -> LetterFile:
    """The PDF of a letter, to be printed.

    :param journal: the session that writes the line of the journal: the person can see it.
    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    row = _find(session, actor, letter_id)
    person_id = requests.person_of(session, row.request_id)
    record(journal, actor, "letter_printed", subject_id=person_id, request_id=row.request_id)
    pdf = unseal(session, row.data_key_id, row.sealed_pdf, context=_place(row.id, "pdf"))
    return LetterFile(f"courrier-{row.number}.pdf", pdf)


def mark_posted(session: Session, actor: Actor, letter_id: UUID, *, on: date, tracking: str = "") -> None:
    """Somebody posted the letter: the person reads when.

    :param on: the day, not in the future, and not before the letter was made.
    :raises Invalid: ``date`` or ``tracking``.
    :raises Conflict: ``letter_moved``: it is posted or cancelled already.
    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    row = _find(session, actor, letter_id, lock=True)
    number = clean_line(tracking)
    wrong_day = wrong_posting_day(row.made_at, on)
    errors = {"date": wrong_day} if wrong_day else {}
    if len(number) > MAX_TRACKING:
        errors["tracking"] = _("Écrivez %(limit)s caractères au plus pour le numéro de suivi.", limit=MAX_TRACKING)
    if errors:
        raise Invalid(errors)
    _move(row, actor, LetterState.POSTED)
    row.posted_on, row.tracking = on, number
    requests.record_letter_posted(session, row.request_id, _said_of(row), actor, on=on, tracking=number)
    session.flush()


def wrong_posting_day(made_at: datetime, on: date) -> str:
    """What is wrong of the day on which a letter made at this instant was posted; empty when nothing is."""
    if clock.local(made_at).date() <= on <= clock.today():
        return ""
    return _("Donnez le jour de l’envoi : au plus tôt celui où la lettre a été préparée, au plus tard aujourd’hui.")


def undo_posted(session: Session, actor: Actor, letter_id: UUID) -> None:
    """The letter was marked as posted by mistake.

    :raises Conflict: ``letter_moved``: it is not marked as posted.
    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    row = _find(session, actor, letter_id, lock=True)
    _move(row, actor, LetterState.READY)
    row.posted_on, row.tracking = None, ""
    requests.record_letter_unposted(session, row.request_id, _said_of(row), actor)
    session.flush()


def mark_returned(session: Session, actor: Actor, letter_id: UUID) -> None:
    """The letter came back.

    :raises Conflict: ``letter_moved``: it was not posted.
    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    row = _find(session, actor, letter_id, lock=True)
    _move(row, actor, LetterState.RETURNED)
    requests.record_letter_returned(session, row.request_id, _said_of(row), actor)
    session.flush()


def _move(row: Letter, actor: Actor, wanted: LetterState) -> None:
    if not policy.is_legal(row.state, wanted):
        raise Conflict("letter_moved")
    row.state, row.changed_by, row.changed_at = wanted, actor.id, clock.now()


def _said_of(row: Letter) -> requests.PostedLetter:
    return requests.PostedLetter(row.connection, row.number, row.purpose, row.amendment)


def _check(actor: Actor) -> None:
    if not policy.can_post_letters(actor):
        raise Forbidden("permission")


def _find(session: Session, actor: Actor, letter_id: UUID, *, lock: bool = False) -> Letter:
    _check(actor)
    query = select(Letter).where(Letter.id == letter_id)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("letter_unknown")
    return row


def _request_id(session: Session, reference: str) -> UUID:
    found = requests.find_request_id(session, reference)
    if found is None:
        raise NotFound("request_unknown")
    return found


def _content(session: Session, row: Letter) -> dict[str, dict[str, Value]]:
    return dict(unseal_json(session, row.data_key_id, row.sealed_content, context=_place(row.id, "content")))


def _place(letter_id: UUID, what: str) -> str:
    return f"letter:{letter_id}:{what}"


def _view(row: Letter) -> LetterView:
    return LetterView(
        id=row.id,
        number=row.number,
        connection=row.connection,
        purpose=row.purpose,
        state=row.state,
        cites=row.cites,
        made_at=row.made_at,
        posted_on=row.posted_on,
        tracking=row.tracking,
        size=row.size,
    )
