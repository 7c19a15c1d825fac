"""master keys that have served; none that is retired wraps a data key

Revision: 0007, after 0006. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RETIRED = "SELECT 1 FROM master_key WHERE id = NEW.master_key_id AND retired_at IS NOT NULL"
MESSAGE = "this master key is retired"


def upgrade() -> None:
    op.create_table(
        "master_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("fingerprint_check", sa.String(length=64), nullable=False),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_key")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER data_key_retired_{verb.lower()} BEFORE {verb} ON data_key "
                f"WHEN NEW.wrapped IS NOT NULL AND EXISTS ({RETIRED}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION data_key_refuse_retired() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.wrapped IS NOT NULL AND EXISTS ({RETIRED}) THEN RAISE EXCEPTION '{MESSAGE}'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER data_key_retired BEFORE INSERT OR UPDATE ON data_key "
        "FOR EACH ROW EXECUTE FUNCTION data_key_refuse_retired()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("insert", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS data_key_retired_{verb}")
    else:
        op.execute("DROP TRIGGER IF EXISTS data_key_retired ON data_key")
        op.execute("DROP FUNCTION IF EXISTS data_key_refuse_retired()")
    op.drop_table("master_key")
