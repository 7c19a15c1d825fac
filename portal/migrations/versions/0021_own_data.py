"""wordings, printed forms, copies of one's data, notices before the end; rows that go after an erasure

Revision: 0021, after 0020. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

from portal.ground.db import allow_changes, forbid_changes

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Table → the data keys whose destruction lets its row go: what was erased for good may also leave the table.
KEYS_OF = {
    "acknowledgement": (
        "SELECT 1 FROM service_request r JOIN data_key k ON k.id = r.data_key_id "
        "WHERE r.id = OLD.request_id AND k.wrapped IS NULL"
    ),
    "timeline_event": (
        "SELECT 1 FROM service_request r JOIN data_key k ON k.id = r.data_key_id "
        "WHERE r.id = OLD.request_id AND k.wrapped IS NULL"
    ),
    "pivot_identity": (
        "SELECT 1 FROM account a JOIN person p ON p.id = a.person_id JOIN data_key k ON k.id = p.data_key_id "
        "WHERE a.id = OLD.account_id AND k.wrapped IS NULL"
    ),
}


def upgrade() -> None:
    _tables()
    _export_and_notices()
    dialect = op.get_bind().dialect.name
    for table, erased in KEYS_OF.items():
        for statement in [*allow_changes(table, dialect), *_forbid_before_erasure(table, erased, dialect)]:
            op.execute(statement)


def _forbid_before_erasure(table: str, erased: str, dialect: str) -> list[str]:
    if dialect == "sqlite":
        refused = f"SELECT RAISE(ABORT, '{table} is append-only');"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refused} END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT EXISTS ({erased}) BEGIN {refused} END",
        ]
    return [
        (
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF EXISTS ({erased}) THEN RETURN OLD; END IF; END IF; "
            f"RAISE EXCEPTION '{table} is append-only'; END $$"
        ),
        (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        ),
    ]


def _tables() -> None:
    op.create_table(
        "wording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_slug", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_wording_department_id_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
    )
    op.create_index("ix_wording_department_id_kind", "wording", ["department_id", "kind"])
    op.create_table(
        "wording_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wording_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_wording_version_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_version")),
        sa.UniqueConstraint("wording_id", "version", name=op.f("uq_wording_version_wording_id_version")),
    )
    op.create_table(
        "printed_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_printed_form_procedure_id_procedure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_form")),
        sa.UniqueConstraint("procedure_id", "version", name=op.f("uq_printed_form_procedure_id_version")),
    )


def _export_and_notices() -> None:
    op.create_table(
        "data_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_data_export_account_id_account")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_data_export_data_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
    )
    op.create_index(op.f("ix_data_export_account_id"), "data_export", ["account_id"])
    op.create_index(op.f("ix_data_export_expires_at"), "data_export", ["expires_at"])
    op.create_table(
        "retention_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("thing", sa.String(length=20), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_retention_notice_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_notice")),
        sa.UniqueConstraint(
            "thing", "thing_id", "days", "ends_on", name=op.f("uq_retention_notice_thing_thing_id_days_ends_on")
        ),
    )
    op.create_index("ix_retention_notice_account_id_noticed_on", "retention_notice", ["account_id", "noticed_on"])


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in KEYS_OF:
        for statement in [*allow_changes(table, dialect), *forbid_changes(table, dialect)]:
            op.execute(statement)
    for table in ("retention_notice", "data_export", "printed_form", "wording_version", "wording"):
        op.drop_table(table)
