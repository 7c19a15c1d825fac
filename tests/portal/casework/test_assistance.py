"""A draft opened at a desk by the code of its owner: the code, who is let in, what is written of it, and the papers."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import AnswerBy, Closing, Proof
from portal.casework.assistance.models import Assistance, ResumeCode, TypedEntry
from portal.casework.assistance.service import AssistanceEnded, AssistanceView, EntryFacts
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Channel
from portal.casework.requests.models import Draft, ServiceRequest
from portal.ground import clock
from portal.ground.audit.service import list_about
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import get_authority, provision_agent
from portal.records.timeline.service import list_events
from tests.portal.casework.test_races import together
from tests.portal.casework.world import ANSWERS, SIRET, World, fill

PRESENT = Proof.PRESENT


@pytest.fixture
def malik(database: Database, world: World) -> Actor:
    return counter_agent(database, world, "Malik Benali")


def counter_agent(database: Database, world: World, name: str) -> Actor:
    with database.writing() as session:
        view = provision_agent(
            session,
            local_authority_id=get_authority(session).id,
            siret=SIRET,
            email=f"{name.split()[0].lower()}@valmont-sur-iselle.example",
            display_name=name,
            role=Role.COUNTER_AGENT,
            department_ids=[world.departments["france-services"]],
        )
    rights = ROLE_PERMISSIONS[Role.COUNTER_AGENT]
    return Actor(ActorKind.AGENT, view.id, permissions=rights, department_ids=view.department_ids, label=name)


def begun(database: Database, world: World) -> tuple[UUID, str]:
    """Noé's draft, one step done, and its code."""
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure, {"vous": ANSWERS["vous"]})
        return draft.id, assistance.make_code(session, world.resident(), draft.id).code


def let_in(database: Database, agent: Actor, code: str, proof: Proof = PRESENT) -> tuple[AssistanceView, Actor]:
    with database.writing() as session:
        opened = assistance.open_with_code(session, agent, code, proof)
        return opened, assistance.actor_of(agent, opened)


def save(database: Database, helper: Actor, draft_id: UUID, step: str = "ecole") -> None:
    with database.writing() as session:
        version = requests.get_draft(session, helper, draft_id).version
        requests.save_step(session, helper, draft_id, step=step, answers=ANSWERS[step], version=version)
        assistance.note_save(session, helper)


def test_a_code_is_eight_letters_read_again_by_its_owner_and_never_kept(database: Database, world: World) -> None:
    draft_id, code = begun(database, world)
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code.replace("-", "")) <= set(policy.LETTERS)
    with database.reading() as session:
        again = assistance.get_code(session, world.resident(), draft_id)
        assert again is not None
        assert again.code == code
        row = session.scalars(select(ResumeCode)).one()
        assert code.replace("-", "") not in f"{row.code_key}{row.id}".upper()
        with pytest.raises(NotFound):
            assistance.get_code(session, world.resident(world.ines), draft_id)
    for act in (assistance.make_code, assistance.revoke_code):
        with database.writing() as session, pytest.raises(NotFound):
            act(session, world.resident(world.ines), draft_id)


def test_only_the_right_code_opens_and_only_to_a_counter_agent(database: Database, world: World, malik: Actor) -> None:
    _draft_id, code = begun(database, world)
    for typed in ("", "BCDFGHJK", code[:-1], f"{code}B", "é" * 500, "%_%_%_%_"):
        with database.writing() as session, pytest.raises(NotFound):
            assistance.open_with_code(session, malik, typed, PRESENT)
    for stranger in (world.agent(), world.resident(), Actor(ActorKind.ANONYMOUS)):
        with database.writing() as session, pytest.raises(Forbidden):
            assistance.open_with_code(session, stranger, code, PRESENT)
    opened, helper = let_in(database, malik, code.lower().replace("-", " "))
    assert (opened.ended, opened.channel, helper.subject) == (None, Channel.COUNTER, world.noe.person_id)
    with database.writing() as session, pytest.raises(Forbidden):  # no second draft from inside the first
        assistance.open_with_code(session, helper, code, PRESENT)


@pytest.mark.parametrize("how", ["expired", "revoked", "renewed", "discarded", "sent"])
def test_a_code_that_is_over_opens_nothing(database: Database, world: World, malik: Actor, how: str) -> None:
    draft_id, code = begun(database, world)
    with database.writing() as session:
        if how == "expired":
            session.scalars(select(ResumeCode)).one().expires_at = clock.now()
        elif how == "revoked":
            assistance.revoke_code(session, world.resident(), draft_id)
        elif how == "renewed":
            assert assistance.make_code(session, world.resident(), draft_id).code != code
        elif how == "discarded":
            requests.set_draft_aside(session, world.resident(), draft_id)
        else:
            draft = fill(session, world.resident(), world.procedure)
            sent = requests.submit(session, world.resident(), draft.id, idempotency_key="a", version=draft.version)
            assistance.conclude(session, draft.id, sent.request_id)
    with database.writing() as session, pytest.raises(NotFound):
        assistance.open_with_code(session, malik, code, PRESENT)


def test_the_agent_reaches_that_draft_and_nothing_else(database: Database, world: World, malik: Actor) -> None:
    draft_id, code = begun(database, world)
    with database.writing() as session:
        other = fill(session, world.resident(), world.routed)
        reference = requests.submit(
            session, world.resident(), other.id, idempotency_key="autre", version=other.version
        ).reference
        second = fill(session, world.resident(), world.routed)
    _opened, helper = let_in(database, malik, code)
    assert helper.permissions == frozenset()
    with database.writing() as session:
        assert requests.get_draft(session, helper, draft_id).answers["nom"] == "Lefèvre"
        for reach in (
            lambda: requests.get_draft(session, helper, second.id),
            lambda: requests.get_request(session, helper, reference, journal=session),
            lambda: requests.submit(session, helper, second.id, idempotency_key="x", version=second.version),
        ):
            with pytest.raises(NotFound):
                reach()
        for reach in (
            lambda: requests.list_drafts(session, helper),
            lambda: requests.set_draft_aside(session, helper, draft_id),
            lambda: requests.start_draft(session, helper, world.routed),
            lambda: assistance.make_code(session, helper, draft_id),
        ):
            with pytest.raises(Forbidden):
                reach()
        assert requests.list_requests(session, helper) == []
        with pytest.raises(NotFound):
            requests.get_draft(session, Actor(ActorKind.RESIDENT, malik.id), draft_id)


def test_help_is_journaled_sent_once_and_told_in_the_timeline(database: Database, world: World, malik: Actor) -> None:
    draft_id, code = begun(database, world)
    opened, helper = let_in(database, malik, code)
    save(database, helper, draft_id)
    with database.writing() as session:
        version = requests.get_draft(session, helper, draft_id).version
        sent = assistance.send_assisted(session, helper, idempotency_key="envoi", version=version)
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert (row.account_id, row.channel, row.submitted_by) == (world.noe.id, Channel.COUNTER, malik.id)
        assert row.mandate_id == opened.id
        acts = [one.action for one in list_about(session, world.noe.person_id, kinds=(ActorKind.AGENT,))]
        assert acts == ["draft_sent_for", "draft_saved_for", "draft_opened_for"]
        events = {one.type: one for one in list_events(session, sent.request_id)}
        assert events["draft_assisted"].actor_id == malik.id
        assert events["draft_assisted"].payload == {"agent_id": str(malik.id), "proof": "present"}
        assert events["request_submitted"].payload["told"] == "email"
        assert assistance.find_assistance(session, malik, opened.id).ended is Closing.SENT
        assert requests.get_acknowledgement(session, helper, sent.reference, journal=session).number == sent.reference
    with database.writing() as session, pytest.raises(AssistanceEnded):
        assistance.send_assisted(session, helper, idempotency_key="envoi", version=version)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServiceRequest)) == 1


def test_what_the_resident_sends_after_help_says_who_helped(database: Database, world: World, malik: Actor) -> None:
    draft_id, code = begun(database, world)
    _opened, helper = let_in(database, malik, code, Proof.PHONE)
    save(database, helper, draft_id)
    with database.writing() as session:
        version = requests.get_draft(session, helper, draft_id).version
        sent = requests.submit(session, world.resident(), draft_id, idempotency_key="moi", version=version)
        assistance.conclude(session, draft_id, sent.request_id)
    with database.writing() as session:
        assert [one.type for one in list_events(session, sent.request_id)].count("draft_assisted") == 1
        assert session.scalars(select(ServiceRequest)).one().channel is Channel.WEB
        with pytest.raises(AssistanceEnded) as ended:
            assistance.note_save(session, helper)
        assert ended.value.why is Closing.SENT


@pytest.mark.parametrize("how", ["revoked", "idle", "replaced", "closed"])
def test_an_agent_whose_time_is_over_saves_nothing(database: Database, world: World, malik: Actor, how: str) -> None:
    draft_id, code = begun(database, world)
    opened, helper = let_in(database, malik, code)
    with database.writing() as session:
        if how == "revoked":
            assistance.revoke_code(session, world.resident(), draft_id)
        elif how == "idle":
            session.get_one(Assistance, opened.id).seen_at -= policy.IDLE
        elif how == "replaced":
            assistance.open_with_code(session, malik, code, PRESENT)
        else:
            assistance.close(session, malik, opened.id)
            assistance.close(session, malik, opened.id)
    with pytest.raises(AssistanceEnded):
        save(database, helper, draft_id)
    with database.reading() as session:
        assert requests.get_draft(session, world.resident(), draft_id).done_steps == ("vous",)


def test_two_agents_meet_on_one_draft_as_two_windows_do(database: Database, world: World, malik: Actor) -> None:
    draft_id, code = begun(database, world)
    rosa = counter_agent(database, world, "Rosa Diallo")
    opened, first = let_in(database, malik, code)
    _other, second = let_in(database, rosa, code)
    with database.reading() as session:
        version = requests.get_draft(session, first, draft_id).version
        assert {one.agent_id for one in assistance.list_open(session, draft_id)} == {malik.id, rosa.id}
        with pytest.raises(NotFound):
            assistance.find_assistance(session, rosa, opened.id)
    save(database, first, draft_id)
    with database.writing() as session, pytest.raises(Conflict, match="draft_changed"):
        requests.save_step(session, second, draft_id, step="vous", answers=ANSWERS["vous"], version=version)


def test_a_draft_given_up_is_found_again_for_a_week_and_loses_nothing(database: Database, world: World) -> None:
    noe, procedure = world.resident(), world.procedure
    draft_id, _code = begun(database, world)
    with database.writing() as session:
        requests.set_draft_aside(session, noe, draft_id)
        assert requests.find_draft(session, noe, procedure.id) is None
        assert requests.find_discarded(session, world.resident(world.ines), procedure.id) is None
        with pytest.raises(NotFound):
            requests.restore_draft(session, world.resident(world.ines), procedure.id)
        newer = fill(session, noe, procedure)
    with database.writing() as session:
        restored = requests.restore_draft(session, noe, procedure.id)
        assert (restored.id, restored.answers["nom"], restored.done_steps) == (draft_id, "Lefèvre", ("vous",))
        kept = requests.find_discarded(session, noe, procedure.id)
        assert kept is not None
        assert kept.id == newer.id
        assert requests.purge_discarded(session) == 0
        requests.erase_discarded(session, noe, procedure.id)
        requests.erase_discarded(session, noe, procedure.id)
        assert requests.find_discarded(session, noe, procedure.id) is None
        requests.set_draft_aside(session, noe, draft_id)
    with clock.frozen(clock.now() + timedelta(days=8)), database.writing() as session:
        with pytest.raises(NotFound):
            requests.restore_draft(session, noe, procedure.id)
        assert requests.purge_discarded(session) == 1


def facts(**changes: object) -> EntryFacts:
    given = {
        "channel": Channel.PHONE,
        "received_on": clock.today() - timedelta(days=10),
        "applicant": "Zoé Müller",
        "answer_by": AnswerBy.EMAIL,
        "contact": "zoe@exemple.example",
    }
    return EntryFacts(**{**given, **changes})  # type: ignore[arg-type]


def typed_in(database: Database, world: World, agent: Actor, about: EntryFacts) -> tuple[AssistanceView, Actor, int]:
    with database.writing() as session:
        opened = assistance.start_entry(session, agent, world.procedure, about)
    helper = assistance.actor_of(agent, opened)
    for step in ANSWERS:
        save(database, helper, opened.draft_id, step)
    with database.reading() as session:
        return opened, helper, requests.get_draft(session, helper, opened.draft_id).version


def test_a_paper_becomes_a_request_whose_clock_runs_from_its_reception(
    database: Database, world: World, malik: Actor
) -> None:
    about = facts()
    opened, helper, version = typed_in(database, world, malik, about)
    with database.writing() as session:
        sent = assistance.send_entry(session, helper, idempotency_key="papier", version=version)
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert (row.account_id, row.applicant_name, row.channel) == (None, "Zoé Müller", Channel.PHONE)
        assert clock.local(row.submitted_at).date() == about.received_on
        entry = assistance.find_entry(session, assistance.find_assistance(session, malik, opened.id))
        assert entry is not None
        assert entry.code == sent.code
        found = requests.open_with_code(session, sent.reference, sent.code)
        assert found is not None
        paper = requests.get_acknowledgement(session, found[1], sent.reference).data
        assert (paper.kind, paper.received_at.date()) == ("AR", about.received_on)
        assert paper.sent_to == "noe@exemple.example"  # the answers alone say where news go
        wish = requests.list_messages(session, found[1], sent.reference)
        assert [one.text for one in wish] == ["Réponse souhaitée par courriel : zoe@exemple.example"]
        assert paper.issued_at.date() == clock.today()
        assert paper.implicit_decision_date == row.deadline
        assert row.deadline is not None
        assert row.deadline - clock.today() < timedelta(days=55)
        assert session.scalars(select(Draft)).all() == []
    with database.writing() as session:
        similar = requests.find_similar(session, malik, world.procedure.id, "zoe MULLER")
        assert [one.reference for one in similar] == [sent.reference]
        assert requests.find_similar(session, malik, world.routed.id, "Zoé Müller") == []
        with pytest.raises(Forbidden):
            requests.find_similar(session, world.agent(), world.procedure.id, "Zoé Müller")
    with clock.frozen(clock.now() + policy.IDLE), database.writing() as session:
        assert assistance.purge_entries(session) == 1
        assert session.scalars(select(TypedEntry)).all() == []


def test_a_letter_is_not_sent_without_its_original(database: Database, world: World, malik: Actor) -> None:
    _opened, helper, version = typed_in(database, world, malik, facts(channel=Channel.MAIL))
    with database.writing() as session, pytest.raises(Invalid) as refused:
        assistance.send_entry(session, helper, idempotency_key="papier", version=version)
    assert set(refused.value.fields) == {"original"}


def test_a_paper_is_opened_by_nobody_but_who_types_it_in(database: Database, world: World, malik: Actor) -> None:
    opened, helper, version = typed_in(database, world, malik, facts())
    rosa = counter_agent(database, world, "Rosa Diallo")
    with database.writing() as session:
        with pytest.raises(Forbidden):
            assistance.start_entry(session, world.agent(), world.procedure, facts())
        with pytest.raises(NotFound):
            assistance.find_assistance(session, rosa, opened.id)
        with pytest.raises(NotFound):
            requests.get_draft(session, world.resident(), opened.draft_id)
        with pytest.raises(Forbidden):  # the way of accounts is not that of papers
            requests.submit(session, helper, opened.draft_id, idempotency_key="x", version=version)
        draft = session.scalars(select(Draft)).one()
        draft.purge_after = clock.now()
        assert requests.warn_of_drafts(session) == 1  # nobody is written to, and it is erased in its turn


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"canal": "web"}, "canal"),
        ({"recu": {"day": "31", "month": "2", "year": "2026"}}, "recu"),
        ({"recu": {"day": "1", "month": "1", "year": "2999"}}, "recu"),
        ({"recu": {"day": "1", "month": "1", "year": "1999"}}, "recu"),
        ({"recu": "hier"}, "recu"),
        ({"nom": " \u200b "}, "nom"),
        ({"reponse": ""}, "reponse"),
        ({"contact": "pas une adresse"}, "contact"),
        ({"reponse": "phone", "contact": "12"}, "contact"),
        ({"contact": ""}, "contact"),
    ],
)
def test_what_is_typed_about_a_paper_is_checked(
    database: Database, world: World, changes: dict[str, object], wrong: str
) -> None:
    day = clock.today()
    typed = {
        "canal": "mail",
        "recu": {"day": str(day.day), "month": str(day.month), "year": str(day.year)},
        "nom": "Zoé Müller",
        "reponse": "email",
        "contact": "zoe@exemple.example",
    }
    assert assistance.check_entry(typed).received_on == day
    with pytest.raises(Invalid) as refused:
        assistance.check_entry({**typed, **changes})
    assert set(refused.value.fields) == {wrong}


def test_what_is_over_is_forgotten(database: Database, world: World, malik: Actor) -> None:
    _draft_id, code = begun(database, world)
    let_in(database, malik, code)
    with clock.frozen(clock.now() + policy.ASSISTANCE_KEPT + timedelta(days=1)), database.writing() as session:
        assistance.purge_codes(session)
        assert session.scalars(select(ResumeCode)).all() == []
        assert assistance.purge_assistances(session) == 1
        assert assistance.purge_assistances(session) == 0


def test_sent_by_both_at_the_same_instant_it_is_one_request(database: Database, world: World, malik: Actor) -> None:
    draft_id, code = begun(database, world)
    _opened, helper = let_in(database, malik, code)
    save(database, helper, draft_id)
    with database.reading() as session:
        version = requests.get_draft(session, helper, draft_id).version

    def by_agent(session: Session) -> str:
        return told(lambda: assistance.send_assisted(session, helper, idempotency_key="a", version=version).reference)

    def by_resident(session: Session) -> str:
        sent = requests.submit(session, world.resident(), draft_id, idempotency_key="b", version=version)
        assistance.conclude(session, draft_id, sent.request_id)
        return sent.reference

    outcomes = together(database, [by_agent, lambda session: told(lambda: by_resident(session))] * 2)
    with database.reading() as session:
        reference = session.scalars(select(ServiceRequest.reference)).one()
    assert set(outcomes) <= {reference, "over"}
    assert reference in outcomes


def test_a_code_taken_back_during_a_save_leaves_all_or_nothing(database: Database, world: World, malik: Actor) -> None:
    draft_id, code = begun(database, world)
    opened, helper = let_in(database, malik, code)

    def saving(session: Session) -> str:
        def act() -> str:
            requests.save_step(session, helper, draft_id, step="ecole", answers=ANSWERS["ecole"], version=2)
            assistance.note_save(session, helper)
            return "saved"

        try:
            return act()
        except AssistanceEnded:
            session.rollback()
            return "over"

    def revoking(session: Session) -> str:
        assistance.revoke_code(session, world.resident(), draft_id)
        return "revoked"

    outcome = together(database, [saving, revoking])[0]
    with database.reading() as session:
        row = session.get_one(Assistance, opened.id)
        closing, saves = row.closing, row.saves
        done = requests.get_draft(session, world.resident(), draft_id).done_steps
    assert closing is Closing.REVOKED
    assert (outcome, saves, done) in [("saved", 1, ("vous", "ecole")), ("over", 0, ("vous",))]


def told(act: Callable[[], str]) -> str:
    """What an act gives, or that it came too late."""
    try:
        return act()
    except (AssistanceEnded, NotFound):
        return "over"
