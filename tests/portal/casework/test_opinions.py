"""The opinion of another department: who reads what, before, during and after."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import service as requests
from portal.casework.requests.models import Opinion
from portal.casework.requests.service import Said, SubmittedView
from portal.ground.audit.service import list_entries
from portal.ground.db import Database, new_id
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, ActorKind
from tests.portal.casework.test_races import together
from tests.portal.casework.workflows import go, procedure
from tests.portal.casework.world import World, send

URL = "https://demarches.exemple.example"


@pytest.fixture
def sent(session: Session, world: World) -> SubmittedView:
    return send(session, world.resident(), procedure(session, "case"))


def asked(session: Session, world: World, sent: SubmittedView, question: str = "La rue est-elle assez large ?") -> UUID:
    said = Said(question=question, department_id=world.departments["voirie"])
    go(session, world.agent(), sent.reference, "ask_opinion", said)
    return requests.list_opinions(session, world.agent(world.jonas))[0].id


def can_read(session: Session, actor: Actor, opinion_id: UUID) -> bool:
    try:
        requests.read_opinion(session, actor, opinion_id, journal=session)
    except NotFound:
        return False
    return True


def test_the_request_is_read_while_the_question_is_open_and_no_longer(
    session: Session, world: World, sent: SubmittedView
) -> None:
    voirie = world.agent(world.jonas)
    assert requests.list_opinions(session, voirie) == []
    opinion_id = asked(session, world, sent)
    line = requests.list_opinions(session, voirie)[0]
    assert (line.reference, line.procedure_title) == (sent.reference, "Démarche d’essai")
    case = requests.read_opinion(session, voirie, opinion_id, journal=session)
    assert (case.question, case.asked_by) == ("La rue est-elle assez large ?", world.claire.id)
    assert "Lefèvre" in [line.text for step in case.steps for line in step.lines]
    for act in (requests.get_request, requests.list_messages):  # the opinion opens nothing else
        with pytest.raises(NotFound):
            act(session, voirie, sent.reference, journal=session)
    with pytest.raises(Invalid):
        requests.answer_opinion(session, voirie, opinion_id, "  ")
    requests.answer_opinion(session, voirie, opinion_id, "Oui, six mètres.")
    assert not can_read(session, voirie, opinion_id)
    assert requests.list_opinions(session, voirie) == []
    with pytest.raises(Conflict):
        requests.answer_opinion(session, voirie, opinion_id, "Encore.")
    view = requests.get_request(session, world.agent(), sent.reference, journal=session)
    assert [(one.answer, one.is_open) for one in view.opinions] == [("Oui, six mètres.", False)]
    mine = requests.get_request(session, world.resident(), sent.reference)
    assert mine.opinions == ()  # the person learns that it was asked and given, not what was said
    told = [event for event in mine.events if event.type.startswith("opinion")]
    assert [event.type for event in told] == ["opinion_asked", "opinion_given"]
    assert "mètres" not in str([event.payload for event in told])
    actions = [entry.action for entry in list_entries(session, sent.request_id)]
    assert {"opinion_asked", "opinion_read", "opinion_given"} <= set(actions)


ENDINGS: dict[str, Callable[[Session, World, SubmittedView, UUID], Any]] = {
    "closed by who asked": lambda session, world, sent, one: requests.close_opinion(
        session, world.agent(), sent.reference, one
    ),
    "withdrawn by the person": lambda session, world, sent, _one: requests.withdraw(
        session, world.resident(), sent.reference
    ),
    "decided meanwhile": lambda session, world, sent, _one: go(
        session, world.agent(), sent.reference, "accept", Said("Oui.")
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_nothing_is_readable_once_it_is_not_awaited(
    session: Session, world: World, sent: SubmittedView, name: str
) -> None:
    opinion_id = asked(session, world, sent)
    assert can_read(session, world.agent(world.jonas), opinion_id)
    ENDINGS[name](session, world, sent, opinion_id)
    assert not can_read(session, world.agent(world.jonas), opinion_id)
    assert requests.list_opinions(session, world.agent(world.jonas)) == []
    assert session.scalar(select(requests.opinions_to_give(world.agent(world.jonas)))) == 0
    with pytest.raises(Conflict):
        requests.answer_opinion(session, world.agent(world.jonas), opinion_id, "Trop tard.")
    with pytest.raises(NotFound):
        requests.read_opinion_document(session, world.agent(world.jonas), opinion_id, new_id(), journal=session)


def test_nobody_else_reads_it(session: Session, world: World, sent: SubmittedView) -> None:
    opinion_id = asked(session, world, sent)
    bare = Actor(ActorKind.AGENT, world.jonas.id, department_ids=world.jonas.department_ids)
    for actor in (world.agent(), world.resident(), world.resident(world.ines), bare):
        assert not can_read(session, actor, opinion_id)
        with pytest.raises((NotFound, Forbidden)):
            requests.answer_opinion(session, actor, opinion_id, "Oui.")
    with pytest.raises(NotFound):
        requests.close_opinion(session, world.agent(world.jonas), sent.reference, opinion_id)
    with pytest.raises(NotFound):
        requests.close_opinion(session, world.agent(), sent.reference, new_id())


def test_what_may_be_asked(session: Session, world: World, sent: SubmittedView) -> None:
    agent, voirie = world.agent(), world.departments["voirie"]

    def ask(actor: Actor, department: UUID, words: str, key: str) -> UUID:
        return requests.ask_opinion(session, actor, sent.reference, department, words, idempotency_key=key)

    assert ask(agent, voirie, "Alors ?", "a") == ask(agent, voirie, "Alors ?", "a")
    for department, words, field in (
        (voirie, "", "question"),
        (world.departments["enfance"], "Et nous ?", "department"),
        (new_id(), "Et eux ?", "department"),
    ):
        with pytest.raises(Invalid) as refused:
            ask(agent, department, words, "b")
        assert set(refused.value.fields) == {field}
    with pytest.raises(Invalid) as refused:
        go(session, agent, sent.reference, "ask_opinion", Said(question="À qui ?"))
    assert "department" in refused.value.fields
    for number in range(4):
        ask(agent, voirie, "Encore ?", f"c{number}")
    with pytest.raises(Conflict):
        ask(agent, voirie, "Une de trop ?", "d")
    requests.withdraw(session, world.resident(), sent.reference)
    with pytest.raises(Conflict):
        ask(agent, voirie, "Et maintenant ?", "e")


def test_both_departments_are_told_by_e_mail(session: Session, world: World, sent: SubmittedView) -> None:
    opinion_id = asked(session, world, sent)

    def letter(about: str) -> Any:
        return requests.render_department_alert(
            session, sent.request_id, "", about=about, public_url=URL, opinion_id=opinion_id
        )

    # The department asked has no address in this world: nobody to write to, and nothing breaks.
    assert letter("opinion_asked") is None
    requests.answer_opinion(session, world.agent(world.jonas), opinion_id, "Oui.")
    told = letter("opinion_answered")
    assert told.recipient == "enfance@valmont-sur-iselle.example"
    assert "un avis est arrivé" in told.subject
    assert "Lefèvre" not in told.text + told.html


def test_two_colleagues_answer_at_once(database: Database, world: World) -> None:
    with database.writing() as session:
        made = send(session, world.resident(), procedure(session, "case"))
        opinion_id = asked(session, world, made)

    def answer(words: str) -> Callable[[Session], Any]:
        return lambda session: requests.answer_opinion(session, world.agent(world.jonas), opinion_id, words)

    outcomes = together(database, [answer("Oui."), answer("Non."), answer("Peut-être.")])
    assert sorted(map(str, outcomes)) == ["None", "opinion_closed", "opinion_closed"]
    with database.reading() as session:
        assert len(session.scalars(select(Opinion)).all()) == 1
