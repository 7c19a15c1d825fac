"""An officer without any code writes a procedure: pages, questions, data, conditions, exits, undo."""

from typing import Any

import pytest

from portal.casework.catalogue.editing.service import DraftView
from portal.ground.audit.service import list_acts
from portal.ground.db import Database
from tests.portal.screens.builder.conftest import BASE, stored
from tests.support.client import Browser, Page
from tests.support.town import Town


def send(browser: Browser, page: Page, action: str, expect: int = 303, state: str = "", **changes: Any) -> Page:
    """Send a form of the page with what a person changes in it."""
    return browser.post(action, {**page.form(action), **changes}, expect, state=state)


def choose(browser: Browser, page: Page, act: str) -> Page:
    """Press one of the buttons of the outline, and come back to it."""
    action = f"{page.response.request.path}/plan"
    return browser.follow(browser.post(action, {**page.form(action), "acte": act}))


def test_a_page_only_for_parents_of_twins_is_added_to_a_copy(ines: Browser, database: Database, town: Town) -> None:
    copied = ines.post("/agents/demarches/place-en-creche/dupliquer")
    overview = ines.follow(copied, state="copied")
    base = overview.response.request.path
    assert base == "/agents/demarches/copie-de-place-en-creche"
    asking = ines.get(f"{base}/pages/enfant/questions/nouvelle?propre=1", state="own datum")
    action = f"{base}/pages/enfant/questions/nouvelle"
    wrong = send(ines, asking, action, 422, "error", nom="", type="boolean")
    assert "Donnez un nom à la donnée" in wrong.text
    added = send(ines, asking, action, nom="Attendez-vous des jumeaux ?", type="boolean", sensible="child")
    question = ines.follow(added)
    assert "department.attendez_vous_des_jumeaux" in question.text
    assert "Sensibilitésur un enfant" in question.text
    new_page = ines.get(f"{base}/pages/nouvelle?apres=enfant", state="plain")
    untitled = send(ines, new_page, f"{base}/pages/nouvelle", 422, "error", titre=" ")
    assert "Donnez un titre à la page" in untitled.text
    overview = ines.follow(send(ines, new_page, f"{base}/pages/nouvelle", titre="Le second enfant"), state="empty page")
    assert "ne pose encore aucune question" in overview.text
    search = ines.get(f"{base}/pages/le-second-enfant/questions/nouvelle?q=naissance+parent", state="found")
    assert "déjà demandée" in ines.get(f"{base}/pages/vous/questions/nouvelle?q=prénoms").text
    action = f"{base}/pages/le-second-enfant/questions/nouvelle"
    assert "Choisissez une donnée" in send(ines, search, action, 422).text
    twice = send(ines, search, action, 422, concept="household.child.birthdate")
    assert "ne la demandez pas deux fois" in twice.text
    question = ines.follow(send(ines, search, action, concept="person.birthdate"))
    assert "Date, même incomplète" in question.text
    assert "bday" in question.text
    condition = f"{base}/condition/page/le-second-enfant"
    first = ines.get(condition, state="none yet")
    assert "Aucune condition" in first.text
    chosen = ines.get(f"{condition}?question=department_attendez_vous_des_jumeaux", state="question chosen")
    assert (
        "Choisissez la réponse"
        in send(ines, chosen, condition, 422, "error", comparaison="equals", reponse="peut-être").text
    )
    said = ines.follow(send(ines, chosen, condition, comparaison="equals", reponse="oui"))
    assert "“Attendez-vous des jumeaux ?” est “oui”" in said.text
    overview = ines.get(f"{base}?page=le-second-enfant")
    assert "Montrée seulement si “Attendez-vous des jumeaux ?” est “oui”." in overview.text
    page = stored(database, "copie-de-place-en-creche").document.step("le-second-enfant")
    assert page is not None
    assert page.when is not None
    assert page.when.model_dump(exclude_none=True) == {"field": "department_attendez_vous_des_jumeaux", "equals": True}
    with database.reading() as session:
        officer = town.commune.agents["i.moreau"].id
        assert len(list_acts(session, officer, "procedure_draft_changed")) == 4
        assert len(list_acts(session, officer, "procedure_duplicated")) == 1


def test_pages_and_questions_move_are_copied_removed_and_put_back(
    ines: Browser, draft: DraftView, database: Database
) -> None:
    page = ines.get(f"{BASE}?page=accueil", state="plain")
    page = choose(ines, page, "page:monter:accueil")
    assert [step.slug for step in stored(database).document.steps] == ["vous", "adresse", "accueil", "enfant"]
    page = choose(ines, page, "question:monter:childcare_kind")
    document = stored(database).document
    assert [field.name for field in document.steps[1].fields][-1] == "childcare_kind", "to the end of the page before"
    page = choose(ines, ines.get(BASE), "question:descendre:childcare_kind")
    page = choose(ines, page, "question:dupliquer:childcare_days")
    copy = stored(database).document.field("childcare_days_2")
    assert copy is not None
    assert copy.when == document.field("childcare_days").when  # type: ignore[union-attr]
    assert "La même donnée est demandée deux fois" in page.text
    before = stored(database)
    page = choose(ines, page, "question:retirer:childcare_kind")
    assert "Vous pouvez annuler ce retrait" in page.text
    assert "La condition dépend d’une question qui n’est pas posée avant" in page.text
    undone = ines.follow(send(ines, page, f"{BASE}/annuler"))
    assert "Le dernier changement est annulé" in undone.text
    assert stored(database).document == before.document
    page = choose(ines, undone, "page:dupliquer:accueil")
    twin = stored(database).document.step("accueil-2")
    assert twin is not None
    assert {field.when.field for field in twin.fields if field.when} == {"childcare_kind_2"}  # type: ignore[union-attr]
    for slug in ("accueil", "accueil-2", "enfant", "adresse"):
        page = choose(ines, page, f"page:retirer:{slug}")
    refused = ines.post(
        f"{BASE}/plan", {**page.form(f"{BASE}/plan"), "acte": "page:retirer:vous"}, 422, state="refused"
    )
    assert "garde au moins une page" in refused.text
    for act in ("", "page:voler:vous", "question:monter"):
        ines.post(f"{BASE}/plan", {**page.form(f"{BASE}/plan"), "acte": act}, None).response  # noqa: B018
    assert len(stored(database).document.steps) == 1


def test_a_question_is_asked_in_other_words_and_bound_to_another_datum(
    ines: Browser, draft: DraftView, database: Database
) -> None:
    action = f"{BASE}/questions/childcare_kind"
    page = ines.get(action, state="plain")
    assert "sur un enfant" in page.text
    lines = page.form(action)["reponses"].splitlines()
    saved = send(
        ines,
        page,
        action,
        question="Nature de l’accueil",
        question_simple="Quel accueil ?",
        aide_en="Ask the staff.",
        aide="Demandez à l’équipe.",
        obligatoire="non",
        prefill="non",
        reponses="\n".join([lines[1], "  Après l’école  ", lines[0].replace("fixes", "choisis") + " @ mother"]),
        liee="guardian_role",
    )
    field = stored(database).document.field("childcare_kind")
    assert field is not None
    assert (field.label.root if field.label else {}) == {"fr": "Nature de l’accueil", "fr@falc": "Quel accueil ?"}
    assert not field.required
    assert not field.prefill
    assert [option.code for option in field.options] == ["occasional", "apres-l-ecole", "regular"]
    assert field.options[2].under == ("mother",)
    again = ines.follow(saved)
    odd = send(ines, again, action, 422, "error", reponses="a" * 4_001)
    assert "« Réponses proposées »" in odd.text
    simple = send(ines, again, action, 422, question="")
    assert "« Question » : écrivez aussi le texte en français." in simple.text
    assert again.form(action)["aide_en"] == "Ask the staff."
    search = ines.get(f"{action}/donnee?q=école", state="found")
    assert "Choisissez une donnée" in send(ines, search, f"{action}/donnee", 422, "error").text
    bound = ines.follow(send(ines, search, f"{action}/donnee", concept="school.wished_school"))
    assert bound.response.request.path.endswith("/questions/school_wished_school")
    days = stored(database).document.field("childcare_days")
    assert days is not None
    assert days.when is not None
    assert days.when.field == "school_wished_school", "the condition follows"  # type: ignore[union-attr]
    for address in ("/questions/inconnue", "/questions/inconnue/donnee", "/pages/inconnue", "/condition/page/inconnue"):
        ines.get(BASE + address, 404)


def test_what_cannot_be_read_comes_back_with_its_sentence(ines: Browser, draft: DraftView, database: Database) -> None:
    page = ines.get(f"{BASE}/presentation", state="plain")
    action = f"{BASE}/presentation"
    wrong = ines.post(
        action, {**page.form(action), "publics": "person", "titre": "", "minutes": "six"}, 422, state="error"
    )
    assert wrong.title.startswith("Erreur")
    assert "« Durée en minutes » : nous n’avons pas pu lire" in wrong.text
    assert wrong.form(action)["minutes"] == "six", "what was typed stays"
    wrong = ines.post(action, {**page.form(action), "publics": "person", "titre": ""}, 422)
    assert "« Titre » : cette information est obligatoire." in wrong.text
    long = ines.post(action, {**page.form(action), "publics": "person", "titre": "e" * 201}, 422)
    assert "trop long" in long.text
    saved = ines.post(
        action,
        {
            **page.form(action),
            "publics": "person",
            "titre": "Demander une place",
            "tarifs": "12,50 : Adultes\n0 : Enfants",
            "mots": "crèche, garde",
            "service": "enfance",
            "habituel": "10",
            "habituel_unite": "days",
            "admis": "Tout le monde.",
            "payant": "dit",
        },
    )
    document = stored(database).document
    assert document.fee is not None
    assert [(str(band.who), str(band.euros)) for band in document.fee.bands] == [("Adultes", "12.50"), ("Enfants", "0")]
    assert document.keywords == ("crèche", "garde")
    assert document.department == "enfance"
    assert ines.follow(saved).form(action)["titre"] == "Demander une place"
    free = ines.get(action).form(action)
    ines.post(action, {**free, "publics": "person", "tarifs": "", "paiement": ""})
    fee = stored(database).document.fee
    assert fee is not None
    assert fee.is_free


@pytest.mark.parametrize("tab", ["presentation", "canaux", "legal", "envois", "textes"])
def test_a_tab_sent_as_it_is_changes_nothing(ines: Browser, draft: DraftView, database: Database, tab: str) -> None:
    before = stored(database)
    page = ines.get(f"{BASE}/{tab}")
    action = next(one.get("action") for one in page.all("form", method="post"))
    data: dict[str, Any] = page.form(action)
    boxes = [one for one in page.all("input", type="checkbox") if "checked" in one.attrib]
    data |= {
        str(one.get("name")): [other.get("value") for other in boxes if other.get("name") == one.get("name")]
        for one in boxes
    }
    ines.post(action, data)
    assert stored(database) == before, "neither the document nor the count of changes"


def test_legal_frame_channels_and_routing(ines: Browser, draft: DraftView, database: Database) -> None:
    action = f"{BASE}/legal"
    page = ines.get(action)
    partial = send(ines, page, action, 422, tribunal="")
    assert "« Tribunal où contester un rejet » : Cette information est obligatoire." in partial.text
    texts = "Code civil\nCode de l’éducation : L131-1, L131-5"
    send(ines, page, action, silence="acceptance", attestation="Une attestation.", textes=texts, delai="3")
    document = stored(database).document
    rule = document.acknowledgement
    assert (str(rule.regime), rule.delay.count if rule.delay else 0, rule.recourse is None) == ("acceptance", 3, False)
    assert [one.articles for one in document.legal_references] == [(), ("L131-1", "L131-5")]
    action = f"{BASE}/canaux"
    page = ines.get(action)
    ways = {"canaux": ["web", "mail"], "moyen_help": "Un ami.\nFrance Services.", "moyen_phone": ""}
    ines.post(action, {**page.form(action), **ways})
    document = stored(database).document
    assert document.channels == ("web", "mail")
    assert [way.by for way in document.alternatives] == ["counter", "mail", "help", "help"]
    assert "fr@falc" in document.alternatives[0].text.root
    action = f"{BASE}/envois"
    page = ines.get(action)
    send(ines, page, action, envoi_0="Le service des écoles")
    assert [(one.connection, str(one.recipient)) for one in stored(database).document.routing] == [
        ("ecoles", "Le service des écoles")
    ]
    page = ines.get(action)
    send(ines, page, action, envoi_0="")
    assert stored(database).document.routing == ()


def test_texts_are_written_side_by_side(ines: Browser, draft: DraftView, database: Database) -> None:
    address = f"{BASE}/textes?langue=en&page=accueil"
    page = ines.get(address, state="plain")
    form = next(one for one in page.all("form", method="post"))
    typed = {**page.fields_of(form), "t__steps__3__title": "Childcare", "t__steps__3__fields__4__hint": "A new job."}
    ines.follow(ines.post(form.get("action"), typed))
    step = stored(database).document.steps[3]
    assert step.title.root == {"fr": "L’accueil", "en": "Childcare"}
    assert step.fields[4].hint is not None
    assert step.fields[4].hint.root["en"] == "A new job."
    assert "fr@falc" in step.fields[4].hint.root, "the other languages stay"
    page = ines.get(address)
    form = next(one for one in page.all("form", method="post"))
    long = {**page.fields_of(form), "t__steps__3__title": "x" * 4_001}
    ines.post(form.get("action"), long, 422, state="error")
    ines.post(form.get("action"), {**page.fields_of(form), "t__steps__3__title": ""})
    assert stored(database).document.steps[3].title.root == {"fr": "L’accueil"}


def test_an_exit_and_a_repetition(ines: Browser, draft: DraftView, database: Database) -> None:
    page = ines.get(f"{BASE}/pages/enfant", state="plain")
    saved = ines.follow(send(ines, page, f"{BASE}/pages/enfant/sorties", titre="Votre enfant va à l’école"))
    exit_path = saved.response.request.path
    assert exit_path == f"{BASE}/pages/enfant/sorties/votre-enfant-va-a-l-ecole"
    assert "« Titre »" in send(ines, saved, exit_path, 422, "error", titre="").text
    send(ines, saved, exit_path, texte="Inscrivez-le à l’école.", telephone="04 65 71 20 21", lien="/demarches")
    condition = f"{BASE}/condition/sortie/enfant:votre-enfant-va-a-l-ecole"
    kept = ines.post(condition, {**ines.get(condition).form(condition), "retirer": "0"}, 422)
    assert "garde au moins une condition" in kept.text
    chosen = ines.get(f"{condition}?question=contact_phone")
    action = next(form for form in chosen.all("form", method="post") if "question" in chosen.fields_of(form))
    ines.post(condition, {**chosen.fields_of(action), "comparaison": "filled", "reponse": ""})
    both = ines.get(condition, state="two lines")
    assert "et" in both.text
    joint = next(form for form in both.all("form", method="post") if "liaison" in both.fields_of(form))
    ines.post(condition, {**both.fields_of(joint), "liaison": "any"})
    ines.post(condition, {**both.fields_of(joint), "revision": "9999"}, 409, state="conflict")
    step = stored(database).document.step("enfant")
    assert step is not None
    assert step.exits[0].when.model_dump(by_alias=True, exclude_none=True) == {
        "any": ({"field": "household_child_family_name", "filled": False}, {"field": "contact_phone", "filled": True})
    }
    page = ines.get(f"{BASE}/pages/enfant")
    ines.post(
        f"{BASE}/pages/enfant/repetition", {**page.form(f"{BASE}/pages/enfant/repetition"), "chaque": "un enfant"}
    )
    step = stored(database).document.step("enfant")
    assert step is not None
    assert step.repeat is not None
    page = ines.get(f"{BASE}/pages/enfant", state="repeated")
    send(ines, page, f"{BASE}/pages/enfant", au_plus="3", intro="Pour chaque enfant.", titre_simple="Les enfants")
    assert (
        "21"
        in ines.post(
            f"{BASE}/pages/enfant",
            {**ines.get(f"{BASE}/pages/enfant").form(f"{BASE}/pages/enfant"), "au_plus": "21"},
            422,
        ).html
    )
    page = ines.get(exit_path, state="plain")
    ines.post(f"{exit_path}/retirer", page.form(f"{exit_path}/retirer"))
    step = stored(database).document.step("enfant")
    assert step is not None
    assert step.exits == ()
    assert step.repeat is not None
    assert step.repeat.at_most == 3
