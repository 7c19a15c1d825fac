"""What comes to its end is told by the channels that the person chose, once a day, and never by none of an account."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.casework.notifications import policy
from portal.casework.notifications import service as notifications
from portal.casework.notifications.models import Notification, NotificationDelivery, PhoneClaim
from portal.casework.notifications.service import DeliveryProgress, NoticeChannel, NoticeKind, NotificationEvent, Way
from portal.casework.notifications.service.phones import _code
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.engine.retention import service as retention
from portal.engine.retention.inventory import ACCOUNT_KEPT
from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.models import Account
from portal.records.outbox import service as outbox
from portal.records.outbox.models import OutboxMessage
from tests.support.client import Browser
from tests.support.town import Town, app, sent_request, sign_in, town

__all__ = ["app", "sign_in", "town"]

EMAIL, SMS = NoticeChannel.EMAIL, NoticeChannel.SMS
BASE = "https://demarches.example"
NUMBER = "+33639980142"


@pytest.fixture
def ending(app: Flask, database: Database, town: Town) -> list[str]:
    """Two requests of Angela that end in thirty days, the second a day later."""
    references = [sent_request(database, town.angela) for _each in range(2)]
    with database.writing() as session:
        for later, reference in enumerate(references):
            last = clock.today() + timedelta(days=29 + later)
            session.execute(
                update(ServiceRequest).where(ServiceRequest.reference == reference).values(retain_until=last)
            )
        session.execute(update(Notification).values(read_at=clock.now()))
    return references


def test_a_process_started_alone_knows_every_table_that_it_erases_by() -> None:
    """Tests import everything; the web and the worker only what they need."""
    program = (
        "import portal.app, portal.cli\n"
        "from portal.engine.retention.tables import all_rules, all_tables\n"
        "print(sorted(all_rules().keys() - all_tables().keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def choose(database: Database, town: Town, way: Way, *, digest: bool = False) -> None:
    """Reminders by this way; text messages wait whatever the hour is, all day but for one hour that is over."""
    who = town.resident(town.angela)
    hour = clock.local(clock.now()).hour
    with database.writing() as session:
        if way in {Way.SMS, Way.BOTH}:
            notifications.ask_phone_code(session, who, NUMBER)
            claim = session.scalars(select(PhoneClaim).where(PhoneClaim.settled_at.is_(None))).one()
            assert notifications.confirm_phone(session, who, _code(claim.id))
        notifications.save_preferences(
            session,
            who,
            ways={**policy.DEFAULTS, NoticeKind.REMINDER: way},
            quiet_from=hour,
            quiet_until=(hour + 2) % 24,
            digest=digest,
            sms=True,
        )


def told(database: Database) -> list[tuple[NotificationEvent, set[tuple[NoticeChannel, DeliveryProgress]]]]:
    """What was told of an end, with how far it got by each channel."""
    with database.reading() as session:
        endings = select(Notification).where(Notification.request_id.is_(None)).order_by(Notification.created_at)
        found = []
        for notice in session.scalars(endings):
            lines = session.scalars(
                select(NotificationDelivery).where(NotificationDelivery.notification_id == notice.id)
            )
            found.append((notice.event, {(one.channel, one.progress) for one in lines}))
        return found


def give(database: Database) -> None:
    """As the worker does each day; a second time, as one that was started again."""
    for _time in range(2):
        with database.writing() as session:
            retention.give_notice(session)


@pytest.mark.parametrize(
    ("way", "digest", "expected"),
    [
        (Way.EMAIL, False, {(EMAIL, DeliveryProgress.WAITING)}),
        (Way.EMAIL, True, {(EMAIL, DeliveryProgress.GATHERED)}),
        (Way.SMS, False, {(SMS, DeliveryProgress.WAITING)}),
        (Way.BOTH, True, {(EMAIL, DeliveryProgress.GATHERED), (SMS, DeliveryProgress.WAITING)}),
        (Way.SPACE, False, set()),
    ],
)
def test_an_end_is_told_once_by_the_ways_chosen(
    ending: list[str], database: Database, town: Town, way: Way, digest: bool, expected: set[Any]
) -> None:
    choose(database, town, way, digest=digest)
    give(database)
    assert told(database) == [(NotificationEvent.SPACE_ENDING, expected)]
    with clock.shifted(timedelta(days=22)):
        give(database)
    assert told(database) == [(NotificationEvent.SPACE_ENDING, expected)] * 2, "and seven days before"


def test_the_letter_the_morning_and_the_text_say_the_day_and_nothing_else(
    ending: list[str], app: Flask, database: Database, town: Town
) -> None:
    choose(database, town, Way.BOTH, digest=True)
    give(database)
    with database.writing() as session:
        notice = session.scalars(select(Notification).where(Notification.request_id.is_(None))).one()
        notice_id, day = notice.id, clock.today() + timedelta(days=29)
        assert notice.title == day.isoformat(), "the soonest of the two"
    with app.app_context(), database.reading() as session:
        letter = requests.render_notification(session, notice_id, public_url=BASE)
        message = requests.render_text(session, notice_id, public_url=BASE)
        assert letter is not None
        assert message is not None
        for said in (letter.subject, letter.text, letter.html):
            assert str(day.day) in said
            assert not any(reference in said for reference in ending)
        assert f"{BASE}/mon-espace/bientot-efface" in letter.text
        assert f"{BASE}/mon-espace/bientot-efface" in message.text
    with clock.shifted(timedelta(days=1, hours=1)), app.app_context(), database.writing() as session:
        batch = notifications.gather(session, town.angela.id)
        assert batch is not None
        morning = requests.render_digest(session, batch, public_url=BASE)
        assert morning is not None
        assert f"{BASE}/mon-espace/bientot-efface" in morning.text


def test_a_letter_is_in_the_words_that_the_person_chose_and_binds_in_none(
    ending: list[str], app: Flask, database: Database, town: Town, sign_in: Any
) -> None:
    angela: Browser = sign_in(town.angela)
    page = angela.get("/mon-espace/preferences")
    angela.post("/mon-espace/preferences", {**page.form("/mon-espace/preferences"), "language": "de"}, 422)
    angela.post("/mon-espace/preferences", {**page.form("/mon-espace/preferences"), "language": "fr@falc"})
    give(database)
    with app.app_context(), database.reading() as session:
        by_event = {one.event: one.id for one in session.scalars(select(Notification))}
        letters = {
            event: requests.render_notification(session, notice_id, public_url=BASE)
            for event, notice_id in by_event.items()
        }
    told, sent = letters[NotificationEvent.SPACE_ENDING], letters[NotificationEvent.REQUEST_SUBMITTED]
    assert told is not None
    assert sent is not None
    for form in (told.text, told.html):
        assert "Enregistrez-les avant." in form
    for form in (sent.text, sent.html):
        assert "Avoir une carte" in form, "the simplified name of the procedure"
    assert "Accusé de réception de votre demande" in sent.subject, "what has no twin stays in plain French"
    paper = angela.get(f"/demandes/{ending[0]}/accuse")
    assert "Obtenir une carte" in paper.text
    assert angela.get("/mon-espace/preferences").form("/mon-espace/preferences")["language"] == "fr@falc"


def test_a_text_about_an_end_waits_for_the_end_of_the_quiet_hours(
    ending: list[str], database: Database, town: Town
) -> None:
    choose(database, town, Way.SMS)
    assert texts_due(database) == 1, "the code that proves the number does not wait"
    with database.writing() as session:
        session.execute(delete(OutboxMessage).where(OutboxMessage.lane == "sms"))
    give(database)
    assert texts_due(database) == 0
    with clock.shifted(timedelta(hours=3)):
        assert texts_due(database) == 1


def texts_due(database: Database) -> int:
    """How many text messages the worker would take now."""
    with database.writing() as session:
        found = len(outbox.claim(session, worker="e", lane="sms", limit=9))
        session.rollback()
    return found


def test_the_end_of_an_account_is_told_even_to_who_wants_reminders_in_their_space_only(
    app: Flask, database: Database, town: Town, sign_in: Any
) -> None:
    choose(database, town, Way.SPACE, digest=True)
    with clock.shifted(ACCOUNT_KEPT - timedelta(days=20)):
        give(database)
        with database.reading() as session:
            mine = select(Notification.id).where(Notification.account_id == town.angela.id)
            notice_id = session.scalars(mine).one()
        with app.app_context(), database.reading() as session:
            letter = requests.render_notification(session, notice_id, public_url=BASE)
    assert (NotificationEvent.ACCOUNT_ENDING, {(EMAIL, DeliveryProgress.WAITING)}) in told(database)
    assert letter is not None
    assert letter.recipient == "angela@usagers.example"
    browser: Browser = sign_in(town.angela)
    page = browser.get("/mon-espace/notifications")
    assert "Votre compte sera effacé après le" in page.text
    with database.reading() as session:
        assert session.get(Account, town.angela.id) is not None
