"""Putting the worker together: the composition root calls :func:`run_worker`."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from portal.casework.appointments.service import APPOINTMENT_LETTER_KIND, APPOINTMENT_TEXT_KIND
from portal.casework.assistance.service import RESUME_CODE_KIND
from portal.casework.contacts.service import CONTACT_REPLY_KIND, CONTACT_TEXT_KIND
from portal.casework.mandates.service import MANDATE_CODE_KIND, MANDATE_PAPER_KIND
from portal.casework.notifications.account_code import ACCOUNT_CODE
from portal.casework.notifications.agent_invitation import AGENT_INVITATION
from portal.casework.notifications.service import DIGEST_KIND, PHONE_CODE, SMS_KIND
from portal.casework.receipts import service as receipts
from portal.casework.requests.service import (
    AMENDMENT_KIND,
    COMPLEMENT_KIND,
    DEPARTMENT_ALERT,
    DRAFT_NOTICE_KIND,
    TRANSFER_NOTICE,
    WITHDRAWAL_KIND,
)
from portal.engine.exchanges import policy
from portal.engine.exchanges.delivering import Delivering, log_alert
from portal.engine.exchanges.follow_ups import PassAnswer, TellAmendment, TellWithdrawal
from portal.engine.exchanges.handlers import (
    FORWARD_REQUEST,
    NOTIFICATION,
    ForwardRequest,
    MakePaper,
    SendAccountCode,
    SendAppointmentLetter,
    SendContactReply,
    SendDepartmentAlert,
    SendDraftNotice,
    SendNotification,
    SendResumeCode,
)
from portal.engine.exchanges.invitations import SendAgentInvitation
from portal.engine.exchanges.jobs import PeriodicJob
from portal.engine.exchanges.mandates import MakeAttestation, SendMandateCode
from portal.engine.exchanges.notices import (
    SendAppointmentText,
    SendContactText,
    SendDigest,
    SendPhoneCode,
    SendText,
    gather_digests,
)
from portal.engine.exchanges.outcomes import DeliveryHandler
from portal.engine.exchanges.polling import Polling
from portal.engine.exchanges.transfers import SendTransferNotice
from portal.engine.exchanges.worker import Pace, Worker
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.policy import LEASE

__all__ = ["PeriodicJob", "build_worker", "run_worker", "standard_handlers", "standard_jobs"]


def standard_handlers(settings: Settings, registry: ConnectionRegistry) -> dict[str, DeliveryHandler]:
    """Kind of message → what to do with it."""
    papers = MakePaper(settings.public_url)
    return {
        **dict.fromkeys(receipts.OUTBOX_KINDS.values(), papers),
        FORWARD_REQUEST: ForwardRequest(registry),
        AMENDMENT_KIND: TellAmendment(registry),
        WITHDRAWAL_KIND: TellWithdrawal(registry),
        COMPLEMENT_KIND: PassAnswer(registry),
        NOTIFICATION: SendNotification(registry, settings.public_url, settings.mail_from),
        SMS_KIND: SendText(registry, settings.public_url),
        PHONE_CODE: SendPhoneCode(registry),
        DIGEST_KIND: SendDigest(registry, settings.public_url, settings.mail_from),
        DEPARTMENT_ALERT: SendDepartmentAlert(registry, settings.public_url, settings.mail_from),
        TRANSFER_NOTICE: SendTransferNotice(registry, settings.public_url, settings.mail_from),
        DRAFT_NOTICE_KIND: SendDraftNotice(registry, settings.public_url, settings.mail_from),
        AGENT_INVITATION: SendAgentInvitation(registry, settings.public_url, settings.mail_from),
        ACCOUNT_CODE: SendAccountCode(registry, settings.public_url, settings.mail_from),
        APPOINTMENT_LETTER_KIND: SendAppointmentLetter(registry, settings.public_url, settings.mail_from),
        APPOINTMENT_TEXT_KIND: SendAppointmentText(registry, settings.public_url),
        CONTACT_REPLY_KIND: SendContactReply(registry, settings.public_url, settings.mail_from),
        CONTACT_TEXT_KIND: SendContactText(registry),
        MANDATE_CODE_KIND: SendMandateCode(registry),
        MANDATE_PAPER_KIND: MakeAttestation(settings.public_url),
        RESUME_CODE_KIND: SendResumeCode(registry, settings.public_url, settings.mail_from),
    }


def standard_jobs(polling: Polling) -> list[PeriodicJob]:
    """The periodic jobs of the exchanges themselves; other rooms' are given to :func:`build_worker`."""
    return [
        PeriodicJob("poll_statuses", policy.POLL_EVERY, polling.poll_statuses),
        PeriodicJob("check_connections", timedelta(seconds=10), polling.check_connections),
        PeriodicJob("gather_digests", timedelta(minutes=1), partial(gather_digests, polling.database)),
        PeriodicJob("apply_orphans", timedelta(minutes=1), polling.apply_orphans),
        PeriodicJob("watch_deliveries", timedelta(minutes=5), polling.watch_deliveries),
        PeriodicJob("purge_webhook_receipts", timedelta(days=1), polling.purge_receipts),
    ]


def build_worker(
    settings: Settings,
    database: Database,
    registry: ConnectionRegistry,
    *,
    around: Callable[[], AbstractContextManager[Any]] = nullcontext,
    jobs: Sequence[PeriodicJob] = (),
    handlers: Mapping[str, DeliveryHandler] | None = None,
    alert: Callable[[Session, str, str], None] = log_alert,
    lease: timedelta = LEASE,
    pace: Pace | None = None,
) -> Worker:
    """A worker with the standard handlers and jobs.

    :param around: the application's context, for translations and templates (``app.app_context``).
    :param jobs: other rooms' periodic jobs, such as the purge of sessions.
    :param handlers: of kinds of messages that others than the portal itself put in the outbox.
    :param alert: told when a connection is paused because our settings are at fault.
    """
    known = {**(handlers or {}), **standard_handlers(settings, registry)}
    delivering = Delivering(database, known, lease=lease, around=around, alert=alert)
    polling = Polling(database, registry, delivering)
    return Worker(database, delivering, jobs=[*standard_jobs(polling), *jobs], pace=pace or Pace())


def run_worker(
    settings: Settings,
    database: Database,
    registry: ConnectionRegistry,
    stop: threading.Event,
    *,
    around: Callable[[], AbstractContextManager[Any]] = nullcontext,
    jobs: Sequence[PeriodicJob] = (),
    handlers: Mapping[str, DeliveryHandler] | None = None,
) -> None:
    """Deliver until ``stop`` is set, then close the connectors."""
    try:
        build_worker(settings, database, registry, around=around, jobs=jobs, handlers=handlers).run(stop)
    finally:
        registry.close()
