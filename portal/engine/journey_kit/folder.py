"""What a page of a procedure needs to know: the procedure, the draft of the person, and what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import ProcedureDocument, Step
from portal.casework.catalogue.fields import visible_fields, visible_steps, with_computed
from portal.casework.catalogue.service import ProcedureView, get_published, get_version
from portal.casework.consents.service import ConsentView
from portal.casework.requests import service as requests
from portal.casework.requests.policy import finishable_until
from portal.casework.requests.service import DraftView, RequestSummary
from portal.engine.journey_kit.flow import next_step
from portal.engine.journey_kit.setting import Setting, setting
from portal.engine.prefill.service import (
    Known,
    Prefilled,
    consents_for,
    fill,
    fill_item,
    held_answers,
    knows,
    read_known,
)
from portal.ground import clock
from portal.ground.dictionary.service import Value
from portal.ground.errors import NotFound
from portal.ground.web import actor, reading_language, unit
from portal.ground.web.access import require_level

# Ends the address of a step whose answers lead out of the procedure.
EXIT = "pas-pour-vous"
JUST_SENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Folder:
    """A procedure as one person stands in it. ``draft`` is None before the first answer and after the sending.

    ``newer``: the version offered now, where the draft was begun with a former one.
    """

    procedure: ProcedureView
    draft: DraftView | None
    newer: ProcedureView | None = None

    @property
    def slug(self) -> str:
        """The procedure's address."""
        return self.procedure.slug

    @property
    def setting(self) -> Setting:
        """Where its pages stand."""
        return setting()

    @property
    def base(self) -> str:
        """The address of its pages."""
        return f"{setting().base}/{self.procedure.slug}"

    @property
    def document(self) -> ProcedureDocument:
        """The version that the draft was begun with, else the one offered."""
        return self.procedure.document

    @property
    def answers(self) -> Mapping[str, Value]:
        """The answers saved so far, computed ones worked out anew."""
        return with_computed(self.document, self.draft.answers) if self.draft else {}

    @property
    def done(self) -> tuple[str, ...]:
        """The steps saved so far."""
        return self.draft.done_steps if self.draft else ()

    @property
    def version(self) -> int:
        """The version of the draft; 0 before there is one."""
        return self.draft.version if self.draft else 0

    @property
    def next(self) -> Step | None:
        """The first step left to answer."""
        return next_step(self.document, self.answers, self.done)

    def known(self, step: Step | None = None, child: str = "") -> dict[str, Prefilled]:
        """What is known of the person, for one step or for all; ``child``: the key of the one just chosen."""
        steps = [step] if step else self.document.steps
        if not any(map(knows, steps)):
            return {}
        return fill(self.sources(), self.document, self.consents(), answers=self.answers, chosen=child)

    def known_of_item(self, step: Step, row: Mapping[str, Value], child: str = "") -> dict[str, Prefilled]:
        """What is known of the child that an item of a page is about; ``child``: the key of the one just chosen."""
        return fill_item(self.sources(), step, row, chosen=child) if knows(step) else {}

    def sources(self) -> Known:
        """All that is known of the person and that this procedure may ask; read once a request."""
        read: dict[tuple[UUID, int], Known] = g.setdefault("known", {})
        key = (self.procedure.id, self.procedure.version)
        if key not in read:
            read[key] = read_known(unit(), actor(), self.document)
        return read[key]

    def consents(self) -> dict[str, ConsentView]:
        """What the person let us ask elsewhere for this procedure, by field; read once a request."""
        read: dict[UUID, dict[str, ConsentView]] = g.setdefault("consents", {})
        if self.procedure.id not in read:
            read[self.procedure.id] = consents_for(unit(), actor(), self.document, self.procedure.id)
        return read[self.procedure.id]

    def asked(self, step: Step, known: Mapping[str, Prefilled], answers: Mapping[str, Any]) -> list[FormField]:
        """The fields of a step that the person fills, given the answers; those held by the identity are shown apart."""
        seen = visible_fields(self.document, step, answers)
        return [field for field in seen if not (field.name in known and known[field.name].held)]


def open_folder(slug: str) -> Folder:
    """The procedure with this address and the draft of whoever asks, who signed in safely enough to answer it.

    :raises NotFound: no such procedure, or it is closed and the person has no draft of it.
    :raises StepUpNeeded: the procedure asks for a safer sign-in.
    """
    folder = look_at_folder(slug)
    if actor().is_resident:
        require_level(folder.document.assurance)
    return folder


def look_at_folder(slug: str) -> Folder:
    """The same, for a page that shows no answer and takes none.

    :raises NotFound: no such procedure, or it is closed and the person has no draft of it.
    """
    if setting().at_desk:
        return _desk_folder(slug)
    try:
        if not actor().is_resident:
            return Folder(get_published(unit(), slug, language=reading_language()), None)
        procedure, draft = requests.find_published(unit(), actor(), slug, language=reading_language())
    except NotFound:
        return _closed_folder(slug)
    if draft is not None and draft.procedure_version != procedure.version:
        return Folder(_version_of(draft), draft, newer=procedure)
    return Folder(procedure, draft)


def _desk_folder(slug: str) -> Folder:
    """The only draft that an agent was let in to, under its own address."""
    try:
        procedure, draft = requests.find_assisted(unit(), actor(), slug, language=reading_language())
    except NotFound:  # closed since: what was answered stays readable
        draft = requests.get_draft(unit(), actor(), requests.assisted_draft(actor()))
        procedure = None
    if draft is None or draft.procedure_slug != slug:
        raise NotFound("draft_unknown")
    if procedure is None or draft.procedure_version != procedure.version:
        procedure = _version_of(draft)
    return Folder(procedure, draft)


def _version_of(draft: DraftView) -> ProcedureView:
    return get_version(unit(), draft.procedure_id, draft.procedure_version, language=reading_language())


def _closed_folder(slug: str) -> Folder:
    """A procedure closed while somebody was answering it: their answers stay readable."""
    if actor().is_resident:
        for summary in requests.list_drafts(unit(), actor()):
            if summary.procedure_slug == slug:
                draft = requests.get_draft(unit(), actor(), summary.id)
                return Folder(_version_of(draft), draft)
    raise NotFound("procedure_unknown")


def is_over(folder: Folder) -> bool:
    """Whether the version that the draft was begun with can no longer be sent: another was offered too long ago.

    The choice belongs to the resident: nobody else is led to it.
    """
    until = finishable_until(folder.procedure.archived_at)
    return actor().is_resident and folder.newer is not None and until is not None and clock.now() >= until


def just_sent(folder: Folder) -> RequestSummary | None:
    """The request of this procedure that the person sent within the day, the latest; None when there is none."""
    since = clock.now() - JUST_SENT
    for summary in requests.list_requests(unit(), actor()):
        if summary.procedure_slug == folder.slug and summary.submitted_at >= since:
            return summary
    return None


def hold(folder: Folder, draft_id: UUID, version: int) -> int:
    """Put what the identity vouches for in the draft where it changed since the step was saved; the version after.

    :raises Conflict: ``draft_changed``.
    :raises Invalid: the answers of a step no longer fit.
    """
    held = held_answers(folder.known())
    for step in visible_steps(folder.document, folder.answers):
        own = {field.name: held[field.name] for field in step.fields if field.name in held}
        if step.slug in folder.done and any(folder.answers.get(name) != value for name, value in own.items()):
            kept: dict[str, object] = {field.name: folder.answers.get(field.name) for field in step.fields}
            saved = requests.save_step(unit(), actor(), draft_id, step=step.slug, answers=kept | own, version=version)
            version = saved.version
    return version
