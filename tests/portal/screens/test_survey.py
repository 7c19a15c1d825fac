"""The two questions after an answer: given, changed, refused, typed in from a paper, read and hidden."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.casework.notifications.models import Notification
from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.ground import clock
from portal.ground.audit.service import list_entries
from portal.ground.db import Database
from portal.people.accounts.service import AgentView
from tests.support.client import Browser
from tests.support.reports import code_on, send_report
from tests.support.town import Town, counted, request_id_of, sent_request

WORDS = "/agents/pilotage/avis"
GOOD = {"obtained": "yes", "ease": "4", "words": "Rapide et clair."}


def decided(database: Database, town: Town, by: AgentView | None = None) -> str:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        who, key = town.agent(by or town.meryem), str(uuid4())
        requests.decide(session, who, reference, RequestStatus.ACCEPTED, "Voilà.", idempotency_key=key)
    return reference


@pytest.fixture
def chief(sign_in: Callable[..., Browser], town: Town) -> Browser:
    return sign_in(town.commune.agents["s.amrani"])


def test_two_questions_once_changed_for_a_month(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    open_one = sent_request(database, town.angela)
    angela.get(f"/demandes/{open_one}/avis", 404)
    reference = decided(database, town)
    base = f"/demandes/{reference}"
    assert angela.get(base, state="asked").links()["Donner mon avis"] == f"{base}/avis"
    form = angela.get(f"{base}/avis", state="plain").form(f"{base}/avis")
    refused = angela.post(f"{base}/avis", {**form, "words": "Déjà écrit", "ease": "9"}, 422, state="error")
    assert "Déjà écrit" in refused.text
    assert len(refused.all("div", class_="sum")) == 1
    angela.post(f"{base}/avis", {**form, "words": "x" * 1_001, **{k: GOOD[k] for k in ("obtained", "ease")}}, 422)
    angela.post(f"{base}/avis", {**form, **GOOD})
    assert "Merci, votre avis est enregistré" in angela.get(base, state="thanked").text
    again = angela.get(f"{base}/avis", state="answered")
    assert again.form(f"{base}/avis")["words"] == GOOD["words"]
    sign_in(town.layla).get(f"{base}/avis", 404)
    sign_in(town.layla).post(f"{base}/avis", GOOD, 404)
    angela.post(f"{base}/avis", {**form, **GOOD, "words": ""})
    assert angela.get(f"{base}/avis").form(f"{base}/avis")["words"] == ""
    with clock.shifted(timedelta(days=31)):
        later = sign_in(town.angela)
        assert "trop tard" in later.get(f"{base}/avis", state="over").text
        assert "avis" not in {link.rpartition("/")[2] for link in later.get(base).links().values()}
        late = later.post(f"{base}/avis", {**GOOD, "words": "Trop tard"}, 409, state="over")
        assert "Trop tard" in late.text


def test_being_asked_is_refused_for_all(angela: Browser, town: Town, database: Database) -> None:
    reference = decided(database, town)
    assert asks(database)
    page = angela.get(f"/demandes/{reference}/avis")
    angela.post("/mon-espace/preferences/avis", page.form("/mon-espace/preferences/avis"))
    assert "Donner mon avis" not in angela.get(f"/demandes/{reference}").links()
    assert not asks(database), "the letter does not ask either"
    chosen = angela.get("/mon-espace/preferences?fait=avis-non", state="surveys refused")
    assert "nous ne vous demanderons plus" in chosen.text
    angela.post("/mon-espace/preferences/avis", chosen.form("/mon-espace/preferences/avis"))
    assert "Donner mon avis" in angela.get(f"/demandes/{reference}").links()


def asks(database: Database) -> bool:
    """Whether the letter about the decision asks for an opinion."""
    with database.reading() as session:
        decided_one = Notification.event == NotificationEvent.DECIDED
        notice_id = session.scalars(select(Notification.id).where(decided_one)).one()
        letter = requests.render_notification(session, notice_id, public_url="http://parvis.example")
    assert letter is not None
    return "était-ce facile" in letter.text and "était-ce facile" in letter.html


def test_a_paper_is_typed_in(
    chief: Browser, angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = decided(database, town)
    here = f"/agents/dossiers/{reference}/satisfaction"
    assert here in chief.get(f"/agents/dossiers/{reference}").links().values()
    sign_in(town.meryem).get(here, 403)  # does not type papers in
    sign_in(town.commune.agents["k.haddad"]).get(here, 404)  # types papers in, elsewhere
    form = chief.get(here, state="plain").form(here)
    chief.post(here, form, 422, state="error")
    chief.post(here, {**form, **GOOD})
    assert "saisi d’après un papier" in chief.get(f"{here}?fait=oui", state="done").text
    again = chief.get(here, state="again")
    assert GOOD["words"] not in again.text, "what somebody wrote is not shown with their reference"
    base = f"/demandes/{reference}"
    theirs = angela.get(f"{base}/avis", state="from paper")
    assert "Un agent a saisi" in theirs.text
    assert "Avis reçu sur papier et saisi" in angela.get("/mon-espace/consultations").text
    angela.post(f"{base}/avis", {**theirs.form(f"{base}/avis"), "ease": "2"})
    assert "elle seule peut le changer" in chief.get(here, state="by person").text
    assert "Rien n’a été enregistré" in chief.post(here, {**form, **GOOD}, 409, state="too late").text


def test_words_are_read_without_a_name_hidden_and_put_back(
    chief: Browser, angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    assert "Personne n’a encore écrit" in chief.get(WORDS, state="empty").text
    reference = decided(database, town)
    form = angela.get(f"/demandes/{reference}/avis").form(f"/demandes/{reference}/avis")
    angela.post(f"/demandes/{reference}/avis", {**form, **GOOD, "words": "<script>alert(1)</script> bravo"})
    with counted(database) as statements:
        page = chief.get(WORDS, state="full")
    assert len(statements) <= 8
    assert "<script>alert(1)</script> bravo" in page.text
    assert reference not in page.html
    assert "Dubois" not in page.html
    with database.reading() as session:
        acts = {entry.action for entry in list_entries(session, request_id_of(database, reference), limit=50)}
    assert "survey_read" in acts
    assert "Personne n’a encore écrit" in sign_in(town.commune.agents["o.operateur"]).get(WORDS).text
    action = next(one.get("action") for one in page.all("form", method="post"))
    sign_in(town.commune.agents["o.operateur"]).post(action, {}, 404)
    sign_in(town.meryem).post(action, {}, 403)
    moved = chief.post(action, page.form(action))
    undo = chief.get(moved.location, state="hidden")
    assert "bravo" not in undo.text
    back = next(one.get("action") for one in undo.all("form", method="post"))
    assert "bravo" in chief.get(chief.post(back, undo.form(back)).location, state="shown").text
    chief.get(f"{WORDS}?avant=tordu")


def test_with_the_code_alone(visitor: Browser, town: Town, database: Database) -> None:
    reference, _code = code_on(send_report(visitor, rest={"courriel": "passante@usagers.example"}))
    with database.writing() as session:
        who = town.agent(town.commune.agents["j.ferrand"])
        requests.decide(session, who, reference, RequestStatus.CLOSED, "Réparé.", idempotency_key=str(uuid4()))
    base = f"/suivre/{reference}"
    assert visitor.get(base).links()["Donner mon avis"] == f"{base}/avis"
    form = visitor.get(f"{base}/avis", state="plain").form(f"{base}/avis")
    visitor.post(f"{base}/avis", form, 422, state="error")
    visitor.post(f"{base}/avis", {**form, **GOOD})
    assert "Merci, votre avis est enregistré" in visitor.get(base).text
    other = Browser(visitor.app, visitor.settings, database)
    assert other.get(f"{base}/avis", 303).location.startswith("/suivre?")
    assert other.post(f"{base}/avis", GOOD, 303).location.startswith("/suivre?")
