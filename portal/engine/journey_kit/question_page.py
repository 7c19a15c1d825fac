"""The page of questions: what it shows of a step, or of one item of a page asked for each of several."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import Step
from portal.casework.catalogue.fields import asks_files, check_item, field_name_for_errors, rows_in, visible_fields
from portal.engine.journey_kit.children import child_asked, children_of, fields_of_child
from portal.engine.journey_kit.flow import place_of
from portal.engine.journey_kit.folder import Folder
from portal.engine.journey_kit.forms import StepForm
from portal.engine.journey_kit.lookups import Found, look_up, offer_lookups
from portal.engine.journey_kit.offers import offers_of
from portal.engine.journey_kit.pieces import files_kept, pieces_of
from portal.engine.journey_kit.start import go_on, trail_of
from portal.engine.prefill.service import Prefilled, held_answers, mark_of, shown_answers
from portal.ground.dictionary.service import Value
from portal.ground.errors import NotFound
from portal.ground.web import page, reading_language
from portal.ground.web.sent import version_sent


@dataclass(frozen=True, slots=True)
class Shown:
    """How a page is shown: what was typed, what is wrong in it, and why it is not the plain one.

    ``found``: what came of looking an answer up.
    """

    typed: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    kept: bool = False
    revealed: str = ""
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """A page of questions as one person stands before it. ``number``: of the item in hand, 0 for a plain step."""

    folder: Folder
    step: Step
    number: int = 0

    @property
    def address(self) -> str:
        """Where the answers are sent."""
        plain = f"{self.folder.base}/{self.step.slug}"
        return f"{plain}/{self.number}" if self.number else plain

    @property
    def row(self) -> Mapping[str, Value]:
        """What is saved about the item in hand."""
        rows = rows_in(self.step, self.folder.answers)
        return rows[self.number - 1] if 0 < self.number <= len(rows) else {}

    @property
    def has_list(self) -> bool:
        """Whether there is a list to go back to: without anybody in it, and one needed, it leads here."""
        repeat = self.step.repeat
        return bool(self.number and repeat and (rows_in(self.step, self.folder.answers) or not repeat.at_least))

    @property
    def answers(self) -> Mapping[str, Value]:
        """The answers saved so far; those about the item in hand come first."""
        return {**self.folder.answers, **self.row}

    @property
    def is_done(self) -> bool:
        """Whether these questions were answered already: what is empty was left so on purpose."""
        return bool(self.row) if self.number else self.step.slug in self.folder.done

    def known(self, child: str = "") -> dict[str, Prefilled]:
        """What is known for these questions, by field name; ``child``: the key of the one just chosen."""
        if self.number:
            return self.folder.known_of_item(self.step, self.row, child)
        return self.folder.known(self.step, child)

    @property
    def files(self) -> list[FormField]:
        """The files asked about the item in hand, given what is saved about it; they have a page of their own."""
        seen = visible_fields(self.folder.document, self.step, self.answers)
        return [one for one in seen if asks_files(one)] if self.number else []

    @property
    def title(self) -> str:
        """The heading of the page."""
        title = self.step.title.get(reading_language())
        return _("%(title)s, fiche %(number)d", title=title, number=self.number) if self.number else title

    def typed(self, sent: Any) -> dict[str, Any]:
        """What was typed, by field name, unchecked; what the identity vouches for is taken from there."""
        held = held_answers(self.known())
        asked = [one for one in typable(self.step) if one.name not in held]
        raw = StepForm(asked, shown={}, known={}, typed=sent).answers()
        raw |= files_kept(self.step.fields, self.answers)
        return raw | {one.name: held[one.name] for one in self.step.fields if one.name in held}

    def answers_with(self, sent: Any) -> dict[str, Any]:
        """The answers that decide which questions are seen, when some were just typed."""
        own = {one.name for one in self.step.fields}
        values, _errors = check_item(self.folder.document, self.step, self.typed(sent), self.answers)
        return {name: value for name, value in self.answers.items() if name not in own} | values


def step_of(folder: Folder, slug: str) -> Step:
    """The step with this address.

    :raises NotFound: this procedure has none.
    """
    step = folder.document.step(slug)
    if step is None:
        raise NotFound("step_unknown")
    return step


def typable(step: Step) -> list[FormField]:
    """The questions of a step that are controls of its form."""
    return [one for one in step.fields if not asks_files(one)]


def show_questions(asking: Questions, how: Shown) -> Response:
    """The questions, with what is saved, known or just typed."""
    folder, step = asking.folder, asking.step
    place = place_of(folder.document, folder.answers, step.slug)
    if place is None:
        return go_on(folder)
    known = asking.known(child_asked())
    shown = shown_answers(step, asking.answers, known, done=asking.is_done, chosen=fields_of_child(step))
    now = {**asking.answers, **shown} if how.typed is None else asking.answers_with(how.typed)
    fields = folder.asked(step, known, now)
    pieces = [] if asking.number else pieces_of(fields, folder.answers, how.errors)
    controls = [one for one in fields if not asks_files(one)]
    made = StepForm(controls, shown=shown, known=known, typed=how.typed, answers=now)
    made.refuse(how.errors)
    offer_lookups(made, controls, how.found)
    return page(
        "journey_kit/step.html",
        title=_(
            "Étape %(number)d sur %(total)d : %(title)s", number=place.number, total=place.total, title=asking.title
        ),
        status=how.status,
        service=folder.procedure.title,
        folder=folder,
        place=place,
        asking=asking,
        held=_held_facts(step, known, fetched=False),
        fetched=_held_facts(step, known, fetched=True),
        offers=[] if folder.setting.at_desk else offers_of(folder, step, fields),
        children=children_of(folder, step, asking.address, asking.number),
        borrowed=any(known[name].reference for name, value in shown.items() if _is_known(known, name, value)),
        form=made.form,
        asked=" ".join(one.name for one in fields),
        errors=made.form.summary + [(f"q-{one.name}", one.error) for one in pieces if one.error and one.answerable],
        pieces=pieces,
        kept=how.kept,
        revealed=f"q-{how.revealed}" if how.revealed else "",
        version=folder.version if how.typed is None else version_sent(how.typed),
        reprise=request.values.get("reprise", ""),
        trail=trail_of(folder, _("Étape %(number)d", number=place.number)),
    )


def show_lookup(asking: Questions) -> Response:
    """The page after a search, or after a found answer was chosen: nothing is saved."""
    looked = look_up(asking.step)
    return show_questions(asking, Shown(typed=looked.typed, found=looked.found))


def show_refused(asking: Questions, errors: Mapping[str, str]) -> Response:
    """Errors on the questions that were on the page; a question that an answer just opened is asked, not blamed."""
    on_page = set(request.form.get("vues", "").split())
    blamed = {name: sentence for name, sentence in errors.items() if name in on_page or not on_page}
    revealed = next((name for name in errors if name not in blamed), "")
    if blamed:
        return show_questions(asking, Shown(typed=request.form, errors=blamed, status=422, revealed=revealed))
    return show_questions(asking, Shown(typed=request.form, revealed=revealed))


def show_again(folder: Folder, step: Step, errors: Mapping[str, str], status: int) -> Response:
    """The step as it stands, with what was wrong in what was just sent."""
    return show_questions(Questions(folder, step), Shown(errors=errors, status=status))


def _is_known(known: Mapping[str, Prefilled], name: str, value: object) -> bool:
    return name in known and known[name].value == value


def _held_facts(step: Step, known: Mapping[str, Prefilled], *, fetched: bool) -> list[tuple[str, str, str]]:
    """Label, value and source of what is shown instead of asked: answered by a partner, or from the identity."""
    return [
        (field_name_for_errors(one), known[one.name].text, mark_of(known[one.name]))
        for one in step.fields
        if one.name in known and known[one.name].held and (known[one.name].consent is not None) is fetched
    ]
