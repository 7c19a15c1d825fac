"""polls, electoral marks, the buffer of the urn, ballots

Revision: participation_0001, a branch of its own on the tables of 0008. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "participation_0001"
down_revision = None
branch_labels = ("participation",)
depends_on = "0008"

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
URNS = ("participation_buffer", "participation_ballot")


def upgrade() -> None:
    op.create_table(
        "participation_poll",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_authority_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("next_step", sa.String(length=500), nullable=False),
        sa.Column("questions", JSON_DATA, nullable=False),
        sa.Column("access", sa.String(length=40), nullable=False),
        sa.Column("residence", sa.String(length=40), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_closing", sa.DateTime(timezone=True), nullable=False),
        sa.Column("early_reason", sa.String(length=500), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_key_id", sa.Uuid(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_private_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_mark_key", sa.LargeBinary(), nullable=True),
        sa.Column("urn_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleaned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results", JSON_DATA, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["agent.id"], name=op.f("fk_participation_poll_created_by_agent")),
        sa.ForeignKeyConstraint(
            ["data_key_id"], ["data_key.id"], name=op.f("fk_participation_poll_data_key_id_data_key")
        ),
        sa.ForeignKeyConstraint(
            ["local_authority_id"],
            ["local_authority.id"],
            name=op.f("fk_participation_poll_local_authority_id_local_authority"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation_poll")),
        sa.UniqueConstraint("slug", name=op.f("uq_participation_poll_slug")),
    )
    op.create_index(op.f("ix_participation_poll_closes_at"), "participation_poll", ["closes_at"], unique=False)
    op.create_table(
        "participation_mark",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["participation_poll.id"], name=op.f("fk_participation_mark_poll_id_participation_poll")
        ),
        sa.PrimaryKeyConstraint("poll_id", "voter", name=op.f("pk_participation_mark")),
        sa.UniqueConstraint("poll_id", "identity", name=op.f("uq_participation_mark_poll_id_identity")),
        sqlite_with_rowid=False,
    )
    for table in URNS:
        op.create_table(
            table,
            sa.Column("poll_id", sa.Uuid(), nullable=False),
            sa.Column("id", sa.String(length=32), nullable=False),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(
                ["poll_id"], ["participation_poll.id"], name=op.f(f"fk_{table}_poll_id_participation_poll")
            ),
            sa.PrimaryKeyConstraint("poll_id", "id", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )


def downgrade() -> None:
    for table in (*reversed(URNS), "participation_mark", "participation_poll"):
        op.drop_table(table)
