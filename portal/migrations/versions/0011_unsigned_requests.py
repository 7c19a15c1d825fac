"""requests made without an account

Revision: 0011, after 0010. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.alter_column("submitted_by", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=True)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_follow_up_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("form_key", name=op.f("uq_follow_up_form_key")),
        sa.UniqueConstraint("request_id", name=op.f("uq_follow_up_request_id")),
    )


def downgrade() -> None:
    """Refused while there are requests without an account: the older code could not show them to anybody."""
    left = op.get_bind().scalar(sa.text("SELECT count(*) FROM service_request WHERE account_id IS NULL"))
    if left:
        raise RuntimeError(f"{left} requests have no account")
    op.drop_table("follow_up")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.alter_column("submitted_by", existing_type=sa.Uuid(), nullable=False)
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
