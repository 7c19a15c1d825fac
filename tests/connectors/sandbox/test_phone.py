"""The simulated SMS operator and its phone, asked by our own connector as a trial installation does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from connectors.partners.sms import CONNECTOR
from connectors.partners.sms.connector import SmsConnector
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    EgressPolicy,
    InboundCall,
    OutgoingMessage,
    PermanentError,
    ProtocolError,
    RetryableError,
    Timeouts,
    UpdateStatus,
    WebhookRefused,
    build_connector,
)
from tests.connectors.sandbox.support import WEBHOOK_SECRET, Program, Receiver
from tests.connectors.sandbox.test_pages import check_page

NUMBER = "+33639980142"


@pytest.fixture
def phone(bac: Program) -> Iterator[SmsConnector]:
    context = ConnectorContext(
        "sms", EgressPolicy(["127.0.0.0/8"]), lambda: datetime.now(UTC), timeouts=Timeouts(2.0, 0.6, 1.5)
    )
    options = {"base_url": f"{bac.address}/sms", "sender": "VALMONT"}
    built = build_connector(
        CONNECTOR, options, {"api_key": "cle-operateur-sms", "webhook_secret": WEBHOOK_SECRET}, context
    )
    assert isinstance(built, SmsConnector)
    yield built
    built.close()


def message(text: str, key: str = "") -> OutgoingMessage:
    return OutgoingMessage(key or str(uuid4()), NUMBER, "", text, "", "")


def calls(receiver: Receiver, number: int) -> list[InboundCall]:
    return [InboundCall("POST", headers, body, datetime.now(UTC)) for headers, body in receiver.wait(number)]


def test_a_message_is_read_on_the_phone_and_its_delivery_told(
    bac: Program, phone: SmsConnector, receiver: Receiver
) -> None:
    assert phone.check().ok
    word = str(uuid4())
    sent = phone.send(message(f"Une réponse : {word}", "the-key"))
    assert phone.send(message(f"Une réponse : {word}", "the-key")) == sent
    (call,) = calls(receiver, 1)
    (told,) = phone.read_webhook(call)
    assert (told.external_ref, told.status) == (sent.external_ref, UpdateStatus.ACCEPTED)
    assert list(phone.fetch_updates([sent.external_ref])) == [told]
    shown = check_page(bac.http.get(f"{bac.address}/telephone?numero=0639980142").text)
    assert "".join(shown.itertext()).count(word) == 1
    check_page(bac.http.get(f"{bac.address}/telephone?numero=999").text)


def test_operator_that_goes_wrong(bac: Program, phone: SmsConnector) -> None:
    wrongs: dict[str, type[Exception]] = {
        "down": RetryableError,
        "nonsense": ProtocolError,
        "truncated": RetryableError,
        "commit_then_drop": RetryableError,
        "invalid_number": PermanentError,
        "blocked": PermanentError,
        "no_credit": ConfigurationError,
        "unauthorized": ConfigurationError,
    }
    for scenario, expected in wrongs.items():
        bac.incident("sms", scenario)
        with pytest.raises(expected):
            phone.send(message(scenario))
    bac.incident("sms", "slow", delay=3)
    with pytest.raises(RetryableError) as slow:
        phone.send(message("slow", "slow-key"))
    assert slow.value.ambiguous
    bac.reset()
    phone.send(message("slow", "slow-key"))
    listed = bac.http.get(f"{bac.address}/telephone/messages.json").json()["items"]
    assert [one["text"] for one in listed].count("slow") == 1


def test_reports_that_go_wrong(bac: Program, phone: SmsConnector, receiver: Receiver) -> None:
    bac.incident("sms", "undelivered", once="1")
    lost = phone.send(message("perdu"))
    assert phone.read_webhook(calls(receiver, 1)[0])[0].status is UpdateStatus.REJECTED
    assert phone.fetch_updates([lost.external_ref])[0].details == {"code": "absent_subscriber"}
    receiver.clear()
    bac.incident("sms", "duplicate_callback", once="1")
    phone.send(message("trois fois"))
    assert len({phone.read_webhook(call)[0].update_id for call in calls(receiver, 3)}) == 1
    for scenario in ("unsigned_callback", "replayed_callback", "forged_callback"):
        receiver.clear()
        bac.incident("sms", scenario, once="1")
        phone.send(message(scenario))
        with pytest.raises(WebhookRefused):
            phone.read_webhook(calls(receiver, 1)[0])


def test_who_does_not_speak_the_contract_is_refused(bac: Program) -> None:
    address, key = f"{bac.address}/sms/messages", {"Authorization": "Bearer cle-operateur-sms"}
    body = {"to": NUMBER, "from": "VALMONT", "text": "Bonjour", "encoding": "gsm7"}
    assert bac.http.post(address, json=body).status_code == 401
    assert bac.http.post(address, json=body, headers=key).status_code == 400
    key["Idempotency-Key"] = str(uuid4())
    for wrong in ({"to": "0639980142"}, {"text": ""}, {"encoding": "utf-8"}, {"more": "x"}):
        assert bac.http.post(address, json={**body, **wrong}, headers=key).status_code == 422, wrong
    assert bac.http.post(address, json=body, headers=key).status_code == 202
    assert bac.http.post(address, json={**body, "text": "Autre"}, headers=key).status_code == 422
    assert bac.http.get(f"{address}/inconnu", headers=key).status_code == 404
