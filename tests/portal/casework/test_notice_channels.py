"""By which channel, at what hour, in which words: what a person chose, what the law asks, what can be done."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from connectors.sdk.sms import measure, to_plain
from portal.casework.notifications import appointments, policy
from portal.casework.notifications import service as notifications
from portal.casework.notifications.models import NotificationDelivery, PhoneClaim
from portal.casework.notifications.service import (
    DeliveryProgress,
    NoticeChannel,
    NoticeKind,
    NotificationEvent,
    Way,
    announce,
)
from portal.casework.notifications.service.phones import _code
from portal.casework.notifications.texts import TEXTS, say_code, say_event
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.enums import ContactKind
from portal.people.accounts.service import declare_contact
from tests.portal.casework.world import World, send

EMAIL, SMS = NoticeChannel.EMAIL, NoticeChannel.SMS
NUMBER = "+33639980142"
LINK = "https://demarches.valmont-sur-iselle.fr/demandes/VSI-7F3K-2M"
BOTH = frozenset({EMAIL, SMS})


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_).astimezone(UTC)


@contextmanager
def midday() -> Iterator[None]:
    with clock.frozen(at("2027-03-02T12:00+01:00")):
        yield


def choose(session: Session, world: World, **chosen: object) -> None:
    ways = {kind: chosen.get(kind.value, policy.DEFAULTS[kind]) for kind in NoticeKind}
    notifications.save_preferences(
        session,
        world.resident(),
        ways=ways,  # type: ignore[arg-type] # wrong ones are tried too
        quiet_from=int(str(chosen.get("quiet_from", 21))),
        quiet_until=int(str(chosen.get("quiet_until", 8))),
        digest=bool(chosen.get("digest")),
        sms=True,
    )


def prove(session: Session, world: World) -> None:
    notifications.ask_phone_code(session, world.resident(), NUMBER)
    claim = session.scalars(select(PhoneClaim).where(PhoneClaim.settled_at.is_(None))).one()
    assert notifications.confirm_phone(session, world.resident(), _code(claim.id))


def queued(session: Session) -> list[str]:
    """The notices waiting to leave, by lane."""
    rows = session.execute(text("SELECT lane FROM outbox_message WHERE kind LIKE 'notification%' ORDER BY lane"))
    return list(rows.scalars())


def lines(session: Session, request_id: UUID) -> list[tuple[NoticeChannel, DeliveryProgress, str]]:
    found = notifications.list_deliveries(session, request_id)
    return [(one.channel, one.progress, one.code) for one in found]


@pytest.mark.parametrize(
    ("instant", "hours", "until"),
    [
        ("2027-03-02T20:59+01:00", (21, 8), None),
        ("2027-03-02T21:00+01:00", (21, 8), "2027-03-03T08:00+01:00"),
        ("2027-03-02T23:59:59+01:00", (21, 8), "2027-03-03T08:00+01:00"),
        ("2027-03-03T00:00+01:00", (21, 8), "2027-03-03T08:00+01:00"),
        ("2027-03-03T07:59:59+01:00", (21, 8), "2027-03-03T08:00+01:00"),
        ("2027-03-03T08:00+01:00", (21, 8), None),
        ("2027-12-31T22:00+01:00", (21, 8), "2028-01-01T08:00+01:00"),
        # The night when clocks go forward has one hour less; that when they go back, one more.
        ("2027-03-27T22:00+01:00", (21, 8), "2027-03-28T08:00+02:00"),
        ("2027-03-28T01:59+01:00", (21, 8), "2027-03-28T08:00+02:00"),
        ("2027-10-30T22:00+02:00", (21, 8), "2027-10-31T08:00+01:00"),
        ("2027-10-31T02:30+02:00", (21, 8), "2027-10-31T08:00+01:00"),
        ("2027-10-31T02:30+01:00", (21, 3), "2027-10-31T03:00+01:00"),
        ("2027-03-28T01:30+01:00", (22, 2), "2027-03-28T03:00+02:00"),  # two o’clock does not strike that night
        ("2027-03-02T13:00+01:00", (12, 14), "2027-03-02T14:00+01:00"),
        ("2027-03-02T14:00+01:00", (12, 14), None),
        ("2027-03-02T23:00+01:00", (22, 0), "2027-03-03T00:00+01:00"),
        ("2027-03-02T23:00+01:00", (8, 8), None),
    ],
)
def test_quiet_hours_are_those_of_the_wall_clock(instant: str, hours: tuple[int, int], until: str | None) -> None:
    assert policy.quiet_end(at(instant), *hours) == (at(until) if until else None)


@given(st.integers(1_760_000_000, 1_900_000_000), st.integers(0, 23), st.integers(0, 23))
def test_quiet_hours_end_within_a_day_and_outside_themselves(second: int, since: int, until: int) -> None:
    instant = datetime.fromtimestamp(second, UTC)
    end = policy.quiet_end(instant, since, until)
    if end is not None:
        assert instant < end <= instant + timedelta(hours=25)
        assert policy.quiet_end(end, since, until) is None
    morning = policy.next_digest(instant)
    assert clock.local(morning).hour == 8
    assert instant < morning <= instant + timedelta(hours=25)


@pytest.mark.parametrize("reachable", [frozenset(), frozenset({EMAIL}), frozenset({SMS}), BOTH])
def test_what_is_chosen_is_done_as_far_as_it_can(reachable: frozenset[NoticeChannel]) -> None:
    for kind, way in itertools.product(NoticeKind, Way):
        check_choice(kind, way, reachable)


def check_choice(kind: NoticeKind, way: Way, reachable: frozenset[NoticeChannel]) -> None:
    wanted = {Way.EMAIL: {EMAIL}, Way.SMS: {SMS}, Way.BOTH: {EMAIL, SMS}}.get(way, set())
    found = policy.channels_for(way, kind, reachable=reachable)
    assert found <= reachable
    if kind in policy.NEVER_OFF:
        assert bool(found) == bool(reachable), "what the law has us tell leaves by whatever there is"
    elif not wanted:
        assert found == frozenset(), "what was turned off is never sent"
    assert found == (wanted & reachable or found)


def test_text_messages_are_short_and_say_nothing_of_the_person() -> None:
    assert set(TEXTS) | set(appointments.TEXTS) == set(NotificationEvent) == set(policy.KIND_OF)
    for event in NotificationEvent:
        instant = "2026-12-03T08:00:00+00:00" if appointments.is_appointment(event) else ""
        message = to_plain(say_event(event, reference="VSI-7F3K-2M", link=LINK, title=instant))
        assert measure(message).encoding == "gsm7", message
        assert measure(message).segments == 1, message
        assert LINK in message
    assert measure(to_plain(say_code("012345", "Valmont-sur-Iselle"))).segments == 1


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        (NUMBER, True),
        ("+33712345678", True),
        ("+262692123456", True),
        ("+33199001234", False),
        ("+33800123456", False),
        ("", False),
        ("+", False),
        ("nonsense", False),
    ],
)
def test_only_a_mobile_is_written_to(number: str, mobile: bool) -> None:
    assert policy.is_mobile(number) is mobile


def test_events_go_where_the_person_chose(session: Session, world: World) -> None:
    with midday():
        prove(session, world)
        choose(session, world, legal=Way.SMS, question=Way.BOTH, answer=Way.SPACE)
        sent = send(session, world.resident(), world.procedure)
        assert queued(session) == ["sms"]
        requests.request_information(session, world.agent(), sent.reference, "Une précision ?", idempotency_key="a")
        assert queued(session) == ["courriel", "sms", "sms"]
        requests.post_message(session, world.agent(), sent.reference, "Bonjour", idempotency_key="b")
    assert queued(session) == ["courriel", "sms", "sms"]
    assert notifications.unread_count(session, world.noe.id) == 3
    told = [
        event.payload.get("told") for event in requests.get_request(session, world.resident(), sent.reference).events
    ]
    assert told[-2:] == ["email", "space"]
    payloads = str(session.execute(text("SELECT payload, idempotency_key FROM outbox_message")).all())
    assert "39980142" not in payloads
    assert "noe" not in payloads


def test_quiet_hours_hold_text_messages_and_no_e_mail(session: Session, world: World) -> None:
    with clock.frozen(at("2027-03-02T22:30+01:00")):
        prove(session, world)
        choose(session, world, legal=Way.BOTH)
        send(session, world.resident(), world.procedure)
        rows = session.execute(
            text("SELECT lane FROM outbox_message WHERE kind LIKE 'notification%' AND next_attempt_at > created_at")
        )
        assert list(rows.scalars()) == ["sms"]


def test_a_number_changed_elsewhere_is_proven_no_more(session: Session, world: World) -> None:
    with midday():
        prove(session, world)
        choose(session, world, legal=Way.SMS)
        declare_contact(session, world.resident(), world.noe.person_id, kind=ContactKind.PHONE, value="06 39 98 00 07")
        send(session, world.resident(), world.procedure)
    assert queued(session) == ["courriel"]
    _chosen, phone = notifications.get_choices(session, world.noe.id, world.noe.person_id)
    assert not phone.verified


def test_a_refused_number_goes_by_e_mail_and_is_left_alone(session: Session, world: World) -> None:
    with midday():
        prove(session, world)
        choose(session, world, legal=Way.SMS)
        sent = send(session, world.resident(), world.procedure)
        notice = session.scalars(select(NotificationDelivery.notification_id)).one()
        requests.record_text_refused(session, notice, code="number_blocked")
        requests.record_text_refused(session, notice, code="number_blocked")
        assert queued(session) == ["courriel", "sms"]
        assert lines(session, sent.request_id) == [
            (EMAIL, DeliveryProgress.WAITING, ""),
            (SMS, DeliveryProgress.REFUSED, "number_blocked"),
        ]
        send(session, world.resident(), world.procedure)
        assert queued(session) == ["courriel", "courriel", "sms"]
    with clock.frozen(at("2027-04-02T12:00+02:00")):
        send(session, world.resident(), world.procedure)
        assert queued(session) == ["courriel", "courriel", "sms", "sms"], "a month later, it is tried anew"


def test_an_address_that_does_not_exist_is_written_to_no_more(session: Session, world: World) -> None:
    with midday():
        prove(session, world)
        sent = send(session, world.resident(), world.procedure)
        notice = session.scalars(select(NotificationDelivery.notification_id)).one()
        requests.record_notification_refused(session, notice, code="smtp_550")
        assert queued(session) == ["courriel", "sms"], "it leaves by SMS, since there is a number"
        other = send(session, world.resident(), world.procedure)
        assert (EMAIL, DeliveryProgress.REFUSED, "address_blocked") in lines(session, other.request_id)
        assert queued(session) == ["courriel", "sms", "sms"]
    assert lines(session, sent.request_id)[0] == (EMAIL, DeliveryProgress.REFUSED, "smtp_550")


def test_the_e_mail_of_the_morning_gathers_each_account_once(session: Session, world: World) -> None:
    with clock.frozen(at("2027-03-02T12:00+01:00")):
        choose(session, world, digest=True)
        sent = send(session, world.resident(), world.procedure)
        requests.post_message(session, world.agent(), sent.reference, "Un", idempotency_key="a")
        requests.post_message(session, world.agent(), sent.reference, "Deux", idempotency_key="b")
        assert queued(session) == ["courriel"], "the acknowledgement does not wait"
        assert notifications.accounts_to_gather(session) == []
    with clock.frozen(at("2027-03-03T08:00+01:00")):
        assert notifications.accounts_to_gather(session) == [world.noe.id]
        batch = notifications.gather(session, world.noe.id)
        assert batch is not None
        assert notifications.gather(session, world.noe.id) is None
        requests.post_message(session, world.agent(), sent.reference, "Trois", idempotency_key="c")
        assert len(notifications.in_batch(session, batch)) == 2
        letter = requests.render_digest(session, batch, public_url="https://portail.example/")
        assert letter is not None
        assert letter.recipient == "noe-compte@exemple.example"
        assert letter.subject == "2 nouvelles dans votre espace"
        assert letter.text.count(f"https://portail.example/demandes/{sent.reference}") == 2
        assert letter.html.count(sent.reference) == 4
        for private in ("Un\n", "Deux", "Lefèvre"):
            assert private not in letter.text + letter.html
        requests.record_digest(session, batch, connection="courriel", sent=True)
    progress = [one[1] for one in lines(session, sent.request_id)]
    assert progress == [
        DeliveryProgress.WAITING,
        DeliveryProgress.SENT,
        DeliveryProgress.SENT,
        DeliveryProgress.GATHERED,
    ]


def test_announcements_are_told_once_and_only_to_who_wants_them(session: Session, world: World) -> None:
    def tell(cause: str = "poll-1") -> frozenset[NoticeChannel]:
        return announce(
            session,
            event=NotificationEvent.POLL_OPENED,
            account_id=world.noe.id,
            address="noe@exemple.example",
            cause=cause,
            title="Quel nom pour le parc ?",
            path="/participer/parc",
        )

    assert tell() == frozenset()
    choose(session, world, poll=Way.EMAIL)
    assert tell() == frozenset(), "the same poll is told once"
    assert tell("poll-2") == {EMAIL}
    notice = session.scalars(select(NotificationDelivery.notification_id)).one()
    letter = requests.render_notification(session, notice, public_url="https://portail.example")
    assert letter is not None
    assert letter.recipient == "noe-compte@exemple.example"
    assert "https://portail.example/participer/parc" in letter.text
    requests.record_notification_sent(session, notice)
    with clock.shifted(timedelta(days=91)):
        notifications.purge_notices(session)
    assert notifications.unread_count(session, world.noe.id) == 0


def test_nobody_chooses_for_another(session: Session, world: World) -> None:
    others = (
        world.agent(),
        Actor(ActorKind.RESIDENT, world.noe.id, world.noe.person_id, mandate_id=UUID(int=1)),
        Actor(ActorKind.RESIDENT, None, world.noe.person_id),
    )
    for who in others:
        with pytest.raises(Forbidden):
            notifications.save_preferences(session, who, ways={}, quiet_from=21, quiet_until=8, digest=False, sms=True)
        with pytest.raises(Forbidden):
            notifications.ask_phone_code(session, who, NUMBER)
        with pytest.raises(Forbidden):
            notifications.confirm_phone(session, who, "000000")
        with pytest.raises(Forbidden):
            notifications.drop_phone(session, who)
        with pytest.raises(Forbidden):
            notifications.mark_all_read(session, who)
    with pytest.raises(Invalid) as refused:
        choose(session, world, legal=Way.SPACE)
    assert set(refused.value.fields) == {"legal"}
    assert not notifications.confirm_phone(session, world.resident(), "000000"), "no code was asked for"


def test_notices_follow_the_person_into_the_account_that_stays(session: Session, world: World) -> None:
    with midday():
        choose(session, world, answer=Way.SPACE)
        send(session, world.resident(), world.procedure)
    kept = world.ines.id
    notifications.move_notices(session, world.noe.id, kept)
    assert notifications.unread_count(session, kept) == 1
    assert notifications.unread_count(session, world.noe.id) == 0
    assert notifications.get_preferences(session, kept).ways[NoticeKind.ANSWER] is Way.SPACE
    choose(session, world, answer=Way.SMS)
    notifications.move_notices(session, world.noe.id, kept)
    assert notifications.get_preferences(session, kept).ways[NoticeKind.ANSWER] is Way.SPACE, "the kept one's stays"
    assert notifications.get_preferences(session, world.noe.id).ways == policy.DEFAULTS
