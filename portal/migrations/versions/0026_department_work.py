"""saved views, acts on many requests, lists, presence, routing rules; notes, transfers and duplicates of requests

Revision: 0026, after 0025. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    _views_and_lots()
    _lists_and_presence()
    _requests()


def _views_and_lots() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_saved_view_department_id_department")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["agent.id"], name=op.f("fk_saved_view_owner_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_department_id", "saved_view", ["department_id"])
    op.create_index("ix_saved_view_owner_id", "saved_view", ["owner_id"])
    op.create_table(
        "default_view",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("view_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_default_view_agent_id_agent")),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_default_view_view_id_saved_view")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_default_view")),
    )
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_bulk_act_agent_id_agent")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_bulk_act_data_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
        sa.UniqueConstraint("agent_id", "form_key", name=op.f("uq_bulk_act_agent_id_form_key")),
    )
    op.create_index("ix_bulk_act_purge_after", "bulk_act", ["purge_after"])
    op.create_index("ix_bulk_act_state", "bulk_act", ["state"])
    op.create_table(
        "bulk_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulk_act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("seen", sa.String(length=160), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bulk_act_id"], ["bulk_act.id"], name=op.f("fk_bulk_item_bulk_act_id_bulk_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("bulk_act_id", "position", name=op.f("uq_bulk_item_bulk_act_id_position")),
        sa.UniqueConstraint("bulk_act_id", "request_id", name=op.f("uq_bulk_item_bulk_act_id_request_id")),
    )


def _lists_and_presence() -> None:
    op.create_table(
        "list_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_query", sa.LargeBinary(), nullable=False),
        sa.Column("columns", JSON_DATA, nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_list_export_agent_id_agent")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_list_export_data_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_export")),
    )
    op.create_index("ix_list_export_agent_id", "list_export", ["agent_id"])
    op.create_index("ix_list_export_expires_at", "list_export", ["expires_at"])
    op.create_table(
        "presence",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_presence_agent_id_agent")),
        sa.PrimaryKeyConstraint("request_id", "agent_id", name=op.f("pk_presence")),
    )
    op.create_index("ix_presence_seen_at", "presence", ["seen_at"])
    op.create_table(
        "wording_use",
        sa.Column("wording_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_wording_use_agent_id_agent")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_wording_use_wording_id_wording")),
        sa.PrimaryKeyConstraint("wording_id", "agent_id", name=op.f("pk_wording_use")),
    )
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("channels", JSON_DATA, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("wanted", JSON_DATA, nullable=False),
        sa.Column("agent_ids", JSON_DATA, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_routing_rule_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_routing_rule_procedure_id_procedure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_index("ix_routing_rule_procedure_id_position", "routing_rule", ["procedure_id", "position"])


def _requests() -> None:
    op.create_table(
        "internal_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["agent.id"], name=op.f("fk_internal_note_author_id_agent")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_internal_note_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_note")),
        sa.UniqueConstraint("request_id", "idempotency_key", name=op.f("uq_internal_note_request_id_idempotency_key")),
    )
    op.create_index("ix_internal_note_request_written", "internal_note", ["request_id", "written_at"])
    op.create_table(
        "request_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("from_department_id", sa.Uuid(), nullable=False),
        sa.Column("to_department_id", sa.Uuid(), nullable=False),
        sa.Column("transferred_by", sa.Uuid(), nullable=False),
        sa.Column("transferred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_department_id"], ["department.id"], name=op.f("fk_request_transfer_from_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_request_transfer_request_id_service_request")
        ),
        sa.ForeignKeyConstraint(
            ["to_department_id"], ["department.id"], name=op.f("fk_request_transfer_to_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_transfer")),
    )
    op.create_index("ix_request_transfer_from_department", "request_transfer", ["from_department_id", "transferred_at"])
    op.create_table(
        "duplicate_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kept_request_id", sa.Uuid(), nullable=False),
        sa.Column("marked_by", sa.Uuid(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_duplicate_mark_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_mark")),
    )
    op.create_index("ix_duplicate_mark_close_at", "duplicate_mark", ["close_at"])


def downgrade() -> None:
    for table in (
        "duplicate_mark",
        "request_transfer",
        "internal_note",
        "routing_rule",
        "wording_use",
        "presence",
        "list_export",
        "bulk_item",
        "bulk_act",
        "default_view",
        "saved_view",
    ):
        op.drop_table(table)
