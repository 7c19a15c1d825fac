"""A page asked for each of several: its items, saved in a draft one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument, Repeat, Step
from portal.casework.catalogue.fields import asks_files, check_item, count_error, rows_in
from portal.casework.catalogue.service import get_version
from portal.casework.documents.policy import keeper_of
from portal.casework.requests.models import Draft
from portal.casework.requests.service.drafting.drafts import check_version, keep_answers, own_draft, view_of
from portal.casework.requests.service.evidence import evidence_errors
from portal.casework.requests.service.sealed import draft_answers
from portal.casework.requests.shapes import DraftView
from portal.ground.dictionary.service import Row, Value
from portal.ground.errors import Invalid, NotFound
from portal.ground.permissions import Actor


@dataclass(frozen=True, slots=True)
class _Place:
    """A step asked for each of several, in a draft held until the end of the unit."""

    draft: Draft
    document: ProcedureDocument
    step: Step
    repeat: Repeat
    saved: dict[str, Value]


def save_item(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    *,
    step: str,
    number: int,
    answers: Mapping[str, object],
    version: int,
) -> DraftView:
    """Check and keep the answers about one item; the others stay as they are. The step is done once it is passed.

    Files are added to an item that is there already: that one is missing is said when the step is passed.

    :param number: of the item, from 1; one more than there are adds one.
    :param answers: raw values by field name.
    :raises Invalid: by field name, in French; under the name of the list when there are as many as may be.
    :raises Conflict: ``draft_changed``; ``theirs`` is the draft as saved by the other tab; nothing is saved.
    :raises NotFound: no such draft of theirs, no such step, or no such item.
    """
    place = _open(session, actor, draft_id, step, version)
    rows = rows_in(place.step, place.saved)
    if not 1 <= number <= len(rows) + 1:
        raise NotFound("item_unknown")
    if number > place.repeat.at_most:
        raise Invalid({place.repeat.name: count_error(place.repeat, number)})
    values, errors = check_item(place.document, place.step, answers, place.saved)
    files = {one.name for one in place.step.fields if asks_files(one)}
    errors = {name: sentence for name, sentence in errors.items() if name not in files}
    alone = place.step.model_copy(update={"repeat": None})
    errors = errors or evidence_errors(session, keeper_of(actor), [alone], values)
    if errors:
        raise Invalid(errors)
    return _keep(session, place, [*rows[: number - 1], values, *rows[number:]])


def remove_item(session: Session, actor: Actor, draft_id: UUID, *, step: str, number: int, version: int) -> DraftView:
    """Forget one item. What is left may be too few: the step is then to be done again.

    :raises Conflict: ``draft_changed``; ``theirs`` is the draft as saved by the other tab; nothing is erased.
    :raises NotFound: no such draft of theirs, no such step, or no such item.
    """
    place = _open(session, actor, draft_id, step, version)
    rows = rows_in(place.step, place.saved)
    if not 1 <= number <= len(rows):
        raise NotFound("item_unknown")
    return _keep(session, place, [*rows[: number - 1], *rows[number:]])


def _open(session: Session, actor: Actor, draft_id: UUID, slug: str, version: int) -> _Place:
    draft = own_draft(session, actor, draft_id, lock=True)
    check_version(session, draft, version)
    document = get_version(session, draft.procedure_id, draft.procedure_version).document
    step = document.step(slug)
    if step is None or step.repeat is None:
        raise NotFound("step_unknown")
    return _Place(draft, document, step, step.repeat, draft_answers(session, draft))


def _keep(session: Session, place: _Place, rows: list[Row]) -> DraftView:
    kept = {name: value for name, value in place.saved.items() if name != place.repeat.name}
    if rows:
        kept[place.repeat.name] = rows
    enough = not count_error(place.repeat, len(rows))
    done = [slug for slug in place.draft.done_steps if enough or slug != place.step.slug]
    keep_answers(session, place.draft, kept, done=done)
    return view_of(session, place.draft)
