"""notifications: channels chosen, deliveries, verified phones

Revision: 0020, after 0019. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.alter_column("request_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("title", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("path", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    # What was told before there was a list of it is not news.
    op.execute("UPDATE notification SET read_at = created_at")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.alter_column("title", existing_type=sa.String(length=300), server_default=None)
        batch_op.alter_column("path", existing_type=sa.String(length=300), server_default=None)
    op.create_index("ix_notification_account_created", "notification", ["account_id", "created_at"])
    unread = sa.text("read_at IS NULL")
    op.create_index(
        "ix_notification_unread", "notification", ["account_id"], sqlite_where=unread, postgresql_where=unread
    )
    _create_delivery()
    op.create_table(
        "notification_preference",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("ways", JSON_DATA, nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("phone_digest", sa.String(length=64), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_preference_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "phone_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("phone_digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("refused_code", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phone_claim_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_claim")),
    )
    op.create_index("ix_phone_claim_account_id", "phone_claim", ["account_id"])
    op.create_index("ix_phone_claim_reference", "phone_claim", ["external_ref"])
    op.create_index("ix_phone_claim_expires_at", "phone_claim", ["expires_at"])
    op.create_table(
        "blocked_contact",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blocked_contact")),
    )
    op.create_index("ix_blocked_contact_blocked_at", "blocked_contact", ["blocked_at"])
    op.create_table(
        "sms_usage",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_sms_usage")),
    )


def _create_delivery() -> None:
    op.create_table(
        "notification_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("progress", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("connection", sa.String(length=60), nullable=True),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notification.id"],
            name=op.f("fk_notification_delivery_notification_id_notification"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_delivery")),
        sa.UniqueConstraint(
            "notification_id", "channel", name=op.f("uq_notification_delivery_notification_id_channel")
        ),
    )
    op.create_index("ix_notification_delivery_reference", "notification_delivery", ["connection", "external_ref"])
    op.create_index("ix_notification_delivery_batch", "notification_delivery", ["batch_id"])
    gathered = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_notification_delivery_gathered",
        "notification_delivery",
        ["due_at"],
        sqlite_where=gathered,
        postgresql_where=gathered,
    )


def downgrade() -> None:
    for table in ("sms_usage", "blocked_contact", "phone_claim", "notification_preference", "notification_delivery"):
        op.drop_table(table)
    op.drop_index("ix_notification_unread", "notification")
    op.drop_index("ix_notification_account_created", "notification")
    op.execute("DELETE FROM notification WHERE request_id IS NULL")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_column("read_at")
        batch_op.drop_column("path")
        batch_op.drop_column("title")
        batch_op.alter_column("request_id", existing_type=sa.Uuid(), nullable=False)
