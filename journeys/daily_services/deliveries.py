"""The kinds of messages that this journey puts in the outbox, and how each is sent."""

from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from journeys.daily_services.reports import service as reports
from journeys.daily_services.reports import wording
from journeys.daily_services.reports.enums import ReportState
from portal.casework.notifications.service import RenderedNotification
from portal.engine.exchanges.handlers import SendNotification
from portal.engine.exchanges.outcomes import DeliveryHandler, Outcome
from portal.ground.settings import Settings
from portal.people.accounts.service import get_authority
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.service import Claimed


@dataclass(frozen=True, slots=True)
class SendVoiceLetter(SendNotification):
    """Tells somebody who follows a street report that it moved on. It belongs to no request of theirs."""

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The letter; None when there is nobody to write to, or when the report has moved on since."""
        state = ReportState(claimed.payload["state"])
        letter = reports.read_letter(session, UUID(claimed.payload["voice_id"]), state)
        if letter is None:
            return None
        authority, line = get_authority(session), letter.report.line
        context = {
            "letter": letter,
            "kind": wording.say_kind(line.kind),
            "words": wording,
            "link": f"{self.public_url.rstrip('/')}/quotidien/signalements/{line.id}",
            "authority": authority,
        }
        text, html = (
            current_app.jinja_env.get_template(f"daily_services/reports/letter.{form}").render(context)
            for form in ("txt", "html")
        )
        subject = _("Votre signalement : %(state)s", state=str(wording.STATES[state][0]).lower())
        return RenderedNotification(letter.recipient, subject, text.strip() + "\n", html)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing is kept beyond the sending itself."""


def delivery_handlers(settings: Settings, registry: ConnectionRegistry) -> dict[str, DeliveryHandler]:
    """Kind of message → what to do with it."""
    return {reports.LETTER_KIND: SendVoiceLetter(registry, settings.public_url, settings.mail_from)}
