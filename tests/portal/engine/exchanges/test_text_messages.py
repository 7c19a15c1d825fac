"""Text messages and the e-mail of the morning, from the outbox to the phone, over real HTTP and SMTP."""

import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from connectors.sdk import StatusUpdate, UpdateStatus
from portal.casework.notifications import service as notifications
from portal.casework.notifications.models import NotificationDelivery
from portal.casework.notifications.service import DeliveryProgress, NoticeChannel, NoticeKind, Way
from portal.casework.requests import service as requests
from portal.engine.exchanges import service
from portal.engine.exchanges.enums import Ending, Source, UpdateOutcome
from portal.engine.exchanges.notices import gather_digests
from portal.engine.exchanges.polling import Polling
from portal.engine.exchanges.running import build_worker
from portal.ground import clock
from portal.ground.clock import PARIS
from portal.ground.permissions import SYSTEM, Actor, ActorKind
from portal.people.accounts.service import get_account
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from tests.portal.engine.exchanges.commune import Commune, open_commune, translations
from tests.portal.engine.exchanges.portal_edge import edge_for, headers_for, registry_for, with_connections, with_texts

NUMBER = "+33639980142"
ADDRESS = "habitant0@exemple.example"
WAYS = {kind: Way.SMS for kind in NoticeKind if kind is not NoticeKind.POLL} | {NoticeKind.POLL: Way.NONE}


@dataclass
class Chain:
    commune: Commune
    database: object
    outside: object
    worker: object
    registry: object
    settings: object

    @property
    def who(self):
        account = self.commune.accounts[0]
        return Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id)

    def drain(self):
        """Deliver all that is due."""
        with self.database.writing() as session:
            for lane in ("sms", "courriel", "ecoles"):
                outbox.free_lane(session, lane)
        return self.worker.drain()

    def choose(self, **more):
        chosen = {"ways": WAYS, "quiet_from": 0, "quiet_until": 0, "digest": False, "sms": True, **more}
        with translations(), self.database.writing() as session:
            notifications.save_preferences(session, self.who, **chosen)

    def reference(self):
        """What the operator calls the newest message."""
        with self.database.reading() as session:
            query = select(NotificationDelivery.external_ref).where(NotificationDelivery.channel == NoticeChannel.SMS)
            return session.scalars(query.order_by(NotificationDelivery.id.desc())).first()

    def acknowledged(self):
        """How many acknowledgements came by e-mail."""
        return sum("Accusé" in one["subject"] for one in self.outside.letters(ADDRESS))

    def told(self, sent):
        with self.database.reading() as session:
            return {(one.channel, one.progress) for one in notifications.list_deliveries(session, sent.request_id)}


@pytest.fixture
def chain(settings, database, outside):
    known = with_connections(settings, school_url=f"{outside.url}/ecoles", smtp_port=outside.smtp_port)
    known = with_texts(known, outside.url)
    registry = registry_for(known)
    worker = build_worker(known, database, registry, around=translations)
    made = Chain(open_commune(database), database, outside, worker, registry, known)
    with translations(), database.writing() as session:
        notifications.ask_phone_code(session, made.who, NUMBER)
    made.drain()
    code = re.match(r"\d{6}", outside.texts(NUMBER)[0]["text"])[0]
    with database.writing() as session:
        assert notifications.confirm_phone(session, made.who, code)
    made.choose()
    yield made
    registry.close()


def news(chain, status, raw, **details):
    reference = chain.reference()
    return StatusUpdate(f"{reference}-{raw}", reference, status, raw, clock.now(), details)


def test_a_notice_reaches_the_phone_and_its_report_the_page(chain):
    sent = chain.commune.submit()
    before = len(chain.outside.letters(ADDRESS))
    chain.drain()
    newest = chain.outside.texts(NUMBER)[0]
    assert newest["sender"] == "VALMONT"
    assert sent.reference in newest["text"]
    assert newest["segments"] == 1
    assert len(chain.outside.letters(ADDRESS)) == before, "it was asked for by SMS"
    assert chain.told(sent) == {(NoticeChannel.SMS, DeliveryProgress.SENT)}
    Polling(chain.database, chain.registry, chain.worker.delivering).poll("sms")
    assert chain.told(sent) == {(NoticeChannel.SMS, DeliveryProgress.DELIVERED)}
    late = news(chain, UpdateStatus.REJECTED, "undelivered")
    with chain.database.writing() as session:
        assert service.record_update(session, "sms", late, Source.POLL) is UpdateOutcome.APPLIED
        assert service.record_update(session, "sms", late, Source.POLL) is UpdateOutcome.DUPLICATE
    with chain.database.reading() as session:
        month = f"{clock.today():%Y-%m}"
        usage = notifications.read_usage(session, [month])[month]
        left = select(NotificationDelivery.id).where(NotificationDelivery.external_ref.is_not(None))
        sent_texts = session.scalars(left).all()
        assert all(
            one is DeliveryProgress.DELIVERED for one in session.scalars(select(NotificationDelivery.progress))
        ), "what arrived has arrived"
        assert usage.messages == usage.segments == len(sent_texts) + 1, "the code is paid for too"


def test_a_report_by_signed_call_and_what_did_not_arrive_goes_by_e_mail(chain):
    chain.outside.choose("in_transit", partner="sms")
    sent = chain.commune.submit()
    chain.drain()
    reference = chain.reference()
    data = {
        "message_id": reference,
        "event_id": f"{reference}-9",
        "status": "undelivered",
        "code": "absent_subscriber",
        "occurred_at": "2027-03-03T13:05:00+00:00",
    }
    body = json.dumps({"type": "message.status_changed", "data": data}).encode()
    client = edge_for(chain.settings, chain.database, chain.registry).test_client()
    for expected in ({"applied": 1}, {"duplicate": 1}):
        answer = client.post("/hooks/sms", data=body, base_url=chain.settings.public_url, headers=headers_for(body))
        assert (answer.status_code, answer.json) == (200, expected)
    forged = client.post("/hooks/sms", data=body, base_url=chain.settings.public_url, headers=headers_for(body + b" "))
    assert forged.status_code == 401
    before = len(chain.outside.letters(ADDRESS))
    chain.drain()
    assert len(chain.outside.letters(ADDRESS)) == before + 1
    assert chain.told(sent) >= {
        (NoticeChannel.SMS, DeliveryProgress.REFUSED),
        (NoticeChannel.EMAIL, DeliveryProgress.SENT),
    }
    with chain.database.reading() as session:
        assert not notifications.is_blocked(session, NoticeChannel.SMS, NUMBER), "absent is not gone"


def test_a_report_that_comes_before_the_reference_is_known_is_kept(chain):
    early = StatusUpdate("evt-1", "sms_unknown", UpdateStatus.ACCEPTED, "delivered", clock.now(), {})
    with chain.database.writing() as session:
        assert service.record_update(session, "sms", early, Source.WEBHOOK) is UpdateOutcome.ORPHAN
    sent = chain.commune.submit()
    with chain.database.writing() as session:
        notice = session.scalars(select(NotificationDelivery.notification_id)).one()
        requests.record_text_sent(session, notice, connection="sms", external_ref="sms_unknown", segments=1)
        assert service.apply_orphans(session, connection="sms") == 1
    assert chain.told(sent) == {(NoticeChannel.SMS, DeliveryProgress.DELIVERED)}


def test_the_operator_slow_down_or_absurd_never_sends_twice_nor_loses(chain):
    sent = chain.commune.submit()
    for scenario in ("down", "nonsense", "commit_then_drop", "rate_limited"):
        chain.outside.choose(scenario, partner="sms", once="1")
        with clock.shifted(timedelta(hours=1)):
            chain.drain()
    with clock.shifted(timedelta(hours=9)):
        chain.drain()
    received = [one for one in chain.outside.texts(NUMBER) if sent.reference in one["text"]]
    assert len(received) == 1
    assert (NoticeChannel.SMS, DeliveryProgress.SENT) in chain.told(sent)


@pytest.mark.parametrize("scenario", ["invalid_number", "blocked"])
def test_a_refused_number_is_no_task_for_a_person(chain, scenario):
    chain.outside.choose(scenario, partner="sms", once="1")
    sent = chain.commune.submit()
    before = chain.acknowledged()
    chain.drain()
    chain.drain()
    assert chain.acknowledged() == before + 1
    assert (NoticeChannel.SMS, DeliveryProgress.REFUSED) in chain.told(sent)
    with chain.database.reading() as session:
        assert [one for one in outbox.list_dead(session) if one.lane == "sms"] == []
        assert notifications.is_blocked(session, NoticeChannel.SMS, NUMBER)
        assert not connections.state(session, "sms").breaker_open


def test_no_credit_keeps_the_messages(chain):
    chain.outside.choose("no_credit", partner="sms", once="1")
    sent = chain.commune.submit()
    chain.drain()
    with chain.database.writing() as session:
        assert connections.state(session, "sms").paused_reason == "credits_exhausted"
        connections.resume(session, "sms", SYSTEM)
    chain.drain()
    assert (NoticeChannel.SMS, DeliveryProgress.SENT) in chain.told(sent)


def test_a_message_late_into_the_night_waits_for_the_morning(chain):
    chain.choose(quiet_from=21, quiet_until=8)
    with clock.frozen(datetime(2027, 3, 2, 20, 50, tzinfo=PARIS)):
        chain.outside.choose("down", partner="sms", once="1")
        sent = chain.commune.submit()
        chain.drain()
    with clock.frozen(datetime(2027, 3, 2, 21, 30, tzinfo=PARIS)):
        before = len(received(chain, sent))
        assert Ending.DELIVERED not in chain.drain()
        assert len(received(chain, sent)) == before
    with clock.frozen(datetime(2027, 3, 3, 8, 0, tzinfo=PARIS)):
        chain.drain()
        assert len(received(chain, sent)) == before + 1


def received(chain, sent):
    return [one for one in chain.outside.texts(NUMBER) if sent.reference in one["text"]]


def test_the_e_mail_of_the_morning_survives_a_kill(chain):
    chain.choose(ways={**WAYS, NoticeKind.LEGAL: Way.EMAIL, NoticeKind.ANSWER: Way.EMAIL}, digest=True)
    with clock.frozen(datetime(2027, 3, 2, 12, tzinfo=PARIS)):
        sent = chain.commune.submit()
        chain.drain()
        with translations(), chain.database.writing() as session:
            requests.record_delivery_failure(session, sent.request_id, "ecoles", code="http_400", death="d")
    with clock.frozen(datetime(2027, 3, 3, 8, 1, tzinfo=PARIS)):
        killed = chain.database.open_writing()
        assert notifications.gather(killed, chain.who.id) is not None
        killed.rollback()
        killed.close()
        before = len(chain.outside.letters(ADDRESS))
        for _ in range(2):
            gather_digests(chain.database)
            chain.drain()
        letters = chain.outside.letters(ADDRESS)
    assert len(letters) == before + 1, "gathered once, sent once"
    assert "dans votre espace" in letters[0]["subject"]
    assert sent.reference in letters[0]["text"]
    told = chain.told(sent)
    assert (NoticeChannel.EMAIL, DeliveryProgress.GATHERED) not in told
    assert (NoticeChannel.EMAIL, DeliveryProgress.SENT) in told


def test_an_address_refused_for_good_is_left_alone(chain):
    chain.choose(ways={**WAYS, NoticeKind.LEGAL: Way.EMAIL})
    chain.outside.choose("reject", partner="courriel", once="1")
    chain.commune.submit()
    chain.drain()
    before = len(chain.outside.letters(ADDRESS))
    texts = len(chain.outside.texts(NUMBER))
    other = chain.commune.submit(1)
    chain.drain()
    assert len(chain.outside.letters(ADDRESS)) == before
    assert len(chain.outside.texts(NUMBER)) > texts, "told by SMS instead"
    assert (NoticeChannel.EMAIL, DeliveryProgress.REFUSED) in chain.told(other)
    with chain.database.writing() as session:
        notifications.unblock(session, NoticeChannel.EMAIL, get_account(session, chain.who.id).email)


def test_nothing_of_the_person_is_in_the_logs(chain, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    chain.commune.submit()
    for scenario in ("down", "blocked"):
        chain.outside.choose(scenario, partner="sms", once="1")
        with clock.shifted(timedelta(hours=1)):
            chain.drain()
    captured = capsys.readouterr()
    said = caplog.text + captured.err + captured.out
    with chain.database.reading() as session:
        said += str(session.execute(text("SELECT payload, note, last_error_code FROM outbox_message")).all())
        said += str(session.execute(text("SELECT payload FROM timeline_event")).all())
        said += str(session.execute(text("SELECT details FROM audit_entry")).all())
        said += str(session.execute(text("SELECT * FROM notification_delivery")).all())
        said += str(session.execute(text("SELECT * FROM blocked_contact")).all())
    assert "39980142" not in said
    assert ADDRESS not in said
