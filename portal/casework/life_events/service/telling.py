"""Telling again those who were told: corrections and withdrawals, in the unit of the change that causes them."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import get_version
from portal.casework.life_events import policy
from portal.casework.life_events.declaration import Declaration
from portal.casework.life_events.mapping import Line, answers_for, blocked_by, lines_of
from portal.casework.life_events.models import LifeEvent, LifeEventTransfer
from portal.casework.life_events.service.rows import transfers_of
from portal.casework.life_events.shapes import Changed, Facts
from portal.casework.requests import service as requests
from portal.casework.requests.service import RequestStanding
from portal.ground.dictionary.service import Value
from portal.ground.errors import Conflict
from portal.ground.permissions import Actor


class _Telling:
    """One change on its way to the organisations already told."""

    def __init__(self, session: Session, actor: Actor, declaration: Declaration, event: LifeEvent) -> None:
        self.session = session
        self.actor = actor
        self.declaration = declaration
        self.event = event
        self.rows = [row for row in transfers_of(session, event) if row.request_id is not None]
        self.standings = requests.list_standings(
            session, actor, {row.request_id for row in self.rows if row.request_id}
        )

    def told(self) -> list[tuple[LifeEventTransfer, RequestStanding]]:
        """The organisations that hold a request which stands, or is on its way."""
        pairs = [(row, self.standings.get(row.request_id or UUID(int=0))) for row in self.rows]
        return [(row, standing) for row, standing in pairs if standing is not None and policy.is_live(standing)]

    def withdraw(self, standing: RequestStanding) -> bool:
        """Take the request back; False when its organisation has already ended it."""
        try:
            requests.withdraw(self.session, self.actor, standing.reference)
        except Conflict:
            return False
        return True

    def amend(self, row: LifeEventTransfer, standing: RequestStanding, answers: Mapping[str, object]) -> bool:
        """Have the correction sent; False when the request is ended and carries none any more."""
        try:
            requests.amend(
                self.session,
                self.actor,
                standing.reference,
                answers,
                idempotency_key=f"life-event:{row.id}:{self.event.version}",
                reason_code="life_event_changed",
            )
        except Conflict:
            return False
        return True


def tell_changes(
    session: Session, actor: Actor, declaration: Declaration, event: LifeEvent, before: Facts, after: Facts
) -> Changed:
    """A correction where the facts that an organisation received have changed, a withdrawal where it is not concerned
    any more, nothing where nothing changes for it.
    """
    telling = _Telling(session, actor, declaration, event)
    concerned = {line.key: line for line in lines_of(declaration, after) if not blocked_by(line, after)}
    corrected: list[str] = []
    withdrawn: list[str] = []
    untold: list[str] = []
    for row, standing in telling.told():
        line = line_of(declaration, row)
        key = line.key if line else row.organisation
        if line is None or key not in concerned:
            (withdrawn if telling.withdraw(standing) else untold).append(key)
            continue
        document = get_version(session, standing.procedure_id, standing.procedure_version).document
        answers = answers_for(line, document, after)
        if answers == answers_for(line, document, before) and row.told_version == event.version - 1:
            row.told_version = event.version
        elif telling.amend(row, standing, _whole(document, answers)):
            row.told_version = event.version
            corrected.append(key)
        else:
            untold.append(key)
    session.flush()
    return Changed(event.version, tuple(corrected), tuple(withdrawn), tuple(untold))


def _whole(document: ProcedureDocument, answers: Mapping[str, Value]) -> dict[str, Value]:
    """Every answer of the procedure, those that are not given any more included: an empty one takes back the former."""
    return {field.name: answers.get(field.name, "") for _step, field in document.fields()}


def withdraw_all(session: Session, actor: Actor, declaration: Declaration, event: LifeEvent) -> Changed:
    """Take back every request of the event that stands."""
    telling = _Telling(session, actor, declaration, event)
    withdrawn: list[str] = []
    untold: list[str] = []
    for row, standing in telling.told():
        line = line_of(declaration, row)
        (withdrawn if telling.withdraw(standing) else untold).append(line.key if line else row.organisation)
    session.flush()
    return Changed(event.version, (), tuple(withdrawn), tuple(untold))


def line_of(declaration: Declaration, row: LifeEventTransfer) -> Line | None:
    """The line that a decision is about; None when the declaration no longer has this organisation."""
    organisation = declaration.organisation(row.organisation)
    return Line(organisation, row.slot) if organisation else None
