"""What a person is told of, how they choose to be, and what both sides see when it does not arrive."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.app import create_app
from portal.casework.notifications import service as notifications
from portal.casework.notifications.models import Notification, PhoneClaim
from portal.casework.notifications.service import DeliveryProgress, NoticeChannel
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.settings import ConnectionSettings, Settings
from tests.support.client import Browser, Page
from tests.support.town import COMPILED, Town, counted, sent_request

LIST, CHOICES = "/mon-espace/notifications", "/mon-espace/preferences"
PHONE = f"{CHOICES}/telephone"
NUMBER, SHOWN = "+33639980142", "06 39 98 01 42"


@pytest.fixture
def app(settings: Settings, database: Database, town: Town) -> Flask:
    """The portal with an SMS operator; nobody answers at the other end."""
    connections = {
        "ecoles": ConnectionSettings(connector="school", title="Logiciel des écoles"),
        "sms": ConnectionSettings(connector="sms", title="SMS aux usagers"),
    }
    made = create_app(settings.model_copy(update={"connections": connections}), database, propagate=True)
    made.jinja_env.bytecode_cache = COMPILED
    return made


def code_of(database: Database, app: Flask) -> str:
    with app.test_request_context("/"), database.reading() as session:
        claim = session.scalars(select(PhoneClaim).order_by(PhoneClaim.id.desc())).first()
        assert claim is not None
        message = notifications.render_phone_code(session, claim.id)
    assert message is not None
    assert message.recipient == NUMBER
    return message.text.partition(" ")[0]


def prove_phone(browser: Browser, database: Database, app: Flask) -> Page:
    browser.follow(browser.post(PHONE, {"phone": "06 39 98 01 42"}), state="code sent")
    return browser.follow(browser.post(f"{PHONE}/code", {"code": code_of(database, app)}), state="verified")


def noticed(database: Database, channel: NoticeChannel, progress: DeliveryProgress, code: str = "") -> None:
    """What became of the newest notice by a channel."""
    with database.writing() as session:
        newest = session.scalars(select(Notification).order_by(Notification.id.desc())).first()
        assert newest is not None
        notifications.track(session, newest.id, channel, progress, code=code)


def test_notices_are_listed_read_one_by_one_then_all(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    assert "Aucune notification" in angela.get(LIST, state="empty").text
    references = [sent_request(database, town.angela) for _ in range(12)]
    assert "12 notifications à lire" in angela.get("/mon-espace").text
    page = angela.get(LIST, state="to read")
    assert page.text.count("Accusé de réception de votre demande") == 20, "each line, and the words of its button"
    assert references[-1] in page.text
    assert references[0] not in page.text
    older = angela.get(page.links()["Voir la suite de la liste"], state="older")
    assert references[0] in older.text
    newest = page.all("button", name="ouvrir")[0].get("value")
    opened = angela.post(LIST, {"ouvrir": newest})
    assert opened.location == f"/demandes/{references[-1]}"
    assert "11 notifications à lire" in angela.get("/mon-espace").text
    assert angela.get(LIST).links()[f"Accusé de réception de votre demande {references[-1]}"] == opened.location
    with database.reading() as session:
        mine = session.scalars(select(Notification.id).where(Notification.account_id == town.angela.id)).first()
    layla = sign_in(town.layla)
    for wrong in (str(mine), str(uuid4()), "x"):
        layla.post(LIST, {"ouvrir": wrong}, 404)
    done = angela.follow(angela.post(LIST), state="all read")
    assert "marquées comme lues" in done.text
    assert "Mes notifications" in angela.get("/mon-espace").text
    assert angela.get(f"{LIST}?avant=hier").status == 200


def test_pages_cost_the_same_whatever_there_is(angela: Browser, app: Flask, town: Town, database: Database) -> None:
    prove_phone(angela, database, app)
    sent_request(database, town.angela)

    def cost(path: str) -> int:
        angela.get(path)
        with counted(database) as statements:
            angela.get(path)
        return len(statements)

    few = cost(LIST), cost(CHOICES)
    for _ in range(12):
        sent_request(database, town.angela)
    assert (cost(LIST), cost(CHOICES)) == few
    assert max(few) <= 6
    for path in (LIST, CHOICES):
        assert sum(1 for _ in angela.get(path).tree.iter()) <= 230, path


def test_choices_are_kept_and_only_those_offered(angela: Browser, town: Town, database: Database) -> None:
    page = angela.get(CHOICES, state="plain")
    form = page.form(CHOICES)
    assert form["legal"] == "email"
    assert form["poll"] == "none"
    assert "SMS" not in "".join(page.all("select", name="answer")[0].itertext())
    angela.post(CHOICES, {**form, "answer": "space", "digest": "oui", "quiet_from": "22"})
    kept = angela.get(CHOICES).form(CHOICES)
    assert (kept["answer"], kept["digest"], kept["quiet_from"], kept["quiet_until"]) == ("space", "oui", "22", "8")
    for wrong in (
        {"legal": "space"},
        {"legal": "none"},
        {"answer": "none"},
        {"answer": "sms"},  # no number is verified
        {"answer": "pigeon"},
        {"answer": ""},
        {"quiet_from": "24"},
        {"quiet_until": "-1"},
        {"quiet_until": "midi"},
    ):
        refused = angela.post(CHOICES, {**kept, **wrong}, 422, state="refused")
        assert refused.title.startswith("Erreur")
    assert {**angela.get(CHOICES).form(CHOICES), "csrf_token": ""} == {**kept, "csrf_token": ""}
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        requests.post_message(session, town.agent(town.meryem), reference, "Bonjour", idempotency_key="a")
        queued = session.execute(text("SELECT count(*) FROM outbox_message WHERE kind = 'notification'")).scalar_one()
    assert queued == 1, "the acknowledgement left by e-mail; the message waits in the space"
    assert "Un message sur votre demande" in angela.get(LIST).text


def test_a_number_is_proven_by_a_code_that_serves_once(
    angela: Browser, app: Flask, town: Town, database: Database
) -> None:
    for wrong, sentence in (
        ("", "Indiquez votre numéro"),
        ("01 99 00 12 34", "un téléphone fixe ne reçoit pas"),
        ("06 39", "dix chiffres"),
        ("<b>06</b>", "dix chiffres"),
    ):
        assert sentence in angela.post(PHONE, {"phone": wrong}, 422, state="bad number").text
    page = angela.follow(angela.post(PHONE, {"phone": "06.39.98.01.42"}))
    assert f"envoyés au {SHOWN}" in page.text
    code = code_of(database, app)
    assert len(code) == 6
    with database.reading() as session:
        kept = str(session.execute(text("SELECT * FROM phone_claim")).all())
        kept += str(session.execute(text("SELECT payload FROM outbox_message")).all())
    assert code not in kept
    assert "39980142" not in kept
    wrong_code = f"{(int(code) + 1) % 10**6:06d}"
    assert "n’est pas le bon" in angela.post(f"{PHONE}/code", {"code": wrong_code}, 422, state="wrong code").text
    verified = angela.follow(angela.post(f"{PHONE}/code", {"code": f" {code[:3]} {code[3:]} "}))
    assert "Numéro vérifié" in verified.text
    assert "Par SMS" in "".join(verified.all("select", name="legal")[0].itertext())
    with database.reading() as session:
        assert session.scalars(select(PhoneClaim.settled_at)).one() is not None, "a code serves once"
    angela.post(f"{PHONE}/code", {"code": code})
    angela.post(CHOICES, {**verified.form(CHOICES), "legal": "sms", "answer": "both"})
    sent_request(database, town.angela)
    with database.reading() as session:
        lanes = session.execute(text("SELECT lane FROM outbox_message WHERE kind LIKE 'notification%'")).scalars()
        assert list(lanes) == ["sms"]
    gone = angela.follow(angela.post(f"{PHONE}/retirer"), state="removed")
    assert "retiré" in gone.text
    assert gone.all("input", name="phone")
    sent_request(database, town.angela)
    with database.reading() as session:
        lanes = session.execute(text("SELECT lane FROM outbox_message WHERE kind LIKE 'notification%' ORDER BY id"))
        assert list(lanes.scalars()) == ["sms", "courriel"], "without a number, what the law asks goes by e-mail"


def test_codes_end_are_counted_and_cannot_be_guessed(angela: Browser, app: Flask, database: Database) -> None:
    angela.post(PHONE, {"phone": NUMBER})
    code = code_of(database, app)
    with clock.shifted(timedelta(minutes=11)):
        assert "plus valable" in angela.post(f"{PHONE}/code", {"code": code}, 422, state="code over").text
    for _ in range(5):
        angela.post(f"{PHONE}/code", {"code": "abc"}, 422)
    angela.post(f"{PHONE}/code", {"code": code}, 422)
    for _ in range(4):
        angela.post(PHONE, {"phone": NUMBER})
    angela.post(PHONE, {"phone": NUMBER}, 429)
    with database.reading() as session:
        sent = session.execute(text("SELECT count(*) FROM outbox_message WHERE kind = 'phone_code'")).scalar_one()
    assert sent == 5


def test_what_does_not_arrive_is_told_to_both_sides(
    angela: Browser, sign_in: Callable[..., Browser], app: Flask, town: Town, database: Database
) -> None:
    prove_phone(angela, database, app)
    reference = sent_request(database, town.angela)
    meryem = sign_in(town.meryem)
    noticed(database, NoticeChannel.SMS, DeliveryProgress.REFUSED, "absent_subscriber")
    noticed(database, NoticeChannel.EMAIL, DeliveryProgress.REFUSED, "smtp_550")
    told = meryem.get(f"/agents/dossiers/{reference}").words_of("t-envoye")
    assert told == "Ce qui a été envoyé à la personne"
    page = meryem.get(f"/agents/dossiers/{reference}").text
    assert "Le téléphone de la personne n’a pas répondu. Numéro à corriger" in page
    assert "Adresse à corriger" in page
    mine = angela.get(LIST, state="not reached")
    assert "Nous n’avons pas pu vous joindre par courriel" in mine.text
    assert "Nous n’avons pas pu vous joindre par SMS" in mine.text
    assert "Vérifiez votre numéro de téléphone" in angela.get(f"/demandes/{reference}").text
    with database.writing() as session:
        assert notifications.block(session, NoticeChannel.EMAIL, "angela@usagers.example", "smtp_550")
        assert notifications.block(session, NoticeChannel.EMAIL, "lecture@exemple.example", "smtp_550")
        assert notifications.block(session, NoticeChannel.SMS, NUMBER, "number_blocked")
        assert not notifications.block(session, NoticeChannel.EMAIL, "angela@usagers.example", "smtp_552")
    assert "Nous n’avons pas pu vous joindre à ce numéro" in angela.get(CHOICES, state="number blocked").text
    again = angela.follow(angela.post(f"{LIST}/reessayer"), state="try again")
    assert "Nous vous écrirons de nouveau" in again.text
    with database.reading() as session:
        for address in ("angela@usagers.example", "lecture@exemple.example"):
            assert not notifications.is_blocked(session, NoticeChannel.EMAIL, address)
        assert notifications.is_blocked(session, NoticeChannel.SMS, NUMBER)
    angela.post(PHONE, {"phone": NUMBER})
    noticed(database, NoticeChannel.SMS, DeliveryProgress.DELIVERED)
    assert "Reçue par SMS" in angela.get(LIST).text
    with database.writing() as session:
        claim = session.scalars(select(PhoneClaim).order_by(PhoneClaim.id.desc())).first()
        assert claim is not None
        notifications.record_code_sent(session, claim.id, refused="number_invalid")
    assert "n’a pas pu être remis" in angela.get(CHOICES, state="code refused").text


def test_without_an_operator_nothing_is_said_of_sms(
    settings: Settings, database: Database, town: Town, sign_in: Callable[..., Browser]
) -> None:
    schools = ConnectionSettings(connector="school", title="Logiciel des écoles")
    plain = create_app(settings.model_copy(update={"connections": {"ecoles": schools}}), database, propagate=True)
    browser = Browser(plain, settings, database).sign_in(town.angela)
    page = browser.get(CHOICES, state="no sms")
    assert "SMS" not in page.text
    browser.post(CHOICES, {**page.form(CHOICES), "question": "space"})
    browser.post(PHONE, {"phone": NUMBER}, 404)
    browser.post(f"{PHONE}/code", {"code": "123456"}, 404)


def test_operators_read_what_sms_cost(sign_in: Callable[..., Browser], town: Town, database: Database) -> None:
    with database.writing() as session:
        for segments, day in ((1, 3), (3, 20), (2, 25)):
            with clock.frozen(datetime(2027, 2 if day == 25 else 3, day, 12, tzinfo=UTC)):
                notifications.count_sms(session, segments)
    with clock.frozen(datetime(2027, 3, 28, 12, tzinfo=UTC)):
        page = sign_in(town.commune.agents["o.operateur"]).get("/agents/connexions", state="sms cost")
    assert "SMS envoyés, mars 20272 (4 segments facturés)" in page.text
    assert "SMS envoyés, février 20271 (2 segments facturés)" in page.text
