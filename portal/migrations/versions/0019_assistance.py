"""drafts given up, resume codes, agents let in to a draft, papers typed in

Revision: 0019, after 0018. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=True)
    _discarded_drafts()
    op.create_table(
        "resume_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume_code")),
        sa.UniqueConstraint("code_key", name=op.f("uq_resume_code_code_key")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_resume_code_draft_id")),
    )
    op.create_index(op.f("ix_resume_code_expires_at"), "resume_code", ["expires_at"], unique=False)
    _assistances()


def _discarded_drafts() -> None:
    op.create_table(
        "discarded_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_answers", sa.LargeBinary(), nullable=False),
        sa.Column("done_steps", JSON_DATA, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("discarded_at", MOMENT, nullable=False),
        sa.Column("purge_after", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_discarded_draft_account_id_account")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_discarded_draft_data_key_id_data_key")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_discarded_draft_procedure_id_procedure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discarded_draft")),
        sa.UniqueConstraint("account_id", "procedure_id", name=op.f("uq_discarded_draft_account_id_procedure_id")),
    )
    op.create_index("ix_discarded_draft_purge_after", "discarded_draft", ["purge_after"], unique=False)


def _assistances() -> None:
    op.create_table(
        "assistance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("proof", sa.String(length=40), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closing", sa.String(length=40), nullable=True),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_assistance_agent_id_agent")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_assistance_procedure_id_procedure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance")),
    )
    op.create_index("ix_assistance_agent", "assistance", ["agent_id", "closed_at"], unique=False)
    op.create_index("ix_assistance_draft", "assistance", ["draft_id"], unique=False)
    op.create_index("ix_assistance_opened_at", "assistance", ["opened_at"], unique=False)
    op.create_table(
        "typed_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.String(length=40), nullable=False),
        sa.Column("scans", JSON_DATA, nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_typed_entry_data_key_id_data_key")),
        sa.ForeignKeyConstraint(["id"], ["assistance.id"], name=op.f("fk_typed_entry_id_assistance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_entry")),
    )


def downgrade() -> None:
    """Refused while a paper is being typed in: the older code could not show it to anybody."""
    left = op.get_bind().scalar(sa.text("SELECT count(*) FROM draft WHERE account_id IS NULL"))
    if left:
        raise RuntimeError(f"{left} drafts have no account")
    for table in ("typed_entry", "assistance", "resume_code", "discarded_draft"):
        op.drop_table(table)
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
