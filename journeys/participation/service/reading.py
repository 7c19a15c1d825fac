"""Reading polls: for people, for agents, for the file of results."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from journeys.participation.enums import PollState
from journeys.participation.models import Ballot, BufferedBallot, ElectoralMark, Poll
from journeys.participation.policy import last_day, phase_of
from journeys.participation.sealed_box import tracking_code
from journeys.participation.shapes import (
    CrossTable,
    PollLine,
    PollView,
    Results,
    SealedKey,
    Terms,
    Turnout,
    questions_from_json,
)
from portal.ground.clock import local, now
from portal.ground.errors import NotFound

# Every address we ever give; PostgreSQL refuses to compare some others, which hold a NUL.
SLUG: Final = re.compile(r"[a-z0-9-]{1,80}")


def view_of(row: Poll) -> PollView:
    """A poll as it stands now, for the journey's own services."""
    terms = Terms(
        title=row.title,
        summary=row.summary,
        questions=questions_from_json(row.questions),
        opens_on=local(row.opens_at).date(),
        closes_on=last_day(row.announced_closing),
        access=row.access,
        residence=row.residence,
        min_age=row.min_age,
        next_step=row.next_step,
    )
    return PollView(
        id=row.id,
        slug=row.slug,
        terms=terms,
        phase=phase_of(row.state, row.opens_at, row.closes_at, row.counted_at, now()),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        announced_closing=row.announced_closing,
        early_reason=row.early_reason,
        erased_at=row.erased_at,
        results=results_from_json(row.results) if row.results is not None else None,
        mark_key=_mark_key(row),
    )


def _mark_key(row: Poll) -> SealedKey | None:
    if row.data_key_id is None or row.sealed_mark_key is None or row.erased_at is not None:
        return None
    return SealedKey(row.data_key_id, row.sealed_mark_key)


def results_to_json(results: Results) -> dict[str, Any]:
    """As they are kept."""
    return asdict(results)


def results_from_json(kept: dict[str, Any]) -> Results:
    """The reverse of :func:`results_to_json`."""
    cross = kept["cross"]
    return Results(
        ballots=kept["ballots"],
        counts=tuple(tuple(counts) for counts in kept["counts"]),
        cross=CrossTable(tuple(tuple(line) for line in cross["cells"])) if cross else None,
        digest=kept["digest"],
    )


def find_published(session: Session, slug: str) -> PollView:
    """A poll that people may see.

    :raises NotFound: there is none at this address, or it is not published.
    """
    wanted = select(Poll).where(Poll.slug == slug, Poll.state == PollState.PUBLISHED)
    row = session.scalars(wanted).one_or_none() if SLUG.fullmatch(slug) else None
    if row is None:
        raise NotFound("poll_unknown")
    return view_of(row)


def get_poll(session: Session, poll_id: UUID) -> PollView:
    """Any poll, published or not, for an agent.

    :raises NotFound: there is none with this id.
    """
    row = session.get(Poll, poll_id)
    if row is None:
        raise NotFound("poll_unknown")
    return view_of(row)


def list_published(session: Session, limit: int) -> list[PollView]:
    """The polls people may see, the last to close first."""
    wanted = select(Poll).where(Poll.state == PollState.PUBLISHED).order_by(Poll.closes_at.desc(), Poll.id).limit(limit)
    return [view_of(row) for row in session.scalars(wanted)]


def list_all(session: Session, limit: int) -> list[PollLine]:
    """Every poll with its turnout, the last to close first, for agents."""
    wanted = _with_turnout().order_by(Poll.closes_at.desc(), Poll.id).limit(limit)
    return [PollLine(view_of(row), Turnout(*counts)) for row, *counts in session.execute(wanted)]


def read_turnout(session: Session, poll_id: UUID) -> Turnout:
    """How many people voted and how many ballots there are, seen at one instant."""
    return Turnout(*session.execute(select(*_counts(poll_id))).one())


def list_codes(session: Session, poll_id: UUID) -> list[str]:
    """The tracking codes of the ballots in the urn, in alphabetical order."""
    sealed = session.scalars(select(Ballot.sealed).where(Ballot.poll_id == poll_id))
    return sorted(tracking_code(one) for one in sealed)


def _with_turnout() -> Select[Any]:
    return select(Poll, *_counts(Poll.id))


def _counts(poll_id: Any) -> Sequence[Any]:
    """Marks, buffered ballots and ballots, each a part of one statement: what is committed meanwhile changes none."""
    return [
        select(func.count()).select_from(table).where(table.poll_id == poll_id).scalar_subquery()
        for table in (ElectoralMark, BufferedBallot, Ballot)
    ]
