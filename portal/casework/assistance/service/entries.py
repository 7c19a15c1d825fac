"""Paper forms typed in: what is known of each besides its answers, its scans, and its sending."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance.enums import AnswerBy, Closing, Proof
from portal.casework.assistance.models import Assistance, TypedEntry
from portal.casework.assistance.service.opening import AssistanceEnded, settle
from portal.casework.assistance.service.rows import end_open_of_agent, own_row, view_of
from portal.casework.assistance.shapes import AssistanceView, EntryFacts, EntryLine, EntryView
from portal.casework.catalogue.service import ProcedureView
from portal.casework.requests.enums import Channel
from portal.casework.requests.policy import DRAFT_KEPT
from portal.casework.requests.service import (
    Received,
    SubmittedView,
    assisted_draft,
    discard_draft,
    hold_draft,
    start_entry_draft,
    submit_entry,
)
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import ValueRefused, clean_line, get_concept, validate
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, Assisted
from portal.ground.vault.service import (
    create_data_key,
    destroy_data_key,
    hold_data_keys,
    seal_json,
    unseal_json,
    with_data_keys,
)
from portal.people.accounts.service import create_person

CHANNELS = (Channel.MAIL, Channel.PHONE, Channel.COUNTER)
OLDEST = timedelta(days=366)
MAX_NAME = 200
MAX_CONTACT = 300
MAX_SCANS = 10
LISTED = 10
AT_ONCE = 200


def check_entry(typed: Mapping[str, Any]) -> EntryFacts:
    """What an agent typed about a paper, checked.

    :param typed: ``canal``, ``recu`` (a mapping of day, month and year), ``nom``, ``reponse``, ``contact``.
    :raises Invalid: by field name, in French.
    """
    errors: dict[str, str] = {}
    channel = next((one for one in CHANNELS if one.value == typed.get("canal")), None)
    if channel is None:
        errors["canal"] = _("Dites comment la demande est arrivée.")
    received_on = _day(typed.get("recu"), errors)
    applicant = clean_line(str(typed.get("nom") or ""))[:MAX_NAME]
    if not applicant:
        errors["nom"] = _("Écrivez le nom et le prénom de la personne, comme sur le papier.")
    answer_by = next((one for one in AnswerBy if one.value == typed.get("reponse")), None)
    if answer_by is None:
        errors["reponse"] = _("Choisissez comment répondre à la personne.")
    contact = _contact(answer_by, clean_line(str(typed.get("contact") or ""))[:MAX_CONTACT], errors)
    if errors or channel is None or received_on is None or answer_by is None:
        raise Invalid(errors)
    return EntryFacts(channel, received_on, applicant, answer_by, contact)


def _day(raw: Any, errors: dict[str, str]) -> date | None:
    parts = raw if isinstance(raw, Mapping) else {}
    try:
        day = date(*(int(str(parts.get(part) or "")) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        errors["recu"] = _("Écrivez le jour où la demande est arrivée, par exemple 3 11 2026.")
        return None
    if day > clock.today():
        errors["recu"] = _("Ce jour n’est pas encore arrivé : écrivez celui du tampon ou de l’appel.")
    elif day < clock.today() - OLDEST:
        errors["recu"] = _("Ce jour est trop ancien : vérifiez l’année.")
    return day


def _contact(answer_by: AnswerBy | None, text: str, errors: dict[str, str]) -> str:
    if not text:
        errors["contact"] = _("Écrivez où répondre : une adresse, un numéro de téléphone ou une adresse électronique.")
        return ""
    concept = {AnswerBy.EMAIL: "contact.email", AnswerBy.PHONE: "contact.phone"}.get(answer_by) if answer_by else None
    if concept is None:
        return text
    try:
        return str(validate(get_concept(concept), text))
    except ValueRefused as refused:
        errors["contact"] = refused.message
        return text


def start_entry(session: Session, actor: Actor, procedure: ProcedureView, facts: EntryFacts) -> AssistanceView:
    """Open a paper form to be typed in: a draft of nobody's account, and a person of whom nothing else is known.

    :raises Forbidden: the agent does not hold the permission.
    """
    if not policy.can_enter(actor) or actor.id is None:
        raise Forbidden("permission")
    end_open_of_agent(session, actor.id)
    draft = start_entry_draft(session, actor, procedure)
    now, key_id = clock.now(), create_data_key(session)
    row = Assistance(
        agent_id=actor.id,
        account_id=None,
        person_id=create_person(session),
        draft_id=draft.id,
        procedure_id=procedure.id,
        channel=facts.channel,
        proof=Proof.PAPER,
        opened_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    sealed = _seal(session, row.id, key_id, facts, "")
    session.add(
        TypedEntry(
            id=row.id,
            received_on=facts.received_on,
            answer_by=facts.answer_by,
            scans=[],
            data_key_id=key_id,
            sealed=sealed,
        )
    )
    session.flush()
    record(session, actor, "entry_opened", subject_id=row.person_id, details={"channel": facts.channel.value})
    return view_of(row)


def find_entry(session: Session, opened: AssistanceView) -> EntryView | None:
    """What is known of a paper form that its agent has found; None when it is no paper form, or was erased."""
    query = with_data_keys(select(TypedEntry), TypedEntry.data_key_id.expression)
    found = session.execute(query.where(TypedEntry.id == opened.id)).one_or_none()
    return _view(session, opened.channel, found.TypedEntry) if found else None


def list_entries(session: Session, actor: Actor) -> list[EntryLine]:
    """The papers that this agent began and did not send, the latest first, ten at most. Two statements.

    :raises Forbidden: the agent does not hold the permission.
    """
    if not policy.can_enter(actor):
        raise Forbidden("permission")
    begun = (Assistance.agent_id == actor.id, Assistance.request_id.is_(None))
    query = select(Assistance, TypedEntry).join(TypedEntry, TypedEntry.id == Assistance.id).where(*begun)
    rows = session.execute(query.order_by(Assistance.seen_at.desc(), Assistance.id).limit(LISTED)).all()
    with hold_data_keys(session, {entry.data_key_id for _row, entry in rows}):
        return [
            EntryLine(row.id, row.procedure_id, _view(session, row.channel, entry).facts, row.seen_at)
            for row, entry in rows
        ]


def reopen_entry(session: Session, actor: Actor, assistance_id: UUID) -> AssistanceView:
    """Take up again a paper that was begun: it lies on the agent's desk, nobody needs to agree again.

    :raises Forbidden: the agent does not hold the permission.
    :raises NotFound: none of this agent's, or it is sent or erased.
    """
    if not policy.can_enter(actor):
        raise Forbidden("permission")
    end_open_of_agent(session, actor.id)
    row = own_row(session, actor, assistance_id, lock=True)
    if row.request_id is not None or session.get(TypedEntry, row.id) is None:
        raise NotFound("entry_unknown")
    row.closed_at, row.closing, row.seen_at = None, None, clock.now()
    session.flush()
    record(session, actor, "entry_opened", subject_id=row.person_id, details={"channel": row.channel.value})
    return view_of(row)


def erase_entry(session: Session, actor: Actor, assistance_id: UUID) -> None:
    """Erase a paper that was begun: its answers, and what is known of it.

    :raises NotFound: none of this agent's, or it is sent or erased.
    """
    row = own_row(session, actor, assistance_id, lock=True)
    entry = session.get(TypedEntry, row.id)
    if row.request_id is not None or entry is None or row.draft_id is None:
        raise NotFound("entry_unknown")
    row.closed_at, row.closing = clock.now(), Closing.AGENT
    _erase(session, entry)
    assisted = Assisted(row.draft_id, None)
    helper = policy.helper(actor, assistance_id=row.id, person_id=row.person_id, assisted=assisted)
    try:
        discard_draft(session, helper, row.draft_id)
    except NotFound:  # nobody came back to it for three months
        return


def _erase(session: Session, entry: TypedEntry) -> None:
    key_id = entry.data_key_id
    session.delete(entry)
    session.flush()
    destroy_data_key(session, key_id)


def add_scan(session: Session, actor: Actor, document_id: UUID) -> None:
    """Join a scan of the original, once.

    :raises AssistanceEnded: it is over.
    :raises Invalid: ``fichier``: ten files are there already.
    """
    entry = _own_entry(session, actor)
    if str(document_id) in entry.scans:
        return
    if len(entry.scans) >= MAX_SCANS:
        raise Invalid({"fichier": _("Dix fichiers au plus : regroupez les pages dans un PDF.")})
    entry.scans = [*entry.scans, str(document_id)]
    session.flush()


def drop_scan(session: Session, actor: Actor, document_id: UUID) -> None:
    """Take a scan back. Taking it back again changes nothing."""
    entry = _own_entry(session, actor)
    entry.scans = [one for one in entry.scans if one != str(document_id)]
    session.flush()


def send_entry(session: Session, actor: Actor, *, idempotency_key: str, version: int) -> SubmittedView:
    """Send the typed-in form. What came by mail carries a scan of its original.

    :raises AssistanceEnded: it is over, and nothing was sent under it.
    :raises Invalid: by field name; ``original``: the scan is missing.
    :raises Conflict: ``draft_changed`` or ``procedure_closed``.
    """
    draft_id = assisted_draft(actor)
    hold_draft(session, actor, draft_id)
    entry = _own_entry(session, actor)
    row = session.get_one(Assistance, entry.id)
    view = _view(session, row.channel, entry)
    facts = view.facts
    if facts.channel is Channel.MAIL and not view.scans:
        raise Invalid({"original": _("Joignez le courrier numérisé avant d’enregistrer la demande.")})
    received = Received(facts.channel, facts.received_on, facts.applicant, _wish(facts), view.scans)
    sent = submit_entry(session, actor, draft_id, idempotency_key=idempotency_key, version=version, received=received)
    entry.sealed = _seal(session, entry.id, entry.data_key_id, facts, sent.code)
    settle(session, actor, row, sent.request_id)
    return sent


def purge_entries(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase what is known of papers once sent and printed, or left alone for three months; return how many."""
    now = clock.now()
    over = or_(
        Assistance.request_id.is_not(None) & (Assistance.closed_at <= now - policy.SHOWN_AFTER),
        Assistance.opened_at <= now - DRAFT_KEPT,
    )
    query = select(TypedEntry).join(Assistance, Assistance.id == TypedEntry.id).where(over).limit(limit)
    rows = session.scalars(query).all()
    for row in rows:
        _erase(session, row)
    return len(rows)


def _wish(facts: EntryFacts) -> str:
    """How the person wants to be answered: read by the service that answers, and by the person who follows."""
    if facts.answer_by is AnswerBy.EMAIL:
        return _("Réponse souhaitée par courriel : %(where)s", where=facts.contact)
    if facts.answer_by is AnswerBy.PHONE:
        return _("Réponse souhaitée par téléphone : %(where)s", where=facts.contact)
    return _("Réponse souhaitée par courrier : %(where)s", where=facts.contact)


def _own_entry(session: Session, actor: Actor) -> TypedEntry:
    if actor.mandate_id is None:
        raise Forbidden("entry_needed")
    row = own_row(session, actor, actor.mandate_id, lock=True)
    why = policy.ending(row, clock.now())
    if why is not None:
        raise AssistanceEnded(why)
    row.seen_at = clock.now()
    return session.get_one(TypedEntry, row.id)


def _seal(session: Session, row_id: UUID, key_id: UUID, facts: EntryFacts, code: str) -> bytes:
    content = {"applicant": facts.applicant, "contact": facts.contact, "code": code}
    return seal_json(session, key_id, content, context=f"typed_entry:{row_id}")


def _view(session: Session, channel: Channel, entry: TypedEntry) -> EntryView:
    kept = dict(unseal_json(session, entry.data_key_id, entry.sealed, context=f"typed_entry:{entry.id}"))
    facts = EntryFacts(channel, entry.received_on, kept["applicant"], entry.answer_by, kept["contact"])
    return EntryView(facts, tuple(UUID(one) for one in entry.scans), kept["code"])
