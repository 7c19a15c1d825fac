"""what follows a request: corrections, letters, and what a person did of a sending that failed

Revision: 0009, after 0008. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amendments", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("forwarding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carried_amendment", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("posted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("closing", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closing_note_id", sa.Uuid(), nullable=True))
    op.create_table(
        "request_amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("fields", JSON_DATA, nullable=False),
        sa.Column("reason_code", sa.String(length=60), nullable=False),
        sa.Column("sealed_before", sa.LargeBinary(), nullable=False),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amended_by", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_request_amendment_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_amendment")),
        sa.UniqueConstraint(
            "request_id", "idempotency_key", name=op.f("uq_request_amendment_request_id_idempotency_key")
        ),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_request_amendment_request_id_number")),
    )

    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("connection", sa.String(length=60), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("amendment", sa.Integer(), nullable=False),
        sa.Column("cites", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_pdf", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("tracking", sa.String(length=40), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_letter_data_key_id_data_key")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_letter_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("connection", "idempotency_key", name=op.f("uq_letter_connection_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("request_id", "rank", name=op.f("uq_letter_request_id_rank")),
    )
    op.create_index("ix_letter_state_made_at", "letter", ["state", "made_at"], unique=False)


def downgrade() -> None:
    op.drop_table("letter")
    op.drop_table("request_amendment")
    with op.batch_alter_table("forwarding", schema=None) as batch_op:
        for name in ("closing_note_id", "closed_at", "closing", "posted_on", "prepared_at", "carried_amendment"):
            batch_op.drop_column(name)
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_column("amendments")
