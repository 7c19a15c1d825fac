"""Callbacks of the school software, from the buttons of its pages to the portal."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from connectors.sandbox.courier import sign
from connectors.sandbox.settings import webhook_key
from tests.connectors.sandbox.support import WEBHOOK_SECRET, Program, Receiver, School, enrolment, eventually

KEY = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))


def signature(headers: dict[str, str], body: bytes) -> str:
    """The signature a receiver expects, made here from the standard's words."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()


def submitted(school: School) -> tuple[str, str]:
    body = enrolment()
    return school.submit(body).json()["enrolment_id"], body["external_ref"]


def test_the_signature_is_the_published_example() -> None:
    body = b'{"type":"request.status_changed","timestamp":"2023-11-14T22:13:20Z","data":{"id":"REQ-1"}}'
    made = sign(webhook_key(WEBHOOK_SECRET), "msg_01HF", 1_700_000_000, body)
    assert made == "v1,Ac7gAObQ3nQ+zQPbyDdOYA4dQwr97n8SFL+N1tlRhLU="


def test_a_move_sends_a_signed_callback(school: School, receiver: Receiver) -> None:
    enrolment_id, reference = submitted(school)
    assert school.move(enrolment_id, "under_review").status_code == 303
    headers, body = receiver.wait(1)[0]
    assert headers["webhook-signature"] == signature(headers, body)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 30
    told = json.loads(body)
    assert told["type"] == "enrolment.status_changed"
    event = school.http.get(f"/enrolments/{enrolment_id}").json()["events"][-1]
    assert told["data"] == {"enrolment_id": enrolment_id, "external_ref": reference, **event}
    assert headers["webhook-id"] == event["event_id"]


def test_each_state_carries_its_details(school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    for status, form, details in (
        ("incomplete", {"piece": "vaccinations"}, {"missing": ["vaccinations"]}),
        ("under_review", {}, {}),
        ("assigned", {"ecole": "0389904D"}, {"school_uai": "0389904D"}),
    ):
        assert school.move(enrolment_id, status, **form).status_code == 303
        last = school.http.get(f"/enrolments/{enrolment_id}").json()["events"][-1]
        assert (last["status"], last["details"]) == (status, details)
    school.move(enrolment_id, "certificate_issued")
    school.move(enrolment_id, "admitted")
    assert [json.loads(body)["data"]["status"] for _, body in receiver.wait(5)] == [
        "incomplete", "under_review", "assigned", "certificate_issued", "admitted",
    ]  # fmt: skip


def test_a_move_the_contract_does_not_have_is_refused(school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    for status, form, code in (
        ("admitted", {}, 409),
        ("inventé", {}, 422),
        ("refused", {}, 422),
        ("incomplete", {}, 422),
    ):
        assert school.move(enrolment_id, status, **form).status_code == code
    school.move(enrolment_id, "refused", motif="Adresse hors de la commune")
    assert school.move(enrolment_id, "under_review").status_code == 409
    assert json.loads(receiver.wait(1)[0][1])["data"]["details"] == {"reason": "Adresse hors de la commune"}
    assert "terminé" in school.http.get(f"/dossiers/{enrolment_id}").text


def test_a_refused_callback_is_sent_again_and_written_down(school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    receiver.statuses[:] = [503]
    school.move(enrolment_id, "under_review")
    (first, body), (second, again) = receiver.wait(2)[:2]
    assert first["webhook-id"] == second["webhook-id"]
    assert body == again
    eventually(lambda: "accepté (204)" in school.http.get(f"/dossiers/{enrolment_id}").text)
    assert "refusé (503)" in school.http.get(f"/dossiers/{enrolment_id}").text


def test_a_receiver_that_is_gone_is_left_alone(school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    receiver.statuses[:] = [410]
    school.move(enrolment_id, "cancelled")
    eventually(lambda: "abandonné" in school.http.get(f"/dossiers/{enrolment_id}").text)
    assert len(receiver.calls) == 1


@pytest.mark.parametrize("name", ["duplicate_callback", "twice"])
def test_duplicates_carry_the_same_id(bac: Program, school: School, receiver: Receiver, name: str) -> None:
    enrolment_id, _ = submitted(school)
    bac.incident("ecoles", name)
    school.move(enrolment_id, "under_review")
    calls = receiver.wait(3)
    assert len({headers["webhook-id"] for headers, _ in calls}) == 1
    assert all(headers["webhook-signature"] == signature(headers, body) for headers, body in calls)


def test_an_unsigned_callback(bac: Program, school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    bac.incident("ecoles", "unsigned_callback", once=1)
    school.move(enrolment_id, "under_review")
    assert "webhook-signature" not in receiver.wait(1)[0][0]
    school.move(enrolment_id, "cancelled")
    assert "webhook-signature" in receiver.wait(2)[1][0]


def test_a_replayed_callback_is_signed_but_old(bac: Program, school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    bac.incident("ecoles", "replayed_callback")
    school.move(enrolment_id, "under_review")
    headers, body = receiver.wait(1)[0]
    assert headers["webhook-signature"] == signature(headers, body)
    assert time.time() - int(headers["webhook-timestamp"]) > 3500


def test_a_forged_callback_has_another_signature(bac: Program, school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    bac.incident("ecoles", "forged_callback")
    receiver.statuses[:] = [401]
    school.move(enrolment_id, "under_review")
    headers, body = receiver.wait(1)[0]
    assert headers["webhook-signature"].startswith("v1,")
    assert headers["webhook-signature"] != signature(headers, body)


def test_an_unknown_status_is_told_by_callback_and_by_reading(bac: Program, school: School, receiver: Receiver) -> None:
    enrolment_id, _ = submitted(school)
    bac.incident("ecoles", "unknown_status")
    school.move(enrolment_id, "under_review")
    assert json.loads(receiver.wait(1)[0][1])["data"]["status"] == "archived_by_vendor"
    assert school.http.get(f"/enrolments/{enrolment_id}").json()["status"] == "archived_by_vendor"
    bac.reset()
    assert school.http.get(f"/enrolments/{enrolment_id}").json()["status"] == "under_review"


def test_the_automatic_mode_accepts_by_itself(school: School, receiver: Receiver) -> None:
    try:
        assert school.http.post("/dossiers/automatique", data={"secondes": "1"}).status_code == 303
        enrolment_id, reference = submitted(school)
        eventually(lambda: school.http.get(f"/enrolments/{enrolment_id}").json()["status"] == "admitted")
    finally:
        school.http.post("/dossiers/automatique", data={"secondes": "0"})
    told = [json.loads(body)["data"] for _, body in receiver.calls]
    eventually(lambda: sum(json.loads(b)["data"]["external_ref"] == reference for _, b in receiver.calls) == 4)
    assert all(data["status"] != "received" for data in told)
    wrong = school.http.post("/dossiers/automatique", data={"secondes": "bientôt"})
    assert wrong.status_code == 422
    assert "bientôt" in wrong.text
