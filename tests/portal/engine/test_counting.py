"""Counting: what changed is counted again, whatever stops it, and the figures outlive the requests."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from portal.casework.figures.models import FigureBacklog, FigureCase, FigureCell, FigureProgress
from portal.casework.figures.shapes import LISTS, PLAIN, Position, Tally
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction.service import Obtained, Origin
from portal.engine.deadlines.counting import count_figures, count_some
from portal.engine.retention.service import erase_request
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from tests.portal.casework.world import World, build_world, fill

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def world(database: Database) -> World:
    with database.writing() as session:
        return build_world(session)


@pytest.fixture(autouse=True)
def _in_march() -> Iterator[None]:
    with clock.frozen(START):
        yield


def sent(database: Database, world: World, at: datetime = START, channel: Channel = Channel.WEB) -> str:
    with clock.frozen(at), database.writing() as session:
        draft = fill(session, world.resident(), world.procedure)
        who, key = world.resident(), str(uuid4())
        done = requests.submit(session, who, draft.id, idempotency_key=key, version=draft.version, channel=channel)
    return done.reference


def decided(
    database: Database, world: World, reference: str, at: datetime, decision: RequestStatus = RequestStatus.ACCEPTED
) -> None:
    with clock.frozen(at), database.writing() as session:
        requests.decide(session, world.agent(), reference, decision, "Parce que.", idempotency_key=str(uuid4()))


def counted(database: Database, at: datetime = START, **options: Any) -> dict[tuple[date, str, bool], Tally]:
    with clock.frozen(at):
        count_figures(database, **options)
    return cells(database)


def cells(database: Database) -> dict[tuple[date, str, bool], Tally]:
    with database.reading() as session:
        return {
            (row.month, row.channel, row.assisted): Tally(
                **{name: getattr(row, name) for name in PLAIN},
                **{name: tuple(getattr(row, name)) for name in LISTS},
            )
            for row in session.scalars(select(FigureCell))
        }


def test_figures_follow_what_happens_and_stay_when_the_requests_go(database: Database, world: World) -> None:
    later = START + timedelta(days=30)
    references = [sent(database, world) for _ in range(3)]
    assert counted(database)[MARCH, "web", False].received == 3
    decided(database, world, references[0], later)
    decided(database, world, references[1], later + timedelta(hours=1), RequestStatus.REJECTED)
    found = counted(database, later + timedelta(hours=2))
    april = found[APRIL, "web", False]
    assert (april.accepted, april.rejected, april.decided, april.days[29], april.days[30]) == (1, 1, 2, 1, 1)
    assert counted(database, later + timedelta(hours=3)) == found  # nothing new: nothing more
    with database.writing() as session:
        request_id = requests.find_request_id(session, references[0])
        assert request_id is not None
        erase_request(session, request_id, actor=SYSTEM, reason="retention")
    assert counted(database, later + timedelta(hours=4)) == found
    with database.reading() as session:
        assert len(session.scalars(select(FigureCase)).all()) == 2


def test_what_is_corrected_is_counted_as_it_stands(database: Database, world: World) -> None:
    reference = sent(database, world)
    decided(database, world, reference, START + timedelta(days=1))
    counted(database, START + timedelta(days=1))
    with database.writing() as session:  # decided otherwise, by another department, a month later
        session.execute(
            update(ServiceRequest).values(
                status=RequestStatus.REJECTED,
                decided_at=START + timedelta(days=33),
                updated_at=START + timedelta(days=33),
                department_id=world.departments["voirie"],
            )
        )
    found = counted(database, START + timedelta(days=33))
    assert {key: (one.received, one.accepted, one.rejected) for key, one in found.items() if one != Tally()} == {
        (APRIL, "web", False): (0, 0, 1),
        (MARCH, "web", False): (1, 0, 0),
    }


class Killed(BaseException):
    """What no code catches."""


def count_and_die(database: Database, after: Position) -> None:
    with database.writing() as session:
        count_some(session, "requests", after, 2)
        raise Killed


def test_stopped_in_the_middle_and_run_again_the_figures_are_the_same(database: Database, world: World) -> None:
    for hour in range(5):
        sent(database, world, START + timedelta(hours=hour))
    with database.writing() as session:
        first = count_some(session, "requests", None, 2)
    assert cells(database)[MARCH, "web", False].received == 2
    with pytest.raises(Killed):
        count_and_die(database, first[-1])
    assert cells(database)[MARCH, "web", False].received == 2  # the unit that was stopped left nothing
    assert counted(database, START + timedelta(hours=6), at_once=2)[MARCH, "web", False].received == 5


def test_a_clock_that_was_ahead_hides_nothing(database: Database, world: World) -> None:
    sent(database, world, START + timedelta(days=300))
    counted(database, START + timedelta(days=300))
    sent(database, world)
    assert counted(database, START + timedelta(minutes=5))[MARCH, "web", False].received == 1


def test_who_was_helped_and_what_waits(database: Database, world: World) -> None:
    for days, channel in ((0, Channel.COUNTER), (20, Channel.MAIL), (200, Channel.WEB)):
        sent(database, world, START - timedelta(days=days), channel)
    found = counted(database)
    assert {(channel, assisted) for _month, channel, assisted in found} == {
        ("counter", True),
        ("mail", False),
        ("web", False),
    }
    with database.reading() as session:
        backlog = {row.channel: (row.ages, row.late) for row in session.scalars(select(FigureBacklog))}
        assert session.get_one(FigureProgress, "requests").finished_at == START
    assert backlog == {"counter": ([1, 0, 0, 0, 0], 0), "mail": ([0, 1, 0, 0, 0], 0), "web": ([0, 0, 0, 0, 1], 1)}
    decided(database, world, *references(database, "web"), START)
    counted(database)
    with database.reading() as session:
        assert {row.channel for row in session.scalars(select(FigureBacklog))} == {"counter", "mail"}


def references(database: Database, channel: str) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ServiceRequest.reference).where(ServiceRequest.channel == Channel(channel))))


def test_a_draft_that_nobody_sends_is_counted_when_it_goes(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure)
        requests.set_draft_aside(session, world.resident(), draft.id)
        requests.erase_discarded(session, world.resident(), world.procedure.id)
    with database.writing() as session:
        fill(session, world.resident(world.ines), world.procedure)
    with clock.frozen(START + timedelta(days=80)), database.writing() as session:
        requests.warn_of_drafts(session)
    with clock.frozen(START + timedelta(days=100)), database.writing() as session:
        assert requests.purge_drafts(session) == 1
    assert cells(database)[MARCH, "web", False].given_up == 2


def answer(database: Database, actor: Actor, reference: str, obtained: str = "yes", ease: str = "4") -> None:
    with database.writing() as session:
        asked = requests.find_asked(session, actor, reference)
        satisfaction.answer(session, actor, asked, obtained=obtained, ease=ease, words="Très bien.")


def test_the_survey_is_answered_once_changed_for_thirty_days_and_counted(database: Database, world: World) -> None:
    reference = sent(database, world)
    with pytest.raises(NotFound):  # not decided yet: nothing to ask
        answer(database, world.resident(), reference)
    decided(database, world, reference, START)
    for obtained, ease in (("", "4"), ("yes", "0"), ("yes", "6"), ("peut-être", "x")):
        with pytest.raises(Invalid):
            answer(database, world.resident(), reference, obtained, ease)
    with pytest.raises(NotFound):  # somebody else
        answer(database, world.resident(world.ines), reference)
    answer(database, world.resident(), reference)
    counted(database)
    with clock.frozen(START + timedelta(days=29)):
        answer(database, world.resident(), reference, "no", "1")
        found = counted(database, START + timedelta(days=29))[MARCH, "web", False]
    assert (found.obtained, found.ease) == ((0, 0, 1), (1, 0, 0, 0, 0))
    with clock.frozen(START + timedelta(days=30, minutes=1)), pytest.raises(Conflict) as refused:
        answer(database, world.resident(), reference)
    assert refused.value.code == "survey_closed"


def test_a_paper_is_typed_in_marked_so_and_the_person_has_the_last_word(database: Database, world: World) -> None:
    reference = sent(database, world)
    decided(database, world, reference, START)
    with pytest.raises(Forbidden):  # of the department, without the right to type papers in
        answer(database, world.agent(), reference)
    desk = Actor(
        ActorKind.AGENT,
        world.claire.id,
        permissions=ROLE_PERMISSIONS[Role.COUNTER_AGENT],
        department_ids=world.claire.department_ids,
    )
    answer(database, desk, reference, "partly", "3")
    with database.writing() as session:
        asked = requests.find_asked(session, desk, reference)
        told = satisfaction.find_answer(session, desk, asked)
        read = satisfaction.find_answer(session, world.resident(), asked)
    assert told is not None
    assert read is not None
    assert (told.origin, told.words, read.words) == (Origin.PAPER, "", "Très bien.")
    answer(database, world.resident(), reference, "yes", "5")
    with pytest.raises(Conflict) as refused:
        answer(database, desk, reference)
    assert refused.value.code == "survey_answered"
    with database.reading() as session:
        (opinion,) = satisfaction.opinions_of(session, [asked.request_id]).values()
    assert opinion.obtained is Obtained.YES


def test_asking_can_be_refused_for_all(database: Database, world: World) -> None:
    for _twice in range(2):
        with database.writing() as session:
            satisfaction.refuse_surveys(session, world.resident())
    with database.writing() as session:
        assert satisfaction.is_refused(session, world.noe.id)
        assert not satisfaction.is_refused(session, world.ines.id)
        assert not satisfaction.is_refused(session, None)
        satisfaction.accept_surveys(session, world.resident())
    with database.reading() as session:
        assert not satisfaction.is_refused(session, world.noe.id)


def test_nothing_at_all(database: Database, world: World) -> None:
    assert counted(database) == {}
