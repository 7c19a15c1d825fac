"""The door of the room: keeping the figures true. Screens read the tables in their queries. Nothing commits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.casework.figures.enums import Obtained, Outcome
from portal.casework.figures.models import FigureBacklog, FigureCase, FigureCell, FigureProgress
from portal.casework.figures.policy import (
    ENOUGH,
    LEAST_SHOWN,
    Gap,
    Hidden,
    Shown,
    conceal,
    dump_parts,
    gaps,
    load_parts,
    month_of,
    parts_of,
    share_of,
    within,
)
from portal.casework.figures.shapes import (
    AGES,
    EASE_STEPS,
    LISTS,
    PLAIN,
    STEPS,
    Case,
    Cell,
    OpenGroup,
    Opinion,
    Position,
    Tally,
)
from portal.ground import clock

__all__ = [
    "AGES",
    "EASE_STEPS",
    "ENOUGH",
    "LEAST_SHOWN",
    "LISTS",
    "PLAIN",
    "STEPS",
    "Case",
    "Cell",
    "Gap",
    "Hidden",
    "Obtained",
    "OpenGroup",
    "Opinion",
    "Outcome",
    "Position",
    "Shown",
    "Tally",
    "conceal",
    "count_given_up",
    "finish_walk",
    "gaps",
    "keep_backlog",
    "keep_cases",
    "keep_position",
    "month_of",
    "read_position",
    "share_of",
    "within",
]

# A change may be written a little before it can be read: each walk begins again a little earlier. Twice is once.
OVERLAP = timedelta(minutes=10)


def keep_cases(session: Session, cases: Sequence[tuple[Case, Opinion | None]]) -> int:
    """Bring the figures up to date with these requests as they stand; how many of them changed anything.

    What a request had added before is taken back in the same unit: telling the same twice changes nothing, and a unit
    that does not end leaves nothing half done.
    """
    ids = [case.request_id for case, _opinion in cases]
    known = {row.request_id: row for row in session.scalars(select(FigureCase).where(FigureCase.request_id.in_(ids)))}
    changes: dict[Cell, Counter[str]] = {}
    changed = 0
    for case, opinion in cases:
        row, wanted = known.get(case.request_id), parts_of(case, opinion)
        had = load_parts(row.parts) if row is not None else {}
        if wanted == had:
            continue
        changed += 1
        for cell, counts in wanted.items():
            changes.setdefault(cell, Counter()).update(counts)
        for cell, counts in had.items():
            changes.setdefault(cell, Counter()).subtract(counts)
        if row is None:
            session.add(FigureCase(request_id=case.request_id, parts=dump_parts(wanted)))
        else:
            row.parts = dump_parts(wanted)
    _add(session, changes)
    return changed


def count_given_up(session: Session, *, department_id: UUID, procedure_id: UUID, assisted: bool, at: datetime) -> None:
    """Count a draft that is erased without having been sent, in the month when it was last touched."""
    cell = Cell(month_of(at), department_id, procedure_id, "counter" if assisted else "web", assisted)
    _add(session, {cell: Counter({"given_up": 1})})


def _add(session: Session, changes: Mapping[Cell, Counter[str]]) -> None:
    """Add to the cells, always in the same order: two units never wait for each other."""
    changes = {cell: counts for cell, counts in sorted(changes.items()) if any(counts.values())}
    if not changes:
        return
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    empty = dict.fromkeys(PLAIN, 0) | {name: list(getattr(Tally(), name)) for name in LISTS}
    fresh = insert(FigureCell).on_conflict_do_nothing()
    session.execute(fresh, [{**cell._asdict(), **empty} for cell in changes])
    key = tuple_(*(getattr(FigureCell, name) for name in Cell._fields))
    order = [getattr(FigureCell, name) for name in Cell._fields]
    query = select(FigureCell).where(key.in_([tuple(cell) for cell in changes])).order_by(*order).with_for_update()
    for row in session.scalars(query.execution_options(populate_existing=True)):
        _add_to(row, changes[Cell(*(getattr(row, name) for name in Cell._fields))])
    session.flush()


def _add_to(row: FigureCell, counts: Mapping[str, int]) -> None:
    for name, number in counts.items():
        field, _colon, place = name.partition(":")
        if not place:
            setattr(row, field, getattr(row, field) + number)
            continue
        values = list(getattr(row, field))
        values[int(place)] += number
        setattr(row, field, values)


def keep_backlog(session: Session, groups: Iterable[OpenGroup]) -> None:
    """Keep how many requests are open, in place of what was kept before."""
    session.execute(delete(FigureBacklog))
    for one in groups:
        row = FigureBacklog(
            department_id=one.department_id,
            procedure_id=one.procedure_id,
            channel=one.channel,
            assisted=one.assisted,
            ages=list(one.ages),
            awaited=one.awaited,
            late=one.late,
        )
        session.add(row)
    session.flush()


def read_position(session: Session, name: str) -> Position | None:
    """Where the walk over these changes begins now; None at the very beginning."""
    row = session.get(FigureProgress, name)
    if row is None or row.changed_at is None:
        return None
    # A clock that was ahead for a while must not hide what came after it was set right.
    return Position(min(row.changed_at, clock.now()) - OVERLAP, UUID(int=0))


def keep_position(session: Session, name: str, position: Position) -> None:
    """Keep where the walk has come to, in the unit of what it counted."""
    row = _progress(session, name)
    row.changed_at, row.changed_id = position
    session.flush()


def finish_walk(session: Session, name: str) -> None:
    """Note that everything was looked at: the figures are those of now."""
    _progress(session, name).finished_at = clock.now()
    session.flush()


def _progress(session: Session, name: str) -> FigureProgress:
    row = session.get(FigureProgress, name)
    if row is None:
        row = FigureProgress(name=name)
        session.add(row)
    return row
