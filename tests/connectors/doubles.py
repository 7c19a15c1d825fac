"""Fake partners for the contract suite: the HTTP ones share everything but their routes."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sdk import EntitlementAnswer, InboundCall, LetterDraft, LetterPurpose
from connectors.sdk.webhooks import sign
from tests.connectors.fake_http import Answer, FakeHttpServer, Received, json_answer
from tests.connectors.samples import CAF, DEMO, LETTER, SCHOOL, SMS

WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
AUTHORITY = "21380999900019"


NONSENSE = {
    "page": b"<!doctype html><title>Maintenance</title>",
    "empty": b"",
    "list": b"[]",
    "truncated": b'{"enrolment_id": "E-1", "sta',
    "other_members": b'{"result": "ok"}',
    "wrong_types": b'{"enrolment_id": {"a": 1}, "id": 3.5, "status": ["received"]}',
    "null": b"null",
    "deep": b"[" * 100_000,
}


class HttpDouble:
    """An HTTP partner with an API key and idempotency keys."""

    api_key = "test-only-api-key-0001"
    busy_answers: Sequence[int] = (408, 425, 429, 500, 502, 503, 504)
    refused_credentials: Sequence[int] = (401, 403)
    refusals: Sequence[int] = (400, 404, 409, 410, 413, 415, 422, 451)
    nonsense: Sequence[str] = tuple(NONSENSE)

    def __init__(self) -> None:
        self._mode: Answer | None = None
        self._slow = False
        self._lose = False
        self.kept: dict[str, dict[str, Any]] = {}
        self.server = FakeHttpServer(self._respond)
        self.egress_allow: Sequence[str] = [self.server.address]
        self.secrets: Mapping[str, str] = {"api_key": self.api_key}
        self.options: Mapping[str, Any] = {"base_url": self.server.url}

    def answer(self, status: int) -> None:
        self._mode = Answer(status, b'{"title": "refus"}')

    def choose_nonsense(self, name: str) -> None:
        self._mode = Answer(200, NONSENSE[name])

    def answer_slowly(self) -> None:
        self._slow = True

    def lose_next_answer(self) -> None:
        self._lose = True

    def stop_listening(self) -> None:
        self.server.close()

    def records(self) -> int:
        return len(self.kept)

    def received_text(self) -> str:
        parts = [json.dumps([r.path, r.query, r.headers], ensure_ascii=False) for r in self.server.requests]
        bodies = [json.dumps(r.json(), ensure_ascii=False) for r in self.server.requests if r.body]
        return "\n".join(parts + bodies)

    def close(self) -> None:
        self.server.close()

    def _respond(self, request: Received) -> Answer:
        if self._mode is not None:
            return self._mode
        if request.headers.get("authorization") != f"Bearer {self.api_key}":
            return json_answer(401, {"title": "clé refusée"})
        answer = self.route(request)
        if self._lose and request.method == "POST":
            self._lose = False
            return Answer(cut=True)
        if self._slow:
            return Answer(answer.status, answer.body, answer.headers, delay=3.0)
        return answer

    def route(self, request: Received) -> Answer:
        raise NotImplementedError


class DemoDouble(HttpDouble):
    """The demonstration partner."""

    sample = DEMO

    def route(self, request: Received) -> Answer:
        if request.path == "/ping":
            return json_answer(200, {"contract": "demo/1"})
        if request.method == "POST" and request.path == "/requests":
            key = request.headers["idempotency-key"]
            record = {"id": f"D-{len(self.kept) + 1}", "status": "accepted", "reference": request.json()["reference"]}
            return json_answer(202, self.kept.setdefault(key, record))
        reference = request.query.get("reference", [""])[0]
        return json_answer(200, {"items": [kept for kept in self.kept.values() if kept["reference"] == reference]})


class SchoolDouble(HttpDouble):
    """A partner that speaks school-enrolment/1."""

    sample = SCHOOL

    def __init__(self) -> None:
        super().__init__()
        self._stopped: list[str] = []
        self._answers: dict[str, dict[str, str]] = {}
        self._amendments: dict[str, dict[str, int]] = {}
        self.options = {"base_url": f"{self.server.url}/ecoles/", "authority_code": AUTHORITY}
        self.secrets = {"api_key": self.api_key, "webhook_secret": WEBHOOK_SECRET}

    def route(self, request: Received) -> Answer:
        if request.path == "/ecoles/ping":
            return json_answer(200, {"contract": "school-enrolment/1", "authority": AUTHORITY})
        if request.method == "POST" and request.path in {"/ecoles/enrolments", "/ecoles/deregistrations"}:
            return self._create(request.headers["idempotency-key"], request.json())
        if request.method == "POST":
            return self._follow(request)
        if request.path == "/ecoles/enrolments":
            reference = request.query.get("external_ref", [""])[0]
            return json_answer(
                200, {"items": [kept for kept in self.kept.values() if kept["external_ref"] == reference]}
            )
        found = self._find(request.path.removeprefix("/ecoles/enrolments/"))
        return json_answer(200, found) if found else json_answer(404, {"title": "dossier inconnu"})

    def _create(self, key: str, body: dict[str, Any]) -> Answer:
        child_year = [body["child"], body.get("school_year", "")]
        for other, kept in self.kept.items():
            if other != key and kept["child_year"] == child_year:
                conflict = {"status": 409, "code": "duplicate_child_year", "enrolment_id": kept["enrolment_id"]}
                return json_answer(409, conflict, {"Content-Type": "application/problem+json"})
        new = {
            "enrolment_id": f"E-{len(self.kept) + 1}",
            "external_ref": body["external_ref"],
            "status": "received",
            "events": [],
            "child_year": child_year,
        }
        kept = self.kept.setdefault(key, new)
        return json_answer(202, {"enrolment_id": kept["enrolment_id"], "status": "received"})

    def _follow(self, request: Received) -> Answer:
        enrolment_id, act = request.path.removeprefix("/ecoles/enrolments/").split("/")
        kept = self._find(enrolment_id)
        if kept is None or kept["external_ref"] != request.json()["external_ref"]:
            return json_answer(404, {"title": "dossier inconnu"})
        if kept["status"] in {"admitted", "refused"}:
            return json_answer(409, {"status": 409, "code": "enrolment_ended"})
        if act == "amendments":
            return self._amend(kept, request.headers["idempotency-key"], request.json())
        if act == "cancellation":
            if kept["status"] != "cancelled":
                self._stopped.append(enrolment_id)
            kept["status"] = "cancelled"
            return json_answer(200, {"enrolment_id": enrolment_id, "status": "cancelled"})
        self._answers.setdefault(enrolment_id, {})[request.headers["idempotency-key"]] = request.json()["text"]
        return json_answer(202, {"complement_id": "C-1", "enrolment_id": enrolment_id, "status": kept["status"]})

    def _amend(self, kept: dict[str, Any], key: str, body: dict[str, Any]) -> Answer:
        enrolment_id = kept["enrolment_id"]
        self._amendments.setdefault(enrolment_id, {})[key] = body["amendment"]
        latest = max(self._amendments[enrolment_id].values())
        return json_answer(200, {"enrolment_id": enrolment_id, "amendment": latest, "status": kept["status"]})

    def amendments(self, external_ref: str) -> list[int]:
        return list(self._amendments.get(external_ref, {}).values())

    def decide(self, external_ref: str) -> None:
        self.change_status(external_ref, "admitted")

    def stopped(self) -> list[str]:
        return self._stopped

    def answers(self, external_ref: str) -> list[str]:
        return list(self._answers.get(external_ref, {}).values())

    def _find(self, enrolment_id: str) -> dict[str, Any] | None:
        return next((kept for kept in self.kept.values() if kept["enrolment_id"] == enrolment_id), None)

    def change_status(self, external_ref: str, raw_status: str, **details: Any) -> None:
        kept = self._find(external_ref)
        assert kept is not None
        kept["status"] = raw_status
        note_event(kept, external_ref, raw_status, details=details)

    def signed_call(self, external_ref: str, *, at: datetime, secret: str | None = None) -> InboundCall:
        kept = self._find(external_ref)
        assert kept is not None
        data = {"enrolment_id": external_ref, "external_ref": kept["external_ref"], **kept["events"][-1]}
        return signed({"type": "enrolment.status_changed", "timestamp": at.isoformat(), "data": data}, at, secret)


class CafDouble(HttpDouble):
    """Answers about people in the published shape of API Particulier."""

    sample = CAF
    busy_answers: Sequence[int] = (408, 409, 425, 429, 500, 502, 503, 504)
    refusals: Sequence[int] = (400, 410, 413, 415, 422, 451)
    recipient = "21380999900019"
    expected = EntitlementAnswer(
        found=True, values={"caf.family_quotient": "87654"}, source="MSA", period="2027-03", fresh_for=86_400
    )

    def __init__(self) -> None:
        super().__init__()
        self.options = {"base_url": f"{self.server.url}/", "recipient": self.recipient}
        self.secrets = {"token": self.api_key}
        self.known = True

    def forget_everybody(self) -> None:
        self.known = False

    def route(self, request: Received) -> Answer:
        assert request.path == "/v3/dss/quotient_familial/identite"
        if request.query.get("recipient") != [self.recipient]:
            return caf_error(422, "00203", parameter="recipient")
        if "nomNaissance" not in request.query:
            return caf_error(422, "00366")
        self.kept[json.dumps(request.query, sort_keys=True)] = {}
        if not self.known:
            return caf_error(404, "35003", provider="CNAF & MSA")
        quotient = {"fournisseur": "MSA", "valeur": 87654, "annee": 2027, "mois": 3, "annee_calcul": 2027}
        body = {"data": {"allocataires": [], "enfants": [], "quotient_familial": quotient}, "links": {}, "meta": {}}
        return json_answer(200, body, {"X-Response-Cached": "true", "X-Cache-Expires-in": "86400"})


def caf_error(status: int, code: str, *, parameter: str = "", **meta: Any) -> Answer:
    """An error in the published envelope."""
    source = {"parameter": parameter} if parameter else None
    return json_answer(
        status, {"errors": [{"code": code, "title": "Refus", "detail": "Refus.", "source": source, "meta": meta}]}
    )


def note_event(kept: dict[str, Any], external_ref: str, raw_status: str, **more: Any) -> None:
    """One more change of state in what a partner keeps."""
    event_id = f"{external_ref}-ev-{len(kept['events']) + 1}"
    moment = "2027-03-02T09:25:00+01:00"
    kept["events"].append({"event_id": event_id, "status": raw_status, "occurred_at": moment, **more})


def signed(body: Any, at: datetime, secret: str | None = None) -> InboundCall:
    """A call as the portal would receive it at ``at``."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    timestamp = int(at.timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_0001",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret or WEBHOOK_SECRET, "msg_0001", timestamp, content),
    }
    return InboundCall(method="POST", headers=headers, body=content, received_at=at)


class LetterDouble:
    """A letter box that keeps what it is given. Nobody is called: nothing listens."""

    options: Mapping[str, Any] = {"recipient": ["Caisse d’allocations familiales", "38999 Valmont-sur-Iselle Cedex"]}
    secrets: Mapping[str, str] = {}
    egress_allow: Sequence[str] = ()
    sample = LETTER
    busy_answers: Sequence[int] = ()
    refused_credentials: Sequence[int] = ()
    refusals: Sequence[int] = ()
    nonsense: Sequence[str] = ()

    def __init__(self) -> None:
        self.kept: dict[str, LetterDraft] = {}
        self.posted = False
        self.letter_box = self

    def deposit(self, draft: LetterDraft) -> str:
        self.kept.setdefault(draft.idempotency_key, draft)
        return self.find(draft.idempotency_key) or ""

    def find(self, idempotency_key: str) -> str | None:
        known = list(self.kept)
        return f"L-{known.index(idempotency_key) + 1}" if idempotency_key in known else None

    def cancel(self, reference: str) -> bool:
        return not self.posted and any(draft.reference == reference for draft in self.kept.values())

    def records(self) -> int:
        return sum(draft.purpose is LetterPurpose.REQUEST for draft in self.kept.values())

    def amendments(self, external_ref: str) -> list[int]:
        return [draft.amendment for draft in self.kept.values() if draft.cites == external_ref and draft.amendment]

    def received_text(self) -> str:
        return json.dumps([dict(draft.payload) for draft in self.kept.values()], ensure_ascii=False)

    def close(self) -> None:
        """Nothing is held open."""


class SmsDouble(HttpDouble):
    """A gateway that speaks sms-gateway/1."""

    sample = SMS
    refusals: Sequence[int] = (400, 404, 409, 410, 413, 415, 422, 451)

    def __init__(self) -> None:
        super().__init__()
        self.options = {"base_url": f"{self.server.url}/sms", "sender": "VALMONT"}
        self.secrets = {"api_key": self.api_key, "webhook_secret": WEBHOOK_SECRET}
        self.fault: tuple[int, str] | None = None

    def route(self, request: Received) -> Answer:
        if request.path == "/sms/ping":
            return json_answer(200, {"contract": "sms-gateway/1"})
        if request.method == "POST" and request.path == "/sms/messages":
            if self.fault is not None:
                status, code = self.fault
                return json_answer(status, {"code": code, "title": "refus"})
            body = request.json()
            new = {"message_id": f"M-{len(self.kept) + 1}", "status": "accepted", "segments": 1, "events": [], **body}
            kept = self.kept.setdefault(request.headers["idempotency-key"], new)
            return json_answer(202, {name: kept[name] for name in ("message_id", "status", "segments")})
        found = self._find(request.path.removeprefix("/sms/messages/"))
        return json_answer(200, found) if found else json_answer(404, {"code": "unknown"})

    def _find(self, message_id: str) -> dict[str, Any] | None:
        return next((kept for kept in self.kept.values() if kept["message_id"] == message_id), None)

    def change_status(self, external_ref: str, raw_status: str, **more: Any) -> None:
        kept = self._find(external_ref)
        assert kept is not None
        note_event(kept, external_ref, raw_status, **more)

    def signed_call(self, external_ref: str, *, at: datetime, secret: str | None = None) -> InboundCall:
        kept = self._find(external_ref)
        assert kept is not None
        data = {"message_id": external_ref, **kept["events"][-1]}
        return signed({"type": "message.status_changed", "timestamp": at.isoformat(), "data": data}, at, secret)
