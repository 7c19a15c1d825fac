"""the level of assurance asked of a departure; sign-ins joined with proof

Revision: 0006, after 0005. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("acr", sa.String(length=100), server_default="", nullable=False))

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_account_merged_into_id_account"), "account", ["merged_into_id"], ["id"])

    op.create_table(
        "account_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_claim_account_id_account")),
        sa.ForeignKeyConstraint(["target_id"], ["account.id"], name=op.f("fk_account_claim_target_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_claim")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_claim_digest")),
    )
    with op.batch_alter_table("account_claim", schema=None) as batch_op:
        batch_op.create_index("ix_account_claim_account_id", ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_claim_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("account_claim")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_account_merged_into_id_account"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.drop_column("acr")
