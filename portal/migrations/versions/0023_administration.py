"""administration of agents: partner organisations, departments in full, sign-ins to approve, searches in the journal

Revision: 0023, after 0022. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "partner_organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_organisation")),
        sa.UniqueConstraint("siret", name=op.f("uq_partner_organisation_siret")),
    )
    op.create_table(
        "agent_relink",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_relink_agent_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_relink")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_agent_relink_agent_id")),
    )
    op.create_table(
        "journal_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_journal_search_data_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_search")),
    )
    op.create_index("ix_journal_search_searched_at", "journal_search", ["searched_at", "id"])
    op.add_column("department", sa.Column("address", sa.String(length=300), server_default="", nullable=False))
    op.add_column("department", sa.Column("opening_hours", _JSON, server_default="{}", nullable=False))
    op.add_column("department", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("agent", sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agent", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_agent_display_name", "agent", ["display_name", "id"])


def downgrade() -> None:
    op.drop_index("ix_agent_display_name", "agent")
    for table, columns in {
        "agent": ("invited_at", "version"),
        "department": ("address", "opening_hours", "version"),
    }.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    for table in ("journal_search", "agent_relink", "partner_organisation"):
        op.drop_table(table)
