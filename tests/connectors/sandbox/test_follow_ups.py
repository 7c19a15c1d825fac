"""The school software: what a family sends about an enrolment that exists."""

import pytest

from tests.connectors.sandbox.support import School, enrolment


@pytest.fixture
def kept(school: School) -> dict:
    body = enrolment()
    return {**body, "enrolment_id": school.submit(body).json()["enrolment_id"]}


def read(school: School, kept: dict) -> dict:
    return school.http.get(f"/enrolments/{kept['enrolment_id']}").json()


def states(school: School, kept: dict) -> list[str]:
    return [event["status"] for event in read(school, kept)["events"]]


def body_of(kept: dict) -> dict:
    return {name: value for name, value in kept.items() if name != "enrolment_id"}


def test_a_cancelled_enrolment_stops_and_frees_the_child(school: School, kept: dict) -> None:
    twin = {**body_of(kept), "external_ref": "VSI-NOUVELLE"}
    assert school.submit(twin).status_code == 409
    answers = [school.cancel(kept, key) for key in ("arret-1-" + kept["enrolment_id"],) * 2]
    answers.append(school.cancel(kept))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].text == answers[1].text
    assert {answer.json()["status"] for answer in answers} == {"cancelled"}
    assert states(school, kept) == ["received", "cancelled"]
    assert school.move(kept["enrolment_id"], "under_review").status_code == 409
    assert school.submit(twin).status_code == 202


def test_an_answer_has_an_incomplete_enrolment_looked_at_again(school: School, kept: dict) -> None:
    school.move(kept["enrolment_id"], "incomplete", piece="justificatif_domicile")
    key = "reponse-" + kept["enrolment_id"]
    answers = [school.complete(kept, "Voici la quittance d’Ève.", key) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].text == answers[1].text
    assert answers[0].json()["status"] == "under_review"
    assert states(school, kept) == ["received", "incomplete", "under_review"]
    page = school.http.get(f"/dossiers/{kept['enrolment_id']}").text
    assert page.count("Voici la quittance d’Ève.") == 1


def test_an_answer_that_nobody_awaited_is_kept_and_moves_nothing(school: School, kept: dict) -> None:
    assert school.complete(kept).json()["status"] == "received"
    assert states(school, kept) == ["received"]


@pytest.mark.parametrize("act", ["cancel", "complete"])
def test_what_is_refused_says_why(school: School, kept: dict, act: str) -> None:
    send = getattr(school, act)
    key = f"cle-{act}-{kept['enrolment_id']}"
    assert send({**kept, "external_ref": "VSI-AUTRE"}).status_code == 404
    assert send({**kept, "enrolment_id": "enr_inconnu"}).status_code == 404
    assert school.complete(kept, "Premier texte.", key).status_code == 202
    reused = send(kept, key=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    school.move(kept["enrolment_id"], "refused", motif="Hors secteur")
    ended = send(kept)
    assert (ended.status_code, ended.json()["code"]) == (409, "enrolment_ended")
    assert ended.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("act", ["cancellation", "complements"])
def test_a_call_that_does_not_follow_the_contract_is_refused(school: School, kept: dict, act: str) -> None:
    path = f"/enrolments/{kept['enrolment_id']}/{act}"
    assert school.http.post(path, json={}).json()["code"] == "missing_idempotency_key"
    refused = school.http.post(path, json={"sante": "x"}, headers={"Idempotency-Key": "k"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")
    assert school.http.post(path, json={}, headers={"Authorization": "Bearer autre"}).status_code == 401


def test_a_correction_replaces_what_the_file_says_and_an_older_one_does_not(school: School, kept: dict) -> None:
    corrected = {**body_of(kept), "level": "GS"}
    answers = [school.amend(kept, 2, corrected, key) for key in ("corr-2-" + kept["enrolment_id"],) * 2]
    answers.append(school.amend(kept, 1, body_of(kept)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.json()["amendment"] for answer in answers} == {2}
    page = school.http.get(f"/dossiers/{kept['enrolment_id']}").text
    assert "&#34;GS&#34;" in page
    assert states(school, kept) == ["received"]
    assert school.amend(kept, 3, {"level": "GS"}).status_code == 422
    school.move(kept["enrolment_id"], "refused", motif="Hors secteur")
    assert school.amend(kept, 3, corrected).json()["code"] == "enrolment_ended"


def test_a_departure_is_answered_by_a_certificate(school: School) -> None:
    asked = enrolment()
    body = {
        "external_ref": asked["external_ref"],
        "child": asked["child"],
        "guardians": asked["guardians"],
        "leaving": {"date": "2026-08-31", "city": "Saint-Ours-les-Prés"},
    }
    sent = school.http.post("/deregistrations", json=body, headers={"Idempotency-Key": asked["external_ref"]})
    assert sent.status_code == 202
    departure = {**body, "enrolment_id": sent.json()["enrolment_id"]}
    other_kind = school.amend(departure, 1, body_of(asked))
    assert (other_kind.status_code, other_kind.json()["code"]) == (422, "other_kind")
    assert school.move(departure["enrolment_id"], "under_review").status_code == 303
    assert school.move(departure["enrolment_id"], "assigned", ecole="0389902B").status_code == 409
    assert school.move(departure["enrolment_id"], "accepted").status_code == 303
    last = read(school, departure)["events"][-1]
    assert last["status"] == "accepted"
    assert last["details"]["certificate_number"].startswith("RAD-")
