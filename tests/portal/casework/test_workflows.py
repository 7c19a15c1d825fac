"""Workflows as data: what may be published, who may move what, what each move does, and what never happens."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from connectors.sdk import StatusUpdate, UpdateStatus
from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.interchange import as_data, read_document
from portal.casework.catalogue.service import import_procedure, workflow_of
from portal.casework.catalogue.workflow import ENDS, StandardStatus
from portal.casework.catalogue.workflows import READY_MADE, ready_made
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act, ApplyOutcome, RequestStatus
from portal.casework.requests.policy import ENDED
from portal.casework.requests.service import RequestView, Said
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, Permission, Role
from portal.people.accounts.service import provision_agent
from portal.records.outbox import service as outbox
from tests.portal.casework.test_races import together
from tests.portal.casework.workflows import OWN, go, procedure
from tests.portal.casework.world import SIRET, World, document, send


def seen(session: Session, world: World, reference: str) -> RequestView:
    return requests.get_request(session, world.resident(), reference)


def types(view: RequestView) -> list[str]:
    return [event.type for event in view.events]


def changed(**changes: Any) -> dict[str, Any]:
    """The own workflow with some of its statuses or transitions changed, by code; None takes one away."""
    data: dict[str, Any] = {}
    for part in ("statuses", "transitions"):
        kept = {one["code"]: dict(one) for one in OWN[part]}
        for code, change in changes.get(part, {}).items():
            kept[code] = {**kept.get(code, {"code": code}), **change} if change is not None else {}
        data[part] = [one for one in kept.values() if one]
    return data


def move(source: str, target: str, who: str = "department", **more: Any) -> dict[str, Any]:
    return {"label": {"fr": "Un geste"}, "from": [source], "to": target, "who": [who], **more}


def test_the_words_are_those_of_the_standard_machine() -> None:
    assert set(get_args(StandardStatus)) == {status.value for status in RequestStatus}
    assert set(ENDS) == {status.value for status in ENDED}


@pytest.mark.parametrize("name", READY_MADE)
def test_each_ready_made_workflow_passes_its_own_checks(name: str) -> None:
    written = ready_made()[name].model_dump(mode="json", by_alias=True, exclude_none=True)
    checked = read_document(document(workflow=written))
    assert problems_of(checked) == {}
    assert read_document(as_data(checked)) == checked
    assert workflow_of(read_document(document(workflow=name))) == ready_made()[name]
    assert workflow_of(read_document(document())) is None


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unreachable": (
        changed(statuses={"lost": {"status": "in_progress", "label": {"fr": "Perdue"}}}),
        "workflow.statuses.lost",
        "Rien ne mène",
    ),
    "dead end": (
        changed(
            statuses={"pit": {"status": "in_progress", "label": {"fr": "Puits"}}},
            transitions={"fall": move("work", "pit")},
        ),
        "workflow.statuses.pit",
        "on ne peut plus terminer",
    ),
    "no end": (
        changed(
            statuses={"yes": None, "over": None},
            transitions={"grant": None, "lapse": None},
        ),
        "workflow.statuses",
        "Ajoutez une fin",
    ),
    "unknown target": (
        changed(transitions={"study": {"to": "nowhere"}}),
        "workflow.transitions.study",
        "n’existe pas : nowhere",
    ),
    "time-out without a move": (
        changed(statuses={"work": {"wait_days": 5}}),
        "workflow.statuses.work.wait_days",
        "Dites ce qui se passe",
    ),
    "move that waits for no time": (
        changed(transitions={"late": move("work", "over", "timeout")}),
        "workflow.statuses.work.wait_days",
        "Dites au bout de combien de jours",
    ),
    "two moves at the end of one wait": (
        changed(transitions={"late": move("wait", "yes", "timeout")}),
        "workflow.statuses.wait.wait_days",
        "Gardez une seule action",
    ),
    "starts elsewhere": (
        changed(statuses={"new": {"status": "in_progress"}}),
        "workflow.statuses",
        "Commencez par un état",
    ),
    "no work": (
        changed(statuses={"work": {"status": "closed"}, "sent": {"status": "closed"}}),
        "workflow.statuses",
        "en cours",
    ),
    "leaves an end": (
        changed(transitions={"again": move("over", "work")}),
        "workflow.transitions.again",
        "ne repart pas",
    ),
    "the resident decides": (
        changed(transitions={"mine": move("work", "yes", "resident")}),
        "workflow.transitions.mine",
        "ne décide pas",
    ),
    "back to the start": (
        changed(transitions={"back": move("work", "new")}),
        "workflow.transitions.back",
        "On ne revient pas",
    ),
    "forwards to nobody": (
        changed(transitions={"send": {"does": [{"do": "forward", "connection": "inconnue"}]}}),
        "workflow.transitions.send.does",
        "pour plus tard : inconnue",
    ),
    "asks a question that does not exist": (
        changed(transitions={"ask": {"does": [{"do": "corrections", "fields": ["inconnue"]}]}}),
        "workflow.transitions.ask.does",
        "ne peut pas être redemandée",
    ),
    "writes twice": (
        changed(transitions={"study": {"does": [{"do": "message"}, {"do": "appointment"}]}}),
        "workflow.transitions.study.does",
        "gardez-en une",
    ),
    "time asks for an opinion": (
        changed(transitions={"lapse": {"does": [{"do": "opinion"}]}}),
        "workflow.transitions.lapse.does",
        "seulement écrire ou transmettre",
    ),
    "a label as long as a letter": (
        changed(statuses={"work": {"label": {"fr": "À l’étude " * 20}}}),
        "workflow.statuses.work.label",
        "Raccourcissez",
    ),
    "a partner that can do nothing": (
        changed(transitions={"grant": {"who": ["supervisor"]}}),
        "workflow.transitions",
        "quelle action il peut faire",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_workflow_is_not_published(name: str) -> None:
    workflow, path, sentence = FAULTS[name]
    routing = [{"connection": "ecoles", "recipient": {"fr": "les écoles"}, "mode": "on_move"}]
    problems = problems_of(read_document(document(workflow=workflow, routing=routing)))
    assert sentence in problems[path]


def test_a_case_from_submission_to_its_end(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, "case"))
    agent = world.agent()
    assert seen(session, world, sent.reference).state == "received"
    requests.assign(session, agent, sent.reference, world.claire.id)
    view = requests.get_request(session, agent, sent.reference, journal=session)
    assert (view.state, view.status) == ("review", RequestStatus.IN_PROGRESS)
    assert not {Act.DECIDE, Act.REQUEST_INFORMATION} & view.acts  # moves of the workflow instead
    assert [one.code for one in view.moves] == [
        "ask_corrections", "ask_documents", "ask_opinion", "accept", "reject", "close",
    ]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        go(session, agent, sent.reference, "ask_documents")
    assert "words" in refused.value.fields
    go(session, agent, sent.reference, "ask_documents", Said("Joignez une facture."))
    view = seen(session, world, sent.reference)
    assert (view.state, view.status, view.clock_stopped) == ("incomplete", RequestStatus.WAITING_FOR_RESIDENT, True)
    requests.post_message(session, world.resident(), sent.reference, "La voici.", idempotency_key="r")
    assert seen(session, world, sent.reference).state == "review"
    go(session, agent, sent.reference, "accept", Said("Tout y est."))
    view = seen(session, world, sent.reference)
    assert (view.state, view.status) == ("accepted", RequestStatus.ACCEPTED)
    assert view.decision is not None
    assert view.decision.reason == "Tout y est."
    assert requests.get_decision_letter(session, world.resident(), sent.reference).reason == "Tout y est."
    states = [event.payload["state"] for event in view.events if event.type == "status_changed"]
    assert states == ["review", "incomplete", "review", "accepted"]


def test_corrections_ask_exactly_the_named_answers(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, OWN))
    agent, me = world.agent(), world.resident()
    with pytest.raises(Invalid) as refused:
        go(session, agent, sent.reference, "ask", Said("Vérifiez.", fields=("nom", "inconnu")))
    assert "fields" in refused.value.fields
    go(session, agent, sent.reference, "ask", Said("Vérifiez votre adresse.", fields=("courriel", "motif", "nom")))
    view = seen(session, world, sent.reference)
    assert view.corrections == ("courriel",)  # the name is corrected at its source
    asked = requests.get_corrections(session, me, sent.reference)
    assert [place.path for place in asked.places] == ["courriel"]
    assert asked.answers["courriel"] == "noe@exemple.example"
    with pytest.raises(Invalid):
        requests.answer_corrections(session, me, sent.reference, {"courriel": "noé"}, idempotency_key="c0")
    with pytest.raises(NotFound):
        requests.answer_corrections(session, world.resident(world.ines), sent.reference, {}, idempotency_key="c")
    with pytest.raises(Forbidden):
        requests.get_corrections(session, agent, sent.reference)
    typed = {"courriel": "noe@exemple2.example", "type": "derogation"}  # the second was not asked
    requests.answer_corrections(session, me, sent.reference, typed, idempotency_key="c1")
    view = seen(session, world, sent.reference)
    assert (view.state, view.corrections) == ("work", ())
    assert [(one.before, one.after) for one in view.amendments[0].changes] == [
        ("noe@exemple.example", "noe@exemple2.example")
    ]
    with pytest.raises(Conflict):
        requests.answer_corrections(session, me, sent.reference, typed, idempotency_key="c2")
    go(session, agent, sent.reference, "ask", Said("Et l’école ?", fields=("type",)))
    requests.answer_corrections(session, me, sent.reference, {"type": "first"}, idempotency_key="c3")
    events = [event for event in seen(session, world, sent.reference).events if event.type == "corrections_answered"]
    assert [event.payload["changed"] for event in events] == [True, False]  # confirming answers too


def test_roles_partners_and_rights(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, OWN))
    agent = world.agent()
    boss = provision_agent(
        session,
        local_authority_id=world.procedure.local_authority_id,
        siret=SIRET,
        email="chef@valmont-sur-iselle.example",
        display_name="Amina Chef",
        role=Role.SUPERVISOR,
        department_ids=[world.departments["enfance"]],
    )
    go(session, agent, sent.reference, "study")
    with pytest.raises(Forbidden):
        go(session, agent, sent.reference, "grant", Said("Oui."))
    with pytest.raises(Forbidden):  # the right to write is taken away
        go(session, replace(agent, permissions=frozenset({Permission.REQUESTS_READ})), sent.reference, "send")
    for stranger in (world.agent(world.jonas), world.resident(world.ines)):
        with pytest.raises(NotFound):
            go(session, stranger, sent.reference, "send")
    with pytest.raises(NotFound):
        go(session, agent, sent.reference, "unheard_of")
    with pytest.raises(Conflict):  # this workflow gives the department no decision of its own
        requests.decide(session, agent, sent.reference, "rejected", "Non.", idempotency_key="n")
    go(session, agent, sent.reference, "send")
    view = seen(session, world, sent.reference)
    assert [one.connection for one in view.forwardings] == ["ecoles"]
    assert view.transmitted_at is None  # not said to have left before it has
    assert len(outbox.claim(session, worker="t", lane="ecoles", limit=5)) == 1
    chief = Actor(
        agent.kind, boss.id, permissions=ROLE_PERMISSIONS[Role.SUPERVISOR], department_ids=boss.department_ids
    )
    assert [one.code for one in requests.list_moves(session, chief, sent.reference)] == ["grant"]
    news = StatusUpdate("u-1", "E-1", UpdateStatus.REJECTED, "no", clock.now(), {})
    refused = requests.apply_partner_update(session, request_id=sent.request_id, connection="ecoles", update=news)
    assert refused is ApplyOutcome.REFUSED  # no end of that kind: kept as an event
    assert seen(session, world, sent.reference).events[-1].payload["why"] == "not_in_workflow"
    news = StatusUpdate("u-2", "E-1", UpdateStatus.ACCEPTED, "yes", clock.now(), {})
    requests.apply_partner_update(session, request_id=sent.request_id, connection="ecoles", update=news)
    assert seen(session, world, sent.reference).state == "yes"


def test_an_illegal_move_is_refused_and_kept(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, OWN))
    agent = world.agent()
    assert go(session, agent, sent.reference, "send") is ApplyOutcome.REFUSED
    view = seen(session, world, sent.reference)
    assert (view.state, view.status, view.forwardings) == ("new", RequestStatus.SUBMITTED, ())
    assert view.events[-1].type == "status_refused"
    assert view.events[-1].payload["transition"] == "send"
    requests.withdraw(session, world.resident(), sent.reference)
    assert go(session, agent, sent.reference, "study") is ApplyOutcome.REFUSED
    assert types(seen(session, world, sent.reference)).count("status_refused") == 2


def test_the_same_form_twice_and_an_old_page(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, OWN))
    agent = world.agent()
    outcomes = [
        requests.move(session, agent, sent.reference, "study", Said(), state="new", idempotency_key="k")
        for _time in range(2)
    ]
    assert outcomes == [ApplyOutcome.APPLIED, ApplyOutcome.DUPLICATE]
    said = Said("Vérifiez.", fields=("courriel",))
    with pytest.raises(Conflict):  # still legal, but not what was on the page
        requests.move(session, agent, sent.reference, "ask", said, state="new", idempotency_key="k2")
    assert types(seen(session, world, sent.reference)).count("status_changed") == 1


def test_a_booking_and_its_resident(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, "booking"))
    agent, me = world.agent(), world.resident()
    go(session, agent, sent.reference, "propose", Said("Mardi 3 mars à 10 h, 4 place du Parvis."))
    view = seen(session, world, sent.reference)
    assert view.state == "proposed"
    assert [one.code for one in view.moves] == ["confirm", "refuse"]
    assert "appointment_proposed" in types(view)
    go(session, me, sent.reference, "refuse", Said("Plutôt le matin."))
    view = seen(session, world, sent.reference)
    assert (view.state, view.messages[-1].text, view.messages[-1].mine) == ("scheduling", "Plutôt le matin.", True)
    with pytest.raises(Forbidden):  # proposing is the department's
        go(session, me, sent.reference, "propose", Said("Demain."))
    go(session, agent, sent.reference, "propose", Said("Jeudi à 9 h."))
    requests.post_message(session, me, sent.reference, "Je ne sais pas encore.", idempotency_key="m")
    assert seen(session, world, sent.reference).state == "scheduling"  # an answer in words accepts nothing
    go(session, agent, sent.reference, "propose", Said("Vendredi à 9 h."))
    go(session, me, sent.reference, "confirm")
    go(session, agent, sent.reference, "hold", Said("Le rendez-vous a eu lieu."))
    assert seen(session, world, sent.reference).status is RequestStatus.CLOSED


def test_a_status_that_lasts_too_long(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), procedure(session, OWN))
        go(session, world.agent(), sent.reference, "ask", Said("Votre nom ?", fields=("courriel",)))
        answered = send(session, world.resident(), procedure(session, OWN))
        go(session, world.agent(), answered.reference, "ask", Said("Votre nom ?", fields=("courriel",)))
        requests.post_message(session, world.resident(), answered.reference, "Noé", idempotency_key="m")
    with database.writing() as session:
        assert not requests.lapse_one(session, clock.now() + timedelta(days=9))
    soon = clock.now() + timedelta(days=11)
    with clock.frozen(soon):
        killed = database.open_writing()
        assert requests.lapse_one(killed, soon)
        killed.close()  # in the middle: nothing happened
    with clock.frozen(soon), database.writing() as session:
        assert [requests.lapse_one(session, soon) for _time in range(2)] == [True, False]
        view = seen(session, world, sent.reference)
        assert (view.state, view.status) == ("over", RequestStatus.CLOSED)
        assert view.decision is not None
        assert view.decision.reason == "Sans réponse de votre part, c’est terminé."
        assert view.decision.agent_name == ""
        assert seen(session, world, answered.reference).state == "work"


def test_two_agents_at_once(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), procedure(session, "case"))

    def act(code: str) -> Any:
        said = Said("Une raison.")
        return lambda session: requests.move(
            session, world.agent(), sent.reference, code, said, state="received", idempotency_key=str(uuid4())
        )

    outcomes = together(database, [act("accept"), act("reject"), act("close"), act("ask_documents")])
    assert outcomes.count(ApplyOutcome.APPLIED) == 1
    assert set(outcomes) <= {ApplyOutcome.APPLIED, ApplyOutcome.REFUSED, "state_changed"}
    with database.reading() as session:
        view = seen(session, world, sent.reference)
    assert types(view).count("status_changed") == 1
    assert types(view).count("status_refused") == outcomes.count(ApplyOutcome.REFUSED)


def one_step(session: Session, world: World, draw: random.Random, reference: str, workflow: Any) -> None:
    """Anything that anybody might do, allowed or not."""
    actors = [world.agent(), world.resident(), world.agent(world.jonas)]
    said = Said(draw.choice(["", "Des mots."]), ("courriel",), world.departments["voirie"], "Et vous ?")
    code = draw.choice([one.code for one in workflow.transitions])
    state = draw.choice([one.code for one in workflow.statuses])
    view = seen(session, world, reference)
    acts = {
        "move": lambda: requests.move(
            session,
            draw.choice(actors),
            reference,
            code,
            said,
            state=draw.choice([state, view.state, view.state]),
            idempotency_key=str(draw.randrange(10_000)),
        ),
        "decide": lambda: requests.decide(
            session, world.agent(), reference, "accepted", "Oui.", idempotency_key=str(draw.randrange(10_000))
        ),
        "answer": lambda: requests.post_message(
            session, world.resident(), reference, "Voilà.", idempotency_key=str(draw.randrange(10_000))
        ),
        "correct": lambda: requests.answer_corrections(
            session,
            world.resident(),
            reference,
            {"courriel": "roy@exemple.example"},
            idempotency_key=str(draw.randrange(10_000)),
        ),
        "assign": lambda: requests.assign(session, world.agent(), reference, world.claire.id),
        "lapse": lambda: requests.lapse_one(session, clock.now() + timedelta(days=90)),
        "withdraw": lambda: requests.withdraw(session, world.resident(), reference),
    }
    weights = [12, 2, 2, 2, 1, 1, 1]
    with suppress(Conflict, Forbidden, Invalid, NotFound, Busy), session.begin_nested():
        acts[draw.choices(list(acts), weights)[0]]()


@pytest.mark.parametrize("name", ["case", "booking", "report"])
def test_no_sequence_of_acts_corrupts_a_request(session: Session, world: World, name: str) -> None:
    chosen = procedure(session, name)
    workflow = ready_made()[name]
    for seed in range(3):
        draw = random.Random(f"{name}{seed}")
        reference = send(session, world.resident(), chosen).reference
        ended: RequestStatus | None = None
        for _turn in range(14):
            one_step(session, world, draw, reference, workflow)
            view = seen(session, world, reference)
            standard = workflow.at(view.state).status
            assert view.status.value in {standard, "withdrawn"}
            assert ended in {None, view.status}  # what is ended stays so
            ended = view.status if view.status in ENDED else None
            assert (view.decided_at is not None) is (ended is not None)
            assert view.clock_stopped is (view.status is RequestStatus.WAITING_FOR_RESIDENT)
            assert not view.corrections or view.clock_stopped
            moves = [event for event in view.events if event.type == "status_changed"]
            assert all(a.payload["to"] == b.payload["from"] for a, b in pairwise(moves))
            assert not moves or moves[-1].payload["state"] == view.state


def test_a_request_keeps_the_workflow_of_its_version(session: Session, world: World) -> None:
    sent = send(session, world.resident(), procedure(session, "case"))
    import_procedure(session, document(slug="essai-case", workflow="report"), publish=True, actor=SYSTEM)
    view = requests.get_request(session, world.agent(), sent.reference, journal=session)
    assert view.workflow == ready_made()["case"]
    assert isinstance(view.id, UUID)
