"""Partners' callbacks: proven, kept, applied once; never more than that."""

import base64
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from connectors.sdk import Receipt
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.engine.exchanges import service
from portal.engine.exchanges.models import WebhookReceipt
from portal.ground import clock
from portal.records.timeline.service import list_events
from tests.portal.engine.exchanges.commune import SCHOOL, open_commune, translations
from tests.portal.engine.exchanges.portal_edge import (
    WEBHOOK_SECRET,
    News,
    edge_for,
    headers_for,
    registry_for,
    with_connections,
)

PORTAL = "http://127.0.0.1:8070"
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret, of no use at all").decode()


@pytest.fixture
def commune(database):
    return open_commune(database)


@pytest.fixture
def edge(settings, database):
    known = with_connections(settings)
    registry = registry_for(known)
    yield edge_for(known, database, registry)
    registry.close()


@pytest.fixture
def forwarded(commune, database):
    """A request that the school software knows as E-1."""
    submitted = commune.submit()
    deliver(database, submitted.request_id)
    return submitted


def deliver(database, request_id, external_ref="E-1"):
    with translations(), database.writing() as session:
        requests.record_delivery(session, request_id, SCHOOL, Receipt(external_ref, received=False))
        service.apply_orphans(session, connection=SCHOOL, external_ref=external_ref)


def call(edge, news, *, connection="ecoles", headers=None):
    body = news if isinstance(news, bytes) else news.body()
    name = getattr(news, "event_id", "evt-1")
    given = headers_for(body, webhook_id=name) if headers is None else headers
    return edge.test_client().post(f"/hooks/{connection}", data=body, headers=given, base_url=PORTAL)


def receipts(database):
    with database.reading() as session:
        return {row.update_id: row.outcome.value for row in session.scalars(select(WebhookReceipt))}


def changes(database, request_id):
    with database.reading() as session:
        events = list_events(session, request_id)
    return [event.payload["to"] for event in events if event.type == "status_changed"]


def assert_problem(response, status, code):
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert (response.json["status"], response.json["code"]) == (status, code)


def test_a_signed_callback_changes_the_status_and_is_kept(edge, commune, forwarded, database):
    response = call(edge, News())
    assert (response.status_code, response.json) == (200, {"applied": 1})
    seen = commune.seen(forwarded.reference)
    assert seen.status is RequestStatus.IN_PROGRESS
    assert seen.taken_into_account_at is not None
    assert receipts(database) == {"evt-1": "applied"}


def test_the_same_callback_again_is_accepted_and_does_nothing(edge, forwarded, database):
    assert call(edge, News()).json == {"applied": 1}
    again = call(edge, News())
    assert (again.status_code, again.json) == (200, {"duplicate": 1})
    assert changes(database, forwarded.request_id) == ["in_progress"]


def test_one_hundred_simultaneous_copies_make_one_transition(edge, forwarded, database):
    answers = Counter()
    lock = threading.Lock()
    barrier = threading.Barrier(20)

    def send():
        barrier.wait()
        for _ in range(5):
            response = call(edge, News())
            while response.status_code == 503:  # the only lock was taken: the partner tries again
                response = call(edge, News())
            with lock:
                answers[response.status_code, *response.json.items()] += 1

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {(200, ("applied", 1)): 1, (200, ("duplicate", 1)): 99}
    assert changes(database, forwarded.request_id) == ["in_progress"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "headers_missing"),
        (headers_for(News().body(), secret=OTHER_SECRET), "signature_mismatch"),
        (headers_for(b"another body"), "signature_mismatch"),
        (headers_for(News().body(), webhook_id="evt-1") | {"webhook-id": "evt-2"}, "signature_mismatch"),
        (headers_for(News().body()) | {"webhook-timestamp": "yesterday"}, "headers_invalid"),
    ],
)
def test_an_unproven_callback_is_refused_and_leaves_nothing(edge, forwarded, database, headers, code):
    assert_problem(call(edge, News(), headers=headers), 401, code)
    assert receipts(database) == {}
    assert changes(database, forwarded.request_id) == []


@pytest.mark.parametrize("age", [301, 3_600, -301])
def test_a_stale_or_replayed_callback_is_refused(edge, forwarded, database, age):
    body = News().body()
    assert_problem(call(edge, News(), headers=headers_for(body, age=age)), 401, "timestamp_stale")
    assert receipts(database) == {}


def test_a_captured_callback_replayed_within_the_tolerance_does_nothing(edge, forwarded, database):
    body = News().body()
    captured = headers_for(body)
    assert call(edge, body, headers=captured).json == {"applied": 1}
    assert call(edge, body, headers=captured).json == {"duplicate": 1}
    assert changes(database, forwarded.request_id) == ["in_progress"]


@pytest.mark.parametrize("size", [1_000_001, 1_900_000, 5_000_000])
def test_an_oversized_callback_is_refused(edge, database, size):
    body = b"x" * size
    assert_problem(call(edge, body, headers=headers_for(body)), 413, "body_too_large")
    assert receipts(database) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"type": "enrolment.status_changed"}',
        b'{"type": "enrolment.status_changed", "timestamp": "x", "data": {"event_id": 3}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_malformed_callback_is_refused_without_fault(edge, database, body):
    assert_problem(call(edge, body, headers=headers_for(body)), 400, "body_unreadable")
    assert receipts(database) == {}


@pytest.mark.parametrize("connection", ["inconnue", "courriel", "ecoles2", "%00", "é"])
def test_an_unknown_connection_is_not_found(edge, connection):
    assert_problem(call(edge, News(), connection=connection), 404, "connection_unknown")


def test_reading_is_not_allowed(edge):
    app = edge
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == "exchanges.receive"]
    assert [rule.methods - {"OPTIONS"} for rule in rules] == [{"POST"}]


def test_news_of_an_unknown_reference_is_kept_then_applied_when_the_reference_is_known(edge, commune, database):
    submitted = commune.submit()
    early = call(edge, News())
    assert (early.status_code, early.json) == (202, {"orphan": 1})
    assert call(edge, News()).status_code == 202
    assert changes(database, submitted.request_id) == []
    deliver(database, submitted.request_id)
    assert changes(database, submitted.request_id) == ["in_progress"]
    assert receipts(database) == {"evt-1": "applied"}
    assert call(edge, News()).json == {"duplicate": 1}


def test_an_orphan_heard_again_once_its_reference_is_known_is_applied(edge, commune, database):
    submitted = commune.submit()
    call(edge, News())
    with translations(), database.writing() as session:
        requests.record_delivery(session, submitted.request_id, SCHOOL, Receipt("E-1"))
    assert call(edge, News()).json == {"applied": 1}
    assert changes(database, submitted.request_id) == ["in_progress"]


def test_news_in_disorder_ends_in_the_right_state(edge, commune, forwarded):
    before = News(event_id="a", status="under_review", occurred_at="2026-03-03T10:00:00+00:00")
    after = News(event_id="b", status="admitted", occurred_at="2026-03-04T10:00:00+00:00")
    with clock.frozen(datetime.now(UTC)):
        assert call(edge, after).status_code == 200
        assert call(edge, before).status_code == 200
    assert commune.seen(forwarded.reference).status is RequestStatus.ACCEPTED


def test_a_state_we_do_not_know_changes_nothing_and_is_kept(edge, commune, forwarded, database):
    response = call(edge, News(status="archived_by_vendor"))
    assert (response.status_code, response.json) == (200, {"refused": 1})
    assert commune.seen(forwarded.reference).status is RequestStatus.SUBMITTED


def test_what_a_partner_writes_is_bounded_and_inert(edge, forwarded, database):
    news = News(status="refused", details={"reason": "<script>alert(1)</script>" + "x" * 5_000})
    assert call(edge, news).status_code == 200
    with database.reading() as session:
        (kept,) = session.scalars(select(WebhookReceipt))
        assert kept.details == {}  # once applied, nothing of it stays in clear
        assert "<script>" not in str([event.payload for event in list_events(session, forwarded.request_id)])


def test_another_kind_of_call_is_thanked_and_ignored(edge, database):
    body = b'{"type": "school.renamed", "timestamp": "2026-03-03T13:05:00Z", "data": {}}'
    response = call(edge, body, headers=headers_for(body))
    assert (response.status_code, response.json) == (200, {})
    assert receipts(database) == {}


def test_a_connection_that_is_not_ready_asks_to_come_back(settings, database):
    known = with_connections(settings)
    from portal.records.connections.service import load_connections
    from tests.portal.engine.exchanges.portal_edge import CONNECTORS

    edge = edge_for(known, database, load_connections(known, connectors=CONNECTORS, environ={}))
    response = call(edge, News())
    assert_problem(response, 503, "secret_missing")
    assert response.headers["Retry-After"]
    assert WEBHOOK_SECRET not in response.text


def test_news_is_forgotten_after_ninety_days(edge, forwarded, database):
    call(edge, News())
    with clock.shifted(timedelta(days=89)), database.writing() as session:
        assert service.purge_receipts(session) == 0
    with clock.shifted(timedelta(days=91)), database.writing() as session:
        assert service.purge_receipts(session) == 1
    assert call(edge, News()).json == {"duplicate": 1}  # the request itself remembers
    assert changes(database, forwarded.request_id) == ["in_progress"]
