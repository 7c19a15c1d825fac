"""The workflow on the pages: an agent moves a request, asks for corrections or an opinion; the person answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from portal.casework.catalogue.service import export_procedure, get_published, import_procedure
from portal.casework.delays.service import keep_figures
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service import RequestView
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, sent_request

SLUG = "carte-mediatheque"


@pytest.fixture
def chosen(database: Database, town: Town) -> Callable[[str], str]:
    """A request of Angela's to the library, whose procedure has this workflow."""

    def send(workflow: str) -> str:
        with database.writing() as session:
            known = get_published(session, SLUG)
            data = export_procedure(session, known.id, known.version)
            import_procedure(
                session, data | {"workflow": workflow}, publish=True, actor=SYSTEM, connections={"ecoles", "demo"}
            )
        return sent_request(database, town.angela)

    return send


def seen(database: Database, town: Town, reference: str) -> RequestView:
    with database.reading() as session:
        return requests.get_request(session, town.resident(town.angela), reference)


def fill(page: Page, path: str, **typed: Any) -> dict[str, Any]:
    """The form of a page with some answers changed."""
    return {**page.form(path), **typed}


def act(agent: Browser, reference: str, code: str, **typed: Any) -> Page:
    """Write, read again, send; the page of the request afterwards."""
    path = f"/agents/dossiers/{reference}/suite/{code}"
    form = agent.get(path)
    if typed:
        form = agent.post(path, fill(form, path, **typed), expect=200, state="check")
        assert all(str(text) in form.text for text in typed.values() if isinstance(text, str) and " " in text)
    return agent.follow(agent.post(path, fill(form, path, then="send"), expect=303))


def test_an_agent_moves_a_request(
    database: Database, town: Town, meryem: Browser, chosen: Callable[[str], str]
) -> None:
    reference = chosen("case")
    base = f"/agents/dossiers/{reference}"
    page = meryem.get(base)
    assert {"Commencer l’étude", "Accepter la demande"} <= set(page.links())
    assert f"{base}/decider" not in page.links().values()
    assert "Voici ce qui va se passer" in meryem.get(f"{base}/suite/study", state="check").text
    assert "En cours d’étude" in act(meryem, reference, "study").text
    path = f"{base}/suite/reject"
    refused = meryem.post(path, fill(meryem.get(path), path, mots=" "), expect=422, state="error")
    assert "Écrivez ce que la personne doit savoir" in refused.text
    again = meryem.post(path, fill(refused, path, mots="Le dossier ne suit pas la règle.", then="edit"), expect=200)
    assert "Le dossier ne suit pas la règle." in again.html
    page = act(meryem, reference, "accept", mots="La carte est prête.")
    assert "La carte est prête." in page.text
    assert "Faire avancer" not in page.text
    assert seen(database, town, reference).status is RequestStatus.ACCEPTED
    meryem.get(f"{base}/suite/unheard", expect=404)
    late = meryem.get(f"{base}/suite/study", expect=409, state="too late")
    assert "La demande a changé d’état entre-temps" in late.text


def test_the_second_of_two_agents_keeps_what_was_typed(
    database: Database, town: Town, meryem: Browser, sign_in: Callable[..., Browser], chosen: Callable[[str], str]
) -> None:
    reference = chosen("case")
    path = f"/agents/dossiers/{reference}/suite/close"
    form = meryem.get(path)
    check = meryem.post(path, fill(form, path, mots="Doublon du mois dernier."), expect=200)
    act(sign_in(town.meryem), reference, "study")
    lost = meryem.post(path, fill(check, path, then="send"), expect=409, state="somebody was faster")
    assert "Doublon du mois dernier." in lost.text
    assert "rien n’a été envoyé" in lost.text
    act(sign_in(town.meryem), reference, "accept", mots="Tout est en règle.")
    illegal = meryem.post(path, fill(check, path, then="send"), expect=409, state="illegal")
    assert "Doublon du mois dernier." in illegal.text
    view = seen(database, town, reference)
    assert view.status is RequestStatus.ACCEPTED
    assert [event.type for event in view.events].count("status_refused") == 1  # kept, though nothing was done


def test_corrections_are_asked_and_answered(
    database: Database, town: Town, meryem: Browser, angela: Browser, chosen: Callable[[str], str]
) -> None:
    reference = chosen("case")
    path = f"/agents/dossiers/{reference}/suite/ask_corrections"
    form = meryem.get(path)
    wrong = meryem.post(path, fill(form, path, mots="Le numéro manque."), expect=422, state="nothing ticked")
    assert "Cochez au moins une réponse" in wrong.text
    typed = fill(form, path, mots="Le numéro de la rue manque.", **{"champ-address_current_line": "oui"})
    check = meryem.post(path, typed, expect=200, state="check")
    meryem.post(path, fill(check, path, then="send"), expect=303)
    mine = f"/demandes/{reference}"
    page = angela.get(mine, state="asked")
    assert "À vous de répondre" in page.text
    assert "À compléter par vous" in page.text
    assert page.links()["Revoir mes réponses"] == f"{mine}/corriger"
    form = angela.get(f"{mine}/corriger")
    assert [one.get("name") for one in form.all("input", type="text")] == ["r_address_current_line"]
    assert form.form(f"{mine}/corriger")["r_address_current_line"] == "8 quai des Moulins"
    assert "Le numéro de la rue manque." in form.text
    path = f"{mine}/corriger"
    wrong = angela.post(path, fill(form, path, r_address_current_line=""), expect=422, state="error")
    assert wrong.form(path)["r_address_current_line"] == ""
    done = angela.follow(angela.post(path, fill(form, path, r_address_current_line="9 quai des Moulins"), expect=303))
    assert "Vos réponses sont envoyées" in done.text
    assert "Vous avez revu les réponses demandées." in done.text
    assert seen(database, town, reference).state == "review"
    assert angela.post(path, fill(form, path), expect=303).location.endswith(mine)  # pressed twice
    angela.get(path, expect=303)


def test_the_person_answers_a_proposal(
    database: Database, town: Town, meryem: Browser, angela: Browser, chosen: Callable[[str], str]
) -> None:
    reference = chosen("booking")
    act(meryem, reference, "propose", mots="Mardi 3 mars à 10 h, à la médiathèque.")
    mine = f"/demandes/{reference}"
    page = angela.get(mine, state="proposed")
    assert "Une date vous est proposée" in page.text
    path = f"{mine}/suite/refuse"
    form = angela.get(path)
    assert "Mardi 3 mars à 10 h" in form.text
    too_long = angela.post(path, fill(form, path, mots="a" * 5000), expect=422, state="error")
    assert "caractères au plus" in too_long.text
    page = angela.follow(angela.post(path, fill(form, path, mots="Plutôt jeudi."), expect=303))
    assert "Nous cherchons une date" in page.text
    assert "Plutôt jeudi." in page.text
    angela.get(path, expect=303)
    angela.get(f"{mine}/suite/propose", expect=404)  # not hers
    act(meryem, reference, "propose", mots="Jeudi 5 mars à 10 h.")
    old = angela.get(f"{mine}/suite/confirm")
    act(meryem, reference, "cancel", mots="Nous sommes fermés, désolés.")
    path = f"{mine}/suite/confirm"
    lost = angela.post(path, fill(old, path, mots="Merci, à jeudi."), expect=303)
    assert "Merci, à jeudi." not in angela.follow(lost).text
    assert seen(database, town, reference).state == "cancelled"


def test_a_proposal_that_changed_meanwhile(
    database: Database, town: Town, meryem: Browser, angela: Browser, chosen: Callable[[str], str]
) -> None:
    reference = chosen("booking")
    act(meryem, reference, "propose", mots="Mardi 3 mars à 10 h.")
    path = f"/demandes/{reference}/suite/confirm"
    form = angela.get(path)
    lost = angela.post(path, fill(form, path, etat="scheduling", mots="Oui, merci."), expect=409, state="changed")
    assert "Oui, merci." in lost.text
    assert "n’est pas partie" in lost.text
    assert seen(database, town, reference).state == "proposed"


def test_the_opinion_of_another_department(
    database: Database,
    town: Town,
    meryem: Browser,
    angela: Browser,
    sign_in: Callable[..., Browser],
    chosen: Callable[[str], str],
) -> None:
    reference = chosen("case")
    claire = sign_in(town.claire)
    assert "Aucun avis à donner" in claire.get("/agents/avis", state="empty").text
    path = f"/agents/dossiers/{reference}/suite/ask_opinion"
    form = meryem.get(path)
    wrong = meryem.post(path, fill(form, path), expect=422, state="error")
    assert "Choisissez le service" in wrong.text
    department = str(next(iter(town.claire.department_ids)))
    question = "La famille est-elle connue ?"
    act(meryem, reference, "ask_opinion", service=department, question=question)
    with counted(database) as statements:
        queue = claire.get("/agents/dossiers")
    assert len(statements) <= 8
    assert "Avis demandés (1)" in queue.links()
    listed = claire.get("/agents/avis")
    address = next(href for name, href in listed.links().items() if reference in name)
    with counted(database) as statements:
        case = claire.get(address)
    assert len(statements) <= 8 + 1  # the line of the journal
    assert question in case.text
    assert "8 quai des Moulins" in case.text
    claire.get(f"/agents/dossiers/{reference}", expect=404)
    claire.get(f"{address}/pieces/{uuid4()}", expect=404)
    meryem.get(address, expect=404)  # who asks is not who is asked
    wrong = claire.post(address, fill(case, address, avis=""), expect=422, state="error")
    assert "Écrivez votre avis." in wrong.text
    claire.follow(claire.post(address, fill(case, address, avis="Oui, depuis 2024."), expect=303))
    claire.get(address, expect=404)
    late = claire.post(address, fill(case, address, avis="Encore."), expect=409, state="too late")
    assert "Encore." in late.text
    page = meryem.get(f"/agents/dossiers/{reference}", state="with an opinion")
    assert "Oui, depuis 2024." in page.text
    mine = angela.get(f"/demandes/{reference}")
    assert "a demandé l’avis d’un autre service" in mine.text
    assert "depuis 2024" not in mine.text
    assert "un autre service, pour donner son avis" in mine.text
    assert "Demande lue par un autre service" in angela.get(f"/mon-espace/consultations?demande={reference}").text


def test_an_opinion_that_is_awaited_no_more(
    town: Town, meryem: Browser, sign_in: Callable[..., Browser], chosen: Callable[[str], str]
) -> None:
    reference = chosen("case")
    department = str(next(iter(town.claire.department_ids)))
    page = act(meryem, reference, "ask_opinion", service=department, question="Un avis, sans urgence ?")
    claire = sign_in(town.claire)
    address = next(href for name, href in claire.get("/agents/avis").links().items() if reference in name)
    action = next(one.get("action") for one in page.all("form") if one.get("action", "").endswith("/clore"))
    after = meryem.follow(meryem.post(action, {}, expect=303))
    assert "Cet avis n’est plus attendu." in after.text
    claire.get(address, expect=404)
    claire.post(action, {}, expect=404)


def later(database: Database, reference: str, **values: Any) -> None:
    with database.writing() as session:
        session.execute(update(ServiceRequest).where(ServiceRequest.reference == reference).values(**values))


def test_what_is_late_and_what_is_usual_are_said(
    database: Database, town: Town, meryem: Browser, angela: Browser, visitor: Browser
) -> None:
    reference = sent_request(database, town.angela)
    mine = f"/demandes/{reference}"
    with database.writing() as session:
        procedure = get_published(session, SLUG)
        keep_figures(session, {procedure.id: [1.0, 2.0, 2.0, 3.0, 8.5]})
    assert "neuf sur dix en 9 jours" in visitor.get(f"/demarches/{SLUG}", state="measured").text
    assert "neuf sur dix en 9 jours" in angela.get(mine, state="measured").text
    assert "Mesuré sur 5 demandes" in meryem.get(f"/agents/dossiers/{reference}").text
    now = clock.now() + timedelta(days=10)
    with clock.frozen(now), database.writing() as session:
        requests.note_late(session, {procedure.id: (9, "measured")})
    late = angela.get(mine, state="late")
    assert "C’est plus long que d’habitude" in late.text
    assert "neuf demandes sur dix ont une réponse en 9 jours" in late.text
    assert "Aucun agent ne l’a encore prise en main" in late.text


@pytest.mark.parametrize(
    ("regime", "lead", "advice", "told"),
    [
        ("acceptance", "Votre demande est acceptée depuis", "attestation", "La demande est acceptée depuis"),
        ("rejection", "considérée comme refusée depuis", "contester", "Vous pouvez encore répondre"),
    ],
)
def test_silence_is_said_with_what_to_do(
    database: Database,
    town: Town,
    meryem: Browser,
    angela: Browser,
    regime: str,
    lead: str,
    advice: str,
    told: str,
) -> None:
    reference = sent_request(database, town.angela)
    later(database, reference, regime=regime, deadline=clock.today())
    with database.writing() as session:
        assert requests.note_implicit_decisions(session) == 1
    page = angela.get(f"/demandes/{reference}", state=f"silence {regime}")
    assert lead in page.text
    assert advice in page.text
    assert told in meryem.get(f"/agents/dossiers/{reference}", state=f"silence {regime}").text


def test_a_workflow_costs_no_statement_more(
    database: Database, town: Town, meryem: Browser, angela: Browser, chosen: Callable[[str], str]
) -> None:
    usual = sent_request(database, town.angela)
    own = chosen("case")

    def cost(browser: Browser, path: str) -> int:
        browser.get(path)
        with counted(database) as statements:
            browser.get(path)
        return len(statements)

    for browser, base in ((meryem, "/agents/dossiers"), (angela, "/demandes")):
        assert cost(browser, f"{base}/{own}") == cost(browser, f"{base}/{usual}")
