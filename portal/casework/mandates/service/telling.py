"""What the person is told of: proposal, agreement, use, renewal, term, end. The department sees it in its list."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.mandates.enums import EventKind
from portal.casework.mandates.models import Mandate, MandateEvent
from portal.casework.notifications.service import NotificationEvent, announce
from portal.casework.requests.service import PAPER_LANE
from portal.ground.errors import NotFound
from portal.ground.vault.service import VaultDestroyed
from portal.people.accounts.service import get_account, get_department
from portal.records.outbox.service import enqueue

MANDATE_PAPER_KIND = "mandate_paper"
OWN_ADDRESS = "/mon-espace/mandats"


def tell(session: Session, row: Mandate, line: MandateEvent) -> None:
    """Have the person told of a line of the journal; somebody without an account has the printed attestation."""
    if row.account_id is None:
        return
    try:
        address = get_account(session, row.account_id).email
    except (NotFound, VaultDestroyed):
        return
    announce(
        session,
        event=NotificationEvent.MANDATE_CHANGED,
        account_id=row.account_id,
        address=address,
        cause=str(line.id),
        title=_title(session, line.kind, row),
        path=f"{OWN_ADDRESS}/{row.id}",
    )


def _title(session: Session, kind: EventKind, row: Mandate) -> str:
    who = get_department(session, row.department_id).name
    said = {
        EventKind.PROPOSED: _("%(who)s vous propose un mandat", who=who),
        EventKind.CONFIRMED: _("votre mandat à %(who)s est donné", who=who),
        EventKind.USED: _("%(who)s vient d’agir en votre nom", who=who),
        EventKind.THEME_REVOKED: _("un domaine de votre mandat à %(who)s est arrêté", who=who),
        EventKind.REVOKED: _("votre mandat à %(who)s est arrêté", who=who),
        EventKind.EXPIRY_TOLD: _("votre mandat à %(who)s se termine bientôt", who=who),
    }
    return said[kind]


def order_pdf(session: Session, row: Mandate) -> UUID:
    """Have the worker make the PDF of the attestation; once for each mandate."""
    return enqueue(
        session,
        lane=PAPER_LANE,
        kind=MANDATE_PAPER_KIND,
        payload={"mandate_id": str(row.id)},
        idempotency_key=f"{MANDATE_PAPER_KIND}:{row.id}",
        group=str(row.id),
    )
