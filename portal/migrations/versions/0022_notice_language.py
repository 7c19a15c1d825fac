"""in which words a person wants to be written to

Revision: 0022, after 0021. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("language", sa.String(length=10), server_default="fr", nullable=False)
    op.add_column("notification_preference", column)


def downgrade() -> None:
    op.drop_column("notification_preference", "language")
