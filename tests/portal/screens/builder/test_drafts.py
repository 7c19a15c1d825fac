"""Drafts: two officers at once, hostile documents, what residents are offered meanwhile, closing and deleting."""

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import outline
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.interchange import as_data, dump_document
from portal.casework.catalogue.models import Procedure
from portal.casework.catalogue.service import get_published, import_procedure, publish_procedure
from portal.ground.db import Database
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from tests.portal.screens.builder.conftest import BASE, CRECHE, stored
from tests.support.client import Browser
from tests.support.town import Town, counted, sent_request

MOST_NODES, MOST_STATEMENTS = 350, 8


@pytest.fixture
def officer(town: Town) -> Actor:
    """Inès, acting."""
    return town.agent(town.commune.agents["i.moreau"])


def big_document(slug: str = "grande", *, pages: int = 6, questions: int = 10) -> dict[str, object]:
    """A procedure with many questions, each of a datum that the department alone uses."""
    names = "abcdefghijklmnopqrstuvwxyz"

    def asked(number: int) -> dict[str, object]:
        word = names[number // 26] + names[number % 26]
        own = {"id": f"department.{word}", "label": {"fr": f"Question {number}"}, "type": "text"}
        when = {"when": {"field": "qaa", "equals": "x"}} if number % 3 == 1 else {}
        return {"concept": own["id"], "name": f"q{word}", "own": own, **when}

    return {
        "format": 1,
        "slug": slug,
        "title": {"fr": "Grande démarche"},
        "summary": {"fr": "Beaucoup de questions."},
        "theme": "aide",
        "duration_minutes": 30,
        "department": "ccas",
        "steps": [
            {
                "slug": f"page-{page}",
                "title": {"fr": f"Page {page}"},
                "fields": [asked(page * questions + place) for place in range(questions)],
            }
            for page in range(pages)
        ],
        "acknowledgement": {},
        "retention_days": 365,
        "legal_basis": {"fr": "Mission d’intérêt public."},
    }


def test_the_second_of_two_officers_gets_both_versions_and_keeps_what_was_typed(
    ines: Browser, draft: DraftView, database: Database, officer: Actor
) -> None:
    action = f"{BASE}/pages/enfant"
    page = ines.get(action)
    with database.writing() as session:
        change = lambda known: outline.edit_page(known, "enfant", lambda data: data.update(title={"fr": "Le petit"}))  # noqa: E731
        editing.change_draft(session, officer, CRECHE, draft.revision, change, part="page")
    lost = ines.post(action, {**page.form(action), "titre": "L’enfant", "intro": "À lire."}, 409, state="conflict")
    assert "Inès Moreau" in lost.text
    assert "Le petit" in lost.text
    assert "L’enfant" in lost.text
    assert stored(database).document.step("enfant").title.root["fr"] == "Le petit"  # type: ignore[union-attr]
    kept = ines.post(action, lost.form(action))
    assert kept.location.startswith(BASE)
    step = stored(database).document.step("enfant")
    assert step is not None
    assert (str(step.title), str(step.lead)) == ("L’enfant", "À lire.")
    page = ines.get(action)
    with database.writing() as session:
        revision = stored(database).revision
        editing.change_draft(
            session, officer, CRECHE, revision, lambda known: outline.remove_page(known, "enfant"), part="page"
        )
    gone = ines.post(action, {**page.form(action), "titre": "Perdu ?"}, 409, state="part removed")
    assert "Cette partie a été retirée" in gone.text
    assert "Perdu ?" in gone.text
    for path in ("/annuler", "/plan", "/yaml"):
        stale = {"revision": str(draft.revision), "acte": "page:monter:vous", "texte": "format: 1"}
        ines.post(BASE + path, stale, 422 if path == "/yaml" else 409)
    ines.post(f"{BASE}/annuler", {"revision": "un"}, 400)


def test_residents_keep_what_is_published_while_an_officer_writes(
    ines: Browser, angela: Browser, database: Database, town: Town, officer: Actor, draft: DraftView
) -> None:
    before = angela.get(f"/demarches/{CRECHE}").text
    with database.reading() as session:
        offered = get_published(session, CRECHE).document
    page = ines.get(f"{BASE}/presentation")
    action = f"{BASE}/presentation"
    ines.post(action, {**page.form(action), "publics": "person", "titre": "Une autre", "service": "enfance"})
    angela.http.delete_cookie("nothing")
    assert angela.get(f"/demarches/{CRECHE}").text == before
    with database.reading() as session:
        view = get_published(session, CRECHE)
        assert view.document == offered
        assert view.department_id == town.commune.departments["petite-enfance"].id, "not before it is published"
    with database.writing() as session:
        publish_procedure(session, draft.procedure_id, draft.version, actor=officer)
    with database.reading() as session:
        view = get_published(session, CRECHE)
        assert (view.version, view.title) == (2, "Une autre")
        assert view.department_id == town.commune.departments["enfance"].id
        with pytest.raises(NotFound):
            editing.get_draft(session, CRECHE)
    ines.get(BASE, state="nothing being written")
    ines.get(f"{BASE}/presentation", 404)


HOSTILE = {
    "an alias": "a: &a [x]\nb: *a\n",
    "no mapping": "- un\n- deux\n",
    "not YAML": "{: :",
    "too long": "a: " + "x" * 500_001,
    "nothing": "",
    "a bomb of brackets": "[" * 3_000,
    "another format": "format: 2\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_changes_nothing(ines: Browser, draft: DraftView, database: Database, text: str) -> None:
    before = stored(database)
    page = ines.get(f"{BASE}/yaml", state="plain")
    action = f"{BASE}/yaml"
    refused = ines.post(action, {**page.form(action), "texte": text}, 422, state="error")
    assert refused.title.startswith("Erreur")
    assert stored(database) == before


def test_too_many_questions_and_too_big_a_file_are_refused(
    ines: Browser, draft: DraftView, database: Database, officer: Actor
) -> None:
    before = stored(database)
    thousand = big_document(pages=25, questions=20)
    with database.writing() as session, pytest.raises(Invalid) as refused:
        import_procedure(session, {**thousand, "steps": thousand["steps"] * 2}, publish=False, actor=officer)  # type: ignore[operator]
    assert "200 questions au plus" in str(refused.value.fields) or refused.value.fields
    form = {"revision": str(before.revision), "fichier": (BytesIO(b"x" * 1_100_000), "gros.yaml", "application/yaml")}
    ines.post(f"{BASE}/yaml", form, 413)
    assert stored(database) == before


def test_a_draft_with_faults_can_still_be_read_and_repaired(
    ines: Browser, draft: DraftView, database: Database, officer: Actor
) -> None:
    """Unknown concepts, conditions in a circle or on what is not there: said on the page, and nothing breaks."""
    data = as_data(draft.document)
    data["steps"][0]["when"] = {"field": "childcare_kind", "equals": "regular"}
    data["steps"][3]["when"] = {"not": {"all": [{"field": "nulle_part", "in": ["a", "b"]}, {"any": []}]}}
    data["steps"][0]["fields"][0] = {"concept": "person.shoe_size", "name": "pointure"}
    with database.writing() as session:
        text = dump_document(ProcedureDocument.model_validate(data))
        editing.replace_draft(session, officer, CRECHE, draft.revision, text)
    overview = ines.get(BASE, state="faulty")
    assert "Cette donnée n’est pas dans le dictionnaire : person.shoe_size." in overview.text
    assert "À revoir" in overview.text
    assert "n’est aucune de ces réponses : “a”, “b” ou toujours" in ines.get(f"{BASE}?page=accueil").text
    assert "Le dictionnaire ne connaît pas cette donnée" in ines.get(f"{BASE}/questions/pointure", state="unknown").text
    nested = ines.get(f"{BASE}/condition/page/accueil", state="nested")
    assert "Elle a plusieurs niveaux" in nested.text
    form = {"revision": str(stored(database).revision), "retirer": "0"}
    ines.post(f"{BASE}/condition/page/accueil", form, 404)
    assert stored(database).document.steps[3].when is not None
    exported = ines.http.get(f"{BASE}/versions/2.yaml", base_url=ines.settings.public_url)
    assert exported.status_code == 200
    assert "person.shoe_size" in exported.get_data(as_text=True)
    ines.get(f"{BASE}/versions/99.yaml", 404)


def test_a_file_is_imported_and_the_address_stays(ines: Browser, draft: DraftView, database: Database) -> None:
    text = dump_document(stored(database).document).replace("place-en-creche", "ailleurs").replace("Vous}", "Moi}")
    page = ines.get(f"{BASE}/yaml")
    sent = {**page.form(f"{BASE}/yaml"), "fichier": (BytesIO(text.encode()), "creche.yaml", "application/yaml")}
    ines.follow(ines.post(f"{BASE}/yaml", sent))
    assert stored(database).document.slug == CRECHE


def test_pages_stay_light_whatever_the_procedure_holds(ines: Browser, database: Database, officer: Actor) -> None:
    with database.writing() as session:
        import_procedure(session, big_document("petite", pages=1, questions=2), publish=False, actor=officer)
        import_procedure(session, big_document("grande"), publish=False, actor=officer)
    paths = ("", "?page=page-0", "/presentation", "/canaux", "/legal", "/envois", "/deroulement", "/textes?page=page-0")
    paths += ("/yaml", "/pages/page-0", "/questions/qab", "/condition/question/qab", "/condition/page/page-0")
    paths += ("/pages/page-0/questions/nouvelle?q=adresse",)
    heavy, costs = {}, {}
    for path in paths:
        for slug in ("petite", "grande"):
            with counted(database) as statements:
                page = ines.get(f"/agents/demarches/{slug}{path}")
            costs[slug, path] = len(statements)
            nodes = len([one for one in page.tree.iter() if isinstance(one.tag, str)])
            if nodes > MOST_NODES:
                heavy[slug, path] = nodes
    assert heavy == {}
    assert {path: costs["grande", path] - costs["petite", path] for path in paths} == dict.fromkeys(paths, 0)
    assert {key: cost for key, cost in costs.items() if cost > MOST_STATEMENTS} == {}
    with counted(database) as statements:
        page = ines.get("/agents/demarches", state="plain")
    assert len(statements) <= MOST_STATEMENTS
    assert len(list(page.tree.iter())) <= MOST_NODES


def test_a_procedure_is_created_then_deleted(ines: Browser, database: Database) -> None:
    page = ines.get("/agents/demarches/nouvelle", state="plain")
    action = "/agents/demarches/nouvelle"
    wrong = ines.post(
        action, {**page.form(action), "titre": " ", "service": "enfance", "theme": "aide"}, 422, state="error"
    )
    assert "Donnez un titre" in wrong.text
    ines.post(action, {**page.form(action), "titre": "Nouvelle", "service": "inconnu", "theme": "aide"}, 422)
    ines.post(action, {**page.form(action), "titre": "Nouvelle", "service": "ccas", "theme": "PAS BON"}, 422)
    made = ines.post(action, {**page.form(action), "titre": "Nouvelle", "service": "ccas", "theme": "aide"})
    assert made.location.startswith("/agents/demarches/nouvelle-2"), "the other is the address of this form"
    listed = ines.get("/agents/demarches?etat=draft", state="filtered")
    assert "1 démarche" in listed.text
    assert "Aucune démarche ne correspond" in ines.get("/agents/demarches?q=zzz", state="nothing found").text
    ines.get("/agents/demarches/nouvelle-2/abandonner", 303)
    ask = ines.get("/agents/demarches/nouvelle-2/supprimer", state="plain")
    ines.post("/agents/demarches/nouvelle-2/supprimer", ask.form())
    with database.reading() as session:
        assert session.scalar(select(Procedure).where(Procedure.slug == "nouvelle-2")) is None
    ines.post("/agents/demarches/nouvelle-2/supprimer", None, 404)


def test_an_address_changes_until_the_procedure_is_published(ines: Browser, database: Database) -> None:
    copied = ines.follow(ines.post(f"{BASE}/dupliquer"))
    old = copied.response.request.path
    form = ines.get(f"{old}/adresse", state="plain")
    action = f"{old}/adresse"
    taken = ines.post(action, {**form.form(action), "adresse": "Place en crèche"}, 422, state="error")
    assert "Celle-ci est libre : place-en-creche-2" in taken.text
    for odd in ("", "…", "nouvelle"):
        ines.post(action, {**form.form(action), "adresse": odd}, 422)
    former = ines.get(old)
    choose = {**former.form(f"{old}/plan"), "acte": "page:retirer:accueil"}
    ines.post(f"{old}/plan", choose)
    late = ines.post(action, {**form.form(action), "adresse": "Accueil des petits"}, 409, state="conflict")
    moved = ines.follow(ines.post(action, late.form(action)))
    new = "/agents/demarches/accueil-des-petits"
    assert "L’adresse est changée." in moved.text
    ines.get(old, 404)
    undone = ines.post(f"{new}/annuler", {"revision": str(stored(database, "accueil-des-petits").revision)})
    assert undone.location.startswith(new)
    document = stored(database, "accueil-des-petits").document
    assert (document.slug, document.step("accueil") is not None) == ("accueil-des-petits", True), (
        "what was undone is back"
    )
    ines.post(f"{BASE}/modifier")
    fixed = ines.get(f"{BASE}/adresse", state="fixed")
    assert "Cette adresse ne change plus" in fixed.text
    revision = str(stored(database).revision)
    ines.post(f"{BASE}/adresse", {"revision": revision, "adresse": "ailleurs"}, 409, state="too late")
    ines.post("/agents/demarches/signaler-un-probleme/modifier")
    own = ines.get("/agents/demarches/signaler-un-probleme/adresse")
    assert "/quotidien/signalements/nouveau" in own.text
    assert "Elles ne se choisissent donc pas ici." in own.text


def test_a_procedure_in_use_is_closed_and_opened_again_never_deleted(
    ines: Browser, visitor: Browser, database: Database, town: Town
) -> None:
    base = "/agents/demarches/carte-mediatheque"
    sent_request(database, town.angela)
    refused = ines.get(f"{base}/supprimer", 409, state="in use")
    assert "Demandes faites : 1." in refused.text
    assert ines.post(f"{base}/supprimer", None, 409, state="in use").h1 == "Cette démarche ne peut pas être supprimée"
    assert "déjà ouverte" in ines.post(f"{base}/rouvrir", None, 409, state="already open").text
    ask = ines.get(f"{base}/fermer", state="plain")
    assert "qui continuent : 1." in ask.text
    ines.post(f"{base}/fermer", ask.form())
    visitor.get("/demarches/carte-mediatheque", 404)
    ines.get(f"{base}/fermer", 409, state="not open")
    ines.post(f"{base}/fermer", None, 409, state="not open")
    ines.follow(ines.post(f"{base}/rouvrir"))
    visitor.get("/demarches/carte-mediatheque")
    ines.post(f"{base}/modifier")
    ask = ines.get(f"{base}/abandonner", state="plain")
    ines.post(f"{base}/abandonner", ask.form())
    with database.reading() as session, pytest.raises(NotFound):
        editing.get_draft(session, "carte-mediatheque")


def test_what_a_published_version_needs_is_not_asked_of_a_new_one(database: Database, officer: Actor) -> None:
    with database.writing() as session:
        made = editing.create_procedure(session, officer, title="Essai", department="ccas", theme="aide")
        with pytest.raises(Invalid):
            publish_procedure(session, made.procedure_id, 1, actor=officer)
        with pytest.raises(Conflict, match="never_published"):
            editing.reopen_procedure(session, officer, "essai")
        with pytest.raises(Conflict, match="never_published"):
            editing.discard_draft(session, officer, "essai", 0)
        with pytest.raises(NotFound, match="nothing_to_undo"):
            editing.undo_change(session, officer, "essai", 0)
        again = editing.create_procedure(session, officer, title="Essai", department="ccas", theme="aide")
        assert again.slug == "essai-2"


def test_an_import_by_the_operator_is_told_to_the_officer(database: Database, officer: Actor, draft: DraftView) -> None:
    with database.writing() as session:
        data = {**as_data(draft.document), "duration_minutes": 9}
        import_procedure(session, data, publish=False, actor=officer)
        with pytest.raises(Conflict, match="draft_changed"):
            editing.change_draft(session, officer, CRECHE, draft.revision, lambda known: known, part="essai")
        undone = editing.undo_change(session, officer, CRECHE, draft.revision + 1)
        assert undone.document == draft.document


def test_an_officer_sees_no_request_and_others_no_builder(
    ines: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    ines.get("/agents/dossiers", 403)
    ines.get(f"/agents/dossiers/{reference}", 403)
    assert ines.get("/agents/", 303).location == "/agents/demarches"
    sign_in(town.claire).get("/agents/demarches", 403)
