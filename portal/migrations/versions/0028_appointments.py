"""appointments: places, kinds, openings, closures; what is booked, seat by seat; who waits, calendars, counts

Revision: 0028, after 0027. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = (
    "appointment_place",
    "appointment_kind",
    "appointment_rule",
    "appointment_rule_kind",
    "appointment_closure",
    "appointment",
    "appointment_seat",
    "appointment_wait",
    "appointment_event",
    "appointment_feed",
    "appointment_sms",
)


def upgrade() -> None:
    _settled()
    _appointment()
    _followers()
    _beside()


def _settled() -> None:
    op.create_table(
        "appointment_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("access", sa.String(length=1000), nullable=False),
        sa.Column("directions", sa.String(length=1000), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_appointment_place_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_place")),
    )
    op.create_index("ix_appointment_place_department_id", "appointment_place", ["department_id"])
    op.create_table(
        "appointment_kind",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", JSON_DATA, nullable=False),
        sa.Column("bring", JSON_DATA, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("spare_minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("cancel_hours", sa.Integer(), nullable=False),
        sa.Column("means", JSON_DATA, nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("procedure_slug", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_appointment_kind_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_kind")),
        sa.UniqueConstraint("slug", name=op.f("uq_appointment_kind_slug")),
    )
    op.create_index("ix_appointment_kind_department_id", "appointment_kind", ["department_id"])
    op.create_table(
        "appointment_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("desks", sa.Integer(), nullable=False),
        sa.Column("desk_group", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["appointment_place.id"], name=op.f("fk_appointment_rule_place_id_appointment_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_rule")),
    )
    op.create_index("ix_appointment_rule_place_id", "appointment_rule", ["place_id"])
    op.create_table(
        "appointment_rule_kind",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["appointment_kind.id"], name=op.f("fk_appointment_rule_kind_kind_id_appointment_kind")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["appointment_rule.id"], name=op.f("fk_appointment_rule_kind_rule_id_appointment_rule")
        ),
        sa.PrimaryKeyConstraint("rule_id", "kind_id", name=op.f("pk_appointment_rule_kind")),
    )
    op.create_index("ix_appointment_rule_kind_kind_id", "appointment_rule_kind", ["kind_id"])
    op.create_table(
        "appointment_closure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["appointment_place.id"], name=op.f("fk_appointment_closure_place_id_appointment_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_closure")),
    )
    op.create_index("ix_appointment_closure_place", "appointment_closure", ["place_id", "ends_at"])


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("means", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=True),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.Column("assigned_agent_id", sa.Uuid(), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("live_kind_id", sa.Uuid(), nullable=True),
        sa.Column("live_rank", sa.Integer(), nullable=True),
        sa.Column("reminders", JSON_DATA, nullable=False),
        sa.Column("days_due_at", MOMENT, nullable=True),
        sa.Column("hours_due_at", MOMENT, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_appointment_data_key_id_data_key")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_appointment_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["appointment_kind.id"], name=op.f("fk_appointment_kind_id_appointment_kind")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id_person")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["appointment_place.id"], name=op.f("fk_appointment_place_id_appointment_place")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_appointment_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("form_key", name=op.f("uq_appointment_form_key")),
        sa.UniqueConstraint("holder", "live_kind_id", name=op.f("uq_appointment_holder_live_kind_id")),
        sa.UniqueConstraint("holder", "live_rank", name=op.f("uq_appointment_holder_live_rank")),
        sa.UniqueConstraint("reference", name=op.f("uq_appointment_reference")),
    )
    op.create_index("ix_appointment_days_due_at", "appointment", ["days_due_at"])
    op.create_index("ix_appointment_department_id", "appointment", ["department_id", "starts_at"])
    op.create_index("ix_appointment_ends_at", "appointment", ["ends_at"])
    op.create_index("ix_appointment_hours_due_at", "appointment", ["hours_due_at"])
    op.create_index("ix_appointment_person_id", "appointment", ["person_id", "starts_at"])
    op.create_index("ix_appointment_place_id_starts_at", "appointment", ["place_id", "starts_at"])
    op.create_index("ix_appointment_request_id", "appointment", ["request_id"])


def _followers() -> None:
    op.create_table(
        "appointment_seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("desk_group", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tick_at", MOMENT, nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_seat_appointment_id_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["appointment_place.id"], name=op.f("fk_appointment_seat_place_id_appointment_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_seat")),
        sa.UniqueConstraint(
            "place_id",
            "desk_group",
            "number",
            "tick_at",
            name=op.f("uq_appointment_seat_place_id_desk_group_number_tick_at"),
        ),
    )
    op.create_index("ix_appointment_seat_appointment_id", "appointment_seat", ["appointment_id"])
    op.create_table(
        "appointment_wait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("offered_at", MOMENT, nullable=True),
        sa.Column("offered_until", MOMENT, nullable=True),
        sa.Column("passed", JSON_DATA, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_wait_appointment_id_appointment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_wait")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_appointment_wait_appointment_id")),
    )
    op.create_index("ix_appointment_wait_created_at", "appointment_wait", ["created_at", "id"])
    op.create_index("ix_appointment_wait_offered_until", "appointment_wait", ["offered_until"])
    op.create_table(
        "appointment_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("payload", JSON_DATA, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_event_appointment_id_appointment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_event")),
    )
    op.create_index("ix_appointment_event_appointment", "appointment_event", ["appointment_id", "occurred_at", "id"])


def _beside() -> None:
    op.create_table(
        "appointment_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["agent.id"], name=op.f("fk_appointment_feed_created_by_agent")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["appointment_place.id"], name=op.f("fk_appointment_feed_place_id_appointment_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_appointment_feed_token_hash")),
    )
    op.create_index("ix_appointment_feed_place_id", "appointment_feed", ["place_id"])
    op.create_table(
        "appointment_sms",
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["appointment_kind.id"], name=op.f("fk_appointment_sms_kind_id_appointment_kind")
        ),
        sa.PrimaryKeyConstraint("kind_id", "month", name=op.f("pk_appointment_sms")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
