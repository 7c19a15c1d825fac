"""street reports and those who follow them

Revision: daily_services_0001. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "daily_services_0001"
down_revision = None
branch_labels = ("daily_services",)
depends_on = "0008"


def upgrade() -> None:
    op.create_table(
        "street_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("street_key", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("repair_photo_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_reason", sa.String(length=40), nullable=True),
        sa.Column("repaired_on", sa.Date(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_street_report_data_key_id_data_key")),
        sa.ForeignKeyConstraint(["photo_id"], ["document.id"], name=op.f("fk_street_report_photo_id_document")),
        sa.ForeignKeyConstraint(
            ["repair_photo_id"], ["document.id"], name=op.f("fk_street_report_repair_photo_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_street_report_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street_report")),
        sa.UniqueConstraint("request_id", name=op.f("uq_street_report_request_id")),
    )
    with op.batch_alter_table("street_report", schema=None) as batch_op:
        batch_op.create_index("ix_street_report_kind_latitude", ["kind", "latitude"], unique=False)
        batch_op.create_index("ix_street_report_kind_street_key", ["kind", "street_key"], unique=False)
        batch_op.create_index("ix_street_report_reported_at_id", ["reported_at", "id"], unique=False)
    op.create_table(
        "street_voice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("voice_key", sa.String(length=64), nullable=False),
        sa.Column("is_reporter", sa.Boolean(), nullable=False),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["street_report.id"], name=op.f("fk_street_voice_report_id_street_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street_voice")),
        sa.UniqueConstraint("report_id", "voice_key", name=op.f("uq_street_voice_report_id_voice_key")),
    )


def downgrade() -> None:
    op.drop_table("street_voice")
    op.drop_table("street_report")
