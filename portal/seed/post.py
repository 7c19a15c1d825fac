"""What was written in the past of the sample: mails are taken as sent, papers are not printed."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import LANE, DeliveryProgress, NoticeChannel
from portal.casework.requests.service import PAPER_LANE
from portal.ground.permissions import Actor
from portal.records.outbox import service as outbox

WORKER: Final = "seed"
# What is older than that is of the past: it was read, and is not printed any more.
RECENT: Final = timedelta(days=2)
AT_ONCE: Final = 50


def send_mails(session: Session, *, reader: Actor | None = None) -> None:
    """Take the mails that wait as arrived.

    :param reader: the account that has read its notices too.
    """
    for letter in outbox.claim(session, worker=WORKER, lane=LANE, limit=AT_ONCE):
        outbox.complete(session, letter)
        if letter.kind == notifications.OUTBOX_KIND:
            notice_id = UUID(letter.payload["notification_id"])
            notifications.track(session, notice_id, NoticeChannel.EMAIL, DeliveryProgress.SENT)
            if reader is not None and notifications.get_notification(session, notice_id).account_id == reader.id:
                notifications.mark_read(session, reader, notice_id)


def leave_papers(session: Session) -> None:
    """Old papers are not printed: a first start makes a few PDFs, not hundreds. They can still be asked for."""
    for paper in outbox.claim(session, worker=WORKER, lane=PAPER_LANE, limit=AT_ONCE):
        outbox.drop(session, paper, code="sample_of_the_past")
