"""Run by Alembic: one connection, given by the caller, inside one transaction where the engine allows it."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from portal.ground.db import StrEnumType, UtcDateTime
from portal.migrations.tables import whole_metadata


def render(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own types as the plain ones they are stored as, so that history does not depend on today's code."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, StrEnumType):
        return "sa.String(length=40)"
    if kind == "type" and isinstance(thing, JSON):
        return "JSON_DATA"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=whole_metadata(),
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
