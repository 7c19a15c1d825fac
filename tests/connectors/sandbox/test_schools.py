"""The school software: contract, idempotency, incidents of its interface."""

import json
import socket
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.connectors.sandbox.support import Program, School, enrolment


def test_an_enrolment_is_received_and_can_be_read(school: School) -> None:
    body = enrolment()
    answer = school.submit(body)
    assert answer.status_code == 202
    assert answer.json()["status"] == "received"
    read = school.http.get(f"/enrolments/{answer.json()['enrolment_id']}").json()
    assert (read["external_ref"], read["status"]) == (body["external_ref"], "received")
    assert [event["status"] for event in read["events"]] == ["received"]
    assert set(read["events"][0]) == {"event_id", "status", "occurred_at", "details"}
    found = school.http.get("/enrolments", params={"external_ref": body["external_ref"]}).json()
    assert found == {"items": [read]}
    assert school.http.get("/enrolments", params={"external_ref": "VSI-INCONNU"}).json() == {"items": []}


def test_the_same_key_gives_the_same_answer_and_one_record(school: School) -> None:
    before, body = school.counts(), enrolment()
    answers = {school.submit(body, "cle-repetee-" + body["external_ref"]).text for _ in range(3)}
    after = school.counts()
    assert len(answers) == 1
    assert after["attempts"] - before["attempts"] == 3
    assert after["records"] - before["records"] == 1
    assert after["keys"] - before["keys"] == 1
    assert after["max_attempts_per_key"] >= 3
    assert (after["max_records_per_key"], after["max_records_per_reference"]) == (1, 1)


def test_the_same_key_with_another_content_is_refused(school: School) -> None:
    key = "cle-detournee-" + school.submit().json()["enrolment_id"]
    assert school.submit(enrolment(), key).status_code == 202
    refused = school.submit(enrolment(), key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_child_and_year_is_a_conflict_until_the_first_is_refused(school: School) -> None:
    body = enrolment()
    first = school.submit(body).json()["enrolment_id"]
    again = school.submit({**body, "external_ref": "VSI-AUTRE"})
    assert again.status_code == 409
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.json()["code"] == "duplicate_child_year"
    assert again.json()["enrolment_id"] == first
    assert again.json()["status"] == 409
    assert school.submit({**body, "school_year": "2027-2028"}).status_code == 202
    school.move(first, "refused", motif="Hors secteur")
    assert school.submit({**body, "external_ref": "VSI-AUTRE"}).status_code == 202


def without(name: str) -> dict:
    body = enrolment()
    del body[name]
    return body


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (enrolment(school_year="2026-2028"), "/school_year"),
        (enrolment(level="CE9"), "/level"),
        (enrolment(guardians=[]), "/guardians"),
        (enrolment(consent="oui"), "/consent"),
        (enrolment(allergies="arachide"), "/allergies"),
        (enrolment(child={"birth_name": "X", "first_names": ["Y"], "birth_date": "2022-02-30"}), "/child/birth_date"),
        (without("external_ref"), "/external_ref"),
        (without("address"), "/address"),
        (["pas un objet"], "/"),
    ],
)
def test_a_body_that_does_not_follow_the_contract_is_refused(school: School, body: object, pointer: str) -> None:
    answer = school.submit(body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_body"
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}


def test_a_refusal_does_not_repeat_the_values(school: School) -> None:
    assert "arachide" not in school.submit(enrolment(allergies="arachide")).text


def test_key_and_idempotency_key_are_asked(school: School) -> None:
    url = f"{school.http.base_url}enrolments"
    bare = school.http.post(url, json=enrolment(), headers={"Authorization": "Bearer fausse", "Idempotency-Key": "a"})
    assert (bare.status_code, bare.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert school.http.post("/enrolments", json=enrolment()).json()["code"] == "missing_idempotency_key"
    assert school.http.post("/enrolments", content=b"x", headers={"Idempotency-Key": "b"}).status_code == 415
    assert school.http.get("/enrolments/inconnu").status_code == 404
    assert school.http.get("/enrolments").status_code == 400


def test_ping_schools_and_contract(school: School) -> None:
    assert school.http.get("/ping").json() == {"contract": "school-enrolment/1", "authority": "21380999900019"}
    assert school.http.get("/ping", headers={"Authorization": "Bearer fausse"}).status_code == 401
    assert len(school.http.get("/schools", params={"citycode": "38999"}).json()["items"]) == 4
    assert school.http.get("/schools", params={"citycode": "75107"}).json() == {"items": []}
    assert "school_year" in school.http.get("/contrat.json").json()["required"]


@pytest.mark.parametrize(
    ("scenario", "status"), [("down", 503), ("rate_limited", 429), ("unauthorized", 401), ("refuse", 422)]
)
def test_an_incident_answers_instead_of_the_work(bac: Program, school: School, scenario: str, status: int) -> None:
    before = school.counts()["records"]
    bac.incident("ecoles", scenario)
    answer = school.submit()
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.get("Retry-After") == ("7" if scenario == "rate_limited" else None)
    assert school.http.get("/ping").status_code == (200 if scenario == "refuse" else status)
    assert school.counts()["records"] == before


def test_nonsense_is_a_web_page(bac: Program, school: School) -> None:
    bac.incident("ecoles", "nonsense")
    answer = school.submit()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_cut_connection_records_nothing(bac: Program, school: School) -> None:
    before = school.counts()
    bac.incident("ecoles", "refuse_connection")
    with pytest.raises(httpx2.TransportError):
        school.submit()
    after = school.counts()
    assert after["attempts"] == before["attempts"] + 1
    assert after["records"] == before["records"]


@pytest.mark.parametrize("scenario", ["commit_then_drop", "drop"])
def test_recorded_then_cut_is_found_again_with_the_same_key(bac: Program, school: School, scenario: str) -> None:
    body = enrolment()
    bac.incident("ecoles", scenario, once=1)
    with pytest.raises(httpx2.TransportError):
        school.submit(body, "ambigu-" + body["external_ref"])
    found = school.http.get("/enrolments", params={"external_ref": body["external_ref"]}).json()["items"]
    assert len(found) == 1
    again = school.submit(body, "ambigu-" + body["external_ref"])
    assert (again.status_code, again.json()["enrolment_id"]) == (202, found[0]["enrolment_id"])


def read_until_reset(raw: socket.socket) -> bytes:
    received = b""
    try:
        while part := raw.recv(4096):
            received += part
    except ConnectionResetError:
        return received
    pytest.fail("the connection ended in good order")


def test_a_truncated_answer_stops_halfway(bac: Program, school: School) -> None:
    body = enrolment()
    bac.incident("ecoles", "truncated")
    address = urlsplit(bac.address)
    text = json.dumps(body).encode()
    head = (
        f"POST /ecoles/enrolments HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer cle-ecoles\r\n"
        f"Idempotency-Key: t-{body['external_ref']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as raw:
        raw.sendall(head.encode() + text)
        received = read_until_reset(raw)
    headers, _, start = received.partition(b"\r\n\r\n")
    told = int(next(line for line in headers.split(b"\r\n") if line.lower().startswith(b"content-length")).split()[1])
    assert headers.startswith(b"HTTP/1.1 202")
    assert 0 < len(start) < told
    bac.reset()
    assert len(school.http.get("/enrolments", params={"external_ref": body["external_ref"]}).json()["items"]) == 1


def test_slow_records_before_it_waits(bac: Program, school: School) -> None:
    body = enrolment()
    bac.incident("ecoles", "slow", delay=1.5, once=1)
    with pytest.raises(httpx2.ReadTimeout):
        school.http.post(
            "/enrolments", json=body, headers={"Idempotency-Key": body["external_ref"]}, timeout=httpx2.Timeout(0.5)
        )
    assert len(school.http.get("/enrolments", params={"external_ref": body["external_ref"]}).json()["items"]) == 1


def test_a_share_of_answers_is_lost_after_recording(bac: Program, school: School) -> None:
    bac.incident("ecoles", fail_rate=1)
    before, body = school.counts()["records"], enrolment()
    with pytest.raises(httpx2.TransportError):
        school.submit(body, body["external_ref"])
    assert school.http.get("/ping").status_code == 200
    bac.incident("ecoles", fail_rate=0)
    assert school.submit(body, body["external_ref"]).status_code == 202
    assert school.counts()["records"] == before + 1


def test_a_kept_connection_answers_many_calls_quickly(school: School) -> None:
    first = school.submit()
    for _ in range(50):
        assert school.submit().elapsed.total_seconds() < 0.5
    assert first.http_version == "HTTP/1.1"
    assert "Connection" not in first.headers
