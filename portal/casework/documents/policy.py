"""Who may do what with a document, and whether this portal takes files. Pure."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from portal.casework.documents.shapes import DocumentView
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor
from portal.ground.settings import Settings

# A document that no request was sent with.
UNUSED_KEPT: Final = timedelta(days=365)


def takes_files(settings: Settings) -> bool:
    """In production, only with an antivirus: what cannot be scanned is not taken."""
    return bool(settings.clamd) or not settings.production


def owner_of(actor: Actor) -> UUID:
    """The person whose documents a resident keeps.

    :raises Forbidden: not a resident.
    """
    if not actor.is_resident or actor.subject is None:
        raise Forbidden("resident_needed")
    return actor.subject


def keeper_of(actor: Actor) -> UUID:
    """The person whose file is being added: the resident's own, or the person an agent fills a draft for.

    :raises Forbidden: neither.
    """
    if actor.is_agent and actor.assisted is not None and actor.subject is not None:
        return actor.subject
    return owner_of(actor)


def can_delete(actor: Actor, document: DocumentView) -> bool:
    """Its owner, unless a request was sent with it: the administration must be able to show what it decided on."""
    return actor.is_resident and actor.subject == document.owner_id and not document.used
