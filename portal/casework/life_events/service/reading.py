"""The page of an event: its facts, and where each organisation stands, in five statements whatever their number."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import get_published_many
from portal.casework.life_events import policy
from portal.casework.life_events.declaration import Declaration
from portal.casework.life_events.enums import Choice
from portal.casework.life_events.mapping import Line, blocked_by, lines_of, preview, title_of
from portal.casework.life_events.models import LifeEvent, LifeEventTransfer
from portal.casework.life_events.service.rows import account_of, facts_of
from portal.casework.life_events.service.telling import line_of
from portal.casework.life_events.shapes import Consent, EventSummary, EventView, Facts, LineView, Preview
from portal.casework.requests import service as requests
from portal.casework.requests.service import RequestStanding
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor

SHOWN = 20
Documents = Mapping[str, ProcedureDocument]


def list_events(session: Session, actor: Actor, kind: str) -> list[EventSummary]:
    """The resident's events of one kind, the latest first. One statement."""
    query = select(LifeEvent).where(LifeEvent.account_id == account_of(actor)[0], LifeEvent.kind == kind)
    rows = session.scalars(query.order_by(LifeEvent.created_at.desc(), LifeEvent.id.desc()).limit(SHOWN))
    return [EventSummary(row.id, row.kind, row.status, row.happens_on, row.updated_at) for row in rows]


def read_event(session: Session, actor: Actor, declaration: Declaration, event_id: UUID) -> EventView:
    """One event with every organisation it concerns, those that were told and are not concerned any more included.

    :raises NotFound: none, somebody else's, or of another kind.
    """
    event, rows = _load(session, actor, declaration.kind, event_id)
    facts = facts_of(session, event)
    standings = requests.list_standings(session, actor, {row.request_id for row in rows if row.request_id})
    procedures = get_published_many(session, declaration.slugs)
    reader = _Reader(declaration, event, facts, standings, {slug: one.document for slug, one in procedures.items()})
    return EventView(
        id=event.id,
        kind=event.kind,
        status=event.status,
        version=event.version,
        facts=facts,
        happens_on=event.happens_on,
        created_at=event.created_at,
        updated_at=event.updated_at,
        kept_until=event.purge_after,
        lines=reader.lines(rows),
    )


def _load(session: Session, actor: Actor, kind: str, event_id: UUID) -> tuple[LifeEvent, list[LifeEventTransfer]]:
    query = (
        select(LifeEvent, LifeEventTransfer)
        .outerjoin(LifeEventTransfer, LifeEventTransfer.life_event_id == LifeEvent.id)
        .where(LifeEvent.id == event_id, LifeEvent.account_id == account_of(actor)[0], LifeEvent.kind == kind)
        .order_by(LifeEventTransfer.id)
    )
    found = session.execute(query).all()
    if not found:
        raise NotFound("life_event_unknown")
    return found[0][0], [row for _event, row in found if row is not None]


class _Reader:
    """Puts side by side what the facts say, what the person decided, and where each request stands."""

    def __init__(
        self,
        declaration: Declaration,
        event: LifeEvent,
        facts: Facts,
        standings: Mapping[UUID, RequestStanding],
        documents: Documents,
    ) -> None:
        self.declaration = declaration
        self.event = event
        self.facts = facts
        self.standings = standings
        self.documents = documents

    def lines(self, rows: Sequence[LifeEventTransfer]) -> tuple[LineView, ...]:
        """Those that the facts concern, then those that were told before the facts changed."""
        decided = {(row.organisation, row.slot): row for row in rows}
        views = [
            self._line(line, decided.pop((line.organisation.code, line.slot), None), applies=True)
            for line in lines_of(self.declaration, self.facts)
        ]
        for row in decided.values():
            former = line_of(self.declaration, row)
            if former is not None and row.request_id is not None:
                views.append(self._line(former, row, applies=False))
        return tuple(views)

    def _line(self, line: Line, row: LifeEventTransfer | None, *, applies: bool) -> LineView:
        standing = self.standings.get(row.request_id) if row and row.request_id else None
        blocked = blocked_by(line, self.facts)
        document = self.documents.get(line.organisation.procedure)
        choice = row.choice if row else None
        stage, since = policy.stage_of(choice, standing, blocked=bool(blocked), is_open=document is not None)
        told = preview(line, document, self.facts).lines if document else ()
        return LineView(
            key=line.key,
            organisation=line.organisation,
            slot=line.slot,
            title=title_of(self.declaration, line, self.facts),
            name=str(line.organisation.name),
            stage=stage,
            since=since,
            knowledge=policy.knowledge_of(
                standing, told_version=row.told_version if row else 0, version=self.event.version
            ),
            labels=tuple(one.label for one in told),
            choice=choice,
            consent=_consent(row) if row else None,
            request=standing,
            blocked=blocked,
            applies=applies,
            correction_waits=policy.correction_waits(standing),
            is_behind=standing is not None and row is not None and row.told_version < self.event.version,
        )


def _consent(row: LifeEventTransfer) -> Consent | None:
    if row.choice is not Choice.AGREED:
        return None
    return Consent(row.consent_code, row.consent_version, row.consent_facts_version, row.chosen_at)


def preview_line(session: Session, view: EventView, key: str) -> tuple[Preview, ProcedureDocument | None]:
    """What this organisation would receive now, field by field, and the procedure that carries it; None while closed.

    :raises NotFound: no such line.
    """
    line = view.line(key)
    if line is None:
        raise NotFound("organisation_unknown")
    found = get_published_many(session, {line.organisation.procedure}).get(line.organisation.procedure)
    if found is None:
        return Preview(()), None
    return preview(Line(line.organisation, line.slot), found.document, view.facts), found.document
