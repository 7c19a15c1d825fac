"""Telling a department that requests were sent to it by another one."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.notifications.service import RenderedNotification
from portal.casework.requests import service as requests
from portal.casework.worklists import service as worklists
from portal.engine.exchanges.handlers import SendDepartmentAlert
from portal.engine.exchanges.outcomes import NotYet
from portal.ground import clock
from portal.records.outbox.service import Claimed

LOT_RECHECK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SendTransferNotice(SendDepartmentAlert):
    """Tells it once of a transfer; once, and when it is over, of all those of an act on many requests."""

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The letter; None when the requests are there no more, or there is nobody to write to."""
        told = claimed.payload
        if "lot_id" not in told:
            transfer_id = UUID(told["transfer_id"])
            return requests.render_transfer_notice(session, transfer_id, told["receiver"], public_url=self.public_url)
        lot_id, department_id = UUID(told["lot_id"]), UUID(told["department_id"])
        if not worklists.is_over(session, lot_id):
            raise NotYet("lot_running", clock.now() + LOT_RECHECK)
        return worklists.render_lot_notice(session, lot_id, department_id, told["receiver"], public_url=self.public_url)
