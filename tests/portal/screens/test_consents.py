"""« Vos autorisations »."""

from datetime import timedelta
from uuid import UUID, uuid4

from portal.casework.catalogue.service import get_published
from portal.casework.consents import service as consents
from portal.casework.consents.service import Answer, Outcome, Terms
from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.service import AccountView
from tests.support.client import Browser
from tests.support.town import Town, counted

HERE = "/mon-espace/autorisations"


def agreed(
    database: Database, account: AccountView, answer: Answer | None = None, slug: str = "inscription-scolaire"
) -> UUID:
    """A consent of this person, answered when ``answer`` is given."""
    who = Town.resident(account)
    with database.writing() as session:
        procedure = get_published(session, slug)
        terms = Terms(
            procedure.id,
            procedure.version,
            "caf_family_quotient",
            "caf",
            "caf.family_quotient",
            "la CAF ou la MSA",
            "calculer le tarif du restaurant scolaire",
            "Code des relations entre le public et l’administration, art. L114-8",
            timedelta(days=30),
        )
        consent = consents.give_consent(session, who, terms)
        if answer is not None:
            consents.begin_asking(session, who, consent.id)
            consents.keep_answer(session, who, consent.id, answer)
        return consent.id


def test_a_visitor_is_asked_to_sign_in(visitor: Browser) -> None:
    assert visitor.get(HERE, 303).location.startswith("/connexion")


def test_nothing_was_agreed_yet(angela: Browser) -> None:
    assert (
        angela.get("/mon-espace").links()[
            "Mes autorisations : ce que vous nous avez permis de demander à d’autres services"
        ]
        == HERE
    )
    page = angela.get(HERE, state="empty")
    assert "Aucune. Quand une démarche peut demander une réponse pour vous" in page.text
    assert page.all("form", method="post") == []


def test_what_was_agreed_is_listed_and_taken_back(angela: Browser, town: Town, database: Database) -> None:
    known = Answer(Outcome.KNOWN, "85217", source="MSA", period="2026-11")
    agreed(database, town.angela, known)
    agreed(database, town.angela, Answer(Outcome.NOT_FOUND, code="35003"), slug="carte-mediatheque")
    agreed(database, town.layla, known)
    page = angela.get(HERE, state="full")
    for said in (
        "Quotient familial : la CAF ou la MSA",
        "calculer le tarif du restaurant scolaire, démarche « Inscription scolaire et restauration »",
        "La réponse est arrivée : MSA, novembre 2026.",
        "Aucun dossier n’a été trouvé à votre nom.",
        "art. L114-8",
    ):
        assert said in page.text, said
    assert "85217" not in page.html
    forms = page.all("form", method="post")
    assert len(forms) == 2
    action = next(one.get("action") for one in forms)
    done = angela.follow(angela.post(action, page.form(action)), state="withdrawn")
    assert "Votre autorisation est retirée et la réponse est effacée" in done.text
    assert "Retirée par vous le" in done.text
    assert len(done.all("form", method="post")) == 1
    assert angela.post(action).location == f"{HERE}?retire=oui"


def test_what_has_expired_says_so(angela: Browser, town: Town, database: Database) -> None:
    agreed(database, town.angela)
    with clock.shifted(timedelta(days=31)), database.writing() as session:
        assert consents.end_expired(session) == 1
    page = angela.get(HERE)
    assert "Arrivée à son terme le" in page.text
    assert page.all("form", method="post") == []


def test_somebody_elses_consent_is_not_there(angela: Browser, town: Town, database: Database) -> None:
    hers = agreed(database, town.layla)
    angela.post(f"{HERE}/{hers}/retirer", {}, 404)
    angela.post(f"{HERE}/{uuid4()}/retirer", {}, 404)
    angela.post(f"{HERE}/n-importe-quoi/retirer", {}, 404)
    with database.reading() as session:
        (kept,) = consents.list_consents(session, Town.resident(town.layla))
    assert kept.ended_at is None


def test_the_number_of_statements_is_constant(angela: Browser, town: Town, database: Database) -> None:
    agreed(database, town.angela, Answer(Outcome.KNOWN, "850", source="CNAF", period="2026-11"))
    with counted(database) as few:
        angela.get(HERE)
    for slug in ("carte-mediatheque", "place-en-creche", "signaler-un-probleme"):
        agreed(database, town.angela, Answer(Outcome.KNOWN, "850", source="CNAF", period="2026-11"), slug=slug)
    with counted(database) as many:
        page = angela.get(HERE)
    assert len(few) == len(many)
    assert len(many) <= 12
    assert page.html.count("<") - page.html.count("</") <= 230
