"""What the worker does with the messages of this room."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.documents.service import store_of
from portal.casework.documents.storage import BlobStore
from portal.casework.notifications.service import RenderedNotification, render_simple
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.handlers import SendNotification
from portal.engine.exchanges.outcomes import DeliveryHandler, NoLongerNeeded, Outcome
from portal.engine.own_data import service
from portal.ground.errors import NotFound
from portal.ground.settings import Settings
from portal.ground.vault.service import VaultDestroyed
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.service import Claimed


@dataclass(frozen=True, slots=True)
class CopyReceipt(Receipt):
    """The size of the copy that was written."""

    size: int = 0


@dataclass(frozen=True, slots=True)
class MakeCopy:
    """Gathers and writes a copy of somebody's data. Making it again is harmless: it is the same file."""

    documents: BlobStore
    copies: BlobStore
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> bytes:
        """The copy, sealed."""
        sealed = service.make_copy(session, self.documents, _export_of(claimed))
        if sealed is None:
            raise NoLongerNeeded("copy_not_needed")
        return sealed

    def call(self, loaded: bytes, claimed: Claimed) -> Receipt:
        """Write it on disk."""
        self.copies.write(_export_of(claimed), loaded)
        return CopyReceipt(external_ref="", size=len(loaded))

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Its owner is told; or may ask again."""
        if isinstance(outcome.receipt, CopyReceipt):
            service.keep_copy(session, _export_of(claimed), outcome.receipt.size)
        elif outcome.ending is Ending.DEAD:
            service.fail_copy(session, _export_of(claimed))


class _SendLetter(SendNotification):
    """A letter that belongs to no request, hence to no timeline."""

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing is kept beyond the sending itself."""


class SendCopyReady(_SendLetter):
    """Tells somebody that their copy waits for them."""

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The letter; None when the copy was taken already."""
        try:
            recipient = service.copy_recipient(session, _export_of(claimed))
        except (NotFound, VaultDestroyed):
            return None
        if not recipient:
            return None
        return render_simple(
            session,
            recipient,
            subject=_("La copie de vos données est prête"),
            paragraphs=(
                _("La copie de vos données est prête. Vous avez 24 heures pour la télécharger, une seule fois."),
                _("Vous n’avez rien demandé ? Fermez vos sessions depuis « Ma connexion », et appelez-nous."),
            ),
            link=f"{self.public_url.rstrip('/')}/mon-espace/mes-donnees/{_export_of(claimed)}",
            link_text=_("Télécharger la copie"),
        )


def delivery_handlers(settings: Settings, registry: ConnectionRegistry) -> Mapping[str, DeliveryHandler]:
    """Kind of message → what to do with it."""
    return {
        service.EXPORT_KIND: MakeCopy(store_of(settings), service.copy_store(settings)),
        service.READY_KIND: SendCopyReady(registry, settings.public_url, settings.mail_from),
    }


def _export_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["export_id"])
