"""The people of the household of whoever asks, to be chosen instead of typed."""

from sqlalchemy.orm import Session

from portal.ground.dictionary.service import FRENCH, LocalText, Option
from portal.ground.permissions import Actor
from portal.people.accounts.service import declared_by


def household_options(session: Session, actor: Actor) -> tuple[Option, ...]:
    """The people whom the person declared, by name; none for an agent, who was let in to one draft alone.

    Reads only, one statement.
    """
    if actor.subject is None or not actor.is_resident:
        return ()
    members = declared_by(session, actor.subject).members
    return tuple(Option(code=str(one.id), label=LocalText({FRENCH: one.name})) for one in members)
