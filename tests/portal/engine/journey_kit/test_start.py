"""The start page of a procedure, and reading it in simplified French."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlalchemy import text

from accessibility.checks import check_page
from portal.casework.catalogue.service import import_procedure
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from tests.journeys.procedures import DOCUMENTS, publish_all
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, sent_request

SCHOOL = "/demarches/inscription-scolaire"
SIMPLIFY = "Lire en français simplifié"
BACK = "Revenir au texte complet"
TWIN = "Votre enfant va à l’école maternelle ou élémentaire. Vous l’inscrivez ici."


def menu(page: Page, label: str) -> str:
    """Where an entry of the page's head leads."""
    found = [one.get("href") for one in page.all("a") if "".join(one.itertext()) == label]
    assert len(found) == 1, label
    return str(found[0])


def headings(page: Page) -> list[str]:
    return ["".join(one.itertext()) for one in page.main().iter() if str(one.tag).endswith("}h2")]


def test_it_says_what_a_person_needs_to_decide_in_the_order_they_wonder(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get(SCHOOL)
    assert len(statements) <= 3
    assert headings(page) == [
        "Pour qui",
        "Avant de commencer",
        "Ce que cela coûte",
        "Ce qui se passe ensuite",
        "Qui vous répond",
        "Sans passer par internet",
        "La loi et vos données",
    ]
    for words in (
        "L’enfant habite une autre commune : demandez d’abord l’accord du maire de chez vous.",
        "Justificatif de domicile, à joindre, ou à apporter plus tard.",
        "Repas, quotient de 500 à 999 : 2,80 €",
        "Inscription à l’école : gratuit",
        "D’habitude, sous 21 jours",
        "C’est un délai habituel, pas un engagement.",
        "Sans réponse de notre part 2 mois après l’envoi d’un dossier complet, votre demande est acceptée.",
        "Par courrier. Demandez le formulaire en papier : il vous est envoyé.",
        "Code de l’éducation, articles L131-1, L131-5, L212-7, L212-8 et R531-52",
        "Nous gardons vos données 2 ans après la fin de la demande.",
    ):
        assert words in page.text.replace("\N{NO-BREAK SPACE}", " "), words


@pytest.mark.parametrize("slug", DOCUMENTS)
def test_every_start_page_holds_in_its_budget(visitor: Browser, database: Database, slug: str) -> None:
    with database.writing() as session:
        publish_all(session)
    page = visitor.get(f"/demarches/{slug}")
    document = DOCUMENTS[slug]
    assert ("C’est gratuit." in page.text) is bool(document.fee and document.fee.is_free)
    visitor.get(f"/donnees-personnelles/{slug}")


def test_lists_hold_with_every_procedure(visitor: Browser, database: Database) -> None:
    with database.writing() as session:
        publish_all(session)
    for path in ("/demarches", "/plan-du-site", "/donnees-personnelles", "/quotidien"):
        with counted(database) as statements:
            visitor.get(path)
        assert len(statements) <= 2


def test_a_report_says_less(visitor: Browser) -> None:
    page = visitor.get("/demarches/signaler-un-probleme")
    assert "Pour qui" not in headings(page)
    assert "un agent remplit la demande avec vous" in page.text


def test_a_person_reads_simplified_french_and_comes_back(visitor: Browser, database: Database) -> None:
    page = visitor.get(SCHOOL)
    assert TWIN not in page.text
    chosen = visitor.get(menu(page, SIMPLIFY), 303)
    assert chosen.location == SCHOOL
    cookie = chosen.response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "simple" in cookie
    simple = visitor.get(SCHOOL, state="simplified")
    assert simple.h1 == "Inscrire son enfant à l’école et à la cantine"
    assert TWIN in simple.text
    assert "Vous lisez en français simplifié." in simple.text
    assert "Votre demande est complète. Vous attendez 2 mois sans réponse. Alors, c’est oui." in simple.text
    assert "fr@falc" not in simple.html
    assert '<html lang="fr"' in simple.html
    back = visitor.get(menu(simple, BACK), 303)
    assert "Max-Age=0" in back.response.headers["Set-Cookie"]
    assert TWIN not in visitor.get(SCHOOL).text
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM session")).scalar_one() == 0


def test_a_text_without_a_twin_is_read_in_full(visitor: Browser, database: Database) -> None:
    document = DOCUMENTS["aide-energie"].model_dump(mode="json", by_alias=True, exclude_none=True)
    del document["summary"]["fr@falc"]
    with database.writing() as session:
        import_procedure(session, document, publish=True, actor=SYSTEM)
    visitor.get("/langage?choix=simple&suite=/", 303)
    page = visitor.get("/demarches/aide-energie")
    assert page.h1 == "Demander de l’aide pour payer l’énergie"
    assert "le CCAS étudie votre situation" in page.text


def test_the_form_follows_the_choice(angela: Browser) -> None:
    angela.get(f"/langage?choix=simple&suite={SCHOOL}", 303)
    angela.post(f"{SCHOOL}/commencer")
    page = angela.get(f"{SCHOOL}/vous", state="simplified")
    assert "Regardez si votre nom est juste. Dites comment vous joindre." in page.text
    assert "Nous vous écrivons à cette adresse." in page.text, "the help of a concept"
    assert "Répondez à toutes les questions." in page.text or "Répondez aux questions." in page.text


def test_lists_follow_the_choice(visitor: Browser) -> None:
    visitor.get("/langage?choix=simple&suite=/demarches", 303)
    page = visitor.get("/demarches?q=cantine", state="simplified")
    assert page.links()["Inscrire son enfant à l’école et à la cantine"] == SCHOOL
    assert menu(page, BACK) == "/langage?choix=complet&suite=%2Fdemarches%3Fq%3Dcantine"
    restored = visitor.get(menu(page, BACK), 303)
    assert restored.location == "/demarches?q=cantine"


def test_agents_and_papers_keep_the_full_text(
    angela: Browser, town: Town, sign_in: Callable[..., Browser], database: Database
) -> None:
    reference = sent_request(database, town.angela)
    agent = sign_in(town.meryem)
    agent.get("/langage?choix=simple&suite=/", 303)
    assert "Obtenir une carte de la médiathèque" in agent.get(f"/agents/dossiers/{reference}").text
    angela.get("/langage?choix=simple&suite=/", 303)
    assert "Obtenir une carte de la médiathèque" in angela.get(f"/demandes/{reference}/accuse").text


@pytest.mark.parametrize("target", ["//ailleurs.example", "https://ailleurs.example", "/\\ailleurs", "", "a" * 3000])
def test_the_choice_sends_nobody_elsewhere(visitor: Browser, target: str) -> None:
    assert visitor.get(f"/langage?choix=simple&suite={quote(target)}", 303).location == "/"


def test_a_hostile_text_is_shown_and_not_run(visitor: Browser, database: Database) -> None:
    attack = "<img src=x onerror=alert(1)>"
    document = DOCUMENTS["aide-energie"].model_dump(mode="json", by_alias=True, exclude_none=True)
    document["summary"]["fr@falc"] = document["fee"]["note"] = attack
    document["fee"]["note"] = {"fr": attack}
    with database.writing() as session:
        import_procedure(session, document, publish=True, actor=SYSTEM)
    visitor.get("/langage?choix=simple&suite=/", 303)
    page = visitor.get("/demarches/aide-energie")
    assert page.text.count(attack) >= 2
    assert not page.all("img")
    assert check_page(page.html) == []
