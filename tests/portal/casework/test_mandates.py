"""Mandates: proposed, agreed to with a proof, used in their themes alone, taken back at once, told to the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import Closing
from portal.casework.assistance.models import Assistance
from portal.casework.assistance.policy import IDLE
from portal.casework.assistance.service import AssistanceEnded, AssistanceView
from portal.casework.catalogue.service import import_procedure
from portal.casework.mandates import policy
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import (
    CodeAnswer,
    Duration,
    Ending,
    EventKind,
    IdentityDocument,
    MandateState,
    ProofKind,
    SmsProgress,
    Theme,
    Use,
)
from portal.casework.mandates.models import Mandate, MandateConsent, MandateEvent
from portal.casework.mandates.service import MandateView, Proposal
from portal.casework.mandates.service.codes import revocation_code, sms_code
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.engine.retention.service import erase_person
from portal.ground import clock
from portal.ground.audit.service import list_about
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from portal.people.accounts.service import (
    AccountView,
    ResidentClaims,
    create_person,
    get_authority,
    link_resident,
    present_agents,
    provision_agent,
    set_agent_active,
    set_agent_departments,
)
from portal.records.outbox.models import OutboxMessage
from portal.records.timeline.service import list_events
from tests.portal.casework.test_races import together
from tests.portal.casework.world import ANSWERS, SIRET, World, document, fill, send

FAMILY = frozenset({Theme.FAMILY})
CARD = IdentityDocument.CARD


@pytest.fixture
def nora(database: Database, world: World) -> Actor:
    """Of the counter."""
    return counter_agent(database, world, "Nora Essai-Lenoir")


def counter_agent(database: Database, world: World, name: str, *slugs: str) -> Actor:
    with database.writing() as session:
        view = provision_agent(
            session,
            local_authority_id=get_authority(session).id,
            siret=SIRET,
            email=f"{name.split()[0].lower()}@valmont-sur-iselle.example",
            display_name=name,
            role=Role.COUNTER_AGENT,
            department_ids=[world.departments[slug] for slug in slugs or ("france-services",)],
        )
    rights = ROLE_PERMISSIONS[Role.COUNTER_AGENT]
    return Actor(ActorKind.AGENT, view.id, permissions=rights, department_ids=view.department_ids, label=name)


def propose(
    database: Database,
    world: World,
    agent: Actor,
    account: AccountView | None = None,
    *,
    themes: frozenset[Theme] = FAMILY,
    duration: Duration = Duration.MONTH,
) -> MandateView:
    person_id = (account or world.noe).person_id
    department_id = next(iter(agent.department_ids))
    with database.writing() as session:
        return mandates.propose_mandate(session, agent, Proposal(person_id, department_id, themes, duration))


def given(database: Database, world: World, agent: Actor, **about: Any) -> MandateView:
    """A mandate that Noé gave at the desk."""
    made = propose(database, world, agent, **about)
    with database.writing() as session:
        return mandates.confirm_present(session, agent, made.id, CARD)


def resumed(database: Database, world: World, agent: Actor, mandate: MandateView) -> tuple[AssistanceView, Actor]:
    """Noé's draft, one step done, opened under the mandate."""
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure, {"vous": ANSWERS["vous"]})
        opened = assistance.resume_under_mandate(session, agent, mandate.id, draft.id)
        return opened, assistance.actor_of(agent, opened)


def save(database: Database, helper: Actor, step: str = "ecole") -> None:
    with database.writing() as session:
        draft_id = requests.assisted_draft(helper)
        version = requests.get_draft(session, helper, draft_id).version
        requests.save_step(session, helper, draft_id, step=step, answers=ANSWERS[step], version=version)
        assistance.note_save(session, helper)


def journal(database: Database, agent: Actor, mandate: MandateView) -> list[EventKind]:
    with database.reading() as session:
        return [one.kind for one in mandates.journal_of(session, agent, mandate.id)]


def test_a_proposal_opens_nothing_until_the_person_agreed(database: Database, world: World, nora: Actor) -> None:
    made = propose(database, world, nora)
    assert (made.state, made.person_name, made.themes) == (MandateState.WAITING, "Noé LEFÈVRE", (Theme.FAMILY,))
    with database.reading() as session:
        assert mandates.find_usable(session, world.noe.person_id, nora.department_ids, Theme.FAMILY) is None
    with database.writing() as session, pytest.raises(NotFound):
        assistance.start_under_mandate(session, nora, made.id, world.procedure)
    with database.writing() as session:
        held = mandates.confirm_present(session, nora, made.id, CARD)
    assert (held.state, held.proof, held.identity_document) == (MandateState.ACTIVE, ProofKind.PRESENT, CARD)
    assert held.text_hash == made.text_hash
    with database.reading() as session:
        found = mandates.find_usable(session, world.noe.person_id, nora.department_ids, Theme.FAMILY)
        assert found is not None
        assert found.id == made.id
        assert mandates.find_usable(session, world.noe.person_id, nora.department_ids, Theme.MONEY) is None
        assert [one.id for one in mandates.list_for_person(session, world.resident())] == [made.id]
        assert mandates.list_for_person(session, world.resident(world.ines)) == []
        told = session.scalars(text("SELECT title FROM notification ORDER BY created_at")).all()
    assert told == ["france-services vous propose un mandat", "votre mandat à france-services est donné"]
    assert journal(database, nora, made) == [EventKind.CONFIRMED, EventKind.PROPOSED]


def test_only_a_counter_agent_of_the_department_holds_it(database: Database, world: World, nora: Actor) -> None:
    made = propose(database, world, nora)
    other = counter_agent(database, world, "Zoé Essai-Martin", "ccas")
    colleague = counter_agent(database, world, "Paul Essai-Durand")
    for stranger in (world.agent(), world.resident(), Actor(ActorKind.ANONYMOUS)):
        with database.writing() as session, pytest.raises((Forbidden, NotFound)):
            mandates.confirm_present(session, stranger, made.id, CARD)
    with database.writing() as session, pytest.raises(NotFound):
        mandates.get_mandate(session, other, made.id)
    with database.writing() as session, pytest.raises(NotFound):
        mandates.get_mandate(session, nora, uuid4())
    with database.writing() as session, pytest.raises(NotFound):
        mandates.get_mandate(session, world.resident(world.ines), made.id)
    proposal = Proposal(world.noe.person_id, world.departments["ccas"], FAMILY, Duration.DAY)
    with database.writing() as session, pytest.raises(Forbidden):
        mandates.propose_mandate(session, nora, proposal)
    with database.writing() as session:
        assert mandates.confirm_present(session, colleague, made.id, CARD).is_active
        assert mandates.find_usable(session, world.noe.person_id, other.department_ids, Theme.FAMILY) is None


def test_two_agents_confirm_at_once_and_one_does(database: Database, world: World, nora: Actor) -> None:
    made = propose(database, world, nora)
    colleague = counter_agent(database, world, "Paul Essai-Durand")

    def confirm(agent: Actor) -> Callable[[Session], str]:
        return lambda session: mandates.confirm_present(session, agent, made.id, CARD).state.value

    assert sorted(together(database, [confirm(nora), confirm(colleague)])) == ["active", "mandate_moved"]
    assert journal(database, nora, made).count(EventKind.CONFIRMED) == 1


def test_a_code_by_sms_confirms_and_five_wrong_ones_end_it(database: Database, world: World, nora: Actor) -> None:
    made = propose(database, world, nora)
    with database.writing() as session, pytest.raises(Invalid):
        mandates.send_sms_code(session, nora, made.id)  # none is declared
    with database.writing() as session, pytest.raises(Invalid):
        mandates.send_sms_code(session, nora, made.id, "04 65 71 20 21")
    with database.writing() as session:
        sent = mandates.send_sms_code(session, nora, made.id, "06 39 98 01 02")
        assert (sent.typed_at_desk, sent.tries_left, sent.progress) == (True, 5, SmsProgress.ON_ITS_WAY)
    with database.reading() as session:
        consent_id = session.scalars(select(MandateConsent.id)).one()
        code = sms_code(consent_id)
        message = mandates.render_mandate_code(session, consent_id)
        assert message is not None
        assert (message.recipient, message.text.startswith(code)) == ("+33639980102", True)
        assert code not in str(session.execute(select(MandateConsent.__table__)).one())
    wrong = "000000" if code != "000000" else "111111"
    for answer in [CodeAnswer.WRONG] * 4 + [CodeAnswer.OVER] * 2:
        with database.writing() as session:
            assert mandates.confirm_by_sms_code(session, nora, made.id, wrong) is answer
    with database.writing() as session:
        assert mandates.confirm_by_sms_code(session, nora, made.id, code) is CodeAnswer.OVER
        assert mandates.render_mandate_code(session, consent_id) is None
        mandates.send_sms_code(session, nora, made.id, "06 39 98 01 02")
    with database.writing() as session:
        newest = session.scalars(select(MandateConsent).order_by(MandateConsent.created_at.desc())).first()
        assert newest is not None
        typed = sms_code(newest.id)
        with clock.shifted(timedelta(minutes=11)):
            assert mandates.confirm_by_sms_code(session, nora, made.id, typed) is CodeAnswer.OVER
        assert mandates.confirm_by_sms_code(session, nora, made.id, f"{typed[:3]} {typed[3:]}") is CodeAnswer.RIGHT
        assert mandates.get_mandate(session, nora, made.id).proof is ProofKind.SMS


def test_an_operator_that_is_down_is_said_and_codes_are_counted(database: Database, world: World, nora: Actor) -> None:
    made = propose(database, world, nora)
    with database.writing() as session:
        mandates.send_sms_code(session, nora, made.id, "06 39 98 01 02")
        session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "mandate_code")).one().state = "retrying"
    with database.reading() as session:
        found = mandates.find_consent(session, nora, made.id)
        assert found is not None
        assert found.progress is SmsProgress.UNSENT
    for _again in range(4):
        with database.writing() as session:
            mandates.send_sms_code(session, nora, made.id, "06 39 98 01 02")
    with database.writing() as session, pytest.raises(Conflict, match="too_many_codes"):
        mandates.send_sms_code(session, nora, made.id, "06 39 98 01 02")


def test_the_draft_is_finished_under_the_mandate_and_all_of_it_is_told(
    database: Database, world: World, nora: Actor
) -> None:
    mandate = given(database, world, nora)
    _opened, helper = resumed(database, world, nora, mandate)
    assert (helper.id, helper.subject, helper.permissions) == (nora.id, world.noe.person_id, frozenset())
    save(database, helper)
    with database.writing() as session:
        version = requests.get_draft(session, helper, requests.assisted_draft(helper)).version
        sent = assistance.send_assisted(session, helper, idempotency_key="envoi", version=version)
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert (row.account_id, row.submitted_by) == (world.noe.id, nora.id)
        for event in list_events(session, sent.request_id):
            if event.actor_kind is ActorKind.AGENT:
                assert event.actor_id == nora.id
        helped = next(one for one in list_events(session, sent.request_id) if one.type == "draft_assisted")
        assert helped.payload == {"agent_id": str(nora.id), "proof": "mandate"}
        lines = mandates.journal_of(session, world.resident(), mandate.id)
        uses = [one.payload["use"] for one in reversed(lines) if one.kind is EventKind.USED]
        assert uses == [Use.DRAFT_RESUMED, Use.DRAFT_SAVED, Use.REQUEST_SENT, Use.CLOSED]
        assert all(one.actor_id not in {None, world.noe.person_id} for one in lines)
        rows = session.scalars(select(MandateEvent)).all()
        assert {row.subject_id for row in rows} == {world.noe.person_id}
        assert session.scalars(select(Assistance)).one().closing is Closing.SENT
        told = session.scalars(text("SELECT title FROM notification WHERE event = 'mandate_changed'")).all()
        assert "france-services vient d’agir en votre nom" in told
        acts = {one.action for one in list_about(session, world.noe.person_id, kinds=(ActorKind.AGENT,))}
        assert acts >= {"mandate_proposed", "mandate_confirmed", "mandate_used", "draft_opened_for", "draft_sent_for"}


STOPS = ["revoked", "by_code", "theme", "expired", "removed", "disabled", "idle"]


@pytest.mark.parametrize("how", STOPS)
def test_what_ends_stops_the_next_click_and_the_save_on_its_way(
    database: Database, world: World, nora: Actor, how: str
) -> None:
    mandate = given(database, world, nora, duration=Duration.DAY, themes=frozenset({Theme.FAMILY, Theme.WORK}))
    opened, helper = resumed(database, world, nora, mandate)
    agent, shift = nora, timedelta()
    with database.writing() as session:
        if how == "revoked":
            mandates.revoke_mandate(session, world.resident(), mandate.id)
        elif how == "by_code":
            mandates.revoke_by_code(session, revocation_code(mandate.id).lower().replace("-", " "))
        elif how == "theme":
            assert mandates.revoke_mandate(session, world.resident(), mandate.id, Theme.FAMILY).is_active
        elif how == "removed":
            assert nora.id is not None
            kept = set_agent_departments(session, nora.id, [world.departments["ccas"]]).department_ids
            agent = Actor(nora.kind, nora.id, permissions=nora.permissions, department_ids=kept)
        elif how == "disabled":
            assert nora.id is not None
            set_agent_active(session, nora.id, active=False)
        elif how == "idle":
            session.get_one(Assistance, opened.id).seen_at -= IDLE
            assert assistance.close_idle(session) == 1
        else:
            session.get_one(Assistance, opened.id).seen_at += timedelta(days=1, minutes=1)
            shift = timedelta(days=1, minutes=1)
    with clock.shifted(shift):
        if how != "disabled":  # whose session ends besides
            with database.reading() as session:
                wanted = Closing.IDLE if how == "idle" else Closing.MANDATE
                assert assistance.find_assistance(session, agent, opened.id).ended is wanted
        with pytest.raises(AssistanceEnded):
            save(database, helper)
    with database.reading() as session:
        draft_id = requests.assisted_draft(helper)
        assert requests.get_draft(session, world.resident(), draft_id).done_steps == ("vous",)


def test_a_save_and_its_revocation_at_the_same_instant_never_mix(database: Database, world: World, nora: Actor) -> None:
    mandate = given(database, world, nora)
    _opened, helper = resumed(database, world, nora, mandate)

    def write(session: Session) -> str:
        draft_id = requests.assisted_draft(helper)
        version = requests.get_draft(session, helper, draft_id).version
        requests.save_step(session, helper, draft_id, step="ecole", answers=ANSWERS["ecole"], version=version)
        try:
            assistance.note_save(session, helper)
        except AssistanceEnded as ended:
            raise Conflict(ended.why.value) from None
        return "saved"

    def stop(session: Session) -> str:
        return mandates.revoke_mandate(session, world.resident(), mandate.id).state.value

    saved, stopped = together(database, [write, stop])
    assert stopped == "ended"
    with database.reading() as session:
        done = requests.get_draft(session, world.resident(), requests.assisted_draft(helper)).done_steps
        lines = mandates.journal_of(session, world.resident(), mandate.id)
    kinds = [one.payload.get("use", one.kind.value) for one in reversed(lines)]
    if saved == "saved":
        assert done == ("vous", "ecole")
        assert kinds.index("draft_saved") < kinds.index("revoked")
    else:
        assert (saved, done) == ("mandate", ("vous",))
        assert "draft_saved" not in kinds


def test_nothing_opens_outside_the_themes_nor_what_is_the_persons_alone(
    database: Database, world: World, nora: Actor
) -> None:
    with database.writing() as session:
        votes = import_procedure(
            session, document(slug="avis", theme="participation"), publish=True, actor=SYSTEM, connections=set()
        )
        money = import_procedure(
            session, document(slug="impots", theme="argent"), publish=True, actor=SYSTEM, connections=set()
        )
        other = fill(session, world.resident(), money)
        foreign = send(session, world.resident(world.ines), world.procedure)
    mandate = given(database, world, nora, themes=frozenset(Theme) - {Theme.MONEY})
    for procedure in (votes, money):
        with database.writing() as session, pytest.raises(NotFound):
            assistance.start_under_mandate(session, nora, mandate.id, procedure)
    with database.writing() as session, pytest.raises(NotFound):
        assistance.resume_under_mandate(session, nora, mandate.id, other.id)
    with database.writing() as session, pytest.raises(NotFound):
        assistance.open_request_under_mandate(session, nora, mandate.id, foreign.request_id)
    _opened, helper = resumed(database, world, nora, mandate)
    with database.writing() as session:
        for reach in (
            lambda: requests.get_draft(session, helper, other.id),
            lambda: requests.get_request(session, helper, foreign.reference, journal=session),
        ):
            with pytest.raises(NotFound):
                reach()
        for reach in (
            lambda: requests.set_draft_aside(session, helper, other.id),
            lambda: assistance.start_under_mandate(session, helper, mandate.id, world.procedure),
            lambda: mandates.list_for_person(session, helper),
            lambda: mandates.accept_mandate(session, helper, mandate.id),
            lambda: mandates.revoke_mandate(session, helper, mandate.id),
        ):
            with pytest.raises(Forbidden):
                reach()


def test_a_request_of_the_theme_is_read_and_answered_in_their_name(
    database: Database, world: World, nora: Actor
) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.procedure)
        second = send(session, world.resident(), world.routed)
        requests.request_information(session, world.agent(), sent.reference, "Quelle école ?", idempotency_key="q")
    mandate = given(database, world, nora)
    with database.writing() as session:
        found = assistance.list_openable(session, nora, mandate.id, journal=session)
        assert {one.reference for one in found.requests} == {sent.reference, second.reference}
        opened = assistance.open_request_under_mandate(session, nora, mandate.id, sent.request_id)
        shown = assistance.read_opened_request(session, nora, opened, journal=session)
        assert [one.text for one in shown.messages] == ["Quelle école ?"]
        helper = assistance.actor_of(nora, opened)
        with pytest.raises(NotFound):
            requests.get_request(session, helper, second.reference, journal=session)
        with pytest.raises(Forbidden):
            requests.withdraw(session, helper, sent.reference)
    with database.writing() as session:
        assistance.answer_opened_request(session, nora, opened, "L’école du parc.", idempotency_key="r")
    with database.reading() as session:
        view = requests.get_request(session, world.resident(), sent.reference)
        assert view.status is RequestStatus.IN_PROGRESS
        assert (view.messages[-1].author_name, view.messages[-1].author_role) == (
            "Nora Essai-Lenoir",
            "au nom de Noé LEFÈVRE",
        )
        posted = [one for one in view.events if one.type == "message_posted"][-1]
        assert (posted.actor_id, posted.payload["from"]) == (nora.id, "mandate")
        assert view.messages[0].read_at is None, "what the agent reads, the person has not"
    with database.writing() as session:
        mandates.revoke_mandate(session, world.resident(), mandate.id)
    with database.writing() as session, pytest.raises(AssistanceEnded):
        assistance.answer_opened_request(session, nora, opened, "Trop tard.", idempotency_key="t")


def test_renewal_is_refused_or_accepted_and_the_former_ends_with_it(
    database: Database, world: World, nora: Actor
) -> None:
    former = given(database, world, nora, themes=frozenset({Theme.FAMILY, Theme.PAPERS}))
    with database.writing() as session:
        mandates.revoke_mandate(session, world.resident(), former.id, Theme.PAPERS)
        first = mandates.renew_mandate(session, nora, former.id, Duration.YEAR)
        assert first.themes == (Theme.FAMILY,)
        assert mandates.refuse_mandate(session, world.resident(), first.id).ending is Ending.REFUSED
        assert mandates.get_mandate(session, nora, former.id).is_active
        with pytest.raises(Conflict, match="mandate_moved"):
            mandates.accept_mandate(session, world.resident(), first.id)
        second = mandates.renew_mandate(session, nora, former.id, Duration.YEAR)
        assert mandates.accept_mandate(session, world.resident(), second.id).proof is ProofKind.SPACE
        assert mandates.get_mandate(session, nora, former.id).ending is Ending.RENEWED
        third = mandates.renew_mandate(session, nora, second.id, Duration.DAY)
        mandates.revoke_mandate(session, world.resident(), second.id)
        with pytest.raises(Conflict, match="mandate_moved"):  # what was taken back is not given back by a renewal
            mandates.confirm_present(session, nora, third.id, CARD)


def test_time_lapses_tells_and_erases(database: Database, world: World, nora: Actor) -> None:
    forgotten = propose(database, world, nora)
    held = given(database, world, nora)
    brief = given(database, world, nora, duration=Duration.DAY)
    with database.writing() as session:
        assert mandates.watch_mandates(session) == 0
    with clock.shifted(timedelta(days=8)), database.writing() as session:
        assert mandates.get_mandate(session, nora, forgotten.id).state is MandateState.ENDED
        assert mandates.watch_mandates(session) == 1
        assert mandates.get_mandate(session, nora, forgotten.id).ending is Ending.LAPSED
    with clock.shifted(timedelta(days=25)), database.writing() as session:
        assert mandates.watch_mandates(session) == 1
        assert mandates.watch_mandates(session) == 0
    assert EventKind.EXPIRY_TOLD in journal(database, nora, held)
    assert EventKind.EXPIRY_TOLD not in journal(database, nora, brief)
    with clock.shifted(timedelta(days=32)), database.reading() as session:
        assert mandates.get_mandate(session, nora, held.id).state is MandateState.EXPIRED
    with clock.shifted(timedelta(days=32) + policy.MANDATE_KEPT), database.writing() as session:
        assert mandates.purge_mandates(session) == 3
        assert session.scalars(select(MandateEvent)).all() == []


def test_the_journal_is_append_only_until_the_person_is_erased(database: Database, world: World, nora: Actor) -> None:
    mandate = given(database, world, nora)
    for statement in ("UPDATE mandate_event SET kind = 'lapsed'", "DELETE FROM mandate_event"):
        with pytest.raises(DatabaseError), database.writing() as session:
            session.execute(text(statement))
    for change in (lambda s, row: setattr(row, "kind", EventKind.LAPSED), lambda s, row: s.delete(row)):
        with pytest.raises(RuntimeError), database.writing() as session:
            change(session, session.scalars(select(MandateEvent)).first())
    assert journal(database, nora, mandate) == [EventKind.CONFIRMED, EventKind.PROPOSED]
    with database.writing() as session:
        erase_person(session, world.noe.id, actor=SYSTEM, reason="asked")
    with database.reading() as session:
        assert session.scalars(select(Mandate)).all() == []
        assert session.scalars(select(MandateEvent)).all() == []


def test_without_an_account_a_name_is_needed_and_the_code_stops_it(
    database: Database, world: World, nora: Actor
) -> None:
    with database.writing() as session:
        person_id = create_person(session)
        nameless = Proposal(person_id, world.departments["france-services"], FAMILY, Duration.DAY)
        with pytest.raises(Invalid):
            mandates.propose_mandate(session, nora, nameless)
        named = Proposal(person_id, world.departments["france-services"], FAMILY, Duration.DAY, "Odile Essai")
        made = mandates.propose_mandate(session, nora, named)
        mandates.confirm_present(session, nora, made.id, CARD)
        with pytest.raises(NotFound):
            assistance.start_under_mandate(session, nora, made.id, world.procedure)
    with database.writing() as session:
        for typed in ("", "BCDFGHJK", "%_%_%_%_", "é" * 500):
            assert mandates.find_by_code(session, typed) is None
            with pytest.raises(NotFound):
                mandates.revoke_by_code(session, typed)
        code = revocation_code(made.id)
        found = mandates.find_by_code(session, code)
        assert found is not None
        assert found.person_name == ""
        assert mandates.revoke_by_code(session, code).ending is Ending.PERSON
        assert mandates.find_by_code(session, code) is None
        mandates.adopt_mandates(session, world.resident(), person_id)
        assert [one.id for one in mandates.list_for_person(session, world.resident())] == [made.id]


def test_homonyms_stay_apart(database: Database, world: World, nora: Actor) -> None:
    with database.writing() as session:
        claims = ResidentClaims(family_name="LEFÈVRE", given_names=("Noé",), birthdate="1990-01-02")
        twin = link_resident(session, issuer="https://fc.exemple.example", sub="noe-bis", claims=claims)
        draft_id: UUID = fill(session, world.resident(twin), world.procedure, {"vous": ANSWERS["vous"]}).id
    mandate = given(database, world, nora)
    with database.writing() as session:
        assert mandates.list_active_for(session, twin.person_id, nora.department_ids) == []
        with pytest.raises(NotFound):
            assistance.resume_under_mandate(session, nora, mandate.id, draft_id)


def test_an_agent_is_presented_by_name_or_by_first_name_alone(database: Database, world: World, nora: Actor) -> None:
    assert nora.id is not None
    with database.reading() as session:
        assert present_agents(session, {nora.id}) == {nora.id: "Nora Essai-Lenoir, france-services"}
        assert present_agents(session, {nora.id}, first_only=True) == {nora.id: "Nora, france-services"}
        assert present_agents(session, set()) == {}


def test_a_theme_taken_back_while_a_renewal_waits_is_not_given_back(
    database: Database, world: World, nora: Actor
) -> None:
    former = given(database, world, nora, themes=frozenset({Theme.FAMILY, Theme.PAPERS}))
    with database.writing() as session:
        renewal = mandates.renew_mandate(session, nora, former.id, Duration.YEAR)
        mandates.revoke_mandate(session, world.resident(), former.id, Theme.PAPERS)
        with pytest.raises(Conflict, match="mandate_moved"):
            mandates.accept_mandate(session, world.resident(), renewal.id)
    with database.reading() as session:
        assert mandates.get_mandate(session, nora, former.id).themes == (Theme.FAMILY,)
