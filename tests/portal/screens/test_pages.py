"""The pages open to everyone."""

import pytest
from flask import Flask
from sqlalchemy import text

from accessibility.checks import check_page
from portal.casework.catalogue.journeys import Journey
from portal.casework.catalogue.service import archive_procedure, list_published
from portal.ground import web
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.ground.web.access import access_of
from portal.screens.pages.wording import detail_of
from tests.support.client import Browser, Page
from tests.support.town import Town, counted

TECHNICAL = (
    "/qualite-de-service.",  # the files of a page
    "/healthz",
    "/readyz",
    "/static/",
    "/hooks/",
    "/connexion/",
    "/agents/connexion/",
    "/deconnexion",
    "/agents/deconnexion",
    "/langage",
)


def test_home(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get("/", state="plain")
    assert len(statements) <= 2
    assert page.h1 == "Que souhaitez-vous faire ?"
    assert page.field("q")["type"] == "search"
    assert [page.links()[title] for title in ("Bienvenue", "Au quotidien")] == ["/bienvenue", "/quotidien"]
    menu = [one.get("href") for one in page.all("nav", id="menu")[0].iter() if one.get("href")]
    assert menu == ["/demarches", "/quotidien", "/mon-espace", "/connexion"], "the journeys that ask for it, no other"
    assert page.links()["Voir les 27 démarches par thème"] == "/demarches"
    assert "Vous préférez parler à quelqu’un ?" in page.text
    assert "04 65 71 20 10" in page.text


def test_home_says_how_to_try_the_demonstration(visitor: Browser) -> None:
    page = visitor.get("/")
    assert all(name in page.text for name in ("Angela Dubois", "Claire Le Goff", "Karim Haddad"))
    assert page.links()["Se connecter comme usager"] == "/connexion"
    assert page.links()["lire les courriels envoyés"] == "http://127.0.0.1:8071/courriels"


def test_a_real_portal_does_not_speak_of_a_demonstration(app: Flask, visitor: Browser) -> None:
    with app.app_context():
        hooks = app.extensions["parvis"]
        hooks.settings = hooks.settings.model_copy(update={"sandbox_url": None})
    assert "Essayer le portail" not in visitor.get("/").text


def test_home_with_four_journeys(app: Flask, town: Town) -> None:
    journeys = [
        Journey(slug=slug, title=title, summary="Un moment de vie.", owner="enfance", package=package)
        for slug, title, package in (
            ("bienvenue", "J’arrive", "journeys.welcome"),
            ("quotidien", "Au quotidien", "journeys.daily_services"),
            ("participer", "Je participe", "journeys.participation"),
            ("je-demenage", "Je déménage", "journeys.moving_house"),
        )
    ]
    with app.test_request_context("/", base_url="http://127.0.0.1:8070"):
        answer = web.page(
            "pages/home.html",
            title="Que souhaitez-vous faire ?",
            journeys=journeys,
            procedures=list_published(web.unit()),
            count=6,
            sandbox=None,
        )
    page = Page(answer)
    assert check_page(page.html) == []
    assert [link for link in page.links() if link in {one.title for one in journeys}] == [one.title for one in journeys]
    assert town.commune.authority.name in page.title


def test_every_procedure_by_theme(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get("/demarches", state="plain")
    assert len(statements) <= 2
    headings = ["".join(one.itertext()) for one in page.main().iter() if str(one.tag).endswith("}h2")]
    assert headings == [
        "Aides et solidarité",
        "Culture et loisirs",
        "Déchets",
        "Enfance et école",
        "Être aidé",
        "Habiter et construire",
        "Papiers et citoyenneté",
        "Rue et espace public",
        "Sport",
    ]
    assert page.links()["Demander une place en crèche"] == "/demarches/place-en-creche"


def test_one_theme_and_a_theme_that_is_not_there(visitor: Browser) -> None:
    page = visitor.get("/demarches?theme=enfance", state="one theme")
    assert page.links()["Demander une place en crèche"] == "/demarches/place-en-creche"
    assert page.links()["Voir toutes les démarches"] == "/demarches"
    assert "/demarches/carte-mediatheque" not in page.links().values()
    visitor.get("/demarches?theme=inconnu", expect=404)


def test_a_long_list_says_less_of_each() -> None:
    assert [detail_of(count) for count in (0, 24, 25, 50, 51)] == ["whole", "whole", "titles", "titles", "counts"]


@pytest.mark.parametrize("wanted", ["cantine", "CANTINE", "école"])
def test_a_search_says_how_many_it_found(visitor: Browser, wanted: str) -> None:
    page = visitor.get(f"/demarches?q={wanted}", state="found")
    status = [" ".join("".join(one.itertext()).split()) for one in page.all("p", role="status")]
    assert len(status) == 1
    assert "démarche" in status[0]
    assert wanted in status[0]
    assert page.links()["Inscription scolaire et restauration"] == "/demarches/inscription-scolaire"
    assert page.field("q")["value"] == wanted


@pytest.mark.parametrize("wanted", ["zzzz", "zzzz <script>alert(1)</script>", "a" * 5000, "\u202e\u0000%"])
def test_a_search_that_finds_nothing_says_what_to_do(visitor: Browser, wanted: str) -> None:
    from urllib.parse import quote

    page = visitor.get(f"/demarches?q={quote(wanted)}", state="nothing found")
    assert "Aucune démarche ne répond à" in page.text
    assert page.links()["Parcourez toutes les démarches"] == "/demarches"
    assert not page.all("img")
    assert len(page.field("q")["value"]) <= 200


def test_a_portal_without_procedures(visitor: Browser, database: Database) -> None:
    with database.writing() as session:
        for one in list_published(session):
            archive_procedure(session, one.id, actor=SYSTEM)
    assert "Aucune démarche n’est encore ouverte en ligne" in visitor.get("/demarches", state="none open").text
    assert "Aucune de ces démarches" in visitor.get("/quotidien", state="empty").text
    for path in ("/", "/plan-du-site", "/donnees-personnelles"):
        visitor.get(path)


def test_the_journey_page(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get("/quotidien", state="plain")
    assert len(statements) <= 2
    assert page.h1 == "Au quotidien"
    addresses = [address for address in page.links().values() if address.startswith("/demarches/")]
    assert len(addresses) == len(set(addresses)) == 27
    moments = [one.get("aria-labelledby") for one in page.all("section")]
    assert moments[:6] == ["enfants", "rue", "temps-libre", "aide", "papiers", "logement"]
    assert addresses.index("/demarches/place-en-creche") < addresses.index("/demarches/signaler-un-probleme")


def test_the_accessibility_statement_is_honest(visitor: Browser) -> None:
    page = visitor.get("/accessibilite", state="plain")
    for words in (
        "Accessibilité : non conforme",
        "RGAA 4.1.2",
        "aucun audit",
        "Défenseur des droits",
        "Libre réponse 71120",
    ):
        assert words in page.text
    assert "mairie@valmont-sur-iselle.example" in page.text
    assert "%" not in page.text


def test_personal_data_come_from_the_procedures(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get("/donnees-personnelles", state="plain")
    assert len(statements) <= 2
    chosen = visitor.get(page.links()["Enfance et école : 3 démarches"].partition("#")[0], state="one theme")
    assert chosen.links()["Inscription scolaire et restauration"] == "/donnees-personnelles/inscription-scolaire"
    assert "Bienvenue : date d’arrivée, foyer par tranches d’âge" in page.text
    assert "90 jours après la dernière visite" in page.text
    assert "donnees@valmont-sur-iselle.example" in page.text


def test_the_data_of_one_procedure(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get("/donnees-personnelles/inscription-scolaire", state="plain")
    assert len(statements) <= 3
    assert "Code de l’éducation, articles L131-1, L131-5, L212-7, L212-8 et R531-52" in page.text
    assert "Exercez-vous l’autorité parentale ?" in page.text
    assert "le logiciel des écoles de Valmont-sur-Iselle" in page.text
    assert "Quotient familial : la CAF ou la MSA, pour calculer le tarif du restaurant scolaire" in page.text
    assert "Nous les gardons 2 ans" in page.text
    visitor.get("/donnees-personnelles/inconnue", 404)


def test_legal_page(visitor: Browser) -> None:
    page = visitor.get("/mentions-legales", state="plain")
    assert "21380999900019" in page.text
    assert "2 place du Parvis" in page.text
    assert "EUPL" in page.text


def test_the_site_map_holds_every_public_page(app: Flask, visitor: Browser) -> None:
    page = visitor.get("/plan-du-site", state="plain")
    addresses = set(page.links().values())
    missing = []
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        is_page = "GET" in (rule.methods or set()) and not rule.arguments and not rule.rule.startswith(TECHNICAL)
        if access is not None and access.kind == "public" and is_page and rule.rule != "/plan-du-site":
            missing += [rule.rule] if rule.rule not in addresses else []
    assert missing == []
    assert "/demarches/carte-mediatheque" in addresses


def test_nobody_is_followed(visitor: Browser, database: Database) -> None:
    for path in ("/", "/demarches", "/quotidien", "/accessibilite", "/donnees-personnelles", "/mentions-legales"):
        answer = visitor.get(path).response
        assert "Set-Cookie" not in answer.headers, path
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM session")).scalar_one() == 0
