"""the words by which agents find a request, and persons without an account under a near spelling

Revision: 0029, after 0028. 2026-11-26
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLE = "request_word"
WORD = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
AT_ONCE = 2_000
LONGEST, MOST = 40, 20


def upgrade() -> None:
    op.create_index("ix_service_request_person", "service_request", ["person_id", "department_id"])
    table = op.create_table(
        TABLE,
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f(f"fk_{TABLE}_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "word", name=op.f(f"pk_{TABLE}")),
    )
    for rows in _requests():
        op.bulk_insert(table, [line for row in rows for line in _lines(row)])
    op.create_index("ix_request_word_word", TABLE, ["word", "request_id", "department_id"])


def _requests() -> Iterator[Sequence[Any]]:
    """The requests that are there already, some at a time."""
    columns = [sa.column(name, sa.Uuid()) for name in ("id", "department_id")]
    request = sa.table("service_request", *columns, sa.column("applicant_key"), sa.column("reference"))
    query = sa.select(request).order_by(request.c.id).limit(AT_ONCE)
    rows = op.get_bind().execute(query).all()
    while rows:
        yield rows
        rows = op.get_bind().execute(query.where(request.c.id > rows[-1].id)).all()


def _lines(row: Any) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(word[:LONGEST] for word in row.applicant_key.split()))[:MOST]
    said = {
        "".join(char for char in part if char.isalnum()) for part in (row.reference, row.reference.partition("-")[2])
    }
    words = {*names, *("#" + one for one in said)}
    return [{"request_id": row.id, "department_id": row.department_id, "word": word} for word in sorted(words)]


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_index("ix_service_request_person", "service_request")
