"""What the home page of the journey shows, across rooms, in one statement. Read-only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, null, select
from sqlalchemy.orm import Session

from journeys.participation.enums import Access, Phase, PollState
from journeys.participation.models import Poll
from journeys.participation.policy import phase_of
from portal.casework.catalogue.models import Procedure
from portal.ground.clock import now

SHOWN = 12


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A poll on the home page. ``ballots`` is None until it is counted."""

    slug: str
    title: str
    summary: str
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    ballots: int | None
    open_to_all: bool


def read_home(session: Session, own_procedures: Collection[str]) -> tuple[list[HomeLine], list[str]]:
    """The published polls, the last to close first, and the slugs of the open procedures among ``own_procedures``."""
    polls = (
        select(
            literal("poll").label("kind"), Poll.slug, Poll.title, Poll.summary, Poll.opens_at, Poll.closes_at,
            Poll.counted_at, Poll.results, Poll.access,
        )
        .where(Poll.state == PollState.PUBLISHED)
        .order_by(Poll.closes_at.desc(), Poll.slug)
        .limit(SHOWN)
        .subquery()
    )  # fmt: skip
    procedures = select(
        literal("procedure"), Procedure.slug, null(), null(), null(), null(), null(), null(), null()
    ).where(Procedure.slug.in_(own_procedures), Procedure.published_version.is_not(None))
    rows = session.execute(select(polls).union_all(procedures)).all()
    lines = [
        HomeLine(
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            phase=phase_of(PollState.PUBLISHED, row.opens_at, row.closes_at, row.counted_at, now()),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            ballots=row.results["ballots"] if row.results else None,
            open_to_all=row.access is Access.OPEN,
        )
        for row in rows
        if row.kind == "poll"
    ]
    lines.sort(key=lambda line: line.closes_at, reverse=True)
    return lines, [row.slug for row in rows if row.kind == "procedure"]
