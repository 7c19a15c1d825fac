"""journal: the chain of seals, and the dates until which things are kept

Revision: 0005, after 0004. 2026-11-25
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.ground.db import allow_changes, allow_truncation, forbid_changes, forbid_truncation

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DRAFT_KEPT = timedelta(days=90)
ENDED = ("accepted", "rejected", "closed", "withdrawn")
PARIS = ZoneInfo("Europe/Paris")


def upgrade() -> None:
    _add_the_chain()
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("system_family", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.alter_column("system_family", server_default=None)
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purge_after", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retain_until", sa.Date(), nullable=True))
        batch_op.create_index("ix_service_request_retain_until", ["retain_until"], unique=False)
    _date_the_drafts()
    _date_the_ended_requests()
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.alter_column("purge_after", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_index("ix_draft_purge_after", ["purge_after"], unique=False)


def _add_the_chain() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caught_up", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_subject", ["subject_id", "occurred_at", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_actor", ["actor_id", "action", "occurred_at"], unique=False)
        batch_op.create_index("ix_audit_entry_occurred_at", ["occurred_at", "id"], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in (
        *forbid_changes("audit_seal", dialect),
        *forbid_truncation("audit_seal", dialect),
        *forbid_truncation("audit_entry", dialect),
    ):
        op.execute(statement)


def _date_the_drafts() -> None:
    draft = sa.table("draft", sa.column("id", sa.Uuid()), *_instants("updated_at", "purge_after"))
    bind = op.get_bind()
    for row in bind.execute(sa.select(draft.c.id, draft.c.updated_at)).all():
        after = row.updated_at + DRAFT_KEPT
        bind.execute(sa.update(draft).where(draft.c.id == row.id).values(purge_after=after))


def _date_the_ended_requests() -> None:
    """From the duration that the procedure declared when the request was made."""
    request = sa.table(
        "service_request",
        sa.column("id", sa.Uuid()),
        sa.column("procedure_id", sa.Uuid()),
        sa.column("procedure_version", sa.Integer()),
        sa.column("status", sa.String()),
        *_instants("decided_at", "updated_at"),
        sa.column("retain_until", sa.Date()),
    )
    version = sa.table(
        "procedure_version",
        sa.column("procedure_id", sa.Uuid()),
        sa.column("version", sa.Integer()),
        sa.column("document", JSON_DATA),
    )
    bind = op.get_bind()
    documents = bind.execute(sa.select(version.c.procedure_id, version.c.version, version.c.document)).all()
    kept = {(row.procedure_id, row.version): timedelta(days=int(row.document["retention_days"])) for row in documents}
    ended = sa.select(request).where(request.c.status.in_(ENDED))
    for row in bind.execute(ended).all():
        until = _day(row.decided_at or row.updated_at) + kept[row.procedure_id, row.procedure_version]
        bind.execute(sa.update(request).where(request.c.id == row.id).values(retain_until=until))


def _instants(*names: str) -> list[Any]:
    return [sa.column(name, sa.DateTime(timezone=True)) for name in names]


def _day(instant: datetime) -> date:
    """The civil day in the authority's zone; SQLite gives instants in UTC without their zone."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(PARIS).date()


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in (
        *allow_truncation("audit_entry", dialect),
        *allow_truncation("audit_seal", dialect),
        *allow_changes("audit_seal", dialect),
    ):
        op.execute(statement)
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("ix_draft_purge_after")
        batch_op.drop_column("warned_at")
        batch_op.drop_column("purge_after")
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_index("ix_service_request_retain_until")
        batch_op.drop_column("retain_until")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("system_family")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_occurred_at")
        batch_op.drop_index("ix_audit_entry_actor")
        batch_op.drop_index("ix_audit_entry_subject")
    op.drop_table("audit_seal")
