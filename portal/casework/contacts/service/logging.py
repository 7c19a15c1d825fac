"""Noting a contact: what came, when, about what, how to answer; with the scans of its original."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.contacts import policy
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.contacts.models import Contact
from portal.casework.contacts.service.rows import own_contact, seal_facts, view_of
from portal.casework.contacts.shapes import ContactFacts, ContactView
from portal.casework.openings.enums import IdentityCheck
from portal.casework.requests.reference import free_reference
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.dictionary.service import ValueRefused, clean_block, clean_line, get_concept, validate
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import Actor, Assisted
from portal.ground.vault.service import create_data_key, destroy_data_key
from portal.people.accounts.service import create_person, get_authority

AT_ONCE = 200
# Between the authority’s own requests and appointments, so that one is not taken for the other when it is said.
REFERENCE_SUFFIX = "E"
CONCEPTS = {
    AnswerWay.EMAIL: "contact.email",
    AnswerWay.SMS: "contact.phone",
    AnswerWay.PHONE: "contact.phone",
}


def check_contact(
    typed: Mapping[str, Any], *, departments: Collection[UUID], themes: Collection[str], joined: bool
) -> ContactFacts:
    """What an agent typed, checked.

    :param typed: ``moyen``, ``jour`` (day, month, year), ``service``, ``theme``, ``mots``, ``reponse``, ``nom``,
        ``contact``.
    :param joined: it is noted in a person's file: their name need not be typed.
    :raises Invalid: by field name, in French.
    """
    errors: dict[str, str] = {}
    medium = next((one for one in Medium if one.value == typed.get("moyen")), None)
    department = next((one for one in departments if str(one) == typed.get("service")), None)
    theme = next((one for one in themes if one == typed.get("theme")), None)
    occurred_on = _day(typed.get("jour"), errors)
    words = clean_block(str(typed.get("mots") or "")[: policy.MAX_WORDS])
    name = clean_line(str(typed.get("nom") or "")[: policy.MAX_NAME])
    way = next((one for one in AnswerWay if one.value == typed.get("reponse")), None)
    where = _where(way, clean_line(str(typed.get("contact") or "")[: policy.MAX_WHERE]), errors)
    missing = {
        "moyen": (medium, _("Dites comment la personne vous a joint.")),
        "service": (department, _("Choisissez le service qui répondra.")),
        "theme": (theme, _("Choisissez de quoi il s’agit.")),
        "mots": (words, _("Écrivez en quelques mots ce que la personne a dit ou demandé.")),
        "nom": (name or joined, _("Écrivez le nom que la personne a donné, ou « anonyme ».")),
        "reponse": (way, _("Choisissez comment répondre à la personne.")),
    }
    errors |= {field: sentence for field, (value, sentence) in missing.items() if not value}
    if way is AnswerWay.SPACE and not joined:
        errors["reponse"] = _("Sans fiche ouverte, « Mon espace » n’est pas possible : choisissez une autre réponse.")
    if errors or not (medium and department and theme and occurred_on and way):
        raise Invalid(errors)
    return ContactFacts(department, medium, occurred_on, theme, words, way, name, where)


def _day(raw: Any, errors: dict[str, str]) -> date | None:
    parts = raw if isinstance(raw, Mapping) else {}
    try:
        day = date(*(int(str(parts.get(part) or "")) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        errors["jour"] = _("Écrivez le jour de l’appel, de la visite ou du courrier, par exemple 3 11 2026.")
        return None
    if not clock.today() - policy.OLDEST <= day <= clock.today():
        errors["jour"] = _("Écrivez un jour de l’année écoulée, aujourd’hui au plus tard.")
    return day


def _where(way: AnswerWay | None, text: str, errors: dict[str, str]) -> str:
    if way not in policy.NEEDS_WHERE or way is None:
        return text
    if not text:
        errors["contact"] = _("Écrivez où répondre : une adresse, un numéro de téléphone ou une adresse électronique.")
        return ""
    try:
        return str(validate(get_concept(CONCEPTS[way]), text)) if way in CONCEPTS else text
    except ValueRefused as refused:
        errors["contact"] = refused.message
        return text


def log_contact(
    session: Session,
    actor: Actor,
    facts: ContactFacts,
    *,
    person_id: UUID | None = None,
    proof: IdentityCheck | None = None,
    opening_id: UUID | None = None,
) -> ContactView:
    """Keep a contact, in a person's file when their identity was checked, or of nobody known yet.

    :raises Forbidden: it is for a department that is not the agent's.
    """
    if not policy.can_keep(actor, facts.department_id) or actor.id is None:
        raise Forbidden("permission")
    joined = person_id if proof is not None else None
    row = Contact(
        id=new_id(),
        reference=_free_reference(session),
        department_id=facts.department_id,
        medium=facts.medium,
        occurred_on=facts.occurred_on,
        theme=facts.theme,
        state=policy.first_state(facts.answer_by),
        answer_by=facts.answer_by,
        due_on=policy.due_on(facts.occurred_on),
        holder_id=create_person(session),
        person_id=joined,
        proof=proof if joined else None,
        opening_id=opening_id,
        scans=[],
        data_key_id=create_data_key(session),
        logged_by=actor.id,
        logged_at=clock.now(),
        purge_after=clock.now() + policy.CONTACT_KEPT,
        version=1,
    )
    row.sealed = seal_facts(session, row, facts)
    session.add(row)
    session.flush()
    details = {"medium": facts.medium.value, "contact": str(row.id)}
    record(session, actor, "contact_logged", subject_id=joined, details=details)
    return view_of(session, row)


def _free_reference(session: Session) -> str:
    def is_taken(reference: str) -> bool:
        return session.scalar(select(Contact.id).where(Contact.reference == reference)) is not None

    return free_reference(f"{get_authority(session).reference_prefix}{REFERENCE_SUFFIX}", is_taken)


def keeper(actor: Actor, contact: ContactView) -> Actor:
    """The agent, to keep a scan in the wallet of the contact: nothing else opens."""
    return Actor(
        kind=actor.kind,
        id=actor.id,
        subject=contact.holder_id,
        mandate_id=contact.id,
        label=actor.label,
        acr=actor.acr,
        assisted=Assisted(contact.id, None),
    )


def add_scan(session: Session, actor: Actor, contact_id: UUID, document_id: UUID) -> None:
    """Join a scan of the original, once.

    :raises NotFound: none, or another department's.
    :raises Invalid: ``fichier``: five files are there already.
    """
    row = own_contact(session, actor, contact_id, lock=True)
    if str(document_id) in row.scans:
        return
    if len(row.scans) >= policy.MAX_SCANS:
        raise Invalid({"fichier": _("Cinq fichiers au plus : regroupez les pages dans un PDF.")})
    row.scans = [*row.scans, str(document_id)]
    session.flush()


def purge_contacts(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the contacts of more than a year ago, with their keys; return how many."""
    over = select(Contact).where(Contact.purge_after <= clock.now()).order_by(Contact.purge_after)
    rows = session.scalars(over.limit(limit)).all()
    for row in rows:
        key_id = row.data_key_id
        session.delete(row)
        session.flush()
        destroy_data_key(session, key_id)
    return len(rows)
