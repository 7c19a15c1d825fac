"""mandates, their themes, the codes sent for them, their append-only journal; files opened under one

Revision: 0024, after 0023. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
JOURNAL = "mandate_event"
# What was erased for good may also leave the table.
ERASED = (
    "SELECT 1 FROM mandate m JOIN data_key k ON k.id = m.data_key_id WHERE m.id = OLD.mandate_id AND k.wrapped IS NULL"
)


def upgrade() -> None:
    _mandate()
    _followers()
    for statement in _forbid_before_erasure(op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("assistance", schema=None) as batch_op:
        batch_op.alter_column("draft_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("mandate_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("theme", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("read_id", sa.Uuid(), nullable=True))


def _mandate() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("duration", sa.String(length=40), nullable=False),
        sa.Column("renews_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("proof", sa.String(length=40), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("identity_document", sa.String(length=40), nullable=True),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ending", sa.String(length=40), nullable=True),
        sa.Column("expiry_told_at", MOMENT, nullable=True),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("revocation_key", sa.String(length=64), nullable=False),
        sa.Column("check_key", sa.String(length=64), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("pdf_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_mandate_data_key_id_data_key")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_mandate_department_id_department")),
        sa.ForeignKeyConstraint(["opened_by"], ["agent.id"], name=op.f("fk_mandate_opened_by_agent")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mandate_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("check_key", name=op.f("uq_mandate_check_key")),
        sa.UniqueConstraint("revocation_key", name=op.f("uq_mandate_revocation_key")),
    )
    op.create_index("ix_mandate_person", "mandate", ["person_id", "created_at"])
    op.create_index("ix_mandate_department", "mandate", ["department_id", "created_at", "id"])
    op.create_index("ix_mandate_expires_at", "mandate", ["expires_at"])


def _followers() -> None:
    op.create_table(
        "mandate_theme",
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_theme_mandate_id_mandate")),
        sa.PrimaryKeyConstraint("mandate_id", "theme", name=op.f("pk_mandate_theme")),
    )
    op.create_table(
        "mandate_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("typed_at_desk", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.String(length=200), nullable=True),
        sa.Column("refused_code", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_consent_mandate_id_mandate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_consent")),
    )
    op.create_index("ix_mandate_consent_mandate", "mandate_consent", ["mandate_id", "created_at"])
    op.create_table(
        JOURNAL,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("payload", JSON_DATA, nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_event_mandate_id_mandate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_event")),
    )
    op.create_index("ix_mandate_event_mandate", JOURNAL, ["mandate_id", "occurred_at", "id"])


def _forbid_before_erasure(dialect: str) -> list[str]:
    refused = f"{JOURNAL} is append-only"
    if dialect == "sqlite":
        stop = f"SELECT RAISE(ABORT, '{refused}');"
        return [
            f"CREATE TRIGGER {JOURNAL}_no_update BEFORE UPDATE ON {JOURNAL} BEGIN {stop} END",
            (
                f"CREATE TRIGGER {JOURNAL}_no_delete BEFORE DELETE ON {JOURNAL} "
                f"WHEN NOT EXISTS ({ERASED}) BEGIN {stop} END"
            ),
        ]
    return [
        (
            f"CREATE FUNCTION {JOURNAL}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF EXISTS ({ERASED}) THEN RETURN OLD; END IF; END IF; "
            f"RAISE EXCEPTION '{refused}'; END $$"
        ),
        (
            f"CREATE TRIGGER {JOURNAL}_append_only BEFORE UPDATE OR DELETE ON {JOURNAL} "
            f"FOR EACH ROW EXECUTE FUNCTION {JOURNAL}_append_only()"
        ),
    ]


def downgrade() -> None:
    """Refused while a request was read under a mandate: the older code knows files of drafts alone."""
    left = op.get_bind().scalar(sa.text("SELECT count(*) FROM assistance WHERE draft_id IS NULL"))
    if left:
        raise RuntimeError(f"{left} files were opened on a request")
    with op.batch_alter_table("assistance", schema=None) as batch_op:
        batch_op.drop_column("read_id")
        batch_op.drop_column("theme")
        batch_op.drop_column("mandate_id")
        batch_op.alter_column("draft_id", existing_type=sa.Uuid(), nullable=False)
    for table in (JOURNAL, "mandate_consent", "mandate_theme", "mandate"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION IF EXISTS {JOURNAL}_append_only()")
