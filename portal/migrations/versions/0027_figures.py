"""figures by month, the survey after a request has ended

Revision: 0027, after 0026. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

JSON_DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
KIND = ("department_id", "procedure_id", "channel", "assisted")
WITH_WORDS = sa.text("sealed_words IS NOT NULL AND hidden_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_service_request_changed", "service_request", ["updated_at", "id"])
    _figures()
    _survey()


def _kind(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f(f"fk_{table}_department_id_department")
        ),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f(f"fk_{table}_procedure_id_procedure")),
    ]


def _figures() -> None:
    counts = ("received", "accepted", "rejected", "closed", "withdrawn", "late", "given_up", "partner_errors")
    op.create_table(
        "figure_cell",
        sa.Column("month", sa.Date(), nullable=False),
        *_kind("figure_cell"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        *(sa.Column(name, JSON_DATA, nullable=False) for name in ("days", "obtained", "ease")),
        sa.PrimaryKeyConstraint("month", *KIND, name=op.f("pk_figure_cell")),
    )
    op.create_table(
        "figure_case",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("parts", JSON_DATA, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_figure_case_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_figure_case")),
    )
    op.create_table(
        "figure_backlog",
        *_kind("figure_backlog"),
        sa.Column("ages", JSON_DATA, nullable=False),
        sa.Column("awaited", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*KIND, name=op.f("pk_figure_backlog")),
    )
    op.create_table(
        "figure_progress",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figure_progress")),
    )


def _survey() -> None:
    table = "satisfaction_answer"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("obtained", sa.String(length=40), nullable=False),
        sa.Column("ease", sa.Integer(), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=True),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f(f"fk_{table}_request_id_service_request")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f(f"fk_{table}_department_id_department")
        ),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f(f"fk_{table}_procedure_id_procedure")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("request_id", name=op.f(f"uq_{table}_request_id")),
    )
    op.create_index("ix_satisfaction_answer_changed", table, ["changed_at", "request_id"])
    op.create_index(
        "ix_satisfaction_answer_words",
        table,
        ["department_id", "id"],
        sqlite_where=WITH_WORDS,
        postgresql_where=WITH_WORDS,
    )
    op.create_table(
        "survey_refusal",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_survey_refusal_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_survey_refusal")),
    )


def downgrade() -> None:
    op.drop_index("ix_service_request_changed", "service_request")
    for table in (
        "survey_refusal",
        "satisfaction_answer",
        "figure_progress",
        "figure_backlog",
        "figure_case",
        "figure_cell",
    ):
        op.drop_table(table)
