"""A procedure read again, previewed, tried, and published while people fill it in."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.casework.catalogue.interchange import as_data
from portal.casework.catalogue.publishing.service import get_edited
from portal.casework.catalogue.service import archive_procedure, get_published, import_procedure
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from tests.support.client import Browser, Page
from tests.support.town import Town, counted

SLUG = "place-en-creche"
BASE = f"/agents/demarches/{SLUG}"
OWN = {
    "id": "department.twins",
    "label": {"fr": "Attendez-vous des jumeaux ?"},
    "type": "boolean",
    "sensitivity": "child",
}
TWINS = {"concept": "department.twins", "name": "jumeaux", "own": OWN}
PAGE = {
    "slug": "jumeaux",
    "title": {"fr": "Vos jumeaux"},
    "when": {"field": "jumeaux", "equals": True},
    "fields": [
        {
            "concept": "department.second_name",
            "name": "second_prenom",
            "own": {"id": "department.second_name", "label": {"fr": "Prénom du second enfant"}, "type": "name"},
        }
    ],
}
EXIT = {
    "slug": "trop-grand",
    "when": {"field": "childcare_kind", "equals": "occasional"},
    "title": {"fr": "Appelez la halte-garderie"},
    "text": {"fr": "L’accueil occasionnel se demande par téléphone."},
    "phone": "04 65 71 20 22",
}
ADULT = {"person_family_name": "EXEMPLE", "person_given_names": "Camille"}


def with_twins(data: dict[str, Any]) -> None:
    """The page that only parents of twins see, after the child’s."""
    child = next(step for step in data["steps"] if step["slug"] == "enfant")
    child["fields"].append(TWINS)
    data["steps"].insert(data["steps"].index(child) + 1, PAGE)


def write_draft(database: Database, change: Callable[[dict[str, Any]], None] = with_twins, slug: str = SLUG) -> None:
    """A draft of the next version."""
    with database.writing() as session:
        edited = get_edited(session, slug)
        data = as_data(edited.latest.document)
        if not edited.is_draft:
            data.pop("cases", None)  # those it ships with have their own tests
        change(data)
        import_procedure(session, data, publish=False, actor=SYSTEM)


@pytest.fixture
def officer(sign_in: Callable[..., Browser], town: Town) -> Browser:
    return sign_in(town.commune.agents["i.moreau"])


def nodes(page: Page) -> int:
    return sum(1 for _one in page.tree.iter())


def test_each_page_stays_light_whatever_the_procedure(officer: Browser, database: Database) -> None:
    def grow(data: dict[str, Any]) -> None:
        with_twins(data)
        bad = "Le dossier est étudié par la commission " + "qui se réunit quand elle le peut et alors " * 5 + "."
        data["next"] = {"fr": bad}
        data["needs"] = [{"fr": f"{bad} {number}"} for number in range(20)]
        data["routing"] = [{"connection": "ecoles", "recipient": {"fr": "les écoles"}}]
        fields = [
            {
                "concept": f"department.{letter}",
                "name": f"champ_{letter}",
                "own": {"id": f"department.{letter}", "label": {"fr": f"Numéro {letter}"}, "type": "text"},
            }
            for letter in "abcdefghijklmnopqrst"
        ]
        data["steps"] += [{"slug": "long", "title": {"fr": "Une page longue"}, "fields": fields}]
        data["cases"] = [{"name": f"Essai {n}", "answers": {}, "ends": "sent"} for n in range(40)]

    write_draft(database, grow)
    for tab in ("relecture", "relecture?sujet=reading", "apercu", "essais", "differences", "destinataires", "publier"):
        officer.get(f"{BASE}/{tab}")
        with counted(database) as statements:
            page = officer.get(f"{BASE}/{tab}")
        assert len(statements) <= 8, (tab, len(statements))
        assert nodes(page) <= 350, (tab, nodes(page))
    officer.get(f"{BASE}/essais/1")
    text = officer.get(f"{BASE}/relecture.txt").response.get_data(as_text=True)
    assert text.count("tournure passive") + text.count("Tournure passive") >= 20, "the text holds every remark"


def test_a_draft_is_read_again(officer: Browser, database: Database) -> None:
    def spoil(data: dict[str, Any]) -> None:
        with_twins(data)
        data["steps"][0]["fields"][0]["prefill"] = False
        data.pop("legal_references")
        data["alternatives"] = data["alternatives"][:1]
        data["acknowledgement"]["service"].pop("phone")

    plain = officer.get(f"{BASE}/relecture", state="plain")
    assert "Rien n’empêche de publier" in plain.text
    write_draft(database, spoil)
    page = officer.get(f"{BASE}/relecture", state="remarks")
    for words in (
        "2 points empêchent de publier",
        "Indiquez le numéro de téléphone du service.",
        "« Nom de naissance » est déjà connu du portail",
        "« Attendez-vous des jumeaux ? » concerne un enfant : citez le texte",
        "Donnez une deuxième façon de demander sans internet.",
    ):
        assert words in page.text, words
    one = officer.get(f"{BASE}/relecture?sujet=sensitive")
    assert "Données protégées" in one.text
    assert "sans internet" not in one.text
    officer.get(f"{BASE}/relecture?sujet=nimporte")
    assert officer.get("/agents/demarches/inconnue/relecture", expect=404)


def test_the_difference_is_told_in_sentences(officer: Browser, database: Database) -> None:
    assert "première version" in officer.get(f"{BASE}/differences", state="first").text

    def change(data: dict[str, Any]) -> None:
        with_twins(data)
        kind = next(step for step in data["steps"] if step["slug"] == "accueil")["fields"]
        kind[2]["when"] = {"field": "childcare_kind", "not_equals": "occasional"}
        kind[3]["options"].pop(0)
        kind[4]["required"] = True

    write_draft(database, change)
    page = officer.get(f"{BASE}/differences", state="plain")
    for words in (
        "La page « Vos jumeaux » a été ajoutée.",
        "posée si “Attendez-vous des jumeaux ?” est “oui”",
        "La question « Attendez-vous des jumeaux ? » a été ajoutée à la page « Votre enfant ».",
        "retirées : Crèche Les Petits Pas",
        "est devenue obligatoire",
        "la condition a changé",
    ):
        assert words in page.text, words
    text = officer.get(f"{BASE}/differences.txt?avant=1").response.get_data(as_text=True)
    assert "- La page « Vos jumeaux » a été ajoutée." in text
    officer.get(f"{BASE}/differences?avant=99999999999")
    officer.get(f"{BASE}/differences?avant=-1")


def test_each_recipient_and_what_it_gets(officer: Browser, database: Database) -> None:
    slug = "inscription-scolaire"
    page = officer.get(f"/agents/demarches/{slug}/destinataires", state="plain")
    assert "Le logiciel des écoles de Valmont-sur-Iselle" in page.text
    assert "code de l’éducation, art. L131-1" in page.text
    assert "Cette connexion n’existe pas : caf" in page.text

    def forget(data: dict[str, Any]) -> None:
        child = next(step for step in data["steps"] if step["slug"] == "enfant")
        child["fields"] = [one for one in child["fields"] if one["concept"] != "household.child.birthdate"]

    write_draft(database, forget, slug)
    lacking = officer.get(f"/agents/demarches/{slug}/destinataires", state="lacking")
    assert "Ce destinataire refuse une demande sans : Date de naissance" in lacking.text
    alone = officer.get(f"{BASE}/destinataires", state="alone")
    assert "Les demandes ne sont envoyées nulle part ailleurs." in alone.text


def filled(page: Page, **typed: str) -> dict[str, str]:
    return {**page.form(f"{BASE}/apercu"), **{f"r_{name}": value for name, value in typed.items()}}


def go_through(officer: Browser, twins: str = "oui", kind: str = "regular") -> Page:
    """The whole preview, to its end or its exit."""
    page = officer.get(f"{BASE}/apercu", state="plain")
    for typed in (
        {"guardian_role": "mother", "contact_email": "camille@exemple.example", "contact_phone": "06 12 34 56 78"},
        {
            "address_current_line": "8 quai des Moulins",
            "address_current_postcode": "38999",
            "address_current_city": "Valmont-sur-Iselle",
        },
        {
            "household_child_family_name": "EXEMPLE",
            "household_child_given_names": "Lou",
            "household_child_birthdate-day": "3",
            "household_child_birthdate-month": "5",
            "household_child_birthdate-year": str(clock.today().year - 1),
            "jumeaux": twins,
        },
        *([{"second_prenom": "Max"}] if twins == "oui" else []),
    ):
        page = officer.post(f"{BASE}/apercu", filled(page, **typed), expect=200)
    last = {
        "childcare_kind": kind,
        "childcare_start_date-day": "1",
        "childcare_start_date-month": "9",
        "childcare_start_date-year": str(clock.today().year + 1),
        "childcare_centre": "any",
    }
    if kind == "regular":
        last["childcare_days"] = "2"
        shown = officer.post(f"{BASE}/apercu", filled(page, **last), expect=200, state="one question more")
        if "D’après vos réponses, il reste une question" in shown.text:
            page = shown
    return officer.post(f"{BASE}/apercu", filled(page, **last), expect=200)


def test_a_preview_goes_as_a_resident_goes_and_keeps_nothing(officer: Browser, database: Database) -> None:
    write_draft(database)
    first = officer.get(f"{BASE}/apercu")
    assert "Aperçu : rien n’est envoyé" in first.text
    assert "EXEMPLE" in first.text, "the identity of nobody"
    assert first.all("div", class_="as-read phone")
    wrong = officer.post(f"{BASE}/apercu", filled(first, contact_email="camille@"), expect=422, state="error")
    assert "prenom.nom@exemple.fr" in wrong.text
    assert wrong.field("r_contact_email")["value"] == "camille@"
    wide = officer.post(f"{BASE}/apercu", {**filled(wrong), "affichage": "ecran"}, expect=200, state="desktop")
    assert not wide.all("div", class_="as-read phone")
    assert wide.field("r_contact_email")["value"] == "camille@", "what was typed stays"
    simple = officer.post(f"{BASE}/apercu", {**filled(wide), "affichage": "simplifie"}, expect=200, state="simplified")
    assert "Lire le texte complet" in simple.text
    end = go_through(officer)
    assert "Prénom du second enfant" in end.text
    assert "Max" in end.text
    without = go_through(officer, twins="non")
    assert "Prénom du second enfant" not in without.text
    back = officer.post(f"{BASE}/apercu", {**without.form(f"{BASE}/apercu"), "revenir": "oui"}, expect=200)
    assert "L’accueil" in back.text
    again = officer.post(f"{BASE}/apercu", {**back.form(f"{BASE}/apercu"), "recommencer": "oui"}, expect=200)
    assert "Étape 1 sur" in again.text
    with database.reading() as session:
        assert get_edited(session, SLUG).latest.document.cases == ()
    sizes = nodes(first), nodes(end)
    assert max(sizes) <= 350


def test_a_repeated_page_is_previewed_once(officer: Browser, database: Database) -> None:
    def repeat(data: dict[str, Any]) -> None:
        data["steps"] = [{**data["steps"][2], "repeat": {"name": "enfants", "item": {"fr": "un enfant"}}}]

    write_draft(database, repeat)
    page = officer.get(f"{BASE}/apercu", state="repeated")
    assert "Page posée pour chaque réponse de la liste (un enfant)" in page.text
    typed = {
        "household_child_family_name": "EXEMPLE",
        "household_child_given_names": "Lou",
        "household_child_birthdate-day": "3",
        "household_child_birthdate-month": "5",
        "household_child_birthdate-year": str(clock.today().year - 1),
    }
    wrong = officer.post(f"{BASE}/apercu", filled(page, **{**typed, "household_child_given_names": ""}), expect=422)
    assert wrong.field("r_household_child_family_name")["value"] == "EXEMPLE"
    end = officer.post(f"{BASE}/apercu", filled(wrong, **typed), expect=200)
    assert "Lou" in end.text
    back = officer.post(f"{BASE}/apercu", {**end.form(f"{BASE}/apercu"), "revenir": "oui"}, expect=200)
    assert back.field("r_household_child_given_names")["value"] == "Lou"
    keep(officer, end, "Un enfant")
    assert "1 essai, réussi" in officer.get(f"{BASE}/essais").text


@pytest.mark.parametrize(
    "answers", ["", "[", "[1]", '{"nom": {"a": {"b": 1}}}', '{"jumeaux": 12}', "x" * 50_000, '{"a":' * 5_000]
)
def test_a_preview_forged_by_hand_harms_nobody(officer: Browser, database: Database, answers: str) -> None:
    write_draft(database)
    sent = {"reponses": answers, "faites": "vous vous rien ../..", "etape": "vous", "largeur": "3000px", "texte": "xx"}
    page = officer.post(f"{BASE}/apercu", sent, expect=None)
    assert page.status in {200, 422}
    assert officer.post(f"{BASE}/apercu", {"etape": "rien"}, expect=200)
    name = {"nom": "Essai", "reponses": answers, "lu": "faux"}
    assert officer.post(f"{BASE}/essais", name, expect=409)


def acting(page: Page, act: str) -> dict[str, str]:
    """The fields of the form of a case that does this."""
    return next(sent for form in page.all("form", method="post") if (sent := page.fields_of(form)).get("acte") == act)


def keep(officer: Browser, page: Page, name: str) -> Page:
    return officer.post(f"{BASE}/essais", {**page.form(f"{BASE}/essais"), "nom": name})


def test_a_trial_that_fails_stops_publication(officer: Browser, database: Database) -> None:
    write_draft(database)
    assert "Aucun essai." in officer.get(f"{BASE}/essais", state="plain").text
    end = go_through(officer)
    nameless = officer.post(f"{BASE}/essais", {**end.form(f"{BASE}/essais"), "nom": " "}, expect=422, state="error")
    assert "Donnez un nom" in nameless.text
    keep(officer, end, "Jumeaux, accueil régulier")
    assert "1 essai, réussi" in officer.get(f"{BASE}/essais?fait=enregistre", state="recorded").text
    first = officer.get(f"{BASE}/essais/1", state="plain")
    assert "Donne ce qui est attendu" in first.text
    officer.get(f"{BASE}/essais/2", expect=404)

    def close_the_door(data: dict[str, Any]) -> None:
        data["steps"][-1]["exits"] = [{**EXIT, "when": {"field": "jumeaux", "equals": True}}]

    write_draft(database, close_the_door)
    failing = officer.get(f"{BASE}/essais", state="failing")
    assert "La démarche s’arrête sur la page « Appelez la halte-garderie »." in failing.text
    refused = officer.get(f"{BASE}/publier", state="failing")
    assert "ne peut pas encore être publiée" in refused.text
    with database.reading() as session:
        edited = get_edited(session, SLUG)
    mark = acting(officer.get(f"{BASE}/essais/1", state="failing"), "accepter")["lu"]
    forced = {"version": str(edited.latest.version), "lu": mark, "note": ""}
    assert officer.post(f"{BASE}/publier", forced, expect=422, state="refused")
    with database.reading() as session:
        assert get_published(session, SLUG).version == 1
    # The exit is what is wanted: the case says so from now on.
    officer.post(f"{BASE}/essais/1", {"acte": "accepter", "lu": mark})
    assert "1 essai, réussi" in officer.get(f"{BASE}/essais").text
    stale = officer.post(f"{BASE}/essais/1", {"acte": "supprimer", "lu": mark}, expect=409, state="changed meanwhile")
    assert "Un collègue a changé la démarche" in stale.text
    fresh = acting(officer.get(f"{BASE}/essais/1"), "renommer")
    officer.post(f"{BASE}/essais/1", {**fresh, "nom": ""}, expect=422, state="error")
    officer.post(f"{BASE}/essais/1", {**fresh, "nom": "Jumeaux orientés"})
    fresh = acting(officer.get(f"{BASE}/essais/1"), "supprimer")
    assert "Jumeaux orientés" in officer.get(f"{BASE}/essais").text
    exit_page = go_through(officer)
    assert "L’accueil occasionnel se demande par téléphone." in exit_page.text
    officer.post(f"{BASE}/apercu", {**exit_page.form(f"{BASE}/apercu"), "revenir": "oui"}, expect=200)
    officer.post(f"{BASE}/essais/1", fresh)
    assert "Aucun essai." in officer.get(f"{BASE}/essais").text


def test_a_trial_is_taken_up_again_where_an_answer_is_missing(officer: Browser, database: Database) -> None:
    """A new question breaks the trials that a procedure ships with: they are completed, not written again."""
    with database.writing() as session:
        data = as_data(get_edited(session, SLUG).latest.document)
        with_twins(data)
        import_procedure(session, data, publish=False, actor=SYSTEM)
    name = data["cases"][0]["name"]
    broken = officer.get(f"{BASE}/essais/1")
    assert "Une réponse est refusée" in broken.text
    page = officer.post(f"{BASE}/apercu", broken.form(f"{BASE}/apercu"), expect=200, state="taken up")
    assert "Attendez-vous des jumeaux" in page.text
    assert "Noé" in page.html
    while "Garder cet essai" not in page.text:
        typed = {"jumeaux": "non"} if "Attendez-vous" in page.text else {}
        page = officer.post(f"{BASE}/apercu", filled(page, **typed), expect=200)
    officer.post(f"{BASE}/essais", {**page.form(f"{BASE}/essais"), "nom": name})
    with database.reading() as session:
        cases = get_edited(session, SLUG).latest.document.cases
    assert [case.name for case in cases] == [case["name"] for case in data["cases"]], "it has taken its place"
    assert (cases[0].ends, cases[0].answers["jumeaux"]) == ("sent", "non")


def test_two_officers_publish_at_once(
    officer: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    nothing = officer.get(f"{BASE}/publier", state="nothing")
    assert "il n’y a rien à publier" in nothing.text
    write_draft(database)
    other = sign_in(town.commune.agents["i.moreau"])
    mine, theirs = officer.get(f"{BASE}/publier", state="plain").form(), other.get(f"{BASE}/publier").form()
    assert mine["note"] == "", "nothing is written in the officer's place"

    def touch(data: dict[str, Any]) -> None:
        data["duration_minutes"] = 9

    write_draft(database, touch)
    changed = officer.post(f"{BASE}/publier", mine, expect=409, state="changed meanwhile")
    assert "Un collègue a changé le brouillon" in changed.text
    fresh = changed.form()
    officer.post(f"{BASE}/publier", {**fresh, "note": "x" * 1001}, expect=422, state="error")
    done = officer.follow(officer.post(f"{BASE}/publier", {**fresh, "note": "Demandé par\r\nle service"}), state="done")
    assert "La version 2 est en ligne." in done.text
    assert "Demandé par le service" in done.text
    late = other.post(f"{BASE}/publier", theirs, expect=409, state="too late")
    assert "Un collègue a publié avant vous" in late.text
    with database.reading() as session:
        assert get_published(session, SLUG).version == 2
        lines = session.query(AuditEntry).filter(AuditEntry.action == "procedure_published").all()
        assert [one.details["version"] for one in lines if one.details["procedure"] == SLUG] == ["1", "2"]
        assert all("service" not in json.dumps(one.details) for one in lines)


def begin(angela: Browser) -> Page:
    """Angela answers the first page."""
    page = angela.follow(angela.post(f"/demarches/{SLUG}/commencer"))
    typed = {"r_guardian_role": "mother", "r_contact_email": "angela@exemple.example", "r_contact_phone": "0612345678"}
    return angela.follow(angela.post(f"/demarches/{SLUG}/vous", {**page.form(), **typed}))


def publish(officer: Browser) -> None:
    officer.post(f"{BASE}/publier", officer.get(f"{BASE}/publier").form())


def change_the_first_page(data: dict[str, Any]) -> None:
    """The role is no longer asked, and the phone is on another page, with a new question."""
    with_twins(data)
    data["steps"][0]["fields"] = [one for one in data["steps"][0]["fields"] if one["concept"] != "guardian.role"]


def test_published_while_a_resident_fills_in(officer: Browser, angela: Browser, database: Database) -> None:
    second = begin(angela)
    write_draft(database, change_the_first_page)
    assert "1 personne remplit cette démarche." in officer.get(f"{BASE}/publier").text
    publish(officer)
    # The page that was open is saved on the version that it was made from.
    address = {
        "r_address_current_line": "8 quai des Moulins",
        "r_address_current_postcode": "38999",
        "r_address_current_city": "Valmont-sur-Iselle",
    }
    third = angela.follow(angela.post(f"/demarches/{SLUG}/adresse", {**second.form(), **address}), state="changed")
    assert "Cette démarche a changé depuis que vous l’avez commencée." in third.text
    with counted(database) as statements:
        choice = angela.get(f"/demarches/{SLUG}/changement", state="plain")
    assert len(statements) <= 6
    assert nodes(choice) <= 230
    assert "Votre lien avec l’enfant" in choice.text, "the answer that would be lost is shown"
    assert "Sa mère" in choice.text
    assert angela.get(f"/demarches/{SLUG}/commencer", expect=303).location.endswith("/changement")
    assert angela.post(f"/demarches/{SLUG}/commencer").location.endswith("/changement")
    old = choice.links()["Finir avec l’ancienne version"]
    assert angela.get(old).status == 200
    stale = {**choice.form(), "version": "1"}
    assert (
        "Rien n’est modifié." in angela.post(f"/demarches/{SLUG}/changement", stale, expect=409, state="changed").text
    )
    for forged in ("", "x", "99999999999", "1"):
        angela.post(f"/demarches/{SLUG}/changement", {**choice.form(), "nouvelle": forged}, expect=409)
    moved = angela.follow(angela.post(f"/demarches/{SLUG}/changement", choice.form()), expect=303)
    page = angela.get(moved.location)
    assert "Votre enfant" in page.text, "what was answered is not asked again"
    assert "a changé" not in page.text
    assert angela.get(f"/demarches/{SLUG}/changement", expect=303)
    assert angela.post(f"/demarches/{SLUG}/changement", choice.form()).location.endswith("/enfant")


def test_after_thirty_days_the_old_version_is_over(
    officer: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    begin(sign_in(town.angela))
    write_draft(database)
    publish(officer)
    with clock.shifted(timedelta(days=31)):
        angela = sign_in(town.angela)
        for path in ("adresse", "verifier", "commencer"):
            assert angela.get(f"/demarches/{SLUG}/{path}", expect=303).location.endswith("/changement"), path
        choice = angela.get(f"/demarches/{SLUG}/changement", state="over")
        assert "L’ancienne version ne peut plus être envoyée" in choice.text
        assert "Finir avec l’ancienne version" not in choice.links()


def test_a_closed_procedure_cannot_be_chosen(officer: Browser, angela: Browser, database: Database) -> None:
    begin(angela)
    with database.writing() as session:
        archive_procedure(session, get_published(session, SLUG).id, actor=SYSTEM)
    assert angela.get(f"/demarches/{SLUG}/changement", expect=303).location.endswith("/adresse")
    assert "(fermée)" in officer.get(f"{BASE}/publier", state="closed").text


def test_a_datum_of_a_department_is_proposed_and_answered(
    officer: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    concepts, one = "/agents/demarches/concepts", "/agents/demarches/concepts/department.twins/proposer"
    assert "n’utilisent que le dictionnaire commun" in officer.get(concepts, state="plain").text
    write_draft(database)
    listed = officer.get(concepts, state="some")
    assert "Attendez-vous des jumeaux ?" in listed.text
    assert "Demander une place en crèche" in listed.text
    officer.get(one, state="plain")
    officer.get("/agents/demarches/concepts/department.rien/proposer", expect=404)
    for reason in ("", "  ", "x" * 1001):
        officer.post(one, {"raison": reason}, expect=422, state="error")
    officer.post(one, {"raison": "Deux services la demandent."})
    assert officer.post(one, {"raison": "Encore."}).location.endswith("fait=deja")
    assert "Proposée" in officer.get(f"{concepts}?fait=propose", state="proposed").text
    officer.get(f"{concepts}/propositions", expect=403)
    keeper = sign_in(town.commune.agents["o.operateur"])
    waiting = keeper.get(f"{concepts}/propositions", state="waiting")
    address = waiting.links()["Attendez-vous des jumeaux ?"]
    assert "Deux services la demandent." in keeper.get(address, state="plain").text
    keeper.post(address, {"decision": "refuser", "reponse": ""}, expect=422, state="error")
    keeper.post(address, {"decision": "refuser", "reponse": "Trop particulier."})
    assert keeper.post(address, {"decision": "accepter"}).location.endswith("fait=deja")
    assert "Trop particulier." in officer.get(concepts).text
    officer.post(one, {"raison": "Quatre services, désormais."})
    address = keeper.get(f"{concepts}/propositions").links()["Attendez-vous des jumeaux ?"]
    keeper.post(address, {"decision": "accepter", "reponse": ""})
    keeper.get(f"{concepts}/propositions?fait=accepted", state="decided")
    text = keeper.get(f"{concepts}/acceptes.yaml").response.get_data(as_text=True)
    assert "id: department.twins" in text
    keeper.get(f"{concepts}/propositions/00000000-0000-0000-0000-000000000001", expect=404)
