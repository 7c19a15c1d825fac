"""« Échanges » : a call, a visit, a letter, from what the agent notes to what the person reads of it."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update

from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.contacts.models import Contact
from portal.casework.contacts.policy import PAGE
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.people.accounts.service import AgentView, get_authority, get_department
from tests.portal.screens.test_desk_files import open_file
from tests.support.client import Browser
from tests.support.files import pdf
from tests.support.town import Town, counted

LOG = "/agents/contacts"
LETTERS = "/agents/courriers"


@pytest.fixture
def colleague(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """A supervisor of the same department."""
    return sign_in(town.commune.agents["s.amrani"])


def of_counter(town: Town) -> AgentView:
    """Karim, as he is provisioned."""
    return town.commune.agents["k.haddad"]


def noted(town: Town, **changes: Any) -> dict[str, str]:
    """What an agent types of a call."""
    today = clock.today()
    facts = {
        "moyen": "call",
        "jour-day": str(today.day),
        "jour-month": str(today.month),
        "jour-year": str(today.year),
        "nom": "Mme Essai",
        "theme": "autre",
        "service": str(next(iter(of_counter(town).department_ids))),
        "mots": "Demande les horaires de la piscine fictive.",
        "reponse": "phone",
        "contact": "06 39 98 12 34",
    }
    return {**facts, **changes}


def add(database: Database, town: Town, **changes: Any) -> UUID:
    """A contact kept through the services."""
    who, department = town.agent(of_counter(town)), next(iter(of_counter(town).department_ids))
    facts = {
        "department_id": department,
        "medium": Medium.CALL,
        "occurred_on": clock.today(),
        "theme": "autre",
        "words": "Essai",
        "answer_by": AnswerWay.PHONE,
        "name": "Essai",
        "where": "+33639981234",
    }
    with database.writing() as session:
        return contacts.log_contact(session, who, contacts.ContactFacts(**{**facts, **changes})).id


def test_a_call_is_noted_answered_and_read_by_its_person(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    assert "Rien n’est noté" in angela.get("/mon-espace/echanges", state="empty").text
    karim.get(LOG, state="empty")
    base = open_file(karim)
    karim.post(f"{base}/identite", {"verification": "call_back"})
    karim.get(f"{base}/echange", state="plain")
    kept = karim.post(f"{base}/echange", noted(town, nom="", reponse="space", contact=""))
    shown = karim.follow(kept, state="noted")
    assert "Rattaché à un compte" in shown.text
    assert "Autre chose" in karim.get(LOG, state="plain").text
    assert "Nous vous répondrons avant" in angela.get("/mon-espace/echanges", state="plain").text
    here = kept.location.partition("?")[0]
    form = shown.form(f"{here}/repondre")
    sent = karim.post(f"{here}/repondre", {**form, "texte": "Ouverte de 9 h à 19 h.\nBonne baignade."})
    assert "La réponse est enregistrée" in karim.follow(sent, state="answered").text
    karim.get(f"{LOG}?vue=repondus", state="answered")
    assert "depuis 90 jours : 1 sur 1" in karim.get(LOG).text
    read = angela.get("/mon-espace/echanges").text
    assert "Bonne baignade" in read
    assert re.search(r"Référence VSIE-\w{4}-\w{2}", read)
    assert "dans « Mon espace »" in read
    told = angela.get("/mon-espace/consultations").text
    assert "votre courrier noté" in told
    assert "à votre courrier écrite" in told


def test_a_letter_of_nobody_known_is_joined_later_with_a_proof(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    karim.get(f"{LOG}/nouveau", state="plain")
    kept = karim.post(f"{LOG}/nouveau", noted(town, moyen="letter", reponse="email", contact="essai@usagers.example"))
    here = kept.location.partition("?")[0]
    shown = karim.get(here, state="plain")
    assert "Rattaché à personne" in shown.text
    refused = karim.post(
        f"{here}/original", {"fichier": (io.BytesIO(), "vide.pdf", "application/pdf")}, 422, state="refused"
    )
    assert "Le papier d’origine" not in refused.title
    joined = karim.post(f"{here}/original", {"fichier": (io.BytesIO(pdf()), "lettre.pdf", "application/pdf")})
    assert "lettre.pdf" in karim.follow(joined).text
    version = {"version": "1"}
    assert "vérifiez son identité" in karim.post(f"{here}/rattacher", version, 409, state="not open").text
    base = open_file(karim)
    karim.post(f"{here}/rattacher", version, 409)
    karim.post(f"{base}/identite", {"verification": "document"})
    assert karim.post(f"{here}/rattacher", karim.get(here).form(f"{here}/rattacher")).location.startswith(base)
    assert "piscine fictive" in angela.get("/mon-espace/echanges").text
    karim.post(f"{here}/rattacher", {"version": "2"}, 409)  # it is somebody's already
    karim.post(f"{base}/erreur", {}, 409)
    assert "piscine fictive" not in angela.get("/mon-espace/echanges").text
    assert "il n’était pas de vous" in angela.get("/mon-espace/consultations").text
    answer = karim.get(here).form(f"{here}/repondre")
    karim.post(f"{here}/repondre", {**answer, "texte": "Bonjour."})
    with database.reading() as session:
        assert session.scalar(text("SELECT lane FROM outbox_message WHERE kind = 'contact_reply'")) == "courriel"


def test_a_printed_answer_waits_to_be_posted(karim: Browser, town: Town, database: Database) -> None:
    here = f"{LOG}/{add(database, town, answer_by=AnswerWay.LETTER, where='1 rue Fictive, 38999 Valmont')}"
    form = karim.get(here).form(f"{here}/repondre")
    karim.post(f"{here}/repondre", {**form, "texte": "Voici les horaires."})
    shown = karim.get(here, state="letter")
    assert "1 rue Fictive" in karim.get(f"{here}/lettre", state="plain").text
    assert "1 rue Fictive" not in karim.get(f"{LOG}?vue=a-poster", state="to post").text
    posted = karim.post(f"{here}/poste", shown.form(f"{here}/poste"))
    assert "comme postée" in karim.follow(posted, state="posted").text
    karim.post(f"{here}/poste", shown.form(f"{here}/poste"), 409, state="changed")


def written(karim: Browser, database: Database, town: Town, text: str = "Voici les horaires.", **changes: Any) -> UUID:
    """A contact answered by a letter, which waits to be posted."""
    facts = {"answer_by": AnswerWay.LETTER, "where": "1 rue Fictive, 38999 Valmont", **changes}
    kept = add(database, town, **facts)
    form = karim.get(f"{LOG}/{kept}").form(f"{LOG}/{kept}/repondre")
    karim.post(f"{LOG}/{kept}/repondre", {**form, "texte": text})
    return kept


def test_a_printed_answer_is_posted_with_the_other_letters(
    karim: Browser, colleague: Browser, town: Town, database: Database
) -> None:
    kept = written(karim, database, town)
    here = f"{LETTERS}/reponses/{kept}"
    listed = colleague.get(LETTERS, state="with answers")
    assert "1 courrier" in listed.text
    assert "1 rue Fictive" not in listed.text
    assert here in listed.links().values()
    form = colleague.get(here, state="ready").form(f"{here}/poste")
    assert "Voici les horaires." not in colleague.get(here).text
    letter = colleague.get(f"{here}/lettre", state="plain")
    for words in ("1 rue Fictive", "Voici les horaires."):
        assert words in letter.text
    assert "Demande les horaires" not in letter.text  # what the person had said stays with the department
    for wrong in ("demain", (clock.today() + timedelta(days=1)).strftime("%d/%m/%Y")):
        refused = colleague.post(f"{here}/poste", form | {"jour": wrong}, 422, state="error")
        assert refused.form(f"{here}/poste")["jour"] == wrong
    done = colleague.follow(colleague.post(f"{here}/poste", form), state="answer posted")
    assert "La lettre est notée comme postée." in done.text
    colleague.post(f"{here}/poste", form, 409, state="moved")
    assert here not in colleague.get(LETTERS).links().values()
    assert here in colleague.get(f"{LETTERS}?vue=postes").links().values()
    assert "Postée le" in karim.get(f"{LOG}/{kept}").text
    undo = colleague.get(here, state="posted").form(f"{here}/annuler")
    assert "de nouveau à poster" in colleague.follow(colleague.post(f"{here}/annuler", undo)).text
    colleague.post(f"{here}/annuler", undo, 409, state="moved")
    assert here in colleague.get(LETTERS).links().values()


def test_who_posts_for_all_posts_the_answers_of_any_department_and_nobody_else(
    karim: Browser, sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    kept, spoken = written(karim, database, town), add(database, town)
    elsewhere = replace(town.agent(of_counter(town)), department_ids=frozenset())
    with database.writing() as session:
        view = contacts.get_answer_letter(session, elsewhere, kept)
        contacts.mark_letter_posted(session, elsewhere, kept, version=view.version, on=clock.today())
        for act in (contacts.get_contact, contacts.print_answer_letter):
            with pytest.raises(NotFound):
                act(session, elsewhere, spoken, journal=session)
        with pytest.raises(NotFound):
            contacts.get_contact(session, elsewhere, kept, journal=session)
    meryem = sign_in(town.meryem)
    for path in (LETTERS, f"{LETTERS}/reponses/{kept}", f"{LETTERS}/reponses/{kept}/lettre"):
        meryem.get(path, 403)
    with database.writing() as session, pytest.raises(NotFound):
        contacts.undo_letter_posted(session, town.agent(town.meryem), kept, version=view.version + 1)


def test_printing_an_answer_is_in_the_journal_of_its_person(
    karim: Browser, colleague: Browser, database: Database, town: Town
) -> None:
    kept = written(karim, database, town)
    with database.writing() as session:
        session.execute(update(Contact).where(Contact.id == kept).values(person_id=town.angela.person_id))
    colleague.get(f"{LETTERS}/reponses/{kept}/lettre")
    with database.reading() as session:
        lines = select(func.count()).where(
            AuditEntry.action == "letter_printed", AuditEntry.subject_id == town.angela.person_id
        )
        assert session.scalar(lines) == 1


def test_letters_of_both_kinds_are_one_list_from_the_oldest(
    karim: Browser, colleague: Browser, database: Database, town: Town
) -> None:
    with counted(database) as none:
        colleague.get(LETTERS)
    for number in range(32):
        with clock.shifted(timedelta(minutes=number - 40)):
            kept = add(database, town, answer_by=AnswerWay.LETTER, where="1 rue Fictive", name=f"Personne {number}")
            with database.writing() as session:
                agent = town.agent(of_counter(town))
                contacts.answer_contact(session, agent, kept, version=1, way="letter", text="Bonjour.")
    with counted(database) as many:
        page = colleague.get(LETTERS)
    assert "32 courriers" in page.text
    assert len(many) == len(none) <= 8
    assert [int(one) for one in re.findall(r"Personne (\d+)", page.html)] == list(range(25))


def test_a_letter_becomes_a_request_with_what_is_known_of_it(karim: Browser, town: Town, database: Database) -> None:
    kept = add(
        database, town, answer_by=AnswerWay.LETTER, where="1 rue Fictive", name="Zoé Essai", medium=Medium.LETTER
    )
    assert f"?echange={kept}" in str(karim.get(f"/agents/saisie?echange={kept}").links())
    entry = f"/agents/saisie/carte-mediatheque?echange={kept}"
    form = karim.get(entry).form("/agents/saisie/carte-mediatheque")
    assert (form["nom"], form["canal"], form["contact"]) == ("Zoé Essai", "mail", "1 rue Fictive")
    assert karim.post("/agents/saisie/carte-mediatheque", form).location.endswith("/original")
    assert "Devenu une demande" in karim.get(f"{LOG}/{kept}").text
    assert "Zoé Essai" not in karim.get(LOG).text


def test_the_letter_says_the_reference_its_department_and_how_to_come_back(
    karim: Browser, town: Town, database: Database
) -> None:
    kept = written(karim, database, town)
    with database.reading() as session:
        contact, authority = session.get_one(Contact, kept), get_authority(session)
        department, reference = get_department(session, contact.department_id), contact.reference
    letter = karim.get(f"{LOG}/{kept}/lettre")
    assert letter.text.count(reference) == 2
    for words in (department.name, department.phone or authority.phone, department.address or authority.address):
        assert words in letter.text
    assert f"Référence{reference}" in karim.get(f"{LOG}/{kept}").text


def test_a_contact_is_found_by_the_reference_that_is_said(
    karim: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    kept = add(database, town)
    with database.reading() as session:
        reference = session.get_one(Contact, kept).reference
    assert re.fullmatch(r"VSIE-[2-9B-Y]{4}-[2-9B-Y]{2}", reference)
    said = quote(reference.lower().replace("-", " "))
    assert karim.get(f"{LOG}?reference={said}", 303).location == f"{LOG}/{kept}"
    altered = reference[:-1] + ("2" if reference[-1] != "2" else "3")
    for browser, typed in ((karim, altered), (karim, "'"), (sign_in(town.meryem), reference)):
        shown = browser.get(f"{LOG}?reference={quote(typed)}", state="unknown reference")
        assert "ne porte cette référence" in shown.text


def test_two_agents_on_one_contact(karim: Browser, colleague: Browser, town: Town, database: Database) -> None:
    here = f"{LOG}/{add(database, town)}"
    mine, theirs = (one.get(here).form(f"{here}/repondre") for one in (karim, colleague))
    karim.post(f"{here}/repondre", {**mine, "texte": "Rappelée ce matin."})
    refused = colleague.post(f"{here}/repondre", {**theirs, "texte": "Autre réponse."}, 409, state="changed")
    assert "Un collègue a changé" in refused.text
    assert "Rappelée ce matin." in refused.text


def test_what_is_wrong_of_a_contact_is_said_and_what_was_typed_is_kept(
    karim: Browser, town: Town, database: Database
) -> None:
    wrong = karim.post(f"{LOG}/nouveau", {"mots": "Ce que j’écris"}, 422, state="error")
    for words in ("Dites comment", "Quel jour", "Choisissez le service", "Choisissez de quoi", "« anonyme »"):
        assert words in wrong.text
    assert "Ce que j’écris" in wrong.text
    assert "adresse" in karim.post(f"{LOG}/nouveau", noted(town, reponse="email", contact="pas une adresse"), 422).text
    assert "« Mon espace » n’est pas" in karim.post(f"{LOG}/nouveau", noted(town, reponse="space"), 422).text
    elsewhere = {"service": str(next(iter(town.meryem.department_ids)))}
    assert "Choisissez le service" in karim.post(f"{LOG}/nouveau", noted(town, **elsewhere), 422).text
    assert "un jour de l’année" in karim.post(f"{LOG}/nouveau", noted(town, **{"jour-year": "2019"}), 422).text
    base = open_file(karim)
    karim.get(f"{base}/echange", state="unchecked")
    karim.post(f"{base}/echange", {}, 422, state="error")
    here = f"{LOG}/{add(database, town)}"
    form = karim.get(here).form(f"{here}/repondre")
    assert "Écrivez la réponse" in karim.post(f"{here}/repondre", form, 422, state="error").text
    assert "qu’elle a demandée" in karim.post(f"{here}/repondre", {**form, "texte": "x", "reponse": "sms"}, 422).text


def test_another_departments_contact_is_none(
    karim: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    here = f"{LOG}/{add(database, town)}"
    meryem = sign_in(town.meryem)
    meryem.get(here, 404)
    meryem.post(f"{here}/repondre", {"version": "1", "reponse": "phone", "texte": "x"}, 404)
    assert "Essai" not in meryem.get(LOG).text
    karim.get(f"{LOG}/{uuid4()}", 404)


def test_the_log_goes_on_page_after_page(karim: Browser, town: Town, database: Database) -> None:
    for number in range(PAGE + 1):
        add(database, town, name=f"Personne {number}")
    first = karim.get(LOG, state="more")
    after = first.links()["Voir la suite de la liste"]
    assert "Revenir au début" in karim.get(after).text
    for altered in ("abc", "2026-13-45.x", "2026-01-01.x"):
        assert karim.get(f"{LOG}?apres={altered}").status == 200
    with database.reading() as session:
        assert len(session.scalars(select(Contact.id)).all()) == PAGE + 1
