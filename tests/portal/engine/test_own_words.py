"""What a person told the departments besides requests, in the copy of their data: calls, letters, opinions."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.contacts.models import Contact
from portal.casework.contacts.policy import CONTACT_KEPT
from portal.casework.documents import service as documents
from portal.casework.documents.service import store_of
from portal.casework.openings.enums import IdentityCheck
from portal.casework.requests import service as requests
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction.models import SatisfactionAnswer
from portal.engine.own_data import service as own_data
from portal.engine.retention import service as retention
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.dictionary.files import FileKind
from portal.ground.settings import Settings
from portal.people.accounts.service import AccountView
from tests.portal.engine.test_own_data import asked_copy, decided, taken
from tests.support import files
from tests.support.town import Town, app, sent_request, sign_in, town

__all__ = ["app", "sign_in", "town"]

SCAN = "lettre-zorglubienne.pdf"


def copied(app: Flask, database: Database, settings: Settings, account: AccountView) -> tuple[dict[str, Any], str]:
    """The two formats of a copy: for programs, and to read."""
    made = asked_copy(app, database, settings, account)
    with taken(database, settings, account, made) as copy:
        return json.loads(copy.read("donnees.json")), copy.read("lisez-moi.html").decode()


def noted(database: Database, town: Town, account: AccountView | None, words: str, **changes: Any) -> UUID:
    """A contact kept by the counter; of nobody known without an account."""
    who = town.agent(town.commune.agents["k.haddad"])
    facts = {
        "department_id": next(iter(who.department_ids)),
        "medium": Medium.CALL,
        "occurred_on": clock.today(),
        "theme": "autre",
        "words": words,
        "answer_by": AnswerWay.NONE,
    }
    known = {"person_id": account.person_id, "proof": IdentityCheck.DOCUMENT} if account else {}
    with database.writing() as session:
        return contacts.log_contact(session, who, contacts.ContactFacts(**{**facts, **changes}), **known).id


def answer_letter(database: Database, settings: Settings, town: Town, contact_id: UUID, text: str) -> None:
    """Scan the original of a letter, then answer it by post."""
    who = town.agent(town.commune.agents["k.haddad"])
    received = documents.receive(
        io.BytesIO(files.pdf()),
        name=SCAN,
        declared="application/pdf",
        accepts=(FileKind.PDF,),
        scanner=documents.scanner_of(settings),
    )
    with database.writing() as session:
        contact = contacts.get_contact(session, who, contact_id, journal=session)
        keeper = contacts.keeper(who, contact)
        kept = documents.keep(session, store_of(settings), keeper, received, concept="evidence.original_paper")
        contacts.add_scan(session, who, contact_id, kept.id)
        contacts.answer_contact(session, who, contact_id, version=contact.version, way="letter", text=text)


def test_the_copy_holds_the_calls_and_letters_of_the_person_alone(
    app: Flask, database: Database, settings: Settings, town: Town
) -> None:
    letter = noted(
        database,
        town,
        town.angela,
        "Demande un banc <b>près</b> du kiosque.",
        medium=Medium.LETTER,
        answer_by=AnswerWay.LETTER,
        where="3 rue Fictive, 38999 Valmont-sur-Iselle",
    )
    answer_letter(database, settings, town, letter, "Le banc sera posé.")
    for _time in range(31):  # more than « Mes appels et courriers » shows
        noted(database, town, town.angela, "Demande les horaires.", occurred_on=clock.today() - timedelta(days=3))
    noted(database, town, town.layla, "Ce que Layla a dit.")
    noted(database, town, None, "Ce qu’une inconnue a dit.")
    data, page = copied(app, database, settings, town.angela)
    assert len(data["contacts"]) == 32
    first = data["contacts"][0]
    assert (first["medium"], first["words"]) == ("letter", "Demande un banc <b>près</b> du kiosque.")
    assert (first["reply"], first["replied_by"]) == ("Le banc sera posé.", "letter")
    assert (first["originals"], first["where"]) == ([SCAN], "3 rue Fictive, 38999 Valmont-sur-Iselle")
    assert (first["state"], first["proof"]) == ("answered", "document")
    for words in ("Vos appels et courriers", "Le banc sera posé.", SCAN, "3 rue Fictive", "Maison France Services"):
        assert words in page, words
    assert "Demande un banc &lt;b&gt;près&lt;/b&gt; du kiosque." in page, "what was said is no markup"
    whole = json.dumps(data, ensure_ascii=False) + page
    for words in ("Ce que Layla a dit", "Ce qu’une inconnue a dit", "Haddad", str(town.commune.agents["k.haddad"].id)):
        assert words not in whole, words


def test_the_copy_holds_the_opinions_of_the_person_alone(
    app: Flask, database: Database, settings: Settings, town: Town
) -> None:
    mine, theirs = decided(database, town, town.angela), decided(database, town, town.layla)
    sent_request(database, town.angela)  # nobody is asked about what is not decided
    for account, reference, words in (
        (town.angela, mine, "Simple & rapide."),
        (town.layla, theirs, "L’avis de Layla."),
    ):
        who = Town.resident(account)
        with database.writing() as session:
            asked = requests.find_asked(session, who, reference, lock=True)
            satisfaction.answer(session, who, asked, obtained="partly", ease="4", words=words)
    data, page = copied(app, database, settings, town.angela)
    [given] = data["survey"]["answers"]
    assert given["reference"] == mine
    assert (given["obtained"], given["ease"], given["words"]) == ("partly", 4, "Simple & rapide.")
    assert data["survey"]["refused"] is False
    for words in ("Vos avis", "En partie", "4. Facile", "Simple &amp; rapide."):
        assert words in page, words
    assert "Vous ne voulez plus" not in page
    assert "avis de Layla" not in json.dumps(data, ensure_ascii=False) + page


def test_who_wants_no_question_reads_it_in_the_copy(
    app: Flask, database: Database, settings: Settings, town: Town
) -> None:
    with database.writing() as session:
        satisfaction.refuse_surveys(session, Town.resident(town.angela))
    data, page = copied(app, database, settings, town.angela)
    assert data["survey"] == {"refused": True, "answers": []}
    assert data["contacts"] == []
    assert "Vous ne voulez plus" in page


@pytest.mark.parametrize("copied_first", [True, False])
def test_a_copy_changes_nothing_to_what_is_erased_and_when(
    app: Flask, database: Database, settings: Settings, town: Town, copied_first: bool
) -> None:
    reference, who = decided(database, town, town.angela), Town.resident(town.angela)
    noted(database, town, town.angela, "Demande un banc.")
    noted(database, town, town.layla, "Ce que Layla a dit.")
    with database.writing() as session:
        asked = requests.find_asked(session, who, reference, lock=True)
        satisfaction.answer(session, who, asked, obtained="yes", ease="5", words="Merci.")
    if copied_first:
        copied(app, database, settings, town.angela)
    with database.writing() as session:
        own_data.erase_myself(session, who)
    with database.reading() as session:
        assert session.scalars(select(Contact.person_id)).all() == [town.layla.person_id]
        answers = select(func.count()).select_from(SatisfactionAnswer)
        assert session.scalar(answers) == 1, "with its request, which is not at its term"
    with clock.shifted(CONTACT_KEPT + timedelta(days=1)), database.writing() as session:
        retention.erase_kept(session)
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
