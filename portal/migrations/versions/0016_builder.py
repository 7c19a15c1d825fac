"""drafts of procedures: how often they were changed, by whom, and what the last change replaced

Revision: 0016, after 0015. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("procedure_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("edited_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("former_document", JSON_DATA, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_procedure_version_edited_by_agent"), "agent", ["edited_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("procedure_version", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_procedure_version_edited_by_agent"), type_="foreignkey")
        batch_op.drop_column("former_document")
        batch_op.drop_column("edited_by")
        batch_op.drop_column("edited_at")
        batch_op.drop_column("revision")
