"""Where an organisation stands, read from its request: never stored twice. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.life_events.declaration import Window
from portal.casework.life_events.enums import Choice, Knowledge, Stage
from portal.casework.requests.enums import Closing, RequestStatus
from portal.casework.requests.service import RequestStanding
from portal.ground.dictionary.service import Value
from portal.records.outbox.enums import MessageState

OVER = frozenset({RequestStatus.REJECTED, RequestStatus.CLOSED, RequestStatus.WITHDRAWN})


def stage_of(
    choice: Choice | None, request: RequestStanding | None, *, blocked: bool, is_open: bool
) -> tuple[Stage, datetime | None]:
    """How far one organisation is, and since when. « Sent » is what its transport accepted, and nothing more."""
    if request is None:
        if choice is Choice.DECLINED:
            return Stage.DECLINED, None
        if not is_open:
            return Stage.CLOSED, None
        return (Stage.BLOCKED if blocked else Stage.TO_CONFIRM), None
    ended = {
        RequestStatus.WITHDRAWN: Stage.WITHDRAWN,
        RequestStatus.REJECTED: Stage.REFUSED,
        RequestStatus.ACCEPTED: Stage.TAKEN,
        RequestStatus.CLOSED: Stage.TAKEN,
    }
    if request.status in ended:
        return ended[request.status], request.decided_at
    if request.status is RequestStatus.WAITING_FOR_RESIDENT:
        return Stage.QUESTION, request.updated_at
    return _stage_on_its_way(request)


def _stage_on_its_way(request: RequestStanding) -> tuple[Stage, datetime | None]:
    if request.taken_into_account_at:
        return Stage.TAKEN, request.taken_into_account_at
    if request.received_at:
        return Stage.RECEIVED, request.received_at
    if request.transmitted_at:
        return Stage.SENT, request.transmitted_at
    for one in request.forwardings:
        if one.closing is not None and one.transmitted_at is None:
            return (Stage.OTHER_WAY if one.closing is Closing.OTHER_WAY else Stage.NOT_SENT), one.closed_at
    dead = any(
        one.delivery_state is MessageState.DEAD or one.failed_at is not None
        for one in request.forwardings
        if not one.transmitted_at
    )
    return (Stage.STUCK, request.updated_at) if dead else (Stage.PREPARED, request.submitted_at)


def knowledge_of(request: RequestStanding | None, *, told_version: int, version: int) -> Knowledge:
    """What an organisation knows. A correction that has not left yet leaves it with what it was told before."""
    if request is None or not _was_told(request):
        return Knowledge.NOTHING
    behind = told_version < version or correction_waits(request)
    return Knowledge.FORMER if behind else Knowledge.CURRENT


def _was_told(request: RequestStanding) -> bool:
    """Whether it was sent, by the portal or by an agent in another way."""
    other_way = any(one.closing is Closing.OTHER_WAY for one in request.forwardings)
    return request.transmitted_at is not None or other_way


def correction_waits(request: RequestStanding | None) -> bool:
    """Whether a correction is on its way to an organisation that holds what was said before."""
    return request is not None and any(one.amendment_pending for one in request.forwardings)


def is_live(request: RequestStanding | None) -> bool:
    """Whether there is a request that stands: another one for the same organisation would tell it twice."""
    return request is not None and request.status not in OVER


def day_of(window: Window, facts: Mapping[str, Value]) -> date:
    """The date of the event, among facts that were checked."""
    return date.fromisoformat(str(facts[window.field]))


def date_error(window: Window, facts: Mapping[str, Value], today: date) -> str:
    """Why the date cannot be taken, in a sentence; empty when it can."""
    raw = facts.get(window.field)
    if not isinstance(raw, str):
        return ""
    day = date.fromisoformat(raw)
    if day < today - timedelta(days=window.past_days):
        return ngettext(
            "Cette date est passée depuis plus de %(num)d jour : vérifiez l’année.",
            "Cette date est passée depuis plus de %(num)d jours : vérifiez l’année.",
            window.past_days,
        )
    if day > today + timedelta(days=window.future_days):
        return _("Cette date est trop lointaine : revenez quand votre date sera plus proche, ou vérifiez l’année.")
    return ""


def kept_until(happens_on: date, today: date, keep_days: int) -> date:
    """Until when the facts are kept: from the date of the event, or from their last change when that is later."""
    return max(happens_on, today) + timedelta(days=keep_days)
