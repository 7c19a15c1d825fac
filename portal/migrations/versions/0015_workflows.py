"""workflows, opinions of other departments, times waited, measured delays

Revision: 0015, after 0014. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("workflow_state", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("state_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("waited_seconds", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("corrections_asked", _JSON, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("implicit_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("late_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("alerted_on", sa.Date(), nullable=True))
        batch_op.create_index("ix_service_request_state_until", ["state_until"], unique=False)
        batch_op.create_index("ix_service_request_decided", ["decided_at"], unique=False)
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.alter_column("waited_seconds", existing_type=sa.BigInteger(), server_default=None)
        batch_op.alter_column("corrections_asked", existing_type=_JSON, server_default=None)
    op.create_table(
        "opinion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_question", sa.LargeBinary(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_opinion_department_id_department")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_opinion_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("request_id", "idempotency_key", name=op.f("uq_opinion_request_id_idempotency_key")),
    )
    op.create_index("ix_opinion_department_open", "opinion", ["department_id", "closed_at"])
    op.create_table(
        "delay_figure",
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("median_days", sa.Integer(), nullable=False),
        sa.Column("p90_days", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_delay_figure_procedure_id_procedure")
        ),
        sa.PrimaryKeyConstraint("procedure_id", name=op.f("pk_delay_figure")),
    )


def downgrade() -> None:
    op.drop_table("delay_figure")
    op.drop_table("opinion")
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_index("ix_service_request_decided")
        batch_op.drop_index("ix_service_request_state_until")
        for name in (
            "alerted_on",
            "late_since",
            "implicit_on",
            "corrections_asked",
            "waited_seconds",
            "state_until",
            "workflow_state",
        ):
            batch_op.drop_column(name)
