"""An officer without any code writes the workflow of a procedure: statuses, moves, what they do, and back."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Means
from portal.casework.appointments.shapes import KindFacts, KindView
from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.difference import compare_documents
from portal.casework.catalogue.document import Workflow
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.interchange import as_data, dump_document, read_document
from portal.casework.catalogue.publishing.service import fingerprint, publish_reviewed
from portal.casework.catalogue.service import publish_procedure
from portal.casework.catalogue.workflows import ready_made
from portal.casework.requests import service as requests
from portal.ground.audit.service import list_acts
from portal.ground.db import Database
from portal.ground.errors import Invalid
from portal.ground.permissions import Actor
from tests.portal.casework.workflows import OWN, go
from tests.portal.screens.builder.conftest import BASE, CRECHE, stored
from tests.portal.screens.builder.test_editing import send
from tests.support.client import HTML, Browser, Page
from tests.support.town import Town, sent_request

FLOW = f"{BASE}/deroulement"
VISIT = ("visite-creche", "Visite de la crèche")


@pytest.fixture
def officer(town: Town) -> Actor:
    """Inès, who writes."""
    return town.agent(town.commune.agents["i.moreau"])


def flow(database: Database) -> Workflow:
    """The workflow of the draft, which must be its own."""
    found = stored(database).document.workflow
    assert isinstance(found, Workflow)
    return found


def carry(database: Database, **more: Any) -> dict[str, Any]:
    """A form made from the draft as it stands."""
    return {"revision": str(stored(database).revision), **more}


def begin(browser: Browser, database: Database, model: str = "case") -> Page:
    """A workflow of its own, begun from a ready-made one."""
    return browser.follow(browser.post(FLOW, carry(database, acte="partir", modele=model)))


def test_a_workflow_is_begun_from_a_ready_made_one_and_written_in_sentences(
    ines: Browser, draft: DraftView, database: Database, town: Town
) -> None:
    simple = ines.get(FLOW, state="simple")
    assert "Il n’y a rien à régler." in simple.text
    chosen = ines.follow(ines.post(FLOW, carry(database, acte="choisir", modele="booking")), state="ready made")
    assert "Déroulement prêt : Rendez-vous" in chosen.text
    assert not chosen.all("a", text="Modifier cet état")
    own = ines.follow(ines.post(FLOW, carry(database, acte="partir", modele="case")), state="plain")
    assert flow(database) == ready_made()["case"]
    assert "« À compléter par vous »" in ines.get(f"{FLOW}?etat=received").text

    asking = ines.get(f"{FLOW}/etat-nouveau", state="plain")
    action = f"{FLOW}/etat-nouveau"
    assert "cette information est obligatoire" in send(ines, asking, action, 422, "error", nom=" ", sens="closed").text
    send(ines, asking, action, 422, nom="Visite", sens="in_progress", delai="9000")
    send(ines, asking, action, 422, nom="Visite", sens="gagnée")
    added = ines.follow(
        send(ines, asking, action, nom="Visite du lieu", sens="in_progress", delai="15"), state="faulty"
    )
    assert "Rien ne mène à cet état : Visite du lieu." in added.text
    assert [one.code for one in flow(database).statuses].index("visite_du_lieu") == 4, "before the ends"

    asking = ines.get(f"{FLOW}/action-nouvelle", state="plain")
    action = f"{FLOW}/action-nouvelle"
    send(ines, asking, action, 422, "error", nom="Fixer une visite", vers="visite_du_lieu", qui="department")
    fixed = {"nom": "Fixer une visite", "depuis": ["review"], "vers": "visite_du_lieu", "qui": ["department"]}
    move = ines.follow(ines.post(action, {**asking.form(action), **fixed}), state="added")
    action = f"{FLOW}/actions/fixer_une_visite"
    wrong = send(ines, move, action, 422, "error", **{**fixed, "texte": "Nous venons."})
    assert "choisissez ce que la personne reçoit" in wrong.text
    typed = {
        **fixed,
        "ecrit": "appointment",
        "texte": "Nous venons voir.",
        "texte_en": "We will come.",
        "avis": "enfance",
    }
    saved = ines.follow(ines.post(action, {**move.form(action), **typed}))
    move_now = flow(database).transition("fixer_une_visite")
    assert move_now is not None
    assert [one.do for one in move_now.does] == ["appointment", "opinion"]
    again = {**saved.form(action), "depuis": ["review"], "qui": ["department"]}
    ines.post(action, again)
    assert flow(database).transition("fixer_une_visite") == move_now, "sent as it is, it changes nothing"

    page = ines.get(f"{FLOW}?etat=review")
    assert "Vers « Visite du lieu », par tout agent du service." in page.text
    assert "La personne reçoit une proposition de rendez-vous." in page.text
    visit_alone = ines.get(f"{FLOW}?etat=visite_du_lieu").text
    assert "Rien ne mène à cet état" not in visit_alone
    assert "De cet état, on ne peut plus terminer : Visite du lieu." in visit_alone
    assert "au bout du délai : aucune action n’est prévue (Visite du lieu)." in visit_alone
    reading = ines.get(f"{FLOW}/lecture?langue=en", state="plain")
    assert "We will come." in reading.text
    assert "Texte à écrire dans cette langue." in reading.text
    told = [one.sentence for one in compare_documents(draft.document, stored(database).document)]
    assert told == ["Déroulement : un autre a été choisi."], "from nothing, there is nothing to compare"
    with database.reading() as session:
        assert list_acts(session, town.commune.agents["i.moreau"].id, "procedure_draft_changed")
    assert own.h1 == "Déroulement"


def test_a_move_says_which_answers_may_be_corrected(ines: Browser, draft: DraftView, database: Database) -> None:
    begin(ines, database)
    page = ines.get(f"{FLOW}/actions/ask_corrections", state="corrections")
    assert "page par page" in page.text
    action = f"{FLOW}/actions/ask_corrections/questions"
    for step in stored(database).document.steps[:2]:
        asking = ines.get(f"{action}?page={step.slug}", state="plain")
        names = [step.fields[0].name, "inconnue"]
        ines.post(action, {**asking.form(action), "questions": names})
    corrections = flow(database).transition("ask_corrections")
    assert corrections is not None
    wanted = tuple(step.fields[0].name for step in stored(database).document.steps[:2])
    assert corrections.does[0].fields == wanted, "those of the other page stay, and nothing unknown comes in"
    unknown = ines.post(
        f"{FLOW}/actions/study/questions", carry(database, page="vous", questions="x"), 422, state="error"
    )
    assert "ne demande plus de corriger" in unknown.text


def test_a_move_proposes_a_kind_of_appointment_and_what_follows(
    ines: Browser, draft: DraftView, database: Database, town: Town, officer: Actor
) -> None:
    begin(ines, database, "booking")
    held = open_kinds(database, town)
    action = f"{FLOW}/actions/propose"
    form = ines.get(action, state="appointment")
    assert {"", "visite-creche"} == options_of(form, "genre"), "those of the department in charge, and no other"
    assert "« Rendez-vous confirmé », par « Accepter cette date »" in form.text
    ticked = {"depuis": ["received", "scheduling"], "qui": ["department"]}
    chosen = {"genre": "visite-creche", "suite": "confirm"}
    for wrong, sentence in (
        ({"ecrit": "message", **chosen}, "choisissez aussi « Une proposition de rendez-vous »"),
        ({"genre": "", "suite": "confirm"}, "choisissez d’abord le rendez-vous"),
        ({"genre": "passeport"}, "nous n’avons pas pu lire cette réponse"),
        ({"genre": "visite-creche", "suite": "envoler"}, "nous n’avons pas pu lire cette réponse"),
    ):
        typed = {**form.form(action), **ticked, **wrong}
        assert sentence in ines.post(action, typed, 422, state="wrong appointment").text
    before = stored(database).document
    saved = ines.follow(ines.post(action, {**form.form(action), **ticked, **chosen}))
    (done,) = (one for one in flow(database).transitions if one.code == "propose")
    assert [(one.do, one.kind, one.then) for one in done.does] == [("appointment", "visite-creche", "confirm")]
    assert saved.form(action)["genre"] == "visite-creche"
    assert saved.form(action)["suite"] == "confirm"
    said = "La personne choisit l’heure d’un rendez-vous : « Visite de la crèche ». Ensuite se fait l’action"
    assert said in ines.get(f"{FLOW}?etat={done.sources[0]}").text
    (told,) = compare_documents(before, stored(database).document)
    assert "La personne choisit l’heure" not in told.before
    assert "La personne choisit l’heure d’un rendez-vous : « visite-creche »." in told.after
    written = dump_document(stored(database).document)
    assert read_document(yaml.safe_load(written)) == stored(database).document, "the text says all of it"
    assert ines.get(f"{BASE}/relecture?sujet=refused").text.count("type de rendez-vous") == 0

    with database.writing() as session:
        withdrawn = replace(held.facts, active=False)
        appointments.save_kind(session, head_of(town), withdrawn, kind_id=held.id, version=held.version)
    sentence = "Ce type de rendez-vous n’existe pas, ou n’est plus proposé : visite-creche."
    again = ines.get(action, state="kind withdrawn")
    assert sentence in again.text
    assert again.form(action)["genre"] == "visite-creche", "what is withdrawn stays written until it is changed"
    assert sentence in ines.get(f"{BASE}/relecture").text
    latest = stored(database)
    with database.writing() as session, pytest.raises(Invalid) as refused:
        publish_reviewed(
            session,
            officer,
            CRECHE,
            version=latest.version,
            reviewed=fingerprint(latest.document),
            kinds={one.slug for one in appointments.list_kind_names(session)},
        )
    assert sentence in refused.value.fields["workflow.transitions.propose.does"]
    ines.post(action, {**again.form(action), **ticked, "ecrit": "message", "genre": "", "suite": ""})
    (done,) = (one for one in flow(database).transitions if one.code == "propose")
    assert [(one.do, one.kind, one.then) for one in done.does] == [("message", None, None)]


def open_kinds(database: Database, town: Town) -> KindView:
    """A kind of the department of the crèche, which is given, and one of another department."""
    with database.writing() as session:
        for department, slug, title in (("etat-civil", "passeport", "Passeport"), ("petite-enfance", *VISIT)):
            facts = KindFacts(town.commune.departments[department].id, slug, {"fr": title}, 30, (Means.ON_SITE,))
            kept = appointments.save_kind(session, head_of(town), facts)
    return kept


def head_of(town: Town) -> Actor:
    """Samira, head of every department."""
    return town.agent(town.commune.agents["s.amrani"])


def options_of(page: Page, name: str) -> set[str]:
    """The codes of a list."""
    (found,) = page.all("select", name=name)
    return {one.get("value", "") for one in found.iter(f"{HTML}option")}


def test_a_status_is_changed_moved_and_removed_with_its_moves(
    ines: Browser, draft: DraftView, database: Database
) -> None:
    begin(ines, database)
    action = f"{FLOW}/etats/opinion"
    page = ines.get(action, state="plain")
    send(ines, page, action, 422, "error", nom="")
    send(ines, page, action, nom="Avis attendu", nom_simple="Nous attendons un avis", delai="")
    assert flow(database).at("opinion").label.root["fr@falc"] == "Nous attendons un avis"
    ines.post(FLOW, carry(database, acte="etat:monter:opinion"))
    assert [one.code for one in flow(database).statuses][1] == "opinion"
    before = stored(database)
    asking = ines.get(f"{action}/retirer", state="plain")
    assert "Actions retirées avec lui : Reprendre l’étude." in asking.text
    assert "Actions qui menaient à lui : Demander l’avis d’un autre service." in asking.text
    gone = ines.follow(send(ines, asking, f"{action}/retirer", vers="review"), state="removed")
    kept = flow(database)
    assert kept.transition("resume") is None
    assert kept.transition("ask_opinion").target == "review"  # type: ignore[union-attr]
    assert all("opinion" not in one.sources for one in kept.transitions)
    assert problems_of(stored(database).document) == {}
    back = ines.follow(send(ines, gone, f"{BASE}/annuler", suite="deroulement"))
    assert back.h1 == "Déroulement"
    assert stored(database).document == before.document
    ines.post(f"{action}/retirer", carry(database))
    assert flow(database).transition("ask_opinion") is None, "moves that lead nowhere else go"
    ines.post(FLOW, carry(database, acte="action:retirer:lapse", etat="incomplete"))
    late = ines.get(f"{FLOW}?etat=incomplete")
    assert "Dites ce qui se passe au bout du délai" in late.text


def test_going_back_to_a_ready_made_workflow_is_confirmed(ines: Browser, draft: DraftView, database: Database) -> None:
    begin(ines, database, "report")
    asked = ines.post(FLOW, carry(database, acte="choisir", modele="case"))
    assert isinstance(stored(database).document.workflow, Workflow), "nothing is lost before it is confirmed"
    confirm = ines.follow(asked, state="plain")
    assert "sont perdus" in confirm.text
    ines.post(f"{FLOW}/modele", confirm.form(f"{FLOW}/modele"))
    assert stored(database).document.workflow == "case"
    for path in ("/etat-nouveau", "/etats/received", "/actions/study", "/modele?modele=case"):
        ines.get(FLOW + path, 404)
    for act in ("", "etat:voler:x", "choisir", "partir"):
        ines.post(FLOW, carry(database, acte=act, modele="inconnu"), 400)


def test_hostile_workflows_change_nothing(ines: Browser, draft: DraftView, database: Database, officer: Actor) -> None:
    """Two hundred statuses, a circle without any end, a department that does not exist, a move to nowhere."""
    begin(ines, database)
    base = dump_document(stored(database).document)
    before = stored(database)

    def put(workflow: dict[str, Any]) -> None:
        current = stored(database)
        changed = read_document({**as_data(current.document), "workflow": workflow})
        with database.writing() as session:
            editing.change_draft(session, officer, CRECHE, current.revision, lambda _known: changed, part="hostile")

    many = "".join(f"  - {{code: e{number}, status: in_progress, label: {{fr: É}}}}\n" for number in range(200))
    text = base.replace("workflow:\n  statuses:\n", f"workflow:\n  statuses:\n{many}")
    ines.post(f"{BASE}/yaml", carry(database, texte=text), 422)
    assert stored(database) == before
    data = as_data(before.document)["workflow"]
    extra = [{"code": f"e{number}", "status": "in_progress", "label": {"fr": "É"}} for number in range(33)]
    put({**data, "statuses": [*data["statuses"], *extra]})
    one_more = carry(database, nom="Un de plus", sens="in_progress")
    assert "40 états au plus" in ines.post(f"{FLOW}/etat-nouveau", one_more, 422, state="full").text
    long = ines.get(FLOW)
    assert len([one for one in long.tree.iter() if isinstance(one.tag, str)]) <= 350
    turn = {"code": "turn", "status": "in_progress", "label": {"fr": "Tourne"}}
    circle: dict[str, Any] = {"statuses": [*OWN["statuses"][:2], turn]}
    circle["transitions"] = [
        {"code": "go", "label": {"fr": "Aller"}, "from": ["new", "turn"], "to": "work", "who": ["department"]},
        {"code": "back", "label": {"fr": "Revenir"}, "from": ["work"], "to": "turn", "who": ["department"]},
        {"code": "lost", "label": {"fr": "Ailleurs"}, "from": ["nulle_part"], "to": "work", "who": ["department"]},
    ]
    put(circle)
    turning = ines.get(f"{FLOW}?etat=turn", state="circle")
    assert "Ajoutez une fin" in turning.text
    assert "De cet état, on ne peut plus terminer : Tourne." in turning.text
    assert "Actions qui ne partent d’aucun état" in turning.text
    assert "Cet état n’existe pas : nulle_part." in turning.text
    with database.writing() as session, pytest.raises(Invalid):
        publish_procedure(session, before.procedure_id, before.version, actor=officer)
    strange = {"do": "opinion", "department": "espionnage"}
    moves = [{**OWN["transitions"][0], "does": [strange]}, *OWN["transitions"][1:]]
    with pytest.raises(Invalid) as refused:
        put({**OWN, "transitions": moves})
    assert refused.value.fields == {"workflow": "Ce service n’existe pas : espionnage."}
    begun = {"nom": "Aller", "depuis": ["new"], "vers": "work", "qui": ["department"], "avis": "espionnage"}
    ines.post(f"{FLOW}/actions/go", carry(database, **begun), 422)
    ines.post(f"{FLOW}/etats/nulle_part", carry(database, nom="X", sens="closed"), 404)
    ines.post(f"{FLOW}/etats/work/retirer", carry(database, vers="nulle_part"), 404)
    for code in ("turn", "work"):
        ines.post(f"{FLOW}/etats/{code}/retirer", carry(database))
    last = ines.post(f"{FLOW}/etats/new/retirer", carry(database), 422, state="error")
    assert "garde au moins un état" in last.text


def test_the_second_of_two_officers_keeps_what_was_typed(
    ines: Browser, draft: DraftView, database: Database, officer: Actor
) -> None:
    begin(ines, database)
    action = f"{FLOW}/etats/review"
    mine = ines.get(action)
    removal = ines.get(f"{FLOW}/etats/opinion/retirer")
    ines.post(f"{FLOW}/etats/review", carry(database, nom="À l’étude", sens="in_progress"))
    second = ines.post(action, {**mine.form(action), "nom": "Étudiée"}, 409, state="conflict")
    assert "À l’étude" in second.text
    assert "Étudiée" in second.text
    ines.post(action, second.form(action))
    assert str(flow(database).at("review").label) == "Étudiée"
    ines.post(f"{FLOW}/etats/opinion/retirer", removal.form(f"{FLOW}/etats/opinion/retirer"), 409, state="conflict")
    assert flow(database).at("opinion").code == "opinion"


def test_requests_in_progress_keep_the_status_that_a_new_version_lacks(
    ines: Browser, database: Database, officer: Actor, town: Town
) -> None:
    base = "/agents/demarches/carte-mediatheque"
    ines.post(f"{base}/modifier")

    def publish() -> None:
        current = stored(database, "carte-mediatheque")
        with database.writing() as session:
            publish_procedure(session, current.procedure_id, current.version, actor=officer)

    form = ines.get(f"{base}/deroulement").form(f"{base}/deroulement")
    ines.post(f"{base}/deroulement", {**form, "acte": "partir", "modele": "case"})
    publish()
    reference = sent_request(database, town.angela)
    agent = town.agent(town.meryem)
    with database.writing() as session:
        go(session, agent, reference, "study")
    ines.post(f"{base}/modifier")
    told = ines.get(f"{base}/deroulement", state="in progress").text
    assert "1 demande est en cours : elle garde le déroulement de sa version." in told
    asking = ines.get(f"{base}/deroulement/etats/review/retirer", state="in use")
    assert "1 demande en cours est dans cet état : elle le garde" in asking.text
    send(ines, asking, f"{base}/deroulement/etats/review/retirer", vers="opinion")
    publish()
    with database.writing() as session:
        view = requests.get_request(session, agent, reference, journal=session)
        assert view.state == "review"
        assert {"ask_opinion", "accept"} <= {one.code for one in view.moves}
