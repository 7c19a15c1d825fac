"""Everything of one person, chapter by chapter, through the doors of the rooms: what they may see, and nothing else.

The person's own rights are used (an actor like theirs): an agent's internal note, or anybody else's file, can no more
come in here than on their pages.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.checklists.service import list_checklists
from portal.casework.consents.service import list_consents
from portal.casework.documents import service as documents
from portal.casework.documents.storage import BlobStore, ContentMissing
from portal.casework.receipts.service import PaperKind, read_pdf
from portal.casework.receipts.wording import DECISIONS
from portal.casework.requests import service as requests
from portal.engine.own_data.declared import choices, household
from portal.engine.own_data.held import booked_appointments, given_mandates
from portal.engine.own_data.said import given_opinions, noted_contacts
from portal.engine.own_data.shapes import Chapter, Entry
from portal.ground.audit.service import list_about
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.ground.web.formats import format_date, format_moment
from portal.people.accounts.service import get_account, get_contacts
from portal.people.identity.service import list_sessions

# Beyond this, documents are named and not joined: they are on « Mes documents ».
MAX_FILES: Final = 150 * 1024 * 1024
MAX_ENTRIES: Final = 5_000
Lines = list[tuple[str, str]]


def gather(session: Session, actor: Actor, store: BlobStore) -> list[Chapter]:
    """Every chapter, those without anything included: "nothing" is an answer too.

    :raises NotFound: the account is gone.
    :raises VaultDestroyed: the person was erased meanwhile.
    """
    chapters: Sequence[Callable[[Session, Actor, BlobStore], Chapter]] = (
        _identity,
        household,
        choices,
        _requests,
        given_opinions,
        _drafts,
        _documents,
        _consents,
        given_mandates,
        booked_appointments,
        noted_contacts,
        _lists,
        _consultations,
        _sessions,
    )
    return [chapter(session, actor, store) for chapter in chapters]


def actor_of_account(session: Session, account_id: Any) -> Actor:
    """The rights of the person of an account: theirs, and nothing more.

    :raises NotFound: no such account.
    """
    account = get_account(session, account_id)
    return Actor(ActorKind.RESIDENT, account.id, account.person_id, label=account.display_name)


def _identity(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    account = get_account(session, actor.id) if actor.id else None
    if account is None or actor.subject is None:
        raise NotFound("account_unknown")
    contacts = get_contacts(session, actor.subject)
    data = {
        "given_names": list(account.given_name_parts),
        "family_name": account.family_name,
        "preferred_name": account.preferred_name,
        "birthdate": account.birthdate,
        "gender": account.gender,
        "birth_place": account.birth_place,
        "birth_country": account.birth_country,
        "email": account.email,
        "declared_email": contacts.email,
        "declared_phone": contacts.phone,
    }
    labels = {
        "given_names": _("Prénoms"),
        "family_name": _("Nom de naissance"),
        "preferred_name": _("Nom d’usage"),
        "birthdate": _("Date de naissance"),
        "gender": _("Sexe à l’état civil"),
        "birth_place": _("Lieu de naissance (code)"),
        "birth_country": _("Pays de naissance (code)"),
        "email": _("Adresse électronique"),
        "declared_email": _("Adresse électronique que vous avez donnée"),
        "declared_phone": _("Téléphone que vous avez donné"),
    }
    said = {**data, "given_names": account.given_names}
    entry = Entry(_("Votre compte"), tuple((labels[name], str(text)) for name, text in said.items() if text))
    return Chapter("identity", _("Qui vous êtes"), data, (entry,))


def _requests(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    data: list[Any] = []
    entries: list[Entry] = []
    files: dict[str, bytes] = {}
    for summary in requests.list_requests(session, actor):
        view = requests.get_request(session, actor, summary.reference)
        papers = dict(_papers(session, actor, view.reference))
        files |= papers
        data.append({**_request_data(view), "papers": sorted(papers)})
        entries.append(Entry(f"{view.procedure_title}, {view.reference}", tuple(_request_lines(view))))
    return Chapter("requests", _("Vos demandes"), data, tuple(entries), files)


def _papers(session: Session, actor: Actor, reference: str) -> Iterator[tuple[str, bytes]]:
    for kind in PaperKind:
        try:
            found = read_pdf(session, actor, reference, kind)
        except NotFound:
            continue
        yield f"demandes/{reference}/{found.name}", found.pdf


def _request_data(view: requests.RequestView) -> dict[str, Any]:
    decided = view.decision
    return {
        "reference": view.reference,
        "procedure": view.procedure_slug,
        "procedure_version": view.procedure_version,
        "title": view.procedure_title,
        "status": view.status.value,
        "channel": view.channel.value,
        "submitted_at": _iso(view.submitted_at),
        "decided_at": _iso(view.decided_at),
        "department": view.department.designation,
        "answers": [
            {
                "step": step.slug,
                "field": line.name,
                "path": line.path,
                "concept": line.concept,
                "label": line.label,
                "value": line.value,
                "text": line.text,
            }
            for step in view.steps
            for line in step.lines
        ],
        "messages": [
            {
                "kind": one.kind.value,
                "from": one.author_kind.value,
                "author": one.author_name,
                "role": one.author_role,
                "text": one.text,
                "posted_at": _iso(one.posted_at),
            }
            for one in view.messages
        ],
        "recipients": [
            {"name": one.recipient, "transmitted_at": _iso(one.transmitted_at), "received_at": _iso(one.received_at)}
            for one in view.forwardings
        ],
        "documents": [{"id": str(one.id), "name": one.name} for one in view.documents],
        "decision": {"decision": decided.decision.value, "reason": decided.reason} if decided else None,
    }


def _request_lines(view: requests.RequestView) -> Lines:
    lines: Lines = [
        (_("Déposée le"), format_moment(view.submitted_at)),
        (_("Service"), view.department.designation),
    ]
    if view.decision is not None:
        lines.append((_("Décision"), f"{DECISIONS[view.decision.decision]}. {view.decision.reason}"))
    lines += [(line.label, line.text) for step in view.steps for line in step.lines]
    lines += [
        (_("Message du %(moment)s", moment=format_moment(one.posted_at)), f"{one.author_name} : {one.text}")
        for one in view.messages
    ]
    return lines


def _drafts(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    data, entries = [], []
    for one in requests.list_drafts(session, actor):
        draft = requests.get_draft(session, actor, one.id)
        data.append(
            {"procedure": one.procedure_slug, "updated_at": _iso(one.updated_at), "answers": dict(draft.answers)}
        )
        lines = [(_("Enregistré le"), format_moment(one.updated_at))]
        lines += [(name, str(value)) for name, value in draft.answers.items()]
        entries.append(Entry(one.procedure_title, tuple(lines)))
    return Chapter("drafts", _("Vos brouillons"), data, tuple(entries))


def _documents(session: Session, actor: Actor, store: BlobStore) -> Chapter:
    data, entries, total = [], [], 0
    files: dict[str, bytes] = {}
    for number, one in enumerate(documents.list_documents(session, actor), start=1):
        path = ""
        if one.is_clean and total + one.size <= MAX_FILES:
            try:
                content = documents.open_document(session, store, one).content
            except ContentMissing:
                content = b""
            if content:
                path, total = f"documents/{number:03d}.{one.kind.value}", total + len(content)
                files[path] = content
        data.append(
            {
                "id": str(one.id),
                "name": one.name,
                "concept": one.concept,
                "size": one.size,
                "added_at": _iso(one.created_at),
                "file": path,
            }
        )
        where = path or _("à télécharger depuis « Mes documents »")
        lines = ((_("Ajouté le"), format_date(one.created_at.date())), (_("Fichier"), where))
        entries.append(Entry(one.name, lines))
    return Chapter("documents", _("Vos documents"), data, tuple(entries), files)


def _consents(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    found = list_consents(session, actor)
    data = [
        {
            "provider": one.provider,
            "purpose": one.purpose,
            "concept": one.concept,
            "legal_basis": one.legal_basis,
            "given_at": _iso(one.given_at),
            "expires_at": _iso(one.expires_at),
            "ended_at": _iso(one.ended_at),
            "outcome": one.outcome.value,
        }
        for one in found
    ]
    entries = [
        Entry(one.provider, ((_("Pour"), one.purpose), (_("Donné le"), format_moment(one.given_at)))) for one in found
    ]
    return Chapter("consents", _("Vos autorisations"), data, tuple(entries))


def _lists(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    found = list_checklists(session, actor)
    data = [
        {
            "journey": one.journey,
            "created_at": _iso(one.created_at),
            "answers": {
                name: list(value) if isinstance(value, tuple) else value for name, value in one.answers.items()
            },
            "done": sorted(name for name, mark in one.marks.items() if mark.done_on),
        }
        for one in found
    ]
    entries = [Entry(one.journey, ((_("Créée le"), format_moment(one.created_at)),)) for one in found]
    return Chapter("checklists", _("Vos listes"), data, tuple(entries))


def _consultations(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    if actor.subject is None:
        raise NotFound("account_unknown")
    kinds = (ActorKind.AGENT, ActorKind.PARTNER, ActorKind.SYSTEM)
    found = list_about(session, actor.subject, kinds=kinds, limit=MAX_ENTRIES)
    data = [
        {"at": _iso(one.occurred_at), "action": one.action, "by": one.actor_kind.value, "connection": one.connection}
        for one in found
    ]
    who = {ActorKind.AGENT: _("Un agent"), ActorKind.PARTNER: _("Un organisme"), ActorKind.SYSTEM: _("Le portail")}
    lines = tuple((format_moment(one.occurred_at), f"{who[one.actor_kind]} : {one.action}") for one in found)
    entries = (Entry(_("Le journal"), lines),) if lines else ()
    return Chapter("journal", _("Qui a consulté votre dossier"), data, entries)


def _sessions(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    found = list_sessions(session, account_id=actor.id)
    data = [
        {"opened_at": _iso(one.created_at), "browser": one.browser_family, "system": one.system_family} for one in found
    ]
    entries = [
        Entry(one.browser_family or _("Un navigateur"), ((_("Ouverte le"), format_moment(one.created_at)),))
        for one in found
    ]
    return Chapter("sessions", _("Vos sessions ouvertes"), data, tuple(entries))


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
