"""A draft whose procedure has changed."""

from dataclasses import dataclass
from datetime import datetime

from portal.casework.catalogue.migrating import Migration
from portal.casework.catalogue.service import ProcedureView


@dataclass(frozen=True, slots=True)
class MigrationOffer:
    """A draft of a version that is no longer offered. ``until``: when it can no longer end on it; None without end."""

    begun: ProcedureView
    offered: ProcedureView
    migration: Migration
    until: datetime | None
