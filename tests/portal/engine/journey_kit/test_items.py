"""A page asked for each of several, the way out, what is looked up: as people meet them, without JavaScript."""

from collections.abc import Iterator

import pytest
from flask import Flask

from connectors.sdk.testing.doubles import NOW
from portal.app import connections_of, create_app
from portal.casework.catalogue.service import import_procedure
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.ground.settings import Settings
from portal.people.accounts.enums import MemberRelation
from portal.people.accounts.service import save_member
from portal.seed.territory import settle_territory
from tests.connectors.mobility_doubles import BanDouble
from tests.support.client import Browser, Page
from tests.support.many_kinds import BASE, SLUG, many_kinds
from tests.support.mobility import ban, connected
from tests.support.town import Town, counted
from tests.support.walking import send, step_form

__all__ = ["ban"]

LIST, CHECK = f"{BASE}/enfants", f"{BASE}/verifier"
HOME = {
    "r_parts": "3",
    "r_loyer": "1 250,50",
    "r_aides": ["caf", "apl"],
    "r_apl_depuis-day": "1",
    "r_apl_depuis-month": "2",
    "r_apl_depuis-year": "2024",
    "r_milieu": "eau",
    "r_activite": "aviron",
    "r_licence": "",
}
OPENED = ("r_apl_depuis", "r_activite")
FIRST = {name: value for name, value in HOME.items() if not name.startswith(OPENED)}
PLACES = {
    "r_adresse": "12 rue des Tisserands\r\n38999 Valmont-sur-Iselle",
    "r_commune": "Valmont-sur-Iselle",
    "r_endroit": "devant l’école",
    "r_proche": "Noé Lefèvre",
    "r_siret": "73282932000074",
    "r_nir": "185057800608491",
}


@pytest.fixture
def app(settings: Settings, database: Database, town: Town, ban: BanDouble) -> Iterator[Flask]:
    """The portal with an address base, and the procedure that asks everything."""
    with database.writing() as session:
        settle_territory(session)
        import_procedure(session, many_kinds(), publish=True, actor=SYSTEM)
    opened = create_app(connected(settings, adresses=ban), database, propagate=True)
    with clock.frozen(NOW):
        yield opened
    connections_of(opened).close()


def child(name: str, years: int, **more: str) -> dict[str, str]:
    """What is typed about a child of this age."""
    return {
        "r_prenom": name,
        "r_naissance-day": "1",
        "r_naissance-month": "1",
        "r_naissance-year": str(NOW.year - years),
        **more,
    }


def fill(browser: Browser, path: str, given: dict[str, object], expect: int | None = 303) -> Page:
    """Open a page, answer it, continue."""
    page = browser.get(path)
    return browser.post(path, {**step_form(page), **given}, expect=expect)


def to_the_list(browser: Browser) -> None:
    """The steps before the children."""
    browser.post(f"{BASE}/commencer")
    first = fill(browser, f"{BASE}/foyer", FIRST, expect=200)  # two questions more, which answers have just opened
    assert "Il reste une question" in first.text or "il reste une question" in first.text
    browser.post(f"{BASE}/foyer", {**step_form(first), **HOME})
    fill(browser, f"{BASE}/lieux", PLACES)


def go_on(browser: Browser, expect: int = 303, **more: str) -> Page:
    """Leave the list by its button."""
    page = browser.get(LIST)
    return browser.post(LIST, {**page.form(LIST), **more}, expect=expect)


def offered(page: Page, name: str) -> list[str]:
    """The answers to choose from, for one field."""
    return [
        value for one in page.all("button", name="prendre") if (value := one.get("value", "")).startswith(f"{name}=")
    ]


def test_a_page_is_asked_for_each_child_then_sent(angela: Browser, database: Database) -> None:
    to_the_list(angela)
    many = angela.get(f"{BASE}/foyer", state="many kinds")
    assert "Lisez ceci." in many.text
    assert many.field("r_loyer")["value"] == "1250,50", "as people write it"
    assert [one.get("value") for one in many.all("input", type="checkbox") if "checked" in one.attrib] == ["caf", "apl"]
    assert len(list(many.tree.iter())) <= 230
    assert angela.get(LIST, expect=303).location == f"{LIST}/1", "straight to the first one"
    angela.get(f"{LIST}/1")
    assert angela.get(f"{LIST}/2", expect=303).location == LIST
    assert angela.get(f"{BASE}/foyer/1", expect=404).status == 404

    empty = fill(angela, f"{LIST}/1", {}, expect=422)
    assert "Prénoms de l’enfant" in empty.words_of("erreurs")
    assert fill(angela, f"{LIST}/1", child("Noé-Éloïse", 14, r_argent="12,5")).location == LIST
    opened = fill(angela, f"{LIST}/2", child("Tom", 11), expect=200)
    assert "Argent de poche" in opened.text, "a question that the computed age opened"
    angela.post(f"{LIST}/2", {**step_form(opened), **child("Tom", 6)})

    with counted(database) as statements:
        listed = angela.get(LIST, state="list")
    assert len(statements) <= 6
    assert "Noé-Éloïse" in listed.text
    assert listed.links()["Ajouter un enfant"] == f"{LIST}/3"
    assert listed.links()["Modifier Tom"] == f"{LIST}/2"
    assert go_on(angela).location == f"{BASE}/compte"

    compte = angela.get(f"{BASE}/compte")
    assert "Nombre d’enfants 2" in compte.text
    assert "Calculé d’après vos réponses" not in compte.text
    unsworn = fill(angela, f"{BASE}/compte", {}, expect=422)
    assert "cochez la case" in unsworn.words_of("erreurs")
    fill(angela, f"{BASE}/compte", {"r_honneur": "oui", "r_total": "1", "r_nombre": "99"})
    checked = angela.get(CHECK, state="list")
    assert "Vos enfants, 1 sur 2" in checked.text
    assert "Total1 263 €" in checked.text
    assert "À savoir" not in checked.text
    fill(angela, f"{LIST}/2", child("Tom", 6, **{"r_naissance-year": str(NOW.year - 7)}))
    assert len(list(checked.tree.iter())) <= 230

    reference = send(angela, angela.get(CHECK), SLUG)
    answers = angela.get(f"/demandes/{reference}/reponses")
    assert "Vos enfants, 2 sur 2" in answers.text
    assert "Âge7" in answers.text


def test_what_was_typed_is_kept_on_the_way_out_and_back(angela: Browser) -> None:
    to_the_list(angela)
    assert fill(angela, f"{LIST}/1", child("Noé", 4, quitter="oui")).location == "/mon-espace?enregistre=oui"
    assert "Noé" in angela.get(LIST).text
    go_on(angela)
    assert fill(angela, f"{LIST}/1", child("Noé", 12), expect=200).status == 200
    assert angela.get(CHECK).text.count("Noé") >= 1


def test_a_child_is_taken_away_after_a_question(angela: Browser, sign_in: object, town: Town) -> None:
    to_the_list(angela)
    for number, name in enumerate(("Noé", "Tom"), start=1):
        fill(angela, f"{LIST}/{number}", child(name, 4))
    asked = angela.get(f"{LIST}/1/retirer")
    assert "Noé" in asked.text
    angela.post(f"{LIST}/1/retirer", asked.form(f"{LIST}/1/retirer"))
    listed = angela.get(LIST)
    assert "Noé" not in listed.text
    assert "Tom" in listed.text
    assert angela.get(f"{LIST}/5/retirer", expect=303).location == LIST
    stranger: Browser = sign_in(town.layla)  # type: ignore[operator]
    assert stranger.get(f"{LIST}/1/retirer", expect=303).location.startswith(BASE)
    assert stranger.post(f"{LIST}/1/retirer", {"version": "1"}).location.startswith(BASE)
    for number in (2, 3):
        fill(angela, f"{LIST}/{number}", child(f"Enfant {'ab'[number - 2]}", 5))
    full = angela.get(LIST)
    assert "Ajouter un enfant" not in full.text
    assert "les 3 fiches possibles" in full.text
    assert angela.get(f"{LIST}/4", expect=303).location == LIST
    assert angela.post(f"{LIST}/4", child("Quatre", 5)).location == LIST


def test_two_windows_on_the_same_list(angela: Browser, town: Town, sign_in: object) -> None:
    to_the_list(angela)
    fill(angela, f"{LIST}/1", child("Noé", 4))
    stale, old_list = angela.get(f"{LIST}/1"), angela.get(LIST)
    removal = angela.get(f"{LIST}/1/retirer")
    fill(angela, f"{LIST}/1", child("Noah", 4))
    met = angela.post(f"{LIST}/1", {**step_form(stale), **child("Noël", 4)}, expect=409, state="conflict")
    assert "Noël" in met.text
    assert "Noah" in met.text
    shown = angela.post(LIST, old_list.form(LIST), expect=409)
    assert "ont changé dans une autre fenêtre" in shown.text
    kept = angela.post(f"{LIST}/1/retirer", removal.form(f"{LIST}/1/retirer"), expect=409, state="conflict")
    assert "Noah" in kept.text
    mine = met.fields_of(next(one for one in met.all("form", method="post") if one.get("action") == f"{LIST}/1"))
    angela.post(f"{LIST}/1", mine)
    assert "Noël" in angela.get(LIST).text
    again = angela.get(f"{LIST}/1")
    angela.post(f"{LIST}/1", {**step_form(again), **child("Noël", 4)})
    assert angela.post(f"{LIST}/1", {**step_form(again), **child("Noël", 4)}).location, "pressed twice: no conflict"
    angela.post(f"{BASE}/abandonner")
    gone = angela.post(f"{LIST}/1", {**step_form(again), **child("Perdu", 4)}, expect=409)
    assert "Perdu" in gone.text


def test_those_it_is_not_for_are_told_where_to_go(angela: Browser) -> None:
    to_the_list(angela)
    out = fill(angela, f"{LIST}/1", child("Ana", 20, r_argent="0"))
    assert out.location == f"{LIST}/pas-pour-vous"
    told = angela.follow(out, state="plain")
    assert told.h1 == "Un enfant est majeur"
    assert "Il fait sa demande lui-même." in told.text
    assert told.links()["Corriger ma réponse"] == LIST
    go_on(angela)
    fill(angela, f"{BASE}/compte", {"r_honneur": "oui"})
    stopped = angela.get(CHECK, state="exit")
    assert "n’est pas pour vous" in stopped.text
    assert "Envoyer ma demande" not in stopped.text
    draft = {"cle": "0190a6a0-0000-7000-8000-000000000000", "dossier": "0190a6a0-0000-7000-8000-000000000000"}
    assert angela.post(f"{BASE}/envoyer", {**draft, "version": "1"}, expect=None).status in {303, 409}
    fill(angela, f"{LIST}/1", child("Ana", 8))
    assert angela.get(f"{LIST}/pas-pour-vous", expect=303).location == CHECK
    assert "Envoyer ma demande" in angela.get(CHECK).text

    angela.post(f"{BASE}/abandonner")
    assert angela.get(f"{LIST}/pas-pour-vous", expect=303).location == BASE
    angela.post(f"{BASE}/commencer")
    first = fill(angela, f"{BASE}/foyer", {**FIRST, "r_parts": "15"}, expect=200)
    large = angela.post(f"{BASE}/foyer", {**step_form(first), **HOME, "r_parts": "15"})
    page = angela.follow(large)
    assert page.links()["04 65 71 20 99"] == "tel:0465712099"


def test_what_was_typed_is_looked_up_and_never_needed(
    angela: Browser, ban: BanDouble, database: Database, town: Town
) -> None:
    with database.writing() as session:
        said = {"given_names": "Ilyès", "family_name": "D’Arc"}
        save_member(session, town.resident(town.angela), said, relation=MemberRelation.CHILD)
    angela.post(f"{BASE}/commencer")
    first = fill(angela, f"{BASE}/foyer", FIRST, expect=200)
    angela.post(f"{BASE}/foyer", {**step_form(first), **HOME})
    lieux = f"{BASE}/lieux"

    def press(page: Page, expect: int = 200, **buttons: str) -> Page:
        return angela.post(lieux, {**step_form(page), **buttons}, expect=expect)

    page = angela.get(lieux)
    mine = press(page, prendre="r_proche=Ilyès D’Arc")
    assert [one.get("value") for one in mine.all("button", name="prendre")] == ["r_proche=Ilyès D’Arc"]
    assert step_form(mine)["r_proche"] == "Ilyès D’Arc"
    typed = {**step_form(page), "r_adresse": "rue du Lac", "r_endroit": "rue du Lac", "r_commune": "valm"}
    found = angela.post(lieux, {**typed, "chercher": "r_adresse"}, expect=200, state="search")
    offers = offered(found, "r_adresse")
    assert offers[0].startswith("r_adresse=12 Rue du Lac\n38999 ")
    assert found.all("button")[0].get("hidden") is not None or found.all("button", hidden="")
    chosen = press(found, prendre=offers[0])
    assert step_form(chosen)["r_adresse"] == "12 Rue du Lac\n38999 Valmont-sur-Iselle"
    assert step_form(chosen)["r_commune"] == "valm", "what was typed elsewhere stays"

    spots = press(chosen, chercher="r_endroit")
    spot = press(spots, prendre=offered(spots, "r_endroit")[0])
    assert step_form(spot)["r_endroit-point"].startswith("45.")
    towns = press(spot, chercher="r_commune")
    chosen = press(towns, prendre=offered(towns, "r_commune")[0])
    assert step_form(chosen)["r_commune"] == "Valmont-sur-Iselle (38999)"
    ban.forget_everywhere()
    page = angela.post(lieux, {**step_form(chosen), "r_adresse": "Lieu-dit Nulle-Part", "chercher": "r_adresse"}, 200)
    assert "Nous n’avons rien trouvé" in page.text
    ban.answer(503)
    page = angela.post(lieux, {**step_form(page), "r_adresse": "Chez Rien du tout", "chercher": "r_adresse"}, 200)
    assert "ne répond pas" in page.text
    assert (
        "trois lettres" in angela.post(lieux, {**step_form(page), "r_adresse": "a", "chercher": "r_adresse"}, 200).text
    )
    for odd in ("r_siret", "r_inconnu", "", "r_adresse\n"):
        assert "Choisissez une réponse ci-dessous" not in press(page, chercher=odd).text
    press(page, prendre="r_siret=1")

    rest = {"r_proche": "Noé", "r_siret": "73282932000074", "r_nir": "185057800608491"}
    angela.post(lieux, {**step_form(page), **rest, "r_adresse": "Chez Rien du tout"})
    kept = step_form(angela.get(lieux))
    assert kept["r_endroit-point"].startswith("45."), "the point stays with its words"
    angela.post(lieux, {**kept, "r_endroit": "ailleurs"})
    assert "r_endroit-point" not in step_form(angela.get(lieux)), "other words lose the point"
