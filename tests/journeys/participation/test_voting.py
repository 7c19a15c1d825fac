"""One person, one ballot, whatever the device, the sign-in or the hurry; nothing is half written."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import func, select, text

from journeys.participation.enums import Access, Phase, Refusal, Residence
from journeys.participation.jobs import forget_voters, run_urns
from journeys.participation.models import Ballot, BufferedBallot, ElectoralMark, Poll
from journeys.participation.policy import APPEAL, BATCH
from journeys.participation.sealed_box import UnreadableBallot
from journeys.participation.service import (
    Refused,
    UrnBroken,
    cast,
    change_poll,
    close_early,
    create_poll,
    find_own_vote,
    get_poll,
    list_codes,
    publish_poll,
    read_turnout,
    urn,
    voter_of,
)
from journeys.participation.shapes import Turnout, Voter
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import SYSTEM, Actor, ActorKind
from portal.ground.vault.models import DataKey
from portal.people.accounts.service import ResidentClaims, join, link_resident, read_code, show_code
from tests.support.polls import (
    MARKET,
    STREET,
    close_and_count,
    fill,
    make_poll,
    open_poll,
    put,
    somebody,
    supervisor,
    terms,
)
from tests.support.town import ISSUER, Town


def turnout(database: Database, poll_id: Any) -> Turnout:
    with database.reading() as session:
        return read_turnout(session, poll_id)


def refusal(database: Database, poll_id: Any, voter: Voter, *answers: int, concerned: bool = False) -> Refusal:
    with pytest.raises(Refused) as refused, database.writing() as session:
        cast(session, poll_id, voter, answers, concerned=concerned)
    return refused.value.reason


def test_a_ballot_and_its_mark_are_written_together_and_counted_at_the_end(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    receipts = fill(database, poll, [(1,)] * 7 + [(2,)] * 3 + [(3,)] * 2 + [(0,)])
    assert turnout(database, poll.id) == Turnout(marks=13, buffered=13, ballots=0)
    run_urns(database)
    assert turnout(database, poll.id).buffered == 13, "fewer than a batch: they wait for others"
    close_and_count(database, poll)
    assert turnout(database, poll.id) == Turnout(marks=13, buffered=0, ballots=13)
    with database.reading() as session:
        counted, codes = get_poll(session, poll.id), list_codes(session, poll.id)
    assert counted.results is not None
    assert counted.results.counts == ((1, 7, 3, 2),)
    assert sorted(receipt.code for receipt in receipts) == codes


def test_a_full_batch_goes_to_the_urn_before_the_end(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * (BATCH + 3))
    run_urns(database)
    assert turnout(database, poll.id) == Turnout(marks=BATCH + 3, buffered=0, ballots=BATCH + 3)
    with database.reading() as session:
        assert get_poll(session, poll.id).results is None
        assert session.get_one(Poll, poll.id).results is None, "nobody knows anything before the end"


def test_nobody_votes_twice(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    me = somebody()
    put(database, poll.id, 1, voter=me)
    assert refusal(database, poll.id, me, 2) is Refusal.ALREADY_VOTED
    assert turnout(database, poll.id).marks == 1


def second_angela(database: Database, **changes: Any) -> Actor:
    """The same person, whom the provider now calls otherwise."""
    claims = {
        "family_name": "DUBOIS",
        "given_names": ("Angela", "Claire", "Louise"),
        "birthdate": "1962-08-24",
        "gender": "female",
        "birth_place": "75107",
        "birth_country": "99100",
    }
    with database.writing() as session:
        found = link_resident(session, issuer=ISSUER, sub="angela-2", claims=ResidentClaims(**{**claims, **changes}))
        return Town.resident(found)


def vote_as(database: Database, poll_id: Any, who: Actor, *answers: int) -> None:
    with database.writing() as session:
        cast(session, poll_id, voter_of(session, who), answers)


def test_another_sign_in_of_the_same_person_gives_no_second_vote(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    again = second_angela(database)
    vote_as(database, poll.id, town.resident(town.angela), 1)
    with pytest.raises(Refused):
        vote_as(database, poll.id, again, 2)
    homonym = second_angela(database, birth_place="38185")
    vote_as(database, poll.id, homonym, 2)


@pytest.mark.parametrize("votes_first", ["kept", "joined"])
def test_joined_accounts_have_one_vote(database: Database, town: Town, votes_first: str) -> None:
    """Whichever of the two accounts voted before they were joined, and although the identity is not whole."""
    poll = make_poll(database, town)
    kept = town.resident(town.angela)
    joined = second_angela(database, birth_place="", birth_country="")
    vote_as(database, poll.id, kept if votes_first == "kept" else joined, 1)
    with database.writing() as session:
        shown = show_code(session, joined)
        join(session, kept, read_code(session, kept, shown.code))
    with pytest.raises(Refused):
        vote_as(database, poll.id, kept, 2)
    with database.reading() as session:
        assert find_own_vote(session, poll, kept) == clock.today()


def test_two_windows_at_once_give_one_ballot(database: Database, town: Town) -> None:
    poll, me, start = make_poll(database, town), town.resident(town.angela), Barrier(6)

    def post(_number: int) -> bool:
        start.wait()
        try:
            vote_as(database, poll.id, me, 1)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as crowd:
        assert sum(crowd.map(post, range(6))) == 1
    assert turnout(database, poll.id) == Turnout(marks=1, buffered=1, ballots=0)


def test_two_polls_of_one_title_made_at_once_have_two_addresses(database: Database, town: Town) -> None:
    written = Event()

    def first() -> str:
        with database.writing() as session:
            made = create_poll(session, supervisor(town), town.commune.authority.id, terms())
            written.set()
            time.sleep(0.3)  # the second one looks before this is committed, and writes after
        return made.slug

    def second() -> str:
        written.wait()
        with database.writing() as session:
            return create_poll(session, supervisor(town), town.commune.authority.id, terms()).slug

    with ThreadPoolExecutor(2) as hands:
        slugs = [hands.submit(act) for act in (first, second)]
    base = "la-rue-des-tanneurs-le-dimanche"
    assert [one.result() for one in slugs] == [base, f"{base}-2"]


def test_voters_and_the_worker_do_not_disturb_each_other(database: Database, town: Town) -> None:
    poll, start = make_poll(database, town), Barrier(5)

    def post(_number: int) -> None:
        start.wait()
        for _time in range(12):
            put(database, poll.id, 1)

    def work(_number: int) -> None:
        start.wait()
        for _time in range(12):
            run_urns(database)

    with ThreadPoolExecutor(5) as crowd:
        list(crowd.map(lambda number: (work if number == 0 else post)(number), range(5)))
    found = turnout(database, poll.id)
    assert found.is_sound
    assert found.marks == 48


@pytest.mark.parametrize(
    ("changes", "voter", "concerned", "reason"),
    [
        ({"min_age": 16}, Voter(("person:a",), birthdate="{sixteen}"), False, None),
        ({"min_age": 16}, Voter(("person:a",), birthdate="{almost}"), False, Refusal.TOO_YOUNG),
        ({"min_age": 16}, Voter(("person:a",), birthdate="{year}-00-00"), False, Refusal.TOO_YOUNG),
        ({"min_age": 16}, Voter(("person:a",), birthdate="1957-00-00"), False, None),
        ({"min_age": 16}, Voter(("person:a",), birthdate=""), False, Refusal.AGE_UNKNOWN),
        ({"min_age": 16}, Voter(("person:a",), birthdate="0000-00-00"), False, Refusal.AGE_UNKNOWN),
        ({"min_age": 18, "access": Access.OPEN}, Voter(("guest:a",)), False, None),
        ({"residence": Residence.RESIDENT}, Voter(("person:a",)), False, Refusal.NOT_CONCERNED),
        ({"residence": Residence.RESIDENT}, Voter(("person:a",)), True, None),
        ({}, Voter(("person:a",), on_behalf=True), False, Refusal.ON_BEHALF),
    ],
)
def test_who_may_vote(
    database: Database, town: Town, changes: dict[str, Any], voter: Voter, concerned: bool, reason: Refusal | None
) -> None:
    poll, today = make_poll(database, town, **changes), clock.today()
    sixteen = today.replace(year=today.year - 16)
    born = voter.birthdate.format(sixteen=sixteen, almost=sixteen + timedelta(days=1), year=sixteen.year)
    who = Voter(voter.names, birthdate=born, on_behalf=voter.on_behalf)
    if reason is not None:
        assert refusal(database, poll.id, who, 1, concerned=concerned) is reason
        return
    with database.writing() as session:
        assert cast(session, poll.id, who, (1,), concerned=concerned).day == today


def test_a_mandate_gives_no_vote(database: Database, town: Town) -> None:
    with database.reading() as session:
        acting = Actor(ActorKind.RESIDENT, town.angela.id, town.angela.person_id, mandate_id=town.yves.id)
        assert voter_of(session, acting).on_behalf


def test_a_vote_is_taken_between_two_midnights_and_not_outside(database: Database, town: Town) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    poll = make_poll(database, town, opens_on=tomorrow, closes_on=tomorrow)
    assert refusal(database, poll.id, somebody(), 1) is Refusal.NOT_OPEN_YET
    for instant, taken in (
        (poll.opens_at - timedelta(seconds=1), False),
        (poll.opens_at, True),
        (poll.closes_at - timedelta(seconds=1), True),
        (poll.closes_at, False),
    ):
        with clock.frozen(instant):
            if taken:
                put(database, poll.id, 1)
            else:
                refusal(database, poll.id, somebody(), 1)
    assert clock.local(poll.opens_at).hour == 0
    assert turnout(database, poll.id).marks == 2


@pytest.mark.parametrize("answers", [(), (4,), (-1,), (1, 1)])
def test_an_answer_that_is_no_choice_is_not_taken(database: Database, town: Town, answers: tuple[int, ...]) -> None:
    poll = make_poll(database, town)
    with pytest.raises(Invalid), database.writing() as session:
        cast(session, poll.id, somebody(), answers)
    assert turnout(database, poll.id).marks == 0


def test_an_urn_with_one_ballot_too_many_takes_no_more(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    put(database, poll.id, 1)
    with database.writing() as session:
        session.add(Ballot(poll_id=poll.id, id="f" * 32, sealed=b"slipped in"))
    with pytest.raises(UrnBroken), database.writing() as session:
        cast(session, poll.id, somebody(), (1,))
    with pytest.raises(UrnBroken):
        close_and_count(database, poll)
    assert turnout(database, poll.id) == Turnout(marks=1, buffered=1, ballots=1), "nothing was moved"


def test_an_altered_ballot_stops_the_count(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * 12)
    with database.writing() as session:
        one = session.scalars(select(BufferedBallot)).first()
        assert one is not None
        one.sealed = one.sealed[:-1] + bytes([one.sealed[-1] ^ 1])
    with pytest.raises(UnreadableBallot):
        close_and_count(database, poll)
    with database.reading() as session:
        assert session.get_one(Poll, poll.id).results is None


class Killed(BaseException):
    """What a process that is killed feels: nothing of its own is run."""


def do_and_die(database: Database, work: Callable[[Any], Any]) -> None:
    with database.writing() as session:
        assert work(session)
        raise Killed


STEPS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("mix", urn.mix),
    ("close_urn", urn.close_urn),
    ("count", urn.count),
    ("forget", urn.forget),
]


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_a_step_that_is_cut_short_loses_nothing(
    database: Database, town: Town, name: str, step: Callable[[Any, Any], Any]
) -> None:
    """The process dies before the commit; the next run does the work, once."""
    poll = make_poll(database, town)
    fill(database, poll, [(2,)] * (BATCH + 1))
    late = poll.closes_at + (APPEAL if name == "forget" else timedelta()) + timedelta(minutes=1)
    with clock.shifted((late if name != "mix" else clock.now()) - clock.now()):
        if name in {"count", "forget"}:
            with database.writing() as session:
                urn.close_urn(session, poll.id)
        if name == "forget":
            with database.writing() as session:
                urn.count(session, poll.id)
        before = turnout(database, poll.id)
        with pytest.raises(Killed):
            do_and_die(database, lambda session: step(session, poll.id))
        assert turnout(database, poll.id) == before
        with database.writing() as session:
            assert step(session, poll.id)
        with database.writing() as session:
            assert not step(session, poll.id), "done already"
    assert turnout(database, poll.id).is_sound


def test_closing_early_counts_what_was_cast_and_takes_no_more(database: Database, town: Town) -> None:
    poll = make_poll(database, town, questions=(STREET, MARKET))
    fill(database, poll, [(1, 2)] * 15)
    with pytest.raises(Invalid), database.writing() as session:
        close_early(session, supervisor(town), poll.id, "  ")
    with database.writing() as session:
        close_early(session, supervisor(town), poll.id, "La rue sera en travaux.")
    assert refusal(database, poll.id, somebody(), 1, 1) is Refusal.CLOSED
    run_urns(database)
    with database.reading() as session:
        found = get_poll(session, poll.id)
    assert (found.phase, found.closed_early, found.early_reason) == (Phase.COUNTED, True, "La rue sera en travaux.")
    assert found.results is not None
    assert found.results.counts == ((0, 15, 0, 0), (0, 0, 15))


def test_only_who_manages_polls_makes_changes_and_closes_them(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    for who in (town.agent(town.claire), town.resident(town.angela), SYSTEM):
        for act in (
            lambda session, who=who: create_poll(session, who, town.commune.authority.id, terms()),
            lambda session, who=who: change_poll(session, who, poll.id, terms()),
            lambda session, who=who: publish_poll(session, who, poll.id),
            lambda session, who=who: close_early(session, who, poll.id, "Essai."),
        ):
            with pytest.raises(Forbidden), database.writing() as session:
                act(session)


def test_after_the_appeal_period_marks_ballots_and_keys_are_gone(database: Database, town: Town) -> None:
    poll, running = make_poll(database, town), open_poll(database, town, closes_on=clock.today() + timedelta(days=80))
    fill(database, poll, [(1,)] * 14)
    put(database, running.id, 1)
    poll = close_and_count(database, poll)
    with clock.shifted(poll.closes_at + APPEAL - clock.now() - timedelta(minutes=1)):
        forget_voters(database)
    assert turnout(database, poll.id).marks == 14
    with clock.shifted(poll.closes_at + APPEAL - clock.now() + timedelta(minutes=1)):
        forget_voters(database)
    assert turnout(database, poll.id) == Turnout()
    assert turnout(database, running.id).marks == 1, "a poll that goes on keeps what it has"
    with database.reading() as session:
        row = session.get_one(Poll, poll.id)
        assert session.get_one(DataKey, row.data_key_id).wrapped is None
        assert get_poll(session, poll.id).results is not None
        assert session.scalar(select(func.count()).select_from(ElectoralMark)) == 1


def test_cleaning_waits_for_whoever_still_sees_the_past(database: Database, town: Town) -> None:
    """Results do not wait: what is left on the disk is sealed, and is cleaned at the next run."""
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * 12)
    with database.engine.connect().execution_options(
        isolation_level="REPEATABLE READ" if database.dialect == "postgresql" else "SERIALIZABLE"
    ) as reader:
        assert reader.scalar(select(func.count()).select_from(ElectoralMark)) == 12
        found = close_and_count(database, poll)
        assert found.phase is Phase.COUNTED
        with database.reading() as session:
            assert session.get_one(Poll, poll.id).cleaned_at is None
    run_urns(database)
    with database.reading() as session:
        assert session.get_one(Poll, poll.id).cleaned_at is not None


def test_no_column_of_a_mark_or_a_ballot_holds_an_hour(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    with clock.frozen(clock.now()):
        put(database, poll.id, 1)
        hour = f"{clock.local(clock.now()):%H:%M}"
    with database.engine.connect() as connection:
        for table in ("participation_mark", "participation_buffer"):
            [row] = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()
            assert hour not in str(dict(row))
            assert not any(name.endswith("_at") for name in row)
