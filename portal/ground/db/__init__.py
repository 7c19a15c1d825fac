"""The database: declarative base, portable column types, units of reading and writing."""

from portal.ground.db.append_only import allow_changes, allow_truncation, forbid_changes, forbid_truncation
from portal.ground.db.engine import Database
from portal.ground.db.types import Base, JsonData, StrEnumType, UtcDateTime, new_id, only_where

__all__ = [
    "Base",
    "Database",
    "JsonData",
    "StrEnumType",
    "UtcDateTime",
    "allow_changes",
    "allow_truncation",
    "forbid_changes",
    "forbid_truncation",
    "new_id",
    "only_where",
]
