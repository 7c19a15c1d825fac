"""the reference that people say to come back to a call or a letter

Revision: 0030, after 0029. 2026-11-27
"""

import secrets
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from stdnum.iso7064 import mod_37_36

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

AT_ONCE = 2_000
ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"
SUFFIX, BODY, GROUP = "E", 5, 4


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=20), nullable=True))
    _name_the_contacts()
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.alter_column("reference", existing_type=sa.String(length=20), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_contact_reference"), ["reference"])


def _name_the_contacts() -> None:
    """A reference for each contact that is there already."""
    contact = sa.table("contact", sa.column("id", sa.Uuid()), sa.column("reference", sa.String()))
    prefix = op.get_bind().scalar(sa.text("SELECT reference_prefix FROM local_authority ORDER BY id LIMIT 1"))
    drawn = _drawn(f"{prefix}{SUFFIX}")
    change = contact.update().where(contact.c.id == sa.bindparam("row")).values(reference=sa.bindparam("drawn"))
    query = sa.select(contact.c.id).where(contact.c.reference.is_(None)).limit(AT_ONCE)
    while ids := op.get_bind().scalars(query).all():
        op.get_bind().execute(change, [{"row": one, "drawn": next(drawn)} for one in ids])


def _drawn(prefix: str) -> Iterator[str]:
    """References, never the same twice."""
    seen = set()
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(BODY))
        if body not in seen:
            seen.add(body)
            whole = body + str(mod_37_36.calc_check_digit(body, alphabet=ALPHABET))
            yield f"{prefix}-{whole[:GROUP]}-{whole[GROUP:]}"


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_contact_reference"), type_="unique")
        batch_op.drop_column("reference")
