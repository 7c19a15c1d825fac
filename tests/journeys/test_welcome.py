"""« Bienvenue »: four questions, a dated list, with or without an account."""

import random
from datetime import timedelta
from typing import Any

import pytest

from journeys.welcome import sample
from journeys.welcome.journey import JOURNEY
from portal.casework.catalogue.service import archive_procedure, get_published
from portal.casework.checklists import service as checklists
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import ANONYMOUS, SYSTEM
from portal.ground.settings import Settings
from portal.seed.plant import Ground
from tests.support.client import Browser
from tests.support.town import Town, angela, app, counted, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]

FOUND = checklists.definition_of(JOURNEY)
assert FOUND is not None
DEFINITION = FOUND
EVERYTHING = {
    question.name: [option.code for option in question.options] for question in DEFINITION.questions if question.options
}


def answers(days: int = 5, **chosen: Any) -> dict[str, Any]:
    """The form as filled by somebody who arrived so many days ago."""
    arrived = clock.today() - timedelta(days=days)
    parts = {"day": arrived.day, "month": arrived.month, "year": arrived.year}
    return {f"q_arrivee-{part}": str(value) for part, value in parts.items()} | {
        f"q_{name}": codes for name, codes in chosen.items()
    }


def make(browser: Browser, days: int = 5, **chosen: Any) -> str:
    """Answer the questions; the address of the list."""
    browser.get("/bienvenue")
    return browser.post("/bienvenue", answers(days, **chosen)).location


def loose(database: Database, given: dict[str, Any]) -> str:
    """A list made through the service; its address."""
    with database.writing() as session:
        made = checklists.create_checklist(session, ANONYMOUS, JOURNEY.slug, DEFINITION, given)
    return f"/bienvenue/liste/{made.token}"


def test_a_newcomer_gets_a_dated_list_without_an_account(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        home = visitor.get("/bienvenue", state="plain")
    assert len(statements) <= 2
    assert home.h1 == "Bienvenue"
    assert [one.get("id") for one in home.all("fieldset")] == [None] * 4
    sent = visitor.post("/bienvenue", answers(1, foyer=["enfant_3_11"], trajets=["bus"], situation=[]))
    assert sent.location.startswith("/bienvenue/liste/")
    with counted(database) as statements:
        page = visitor.get(sent.location, state="loose")
    assert len(statements) <= 2
    assert all(statement.startswith("SELECT") for statement in statements)
    assert page.response.headers["X-Robots-Tag"] == "noindex"
    due = clock.today() + timedelta(days=7)
    assert "Inscrire votre enfant à l’école" in page.links()
    assert "parce que vous avez un enfant de 3 à 11 ans." in page.text
    assert f"{due.day} " in page.text
    assert page.links()["Commencer l’inscription"] == "/demarches/inscription-scolaire"
    assert page.links()["Appeler la mairie au 04 65 71 20 10"] == "tel:0465712010"
    assert "0 chose faite sur 10" in page.text
    assert "crèche" not in page.text
    suite = page.links()["Me connecter pour la garder dans mon espace"]
    assert suite == f"/connexion?suite={sent.location}"


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(visitor: Browser, database: Database) -> None:
    visitor.get("/bienvenue")
    typed = {**answers(1, foyer=["bebe"], trajets=["licorne"]), "q_arrivee-day": "31", "q_arrivee-month": "2"}
    with counted(database):
        page = visitor.post("/bienvenue", typed, 422, state="error")
    assert page.title.startswith("Erreur : ")
    assert "cette date n’existe pas" in page.text
    assert "1 réponse n’est pas dans la liste" in page.text
    assert page.field("q_arrivee-day")["value"] == "31"
    ticked = [one.get("value") for one in page.all("input", type="checkbox") if "checked" in one.attrib]
    assert ticked == ["bebe"]
    for hostile in ({}, {"q_arrivee-day": "9" * 5_000}, {**answers(1), "q_foyer": ["x" * 300] * 40}):
        visitor.post("/bienvenue", hostile, 422)


def test_one_network_does_not_fill_the_database_with_lists(visitor: Browser, settings: Settings) -> None:
    for _time in range(settings.sign_in_limit):
        visitor.post("/bienvenue", {}, 422)
    assert int(visitor.post("/bienvenue", answers(), 429).response.headers["Retry-After"]) > 0


def test_a_visit_of_another_day_is_noted(visitor: Browser, database: Database) -> None:
    here = make(visitor)
    with clock.shifted(timedelta(days=10)):
        with counted(database) as statements:
            visitor.get(here)
        assert sum(statement.startswith("UPDATE checklist") for statement in statements) == 1
        with counted(database) as statements:
            visitor.get(here)
        assert all(statement.startswith("SELECT") for statement in statements)
    with clock.shifted(timedelta(days=95)):
        visitor.get(here)
    with clock.shifted(timedelta(days=300)):
        visitor.get(here, 404)


def test_a_line_is_ticked_put_off_and_put_back(visitor: Browser) -> None:
    here = make(visitor, 40, situation=["locataire"])
    page = visitor.get(here, state="late")
    assert "dates passées" in page.text
    assert "Dès que possible : c’était avant le" in page.text
    for _again in range(2):
        after = visitor.post(here, {"faite": "eau"})
    page = visitor.follow(after, state="noted")
    assert "C’est noté : « Prévenir le service de l’eau » est fait." in page.text
    assert "1 chose faite sur 11" in page.text
    line = f"{here}/lignes/eau"
    visitor.get(line, state="done")
    page = visitor.follow(visitor.post(here, {"remettre": "eau"}))
    assert "0 chose faite sur 11" in page.text
    visitor.get(line, state="plain")
    yesterday = clock.today() - timedelta(days=1)
    wrong = {"repousser-day": str(yesterday.day), "repousser-month": str(yesterday.month), "repousser-year": "20x6"}
    page = visitor.post(line, wrong, 422, state="error")
    assert "cette date n’existe pas" in page.text
    assert page.field("repousser-year")["value"] == "20x6"
    past = {**wrong, "repousser-year": str(yesterday.year)}
    assert "choisissez une date entre" in visitor.post(line, past, 422).text
    day = clock.today() + timedelta(days=20)
    later = {"repousser-day": str(day.day), "repousser-month": str(day.month), "repousser-year": str(day.year)}
    page = visitor.follow(visitor.post(line, later))
    assert "« Prévenir le service de l’eau » est repoussé au" in page.text
    assert "Revenir à la date prévue" in visitor.get(line, state="postponed").text
    page = visitor.follow(visitor.post(here, {"date_prevue": "eau"}))
    assert "repoussé" not in page.text
    for unknown in ({"faite": "inconnue"}, {"faite": "ecole"}, {}):
        visitor.post(here, unknown, 404)
    visitor.get(f"{here}/lignes/ecole", 404)


def test_changed_answers_make_another_list(visitor: Browser) -> None:
    here = make(visitor, 5, foyer=["bebe"])
    visitor.post(here, {"faite": "eau"})
    page = visitor.get(f"{here}/reponses", state="plain")
    assert page.fields_of(page.all("form", action=f"{here}/reponses")[0])["q_foyer"] == "bebe"
    typed = {**answers(5, foyer=["ado"]), "version": page.field("version")["value"]}
    visitor.post(f"{here}/reponses", {**typed, "q_arrivee-year": ""}, 422, state="error")
    page = visitor.follow(visitor.post(f"{here}/reponses", typed))
    assert "Inscrire votre enfant au collège ou au lycée" in page.links()
    assert "Demander une place en crèche" not in page.links()
    assert "1 chose faite sur 10" in page.text
    for nonsense in ("", "deux", "²", "9" * 40):
        visitor.post(f"{here}/reponses", {**typed, "version": nonsense}, 422)


def test_answers_changed_in_two_windows(visitor: Browser) -> None:
    here = make(visitor)
    visitor.get(f"{here}/reponses")
    typed = {**answers(5, foyer=["ado"]), "version": "1"}
    visitor.post(f"{here}/reponses", typed)
    page = visitor.post(f"{here}/reponses", {**typed, "q_foyer": ["bebe"]}, 409, state="conflict")
    form = page.fields_of(page.all("form", action=f"{here}/reponses")[0])
    assert (form["version"], form["q_foyer"]) == ("2", "bebe")
    assert "Ce que vous venez d’indiquer est gardé" in page.text
    visitor.post(f"{here}/reponses", {**typed, "q_foyer": ["bebe"], "version": form["version"]})
    assert "Demander une place en crèche" in visitor.get(here).links()


def test_the_longest_list_stays_light(visitor: Browser, database: Database) -> None:
    here = loose(database, {"arrivee": clock.today().isoformat(), **{k: tuple(v) for k, v in EVERYTHING.items()}})
    page = visitor.get(here, state="longest")
    assert len(page.all("li")) > 28
    printed = visitor.get(f"{here}/imprimer")
    assert len(list(printed.all("tbody")[0])) == len(DEFINITION.lines) == 28


def test_a_list_where_all_is_done(visitor: Browser) -> None:
    here = make(visitor)
    for line in DEFINITION.lines:
        visitor.post(here, {"faite": line.id}, None)
    page = visitor.get(here, state="all done")
    assert "Tout est fait." in page.text
    assert "8 choses faites sur 8" in page.text


def test_a_list_is_taken_away(visitor: Browser) -> None:
    here = make(visitor, 1, foyer=["enfant_3_11"])
    visitor.post(here, {"faite": "eau"})
    page = visitor.get(f"{here}/imprimer", state="plain")
    assert f"Pour retrouver cette liste : http://127.0.0.1:8070{here}" in page.text
    assert page.field("viewport")
    first, second = (visitor.get(f"{here}/agenda.ics").response for _time in range(2))
    assert first.mimetype == "text/calendar"
    assert first.headers["Content-Disposition"].startswith('attachment; filename="Ma liste darrivee.ics"')
    calendar = first.get_data(as_text=True)
    assert calendar == second.get_data(as_text=True)
    assert calendar.count("BEGIN:VEVENT") == 7
    assert "SUMMARY:Inscrire votre enfant" in calendar
    text = visitor.get(f"{here}/liste.txt").response.get_data(as_text=True)
    assert "[x] Prévenir le service de l’eau" in text
    assert "Commencer l’inscription : http://127.0.0.1:8070/demarches/inscription-scolaire" in text


def test_a_list_is_erased_at_once(visitor: Browser) -> None:
    here = make(visitor)
    visitor.get(f"{here}/effacer", state="plain")
    page = visitor.follow(visitor.post(f"{here}/effacer"), state="erased")
    assert "Votre liste est effacée." in page.text
    visitor.get(here, 404)
    visitor.post(here, {"faite": "eau"}, 404)


def test_a_list_is_kept_in_the_account_after_the_sign_in(
    visitor: Browser, angela: Browser, sign_in: Any, town: Town, database: Database
) -> None:
    here = make(visitor, 1, foyer=["enfant_3_11"])
    visitor.post(here, {"faite": "eau"})
    page = angela.get(here, state="to keep")
    kept = angela.post(f"{here}/garder", page.form(f"{here}/garder"))
    with counted(database) as statements:
        page = angela.follow(kept, state="kept")
    assert len([one for one in statements if "session" not in one.split("FROM")[1]]) <= 3
    assert "Elle ne s’ouvre plus que pour vous." in page.text
    assert visitor.get(here, 303).location == f"/connexion?suite={here.replace('/', '%2F')}"
    layla = sign_in(town.layla)
    layla.get(here, 404)
    layla.post(f"{here}/garder", expect=403)
    with counted(database) as statements:
        space = angela.get("/mon-espace", state="list")
    assert len([one for one in statements if "FROM checklist" in one]) == 1
    assert space.links()["Ma liste d’arrivée"] == here
    assert "1 chose faite sur 9. Ensuite : Ouvrir l’électricité" in space.text


def test_a_resident_who_answers_keeps_the_list_at_once(angela: Browser) -> None:
    here = make(angela)
    page = angela.get(here)
    assert "Gardez l’adresse" not in page.text
    assert "Elle sera effacée le" in page.text
    assert angela.get("/mon-espace").links()["Ma liste d’arrivée"] == here


def test_a_procedure_that_is_not_open_becomes_a_call(visitor: Browser, database: Database) -> None:
    here = make(visitor, 1, foyer=["enfant_3_11"])
    with database.writing() as session:
        archive_procedure(session, get_published(session, "inscription-scolaire").id, actor=SYSTEM)
    page = visitor.get(here)
    assert "Cette démarche n’est pas encore en ligne." in page.text
    assert "/demarches/inscription-scolaire" not in page.links().values()


def test_every_fact_of_the_list_holds_together() -> None:
    assert len(DEFINITION.lines) >= 18
    for line in DEFINITION.lines:
        for language in ("fr", "fr@falc"):
            sentence = line.why.get(language)
            assert sentence.startswith("parce qu"), line.id
            assert not sentence.endswith("."), line.id
        assert len(line.why.get("fr@falc")) <= 70, line.id
        assert line.title.get("fr@falc").split()[0].removesuffix("-vous").endswith(("z", "s")), line.id
        assert line.help is None or str(line.help).endswith((".", "?")), line.id
        assert str(line.title).split()[0].endswith(("er", "ir", "re", "oir")) or str(line.title).startswith("S’")
    slugs = {line.action.procedure for line in DEFINITION.lines if line.action} - {None}
    assert slugs <= {
        "accompagnement-numerique", "carte-mediatheque", "inscription-scolaire", "place-en-creche",
        "signaler-un-probleme",
    }  # fmt: skip


@pytest.mark.parametrize("count", [0, 96])
def test_the_sample_commune_has_lists(settings: Settings, database: Database, town: Town, count: int) -> None:
    people = (town.angela, town.yves, town.layla)
    sample.plant(Ground(settings, database, town.commune, people, random.Random(1), count))
    with database.reading() as session:
        found = [len(checklists.list_checklists(session, town.resident(one))) for one in people]
        assert found == ([1, 1, 1] if count else [0, 0, 0])
