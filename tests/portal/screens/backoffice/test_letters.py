"""The letters to post: the list, the form, and what the person reads of each act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from connectors.sdk import LetterDraft, LetterPurpose, Receipt
from portal.casework.letters import service as letters
from portal.casework.receipts.service import Printed
from portal.casework.requests import service as requests
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.service import AgentView
from tests.support.client import Browser
from tests.support.town import Town, counted, request_id_of, sent_request

CAF = "caf-courrier"
PATH = "/agents/courriers"
Sign = Callable[..., Browser]


def prepare(database: Database, reference: str, purpose: LetterPurpose = LetterPurpose.REQUEST) -> str:
    """A letter about this request is ready, as the worker leaves it; its number."""
    draft = LetterDraft(str(uuid4()), reference, purpose, ("CAF", "38999 Valmont"), {}, cites="", amendment=0)
    with database.writing() as session:
        number = letters.next_number(session, reference)
        letters.keep_letter(session, CAF, draft, number, Printed(b"%PDF-1.7 essai", ()), clock.now())
        if purpose is LetterPurpose.REQUEST:
            request_id = request_id_of(database, reference)
            elsewhere = {"transmitted_at": None, "received_at": None}  # the sample procedure goes to the department
            session.execute(update(ServiceRequest).where(ServiceRequest.id == request_id).values(**elsewhere))
            session.add(Forwarding(request_id=request_id, connection=CAF))
            session.flush()
            requests.record_delivery(session, request_id, CAF, Receipt(number, left=False), amendment=0)
    return number


@pytest.fixture
def reference(database: Database, town: Town) -> str:
    """Angela's request, whose letter is ready."""
    made = sent_request(database, town.angela)
    prepare(database, made)
    return made


def only(browser: Browser, number: str, view: str = "a-poster") -> str:
    return browser.get(f"{PATH}?vue={view}").links()[number]


def test_nothing_to_post(karim: Browser) -> None:
    assert "Aucun courrier ici." in karim.get(PATH, state="empty").text
    karim.get(f"{PATH}/{UUID(int=1)}", 404)


def test_a_letter_is_printed_posted_taken_back_and_comes_back(
    karim: Browser, angela: Browser, reference: str, database: Database
) -> None:
    number, page_of = f"{reference}-C1", f"/demandes/{reference}"
    ready = angela.get(page_of, state="letter ready")
    assert "un agent doit poster le courrier" in ready.text
    assert "posté le" not in ready.text
    assert "1 courrier" in karim.get(PATH, state="full").text
    path = only(karim, number)
    form = karim.get(path, state="ready")
    assert "Un courrier est prêt, mais pas posté" in angela.get(f"{page_of}/retirer", state="letter ready").text
    file = karim.http.get(f"{path}.pdf", base_url=karim.settings.public_url)
    assert (file.content_type, file.data[:5]) == ("application/pdf", b"%PDF-")
    wrong = karim.post(
        f"{path}/poste", form.form(f"{path}/poste") | {"jour": "demain", "suivi": "1A"}, 422, state="error"
    )
    assert "par exemple 03/03/2026" in wrong.text
    assert wrong.form(f"{path}/poste")["suivi"] == "1A"
    future = (clock.today() + timedelta(days=1)).strftime("%d/%m/%Y")
    karim.post(f"{path}/poste", form.form(f"{path}/poste") | {"jour": future}, 422)
    karim.post(f"{path}/poste", form.form(f"{path}/poste") | {"suivi": "1A 234"})
    assert "Le courrier est noté comme posté" in karim.get(f"{PATH}?fait=poste").text
    posted = angela.get(page_of, state="letter posted")
    assert "Courrier posté le " in posted.text
    assert "Numéro de suivi : 1A 234." in posted.text
    assert "Un courrier ne dit pas s’il est arrivé." in posted.text
    assert "Le destinataire a accepté notre envoi" not in posted.text
    assert "Un courrier est déjà posté" in angela.get(f"{page_of}/retirer", state="letter posted").text
    late = karim.post(f"{path}/poste", form.form(f"{path}/poste"), 409, state="moved")
    assert "Ce courrier a changé d’état entre-temps." in late.text
    karim.get(only(karim, number, "postes"), state="posted")
    karim.post(f"{path}/annuler")
    assert "C’était une erreur : le courrier n’est pas encore posté" in angela.get(page_of).text
    karim.post(f"{path}/annuler", expect=409, state="moved")
    karim.post(f"{path}/poste", karim.get(path).form(f"{path}/poste"))
    karim.post(f"{path}/revenu")
    karim.post(f"{path}/revenu", expect=409, state="moved")
    back = angela.get(page_of, state="letter returned")
    assert "Le courrier nous est revenu" in back.text
    assert "Le courrier est posté" not in back.text
    assert number in karim.get(f"{PATH}?vue=revenus").text


def test_a_letter_that_is_taken_back_is_not_offered(karim: Browser, reference: str, database: Database) -> None:
    path = only(karim, f"{reference}-C1")
    with database.writing() as session:
        assert letters.cancel_unposted(session, CAF, reference)
    page = karim.get(path, state="cancelled")
    assert "ce courrier ne se poste plus" in page.text
    assert f"{path}/poste" not in page.html


def test_the_list_costs_the_same_whatever_its_length(karim: Browser, reference: str, database: Database) -> None:
    with counted(database) as few:
        karim.get(PATH)
    for _time in range(5):
        prepare(database, reference, LetterPurpose.AMENDMENT)
    with counted(database) as many:
        assert "6 courriers" in karim.get(PATH).text
    assert len(many) == len(few) <= 8


@pytest.mark.parametrize("login", ["c.legoff", "o.operateur"])
def test_who_posts_no_letters_sees_none(sign_in: Sign, town: Town, reference: str, login: str) -> None:
    agent: AgentView = town.commune.agents[login]
    browser = sign_in(agent)
    browser.get(PATH, 403)
    browser.get(f"{PATH}/{UUID(int=1)}.pdf", 403)
