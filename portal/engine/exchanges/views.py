"""The addresses partners call: signed, small, answered only once what they said is safely kept."""

from collections import Counter
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.sdk import (
    ConfigurationError,
    ConnectorError,
    InboundCall,
    ReceivesWebhooks,
    StatusUpdate,
    WebhookRefused,
)
from portal.engine.exchanges import service
from portal.engine.exchanges.enums import Source, UpdateOutcome
from portal.ground import clock, web
from portal.ground.errors import Busy
from portal.ground.logs import get_logger
from portal.ground.web.access import partner_hook
from portal.records.connections.service import ConnectionRegistry

log = get_logger("exchanges")
blueprint = Blueprint("exchanges", __name__)

MAX_BODY: Final = 1_000_000
MAX_UPDATES: Final = 100
REGISTRY: Final = "parvis_connections"
# What the kit says of a call it cannot vouch for → the status of the answer; anything else it refuses is unreadable.
UNPROVEN: Final = frozenset({"headers_missing", "headers_invalid", "signature_mismatch", "timestamp_stale"})
TOO_LARGE: Final = "body_too_large"


class _Problem(Exception):
    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(code)
        self.status, self.code, self.title = status, code, title


@blueprint.post("/hooks/<connection>")
@partner_hook
def receive(connection: str) -> Response:
    """News from a partner: 200 when it is recorded or was known, 202 when its reference is not known (yet)."""
    try:
        updates = _read(connection)
        outcomes = _record(connection, updates)
    except _Problem as problem:
        log.warning("webhook_refused", connection=_known(connection), code=problem.code, status=problem.status)
        return _answer_problem(problem)
    status = 202 if outcomes[UpdateOutcome.ORPHAN] else 200
    response = jsonify({outcome.value: count for outcome, count in sorted(outcomes.items())})
    response.status_code = status
    return response


def _registry() -> ConnectionRegistry:
    registry: ConnectionRegistry = current_app.extensions[REGISTRY]
    return registry


def _known(connection: str) -> str:
    return connection if connection in _registry() else "unknown"


def _read(connection: str) -> list[StatusUpdate]:
    receiver = _receiver(connection)
    call = InboundCall(
        method=request.method,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(),
        received_at=clock.now(),
    )
    try:
        updates = list(receiver.read_webhook(call))
    except WebhookRefused as refused:
        raise _refusal(refused.code) from None
    except ConfigurationError as error:
        raise _Problem(503, error.code, "This connection is not ready") from None
    except ConnectorError as error:
        raise _Problem(400, error.code, "The call cannot be read") from None
    if len(updates) > MAX_UPDATES:
        raise _Problem(400, "too_many_updates", "Too many updates in one call")
    return updates


def _receiver(connection: str) -> ReceivesWebhooks:
    registry = _registry()
    if connection not in registry:
        raise _Problem(404, "connection_unknown", "No such connection")
    try:
        connector: Any = registry.get(connection)
    except ConfigurationError as error:
        raise _Problem(503, error.code, "This connection is not ready") from None
    if not isinstance(connector, ReceivesWebhooks):
        raise _Problem(404, "connection_unknown", "No such connection")
    return connector


def _body() -> bytes:
    request.max_content_length = MAX_BODY
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise _refusal(TOO_LARGE) from None


def _refusal(code: str) -> _Problem:
    if code == TOO_LARGE:
        return _Problem(413, code, "The call is too large")
    if code in UNPROVEN:
        return _Problem(401, code, "The call is not proven to come from this partner")
    return _Problem(400, code, "The call cannot be read")


def _record(connection: str, updates: list[StatusUpdate]) -> Counter[UpdateOutcome]:
    """Record everything in one unit, committed before the answer leaves."""
    try:
        with web.database().writing() as session:
            news = service.in_lock_order(updates)
            return Counter(service.record_update(session, connection, one, Source.WEBHOOK) for one in news)
    except Busy as busy:
        raise _Problem(503, busy.code, "Try again in a moment") from None


def _answer_problem(problem: _Problem) -> Response:
    """RFC 9457."""
    body = {"type": "about:blank", "title": problem.title, "status": problem.status, "code": problem.code}
    response = jsonify(body)
    response.status_code = problem.status
    response.content_type = "application/problem+json"
    if problem.status == 503:
        response.headers["Retry-After"] = "10"
    return response
