"""keys by which persons are found, searches and files of a desk, contacts

Revision: 0025, after 0024. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_key_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_person_key")),
    )
    op.create_index("ix_person_key_key", "person_key", ["key", "year", "person_id"])
    _lookups()
    _contacts()


def _lookups() -> None:
    op.create_table(
        "person_lookup",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("found", JSON_DATA, nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_apart_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_person_lookup_agent_id_agent")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_person_lookup_data_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_lookup")),
    )
    op.create_index("ix_person_lookup_searched_at", "person_lookup", ["searched_at"])
    op.create_table(
        "person_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lookup_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.String(length=40), nullable=True),
        sa.Column("identity_check", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_person_opening_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["lookup_id"], ["person_lookup.id"], name=op.f("fk_person_opening_lookup_id_person_lookup")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_opening")),
    )
    op.create_index("ix_person_opening_agent", "person_opening", ["agent_id", "closed_at"])
    op.create_index(op.f("ix_person_opening_lookup_id"), "person_opening", ["lookup_id"])


def _contacts() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer_by", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("proof", sa.String(length=40), nullable=True),
        sa.Column("opening_id", sa.Uuid(), nullable=True),
        sa.Column("scans", JSON_DATA, nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_reply", sa.LargeBinary(), nullable=True),
        sa.Column("logged_by", sa.Uuid(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by", sa.String(length=40), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["agent.id"], name=op.f("fk_contact_answered_by_agent")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_contact_data_key_id_data_key")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_contact_department_id_department")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_contact_holder_id_person")),
        sa.ForeignKeyConstraint(["logged_by"], ["agent.id"], name=op.f("fk_contact_logged_by_agent")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_department_state", "contact", ["department_id", "state", "due_on", "id"])
    op.create_index("ix_contact_department_answered", "contact", ["department_id", "answered_at", "id"])
    op.create_index("ix_contact_person", "contact", ["person_id", "occurred_on"])
    op.create_index("ix_contact_holder_id", "contact", ["holder_id"])
    op.create_index("ix_contact_opening_id", "contact", ["opening_id"])
    op.create_index("ix_contact_purge_after", "contact", ["purge_after"])


def downgrade() -> None:
    for table in ("contact", "person_opening", "person_lookup", "person_key"):
        op.drop_table(table)
