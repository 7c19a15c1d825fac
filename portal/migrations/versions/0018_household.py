"""household, addresses, refused values; where answers came from; when messages were read

Revision: 0018, after 0017. 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, word in (("household_member", "relation"), ("declared_address", "kind")):
        op.create_table(
            table,
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("person_id", sa.Uuid(), nullable=False),
            sa.Column(word, sa.String(length=40), nullable=False),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])
    op.create_table(
        "declined_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("concept", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declined_value_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declined_value")),
        sa.UniqueConstraint("person_id", "concept", "digest", name=op.f("uq_declined_value_person_id_concept_digest")),
    )
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_origins", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("request_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    # What the journal and the answers prove was read; of the rest nothing is known.
    op.execute(
        "UPDATE request_message SET read_at = (SELECT MIN(seen.occurred_at) FROM audit_entry AS seen"
        " WHERE seen.request_id = request_message.request_id AND seen.actor_kind = 'agent'"
        " AND seen.action IN ('request_read', 'messages_read') AND seen.occurred_at >= request_message.posted_at)"
        " WHERE author_kind = 'resident'"
    )
    op.execute(
        "UPDATE request_message SET read_at = (SELECT MIN(reply.posted_at) FROM request_message AS reply"
        " WHERE reply.request_id = request_message.request_id AND reply.author_kind = 'resident'"
        " AND reply.posted_at >= request_message.posted_at) WHERE author_kind <> 'resident'"
    )


def downgrade() -> None:
    with op.batch_alter_table("request_message", schema=None) as batch_op:
        batch_op.drop_column("read_at")
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_column("sealed_origins")
    op.drop_table("declined_value")
    op.drop_table("declared_address")
    op.drop_table("household_member")
