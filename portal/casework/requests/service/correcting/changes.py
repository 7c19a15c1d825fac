"""What a correction changed: each answer before and after, and where the answers come from since."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import asks_files, file_ids, show_answer
from portal.casework.catalogue.places import Place, answer_at, places_in, said_in
from portal.casework.documents.service import DocumentView
from portal.casework.requests.models import Amendment, ServiceRequest
from portal.casework.requests.service.sealed import answers_before, origins_of, seal_origins
from portal.casework.requests.shapes import AmendmentView, AnswerChange, Origin
from portal.ground import clock
from portal.ground.dictionary.service import Value
from portal.people.accounts.enums import ValueSource


def seal_new_origins(
    session: Session,
    request: ServiceRequest,
    document: ProcedureDocument,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
) -> None:
    """Answers that a correction changed are typed from today on; the others keep where they came from."""
    known = origins_of(session, request)
    typed = Origin(ValueSource.TYPED, verified=False, as_of=clock.today())
    origins = {
        place.path: typed if answer_at(place, before) != value else known[place.path]
        for place, value in said_in(document.steps, after)
        if answer_at(place, before) != value or place.path in known
    }
    request.sealed_origins = seal_origins(session, request.id, request.data_key_id, origins)


def amendments_of(
    session: Session,
    request: ServiceRequest,
    document: ProcedureDocument,
    now: Mapping[str, Value],
    documents: Collection[DocumentView] = (),
) -> tuple[AmendmentView, ...]:
    """The corrections of a request, the oldest first, each with the answers before and after it.

    One statement, and none when there is no correction.

    :param documents: those of the request: files are called by their name.
    """
    if not request.amendments:
        return ()
    query = select(Amendment).where(Amendment.request_id == request.id).order_by(Amendment.number)
    rows = session.scalars(query).all()
    stages = [*(answers_before(session, request, row) for row in rows), now]
    names = {one.id: one.name for one in documents}
    return tuple(
        AmendmentView(row.number, row.amended_at, _changes(document, stages[place], stages[place + 1], names))
        for place, row in enumerate(rows)
    )


def _changes(
    document: ProcedureDocument, before: Mapping[str, Value], after: Mapping[str, Value], names: Mapping[Any, str]
) -> tuple[AnswerChange, ...]:
    """The answers that differ, as people read them; of a list that grew or shrank, those of its last items too."""
    places = {one.path: one for answers in (before, after) for one in places_in(document.steps, answers)}
    order = {one.name: place for place, (_step, one) in enumerate(document.fields())}
    steps = {one.slug: place for place, one in enumerate(document.steps)}
    told = sorted(places.values(), key=lambda one: (steps[one.step.slug], one.number, order[one.field.name]))
    return tuple(
        AnswerChange(one.label, *(_say(one, answer_at(one, answers), names) for answers in (before, after)))
        for one in told
        if answer_at(one, before) != answer_at(one, after)
    )


def _say(place: Place, value: Any, names: Mapping[Any, str]) -> str:
    if value is not None and asks_files(place.field):
        return ", ".join(names[one] for one in file_ids(value) if one in names) or show_answer(place.field, value)
    return show_answer(place.field, value)
