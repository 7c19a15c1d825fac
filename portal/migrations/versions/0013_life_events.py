"""life events and what each organisation is told

Revision: 0013, after 0012. 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "life_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("form_key", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("data_key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("happens_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_after", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_life_event_account_id_account")),
        sa.ForeignKeyConstraint(["data_key_id"], ["data_key.id"], name=op.f("fk_life_event_data_key_id_data_key")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_life_event_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event")),
        sa.UniqueConstraint("account_id", "form_key", name=op.f("uq_life_event_account_id_form_key")),
    )
    op.create_index("ix_life_event_account_kind", "life_event", ["account_id", "kind"], unique=False)
    op.create_index("ix_life_event_purge_after", "life_event", ["purge_after"], unique=False)
    op.create_table(
        "life_event_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("life_event_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=80), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=True),
        sa.Column("consent_code", sa.String(length=80), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("consent_facts_version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("told_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["life_event_id"], ["life_event.id"], name=op.f("fk_life_event_transfer_life_event_id_life_event")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_life_event_transfer_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event_transfer")),
        sa.UniqueConstraint(
            "life_event_id", "organisation", "slot", name=op.f("uq_life_event_transfer_life_event_id_organisation_slot")
        ),
    )
    op.create_index("ix_life_event_transfer_request", "life_event_transfer", ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_table("life_event_transfer")
    op.drop_table("life_event")
