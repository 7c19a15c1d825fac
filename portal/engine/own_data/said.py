"""What a person told the departments besides requests: calls, visits and letters noted, and opinions given."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.contacts.service import ContactView, list_for_person
from portal.casework.contacts.wording import MEDIA, REPLIED, STATES
from portal.casework.documents.service import documents_by_id
from portal.casework.documents.storage import BlobStore
from portal.casework.requests import service as requests
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction.service import AnswerView
from portal.casework.satisfaction.texts import EASE, OBTAINED, QUESTION_EASE, QUESTION_OBTAINED
from portal.engine.own_data.shapes import Chapter, Entry
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.web.formats import format_date, format_moment
from portal.people.accounts.service import list_departments, person_ids_of

# A year of them: several each day.
MOST_CONTACTS = 2_000


def noted_contacts(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    """What agents noted of the person's calls, visits and letters, the names of the originals, and the answers.

    :raises NotFound: no account to speak of.
    """
    if actor.id is None:
        raise NotFound("account_unknown")
    names = {one.id: one.name for one in list_departments(session)}
    data, entries = [], []
    for one in list_for_person(session, actor, person_ids_of(session, actor.id), limit=MOST_CONTACTS):
        department, originals = names.get(one.facts.department_id, ""), _originals(session, one)
        data.append(_contact_data(one, department, originals))
        title = f"{MEDIA[one.facts.medium]}, {format_date(one.facts.occurred_on)}"
        entries.append(Entry(title, tuple(_contact_lines(one, department, originals))))
    return Chapter("contacts", _("Vos appels et courriers"), data, tuple(entries))


def _originals(session: Session, contact: ContactView) -> list[str]:
    """The names of the scans, which are in no wallet of the person: agents keep them with the contact."""
    found = documents_by_id(session, contact.holder_id, contact.scans)
    return [found[one].name for one in contact.scans if one in found]


def _contact_data(one: ContactView, department: str, originals: list[str]) -> dict[str, object]:
    return {
        "reference": one.reference,
        "department": department,
        "medium": one.facts.medium.value,
        "occurred_on": one.facts.occurred_on.isoformat(),
        "theme": one.facts.theme,
        "words": one.facts.words,
        "name": one.facts.name,
        "where": one.facts.where,
        "answer_by": one.facts.answer_by.value,
        "state": one.state.value,
        "due_on": one.due_on.isoformat(),
        "proof": one.proof.value if one.proof else None,
        "originals": originals,
        "logged_at": one.logged_at.isoformat(),
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
        "replied_by": one.replied_by.value if one.replied_by else None,
        "reply": one.reply,
        "posted_on": one.posted_on.isoformat() if one.posted_on else None,
    }


def _contact_lines(one: ContactView, department: str, originals: list[str]) -> list[tuple[str, str]]:
    lines = [
        (_("Référence"), one.reference),
        (_("Service"), department),
        (_("État"), str(STATES[one.state][0])),
        (_("Ce que l’agent a noté"), one.facts.words),
    ]
    if one.facts.name:
        lines.append((_("Nom donné"), one.facts.name))
    if one.facts.where:
        lines.append((_("Où vous répondre"), one.facts.where))
    if originals:
        lines.append((_("Papiers d’origine, numérisés"), ", ".join(originals)))
    if one.replied_by is not None:
        lines.append((_("Notre réponse, %(how)s", how=REPLIED[one.replied_by]), one.reply))
    return lines


def given_opinions(session: Session, actor: Actor, _store: BlobStore) -> Chapter:
    """What the person answered to the two questions, request by request, and whether they want to be asked."""
    data, entries = [], []
    for summary in requests.list_requests(session, actor):
        given = _opinion_about(session, actor, summary.reference)
        if given is not None:
            data.append(_opinion_data(summary.reference, given))
            title = f"{summary.procedure_title}, {summary.reference}"
            entries.append(Entry(title, tuple(_opinion_lines(given))))
    refused = satisfaction.is_refused(session, actor.id)
    if refused:
        entries.append(
            Entry(_("Vos choix"), ((_("Donner votre avis"), _("Vous ne voulez plus qu’on vous le demande")),))
        )
    return Chapter("survey", _("Vos avis"), {"refused": refused, "answers": data}, tuple(entries))


def _opinion_about(session: Session, actor: Actor, reference: str) -> AnswerView | None:
    try:
        asked = requests.find_asked(session, actor, reference)
    except NotFound:  # not decided: nobody was asked
        return None
    return satisfaction.find_answer(session, actor, asked)


def _opinion_data(reference: str, given: AnswerView) -> dict[str, object]:
    return {
        "reference": reference,
        "obtained": given.obtained.value,
        "ease": given.ease,
        "words": given.words,
        "origin": given.origin.value,
        "changed_at": given.changed_at.isoformat(),
    }


def _opinion_lines(given: AnswerView) -> list[tuple[str, str]]:
    lines = [
        (_("Donné le"), format_moment(given.changed_at)),
        (str(QUESTION_OBTAINED), str(OBTAINED[given.obtained])),
        (str(QUESTION_EASE), str(EASE[given.ease - 1])),
    ]
    if given.words:
        lines.append((_("Ce que vous avez écrit"), given.words))
    return lines
