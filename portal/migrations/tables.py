"""Imports every room's tables, so that the metadata is whole. Only migrations and tests may need it."""

from importlib import import_module

from sqlalchemy import MetaData

from portal.casework.catalogue.journeys import load_journeys
from portal.ground.db import Base

ROOMS_WITH_TABLES = (
    "portal.ground.vault.models",
    "portal.ground.audit.models",
    "portal.ground.web.models",
    "portal.people.accounts.models",
    "portal.people.identity.models",
    "portal.records.outbox.models",
    "portal.records.timeline.models",
    "portal.records.connections.models",
    "portal.records.territory.models",
    "portal.casework.catalogue.models",
    "portal.casework.blank_forms.models",
    "portal.casework.checklists.models",
    "portal.casework.letters.models",
    "portal.casework.consents.models",
    "portal.casework.documents.models",
    "portal.casework.notifications.models",
    "portal.casework.life_events.models",
    "portal.casework.requests.models",
    "portal.casework.receipts.models",
    "portal.casework.assistance.models",
    "portal.casework.openings.models",
    "portal.casework.contacts.models",
    "portal.casework.mandates.models",
    "portal.casework.appointments.models",
    "portal.casework.delays.models",
    "portal.casework.figures.models",
    "portal.casework.satisfaction.models",
    "portal.casework.wordings.models",
    "portal.casework.routing.models",
    "portal.casework.worklists.models",
    "portal.engine.exchanges.models",
    "portal.engine.own_data.models",
    "portal.engine.retention.models",
)
# Rows of these are never changed once written: the migrations set the triggers, a test checks that they are there.
APPEND_ONLY = ("acknowledgement", "audit_entry", "audit_seal", "mandate_event", "pivot_identity", "timeline_event")


def whole_metadata() -> MetaData:
    """The metadata with every table in it: the portal's, and those of every installed journey, open or not."""
    for module in ROOMS_WITH_TABLES:
        import_module(module)
    for journey in load_journeys():
        journey.part("models")
    return Base.metadata
