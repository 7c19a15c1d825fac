"""The people of the household of whoever asks, to be chosen instead of typed."""

from sqlalchemy.orm import Session

from portal.ground.dictionary.service import Option
from portal.ground.permissions import Actor


def household_options(session: Session, actor: Actor) -> tuple[Option, ...]:  # noqa: ARG001  nobody is known yet
    """The people that the person told us about; none as long as nothing keeps them. Reads only."""
    return ()
