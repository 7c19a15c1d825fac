"""Values that a person does not want to be offered again."""

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.errors import Invalid
from portal.ground.permissions import Actor
from portal.people.accounts.models import DeclinedValue
from portal.people.accounts.policy import MOST_DECLINED
from portal.people.accounts.service.declared import value_digest
from portal.people.accounts.service.declaring import own_person


def decline_value(session: Session, actor: Actor, concept: str, value: str) -> None:
    """Never offer this value again for this concept. Saying it again changes nothing.

    :raises Forbidden: nobody is acted for, or under a mandate.
    :raises Invalid: too many values were refused.
    """
    person = own_person(session, actor)
    mine = select(func.count()).select_from(DeclinedValue).where(DeclinedValue.person_id == person.id)
    if (session.scalar(mine) or 0) >= MOST_DECLINED:
        raise Invalid(
            {"valeur": _("Vous avez écarté trop de valeurs. Proposez-les toutes de nouveau, puis réessayez.")}
        )
    try:
        with session.begin_nested():
            digest = value_digest(concept, value)
            session.add(DeclinedValue(person_id=person.id, concept=concept, digest=digest, declined_at=now()))
            session.flush()
    except IntegrityError:  # refused already
        return


def accept_declined(session: Session, actor: Actor) -> None:
    """Offer again all that was refused.

    :raises Forbidden: nobody is acted for, or under a mandate.
    """
    person = own_person(session, actor)
    session.execute(delete(DeclinedValue).where(DeclinedValue.person_id == person.id))
    session.flush()
