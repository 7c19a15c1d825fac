"""what an agent was writing when the session ended

Revision: 0008, after 0007. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("stashed_form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agent_id", sa.Uuid(), nullable=True))
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_foreign_key(op.f("fk_stashed_form_agent_id_agent"), "agent", ["agent_id"], ["id"])


def downgrade() -> None:
    op.execute("DELETE FROM stashed_form WHERE account_id IS NULL")
    with op.batch_alter_table("stashed_form", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_stashed_form_agent_id_agent"), type_="foreignkey")
        batch_op.alter_column("account_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("agent_id")
