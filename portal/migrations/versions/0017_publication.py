"""why a version was published, and the concepts proposed for the dictionary

Revision: 0017, after 0016. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

from portal.ground.db.types import JsonData, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("procedure_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.String(length=1000), server_default="", nullable=False))
    op.create_table(
        "concept_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("concept_id", sa.String(length=60), nullable=False),
        sa.Column("concept", JsonData, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by"], ["agent.id"], name=op.f("fk_concept_proposal_proposed_by_agent")),
        sa.ForeignKeyConstraint(["decided_by"], ["agent.id"], name=op.f("fk_concept_proposal_decided_by_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concept_proposal")),
    )
    op.create_index(
        "uq_concept_proposal_waiting",
        "concept_proposal",
        ["concept_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_index("uq_concept_proposal_waiting", table_name="concept_proposal")
    op.drop_table("concept_proposal")
    with op.batch_alter_table("procedure_version", schema=None) as batch_op:
        batch_op.drop_column("note")
