"""What the department asks to correct, about each of several and files too: with an account, or with a code."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from portal.casework.catalogue.service import get_published, import_procedure
from portal.casework.documents import service as documents
from portal.casework.requests import service as requests
from portal.casework.requests.service import RequestView, Said
from portal.ground.db import Database, new_id
from portal.ground.dictionary.service import FileKind
from portal.ground.errors import Forbidden
from portal.ground.permissions import SYSTEM, Actor, ActorKind
from tests.support import files
from tests.support.children import SLUG, for_children
from tests.support.client import Browser, Page
from tests.support.files import pdf
from tests.support.town import Town

TOLD = {"nom": "D’Exemple", "naissance": "2021-03-02", "ecole": "oui"}


@pytest.fixture
def procedure(database: Database, town: Town) -> None:
    """The procedure about children."""
    with database.writing() as session:
        import_procedure(session, for_children(), publish=True, actor=SYSTEM)


def carnet(browser: Browser, session: Any, actor: Actor, pages: int) -> UUID:
    """A health record, kept in the wallet of this person."""
    received = documents.receive(
        io.BytesIO(pdf(pages=pages)),
        name=f"carnet-{pages}.pdf",
        declared="application/pdf",
        accepts=(FileKind.PDF,),
        scanner=None,
    )
    store = documents.store_of(browser.settings)
    return documents.keep(session, store, actor, received, concept="evidence.vaccinations").id


def two_children(browser: Browser, database: Database, actor: Actor) -> dict[str, Any]:
    """Answers about two children, one file each."""
    with database.writing() as session:
        rows = [
            TOLD | {"prenom": name, "vaccins": str(carnet(browser, session, actor, pages))}
            for pages, name in enumerate(("Nour-Élise", "عمر"), start=1)
        ]
    return {"enfants": rows, "courriel": "angela@usagers.example"}


def sent(browser: Browser, database: Database, town: Town) -> str:
    """A request about two children."""
    me = town.resident(town.angela)
    answers = two_children(browser, database, me)
    with database.writing() as session:
        return requests.submit_at_once(session, me, SLUG, answers, idempotency_key=str(new_id())).reference


def ask(database: Database, town: Town, reference: str, *paths: str) -> None:
    """An agent asks to correct these answers."""
    with database.writing() as session:
        agent = town.agent(town.claire)
        view = requests.get_request(session, agent, reference, journal=session)
        said = Said("Relisez cela, s’il vous plaît.", fields=paths)
        requests.move(
            session, agent, reference, "ask_corrections", said, state=view.state, idempotency_key=str(new_id())
        )


def seen(database: Database, town: Town, reference: str) -> RequestView:
    with database.writing() as session:
        return requests.get_request(session, town.agent(town.claire), reference, journal=session)


def fill(page: Page, path: str, **typed: Any) -> dict[str, Any]:
    return {**page.form(path), **typed}


def a_file(pages: int, name: str = "nouveau.pdf") -> tuple[io.BytesIO, str, str]:
    return (io.BytesIO(files.pdf(pages=pages)), name, "application/pdf")


@pytest.mark.usefixtures("procedure")
def test_a_date_and_a_file_of_the_second_child(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference, claire = sent(angela, database, town), sign_in(town.claire)
    path = f"/agents/dossiers/{reference}/suite/ask_corrections"
    form = claire.get(path)
    boxes = {one.get("name") for one in form.all("input", type="checkbox")}
    assert {"champ-enfants.2.naissance", "champ-enfants.2.vaccins", "champ-enfants.1.nom"} <= boxes
    assert "champ-enfants.3.nom" not in boxes
    ticked = {"champ-enfants.2.naissance": "oui", "champ-enfants.2.vaccins": "oui", "champ-enfants.9.nom": "oui"}
    check = claire.post(path, fill(form, path, mots="La photo est floue.", **ticked), expect=200, state="items")
    assert "Vos enfants, 2 : Date de naissance de l’enfant" in check.text
    claire.post(path, fill(check, path, then="send"), expect=303)

    mine = f"/demandes/{reference}/corriger"
    page = angela.get(mine, state="files")
    controls = {name for name in page.form(mine) if name.startswith(("r_", "garde_", "fichier_"))}
    second = "enfants__2__naissance"
    day = {f"r_{second}-{part}" for part in ("day", "month", "year")}
    assert controls - {"fichier_enfants__2__vaccins"} == day | {"garde_enfants__2__vaccins"}
    assert "carnet-2.pdf" in page.text
    assert "carnet-1.pdf" not in page.text
    assert page.form(mine)[f"r_{second}-year"] == "2021"
    wrong = angela.post(
        mine, fill(page, mine, **{f"r_{second}-year": "3021", "fichier_enfants__2__vaccins": a_file(3)}), 422,
        state="files",
    )  # fmt: skip
    assert "nouveau.pdf" in wrong.text, "what was sent is kept, though a date is wrong"
    assert wrong.form(mine)[f"r_{second}-year"] == "3021"
    unfit = {f"r_{second}-year": "2020", "fichier_enfants__2__vaccins": (io.BytesIO(b"rien"), "x.pdf", "")}
    assert angela.post(mine, fill(wrong, mine, **unfit), 422).title.startswith("Erreur")
    done = angela.follow(angela.post(mine, fill(wrong, mine, **{f"r_{second}-year": "2020"})))
    assert "Vos réponses sont envoyées" in done.text
    assert "Vos enfants, 2 sur 2 : Date de naissance" in done.text

    view = seen(database, town, reference)
    assert view.state == "review"
    changes = {one.label: (one.before, one.after) for one in view.amendments[0].changes}
    assert changes == {
        "Vos enfants, 2 : Date de naissance de l’enfant": ("2 mars 2021", "2 mars 2020"),
        "Vos enfants, 2 : Carnet de vaccinations": ("carnet-2.pdf", "nouveau.pdf"),
    }
    assert {one.name for one in view.documents} == {"carnet-1.pdf", "carnet-2.pdf", "nouveau.pdf"}
    casefile = claire.get(f"/agents/dossiers/{reference}", state="items corrected")
    assert "Après : nouveau.pdf" in casefile.text
    assert angela.post(mine, fill(page, mine)).location.endswith(reference), "answered already, in another window"


@pytest.mark.usefixtures("procedure")
def test_a_question_that_an_answer_opens_is_asked(angela: Browser, town: Town, database: Database) -> None:
    me = town.resident(town.angela)
    answers = two_children(angela, database, me)
    answers["enfants"][1] = {name: text for name, text in answers["enfants"][1].items() if name != "vaccins"}
    answers["enfants"][1]["ecole"] = "non"
    with database.writing() as session:
        reference = requests.submit_at_once(session, me, SLUG, answers, idempotency_key=str(new_id())).reference
    ask(database, town, reference, "enfants.2.ecole")
    mine = f"/demandes/{reference}/corriger"
    page = angela.get(mine)
    assert "fichier_enfants__2__vaccins" not in page.html, "what is hidden is not asked"
    opened = angela.post(mine, fill(page, mine, r_enfants__2__ecole="oui"), 200, state="opened")
    assert "il reste une question" in opened.text
    missing = angela.post(mine, fill(opened, mine), 422)
    assert missing.all("a", href="#q-enfants__2__vaccins")
    angela.post(mine, fill(missing, mine, fichier_enfants__2__vaccins=a_file(4)))
    change = seen(database, town, reference).amendments[0].changes
    assert [(one.before, one.after) for one in change] == [("Non", "Oui"), ("", "nouveau.pdf")]


@pytest.mark.usefixtures("procedure")
def test_a_child_who_is_there_no_more_is_not_asked_about(angela: Browser, town: Town, database: Database) -> None:
    reference, me = sent(angela, database, town), town.resident(town.angela)
    ask(database, town, reference, "enfants.2.prenom")
    with database.writing() as session:
        view = requests.get_request(session, me, reference)
        first = {line.name: line.value for line in view.steps[0].lines}
        requests.amend(session, me, reference, {"enfants": [first]}, idempotency_key="gone")
    mine = f"/demandes/{reference}/corriger"
    page = angela.get(mine)
    assert "ne fait plus partie de votre demande" in page.text
    angela.post(mine, fill(page, mine, r_enfants__2__prenom="Tom"))
    view = seen(database, town, reference)
    assert view.state == "review"
    assert len(view.amendments) == 1, "nothing came back with it"


@pytest.mark.usefixtures("procedure")
def test_a_stranger_and_a_forged_file_change_nothing(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference, layla = sent(angela, database, town), sign_in(town.layla)
    ask(database, town, reference, "enfants.2.vaccins")
    mine = f"/demandes/{reference}/corriger"
    layla.get(mine, 404)
    with database.writing() as session:
        theirs = carnet(angela, session, town.resident(town.layla), 5)
    page = angela.get(mine)
    stolen = angela.post(mine, fill(page, mine, garde_enfants__2__vaccins=str(theirs)), 422)
    assert "carnet-5.pdf" not in stolen.text
    with database.writing() as session, pytest.raises(Forbidden):
        requests.get_corrections(session, town.agent(town.claire), reference)


@pytest.fixture
def followed(visitor: Browser, database: Database, town: Town) -> Callable[..., tuple[str, str]]:
    """Send without an account, to a procedure with this workflow; the reference and the code."""

    def send(workflow: str = "case") -> tuple[str, str]:
        with database.writing() as session:
            open_to_all = for_children(unsigned=True, own_form="/essai-enfants", workflow=workflow)
            import_procedure(session, open_to_all, publish=True, actor=SYSTEM)
            get_published(session, SLUG)
            rows = [TOLD | {"prenom": name, "ecole": "non"} for name in ("Nour-Élise", "عمر")]
            answers = {"enfants": rows, "courriel": "passante@usagers.example"}
            nobody = Actor(kind=ActorKind.ANONYMOUS)
            made = requests.submit_at_once(session, nobody, SLUG, answers, idempotency_key=str(new_id()))
        visitor.get("/suivre")
        visitor.post("/suivre", {"reference": made.reference, "code": made.code})
        return made.reference, made.code

    return send


def test_a_code_is_enough_to_answer(
    visitor: Browser, followed: Callable[..., tuple[str, str]], town: Town, database: Database
) -> None:
    reference, _code = followed()
    path = f"/suivre/{reference}/corriger"
    assert visitor.get(path, 303).location == f"/suivre/{reference}", "nothing is asked"
    ask(database, town, reference, "enfants.2.naissance", "domicile")
    page = visitor.get(f"/suivre/{reference}", state="corrections")
    assert page.links()["Revoir mes réponses"] == path
    page = visitor.get(path, state="plain")
    year = "r_enfants__2__naissance-year"
    wrong = {year: "", "fichier_domicile": a_file(1, "facture.pdf")}
    page = visitor.post(path, fill(page, path, **wrong), 422, state="error")
    assert "facture.pdf" in page.text
    done = visitor.follow(visitor.post(path, fill(page, path, **{year: "2019"})))
    assert "Vos réponses sont envoyées" in done.text
    view = seen(database, town, reference)
    assert view.state == "review"
    assert [(one.before, one.after) for one in view.amendments[0].changes] == [
        ("2 mars 2021", "2 mars 2019"),
        ("", "facture.pdf"),
    ]
    stranger = Browser(visitor.app, visitor.settings, database)
    assert stranger.get(path, 303).location.startswith("/suivre?")
    assert stranger.post(path, {}).location.startswith("/suivre?")


def test_a_code_is_enough_to_answer_a_proposal(
    visitor: Browser, followed: Callable[..., tuple[str, str]], town: Town, database: Database
) -> None:
    reference, _code = followed("booking")
    with database.writing() as session:
        agent = town.agent(town.claire)
        view = requests.get_request(session, agent, reference, journal=session)
        said = Said("Mardi 3 mars à 10 h, à la mairie.")
        requests.move(session, agent, reference, "propose", said, state=view.state, idempotency_key="propose")
    path = f"/suivre/{reference}/suite/confirm"
    page = visitor.get(path, state="plain")
    changed = visitor.post(path, fill(page, path, etat="received"), 409, state="changed")
    assert "a changé entre-temps" in changed.text
    visitor.post(path, fill(page, path, mots="Merci."))
    assert seen(database, town, reference).state != view.state
    assert visitor.get(path, 303).location == f"/suivre/{reference}"
    stranger = Browser(visitor.app, visitor.settings, database)
    for answer in (stranger.get(path, 303), stranger.post(path, {})):
        assert answer.location.startswith("/suivre?")
