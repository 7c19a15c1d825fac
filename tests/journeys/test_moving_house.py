"""« Je déménage »: the facts once, a consent for each organisation, and the truth about each."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from journeys.moving_house.journey import JOURNEY, declaration
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.journeys import journey_documents
from portal.casework.catalogue.service import get_published, import_procedure
from portal.casework.life_events.models import LifeEventTransfer
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import Draft
from portal.engine.journey_kit.forms import PREFIX
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.records.outbox import service as outbox
from tests.support.client import Browser, Page
from tests.support.moving import LANES, Move, child, deliver, facts, in_days, open_procedures, report
from tests.support.town import Town, angela, app, counted, request_id_of, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]

NEW = "/je-demenage/nouveau"
HELD = {"person_family_name", "person_given_names", "person_birthdate"}


@pytest.fixture(autouse=True)
def procedures(database: Database, town: Town) -> None:
    open_procedures(database)


def typed(told: dict[str, Any]) -> dict[str, str]:
    """Facts as a browser sends them."""
    sent: dict[str, str] = {}
    for name, value in told.items():
        if name in HELD:
            continue
        if name.endswith(("move_date", "birthdate")):
            year, month, day = str(value).split("-")
            sent |= {f"{PREFIX}{name}-day": day, f"{PREFIX}{name}-month": month, f"{PREFIX}{name}-year": year}
        else:
            sent[PREFIX + name] = {True: "oui", False: "non"}.get(value, value) if isinstance(value, bool) else value
    return sent


def opened(angela: Browser, **changes: Any) -> str:
    """A move told by Angela in her browser; the address of its file."""
    form = angela.get(NEW).form(NEW)
    return angela.post(NEW, form | typed(facts(**changes))).location


def move_of(database: Database, town: Town, *children: dict[str, Any], **changes: Any) -> tuple[Move, str]:
    """The same through the services."""
    move = Move(database, town.angela, *children, **changes)
    return move, f"/je-demenage/{move.id}"


def choose(angela: Browser, address: str, choice: str = "oui", expect: int = 303, state: str = "") -> Page:
    """Read what an organisation would receive, then choose."""
    form = angela.get(address).form(address)
    assert "accord" not in form  # nothing is ticked beforehand
    return angela.post(address, form | {"accord": choice}, expect, state=state)


def test_the_procedures_ask_only_what_their_recipient_is_declared_to_receive() -> None:
    root = Path(__file__).resolve().parents[2] / "connectors" / "partners"
    partners = {"ecoles": "school", "mobilite": "mobility", "caf-courrier": "letter"}
    for raw in journey_documents(JOURNEY):
        document = read_document(raw)
        partner = partners[document.routing[0].connection]
        sent = set(tomllib.loads((root / partner / "manifest.toml").read_text(encoding="utf-8"))["data_sent"])
        assert {field.concept for _step, field in document.fields()} <= sent, document.slug


def test_every_fact_and_every_field_named_by_the_declaration_exists() -> None:
    told = declaration()
    names = {field.name for _step, field in told.facts.fields()}
    assert told.entry is not None
    names |= {field.name for _step, field in told.entry.fields()}
    documents = {one["slug"]: read_document(one) for one in journey_documents(JOURNEY)}
    for one in told.organisations:
        asked = {field.name for _step, field in documents[one.procedure].fields()}
        assert set(one.mapping) | set(one.constants) <= asked
        required = {field.name for _step, field in documents[one.procedure].fields() if field.required}
        assert required <= names | set(one.mapping) | set(one.constants), one.code
        assert {name for rule in one.withheld for name in rule.fields} <= names


def test_the_door_says_what_the_journey_does(visitor: Browser, angela: Browser, database: Database, town: Town) -> None:
    with counted(database) as statements:
        page = visitor.get("/je-demenage", state="plain")
    assert len(statements) <= 2
    assert page.links()["Commencer"] == NEW
    assert visitor.get(NEW, 303).location.startswith("/connexion")
    _move, address = move_of(database, town)
    assert address in angela.get("/je-demenage", state="with files").links().values()


def test_the_facts_are_told_once_with_what_is_known(angela: Browser, database: Database) -> None:
    page = angela.get(NEW, state="plain")
    assert "FranceConnect, vérifié" in page.text
    assert page.field(f"{PREFIX}contact_email")["value"] == "angela@usagers.example"
    form = page.form(NEW)
    assert not any(name.startswith(f"{PREFIX}person_") for name in form)
    sent = angela.post(NEW, form | typed(facts()))
    assert angela.post(NEW, form | typed(facts())).location == sent.location  # pressed twice, one file
    with counted(database) as statements:
        page = angela.follow(sent, state="nothing sent")
    assert len(statements) <= 6, statements
    assert "Rien n’est encore envoyé" in page.text
    assert page.text.count("Attend votre accord") == 2
    with database.reading() as session:
        assert outbox.lanes_with_due(session) == []


def test_moves_are_found_again_from_ones_space(angela: Browser) -> None:
    assert angela.get("/mon-espace").links()["Vos déménagements : qui est prévenu, et de quoi"] == "/je-demenage"


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(angela: Browser) -> None:
    form = angela.get(NEW).form(NEW)
    wrong = facts(move_date=in_days(400), move_new_address_line="", move_new_address_city="Clairval")
    page = angela.post(NEW, form | typed(wrong), 422, state="error")
    assert "trop lointaine" in page.text
    assert page.field(f"{PREFIX}move_new_address_city")["value"] == "Clairval"
    for changes, said in (
        ({"move_kind": "abroad", "move_new_address_country": ""}, "Écrivez le pays"),
        ({"move_new_address_postcode": ""}, "Code postal de la nouvelle adresse"),
        ({"move_new_address_line": "x" * 500}, "120"),
    ):
        assert said in angela.post(NEW, form | typed(facts(**changes)), 422).text
    address = opened(angela)
    form = angela.get(f"{address}/modifier").form(f"{address}/modifier")
    hostile = form | {f"{PREFIX}move_kind": "<script>", f"{PREFIX}move_date-year": "vingt"}
    angela.post(f"{address}/modifier", hostile, 422, state="error")


def test_a_child_is_added_changed_and_taken_out(angela: Browser) -> None:
    address = opened(angela)
    add = f"{address}/enfants/ajouter"
    form = angela.get(add, state="new").form(add)
    assert "prénoms" in angela.post(add, form, 422, state="error").text.lower()
    sent = angela.post(add, form | typed(child()))
    assert angela.post(add, form | typed(child())).status == 303  # pressed twice
    page = angela.follow(sent)
    assert page.text.count("L’école de Nour") >= 1
    known = page.links()["Modifier : Nour"]
    form = angela.get(known, state="known").form(known)
    angela.post(known, form | {f"{PREFIX}household_child_given_names": "Nour Inès"})
    form = angela.get(known).form(known)
    page = angela.follow(angela.post(known, form | {"retirer": "oui"}))
    assert "L’école" not in page.text
    angela.get(known, 404)


def test_an_organisation_is_told_after_its_own_consent(angela: Browser, database: Database) -> None:
    address = opened(angela)
    caf = f"{address}/caf"
    page = angela.get(caf, state="before")
    for said in ("5 chemin des Lavandières", "1234567", "À votre demande", "6 mois après la fin"):
        assert said in page.text
    assert "VAL-2048" not in page.text
    assert "Choisissez" in choose(angela, caf, "", 422, "error").text
    form = angela.get(caf).form(caf) | {"accord": "oui"}
    angela.post(caf, form)
    angela.post(caf, form)
    assert deliver(database, "caf-courrier") == ["forward_request"]
    page = angela.get(caf, state="after")
    assert "Donné" in page.text
    assert "dit l’avoir reçu" in page.text
    assert angela.follow(choose(angela, f"{address}/transport", "non")).text.count("Vous vous en chargez") == 1


def test_what_stands_against_a_sending_is_said(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town, child(move_other_parent="objects"))
    page = angela.get(f"{address}/ecole-1", state="blocked")
    assert "L’autre parent n’est pas d’accord" in page.text
    assert not page.all("form")
    transport = f"{address}/transport"
    form = angela.get(transport).form(transport) | {"accord": "oui"}
    move.change(move_date=in_days(12))
    assert "ont changé entre-temps" in angela.post(transport, form, 409, state="conflict").text
    with database.writing() as session:
        requests.start_draft(session, move.actor, get_published(session, "resiliation-transport"))
    assert "Rien n’est parti" in choose(angela, transport, expect=409).text
    angela.get(f"{address}/inconnu", 404)


def test_facts_that_do_not_fill_a_procedure_leave_nothing_behind(
    angela: Browser, database: Database, town: Town
) -> None:
    _move, address = move_of(database, town)
    document = next(one for one in journey_documents(JOURNEY) if one["slug"] == "resiliation-transport")
    document["steps"][0]["fields"].append({"concept": "contact.phone"})
    with database.writing() as session:
        import_procedure(session, document, publish=True, actor=SYSTEM, connections=set(LANES.values()))
    page = choose(angela, f"{address}/transport", expect=422, state="incomplete")
    assert "Téléphone" in page.text
    assert page.links()["Compléter vos réponses"] == f"{address}/modifier"
    with database.reading() as session:
        assert session.scalars(select(Draft)).all() == []
        assert session.scalars(select(LifeEventTransfer)).all() == []


def test_each_organisation_has_its_own_state_in_three_words(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town, child("Nour"), child("Gabin"), child("Zoé", move_other_parent="objects"))
    school, caf, transport = (move.agree(key) for key in ("ecole-1", "caf", "transport"))
    move.agree("ecole-2")
    deliver(database, "ecoles")
    deliver(database, "mobilite")
    report(database, school, "ecoles", RequestStatus.ACCEPTED)
    report(database, transport, "mobilite", RequestStatus.REJECTED)
    with counted(database) as statements:
        page = angela.get(address, state="all stages")
    assert len(statements) <= 8  # three of them are the session's and the shell's, on every page
    for word in ("Pris en compte", "Envoyé, bien arrivé", "Préparé", "Refusé", "Rien ne part par ce site"):
        assert word in page.text
    assert caf in page.text
    page = angela.get(f"{address}/transport", state="refused")
    assert "place de la Gare" in page.text
    assert "accord" in page.form(f"{address}/transport") or page.all("input", name="accord")


def test_a_partner_down_is_said_and_the_two_others_go_through(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town, child())
    school = move.agree("ecole-1")
    move.agree("caf")
    move.agree("transport")
    with database.writing() as session:
        held = outbox.claim(session, worker="essai", lane="ecoles", limit=1)[0]
        at = outbox.retry_later(session, held, code="network")
        assert at is not None
        requests.record_delivery_retry(
            session, request_id_of(database, school), "ecoles", code="network", next_attempt_at=at
        )
    deliver(database, "caf-courrier")
    deliver(database, "mobilite")
    page = angela.get(address, state="one down")
    assert "2 organismes prévenus sur 3" in page.text
    assert "pas encore envoyé. Nouvel essai" in page.text
    assert "N’ont rien reçu de nous : L’école de Nour." in page.text


def test_a_changed_date_is_told_again_to_those_who_knew(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town)
    move.agree("transport")
    deliver(database, "mobilite")
    edit = f"{address}/modifier"
    form = angela.get(edit, state="plain").form(edit)
    page = angela.follow(angela.post(edit, form | typed({"move_date": in_days(50)})), state="corrected")
    assert "vont recevoir la correction" in page.text
    assert "Ont encore la version d’avant votre changement : Iselle Mobilité" in page.text
    deliver(database, "mobilite")
    page = angela.get(address)
    assert "Votre changement lui a été envoyé." in page.text
    assert "Ont encore" not in page.text


def test_two_windows_are_told_apart(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town)
    edit = f"{address}/modifier"
    form = angela.get(edit).form(edit)
    move.change(move_new_address_line="7 rue Haute")
    mine = form | {f"{PREFIX}move_new_address_line": "9 rue Basse"}
    page = angela.post(edit, mine, 409, state="conflict")
    assert "7 rue Haute" in page.text
    assert "9 rue Basse" in page.text
    angela.post(edit, page.form(edit))
    assert move.see().facts.common["move_new_address_line"] == "9 rue Basse"


def test_a_move_is_cancelled_with_those_who_knew(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town)
    move.agree("transport")
    deliver(database, "mobilite")
    page = angela.get(f"{address}/annuler", state="plain")
    assert "Recevront l’annulation : Iselle Mobilité" in page.text
    page = angela.follow(angela.post(f"{address}/annuler", page.form()), state="cancelled")
    assert "n’a pas encore confirmé avoir arrêté" in page.text
    assert "Changer la date" not in page.text
    angela.get(f"{address}/modifier", 303)
    angela.get(f"{address}/annuler", 303)
    deliver(database, "mobilite")
    assert "confirme avoir arrêté" in angela.get(address).text


def test_a_move_that_concerns_nobody_says_so(angela: Browser) -> None:
    address = opened(
        angela, move_kind="within", caf_beneficiary_number="", mobility_pass_number="", mobility_refund_iban=""
    )
    assert "personne n’est à prévenir" in angela.get(address, state="nobody").text


def test_what_the_person_does_alone_has_its_dates(angela: Browser) -> None:
    address = opened(angela, move_date=in_days(3))
    page = angela.get(f"{address}/a-faire", state="plain")
    assert "C’était à faire avant" in page.text
    assert "Certificat d’immatriculation" in page.text
    assert "consulat" not in page.text
    sent = angela.post(
        f"{address}/a-faire", {"fait-bail": "oui", "fait-inconnu": "oui", "csrf_token": page.form()["csrf_token"]}
    )
    ticked = angela.follow(sent, state="ticked")
    assert "checked" in ticked.field("fait-bail")
    assert "checked" not in ticked.field("fait-banque")
    assert "Votre propriétaire" not in angela.get(address).text.partition("bonne information")[2]
    abroad = opened(angela, move_kind="abroad", move_new_address_country="Belgique")
    page = angela.get(f"{abroad}/a-faire")
    assert "consulat" in page.text
    assert "un seul formulaire de l’État" not in page.text


def test_the_recap_says_state_time_and_reference(angela: Browser, database: Database, town: Town) -> None:
    move, address = move_of(database, town, child())
    reference = move.agree("transport")
    deliver(database, "mobilite")
    page = angela.get(f"{address}/recapitulatif", state="plain")
    assert reference in page.text
    assert "Envoyé, bien arrivé" in page.text
    assert "rien d’envoyé" in page.text


@pytest.mark.parametrize(
    "path", ["", "/modifier", "/recapitulatif", "/a-faire", "/annuler", "/caf", "/enfants/ajouter"]
)
def test_somebody_elses_move_is_not_found(sign_in: Any, database: Database, town: Town, path: str) -> None:
    _move, address = move_of(database, town)
    layla = sign_in(town.layla)
    layla.get(f"{address}{path}", 404)
    layla.get(f"/je-demenage/{uuid4()}{path}", 404)


def test_lanes_are_those_of_the_procedures() -> None:
    routed = {one["slug"]: one["routing"][0]["connection"] for one in journey_documents(JOURNEY)}
    assert {one.code: routed[one.procedure] for one in declaration().organisations} == LANES
