"""Recorded trials: what a procedure does of given answers, without anybody there and nothing kept. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from flask_babel import gettext as _

from portal.casework.catalogue.asked import label_of, school_years
from portal.casework.catalogue.conditions import holds
from portal.casework.catalogue.document import Case, Exit, ProcedureDocument, Step
from portal.casework.catalogue.fields import asks_files, check_item, visible_steps
from portal.ground import clock

# A trial has no file: this stands for one where a case says that there is one.
STAND_IN = str(UUID(int=0))
MAX_DAYS = 3_660
MAX_YEARS = 120
# ``open``: pages are left to answer.
Ending = Literal["sent", "refused", "exit", "open"]


@dataclass(frozen=True, slots=True)
class Passage:
    """How far these answers lead. ``refused``: field name → sentence, of the last page seen; ``next``: what is left."""

    ends: Ending
    steps: tuple[str, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    exit: Exit | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    next: Step | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case once run: ``gaps`` says in French each way in which it ends otherwise than recorded."""

    case: Case
    passage: Passage
    gaps: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """It ends as recorded."""
        return not self.gaps


def settle(answer: Any, today: date) -> Any:
    """An answer of a case as it is typed today: what is written from the day of the trial becomes a date or a code.

    ``{in_days: 40}``, ``{years_ago: 4}``, ``{school_year: 0}`` (the current one) or ``1`` (the next one).
    """
    match answer:
        case {"in_days": int(days)} if len(answer) == 1 and abs(days) <= MAX_DAYS:
            return (today + timedelta(days=days)).isoformat()
        case {"years_ago": int(years)} if len(answer) == 1 and 0 <= years <= MAX_YEARS:
            return today.replace(year=today.year - years, day=min(today.day, 28)).isoformat()
        case {"school_year": 0 | 1 as place} if len(answer) == 1:
            return school_years(today)[place].code
        case dict():
            return {name: settle(one, today) for name, one in answer.items()}
        case list():
            return [settle(one, today) for one in answer]
    return answer


def walk(document: ProcedureDocument, answers: Mapping[str, Any], *, only: Collection[str] | None = None) -> Passage:
    """Go through the pages with these answers, as people type them, until the end, a refusal or an exit.

    :param only: the pages to go through; the first other one stops the walk, and none when it is None.
    """
    values: dict[str, Any] = {}
    seen: list[str] = []
    while (step := _next(document, values, seen)) is not None:
        if only is not None and step.slug not in only:
            return Passage("open", tuple(seen), values=values, next=step)
        seen.append(step.slug)
        found, errors = check_typed(document, step, answers, values)
        values |= found
        if errors:
            return Passage("refused", tuple(seen), errors, values=values, next=step)
        leaving = exit_of(step, values)
        if leaving is not None:
            return Passage("exit", tuple(seen), exit=leaving, values=values, next=step)
    return Passage("sent", tuple(seen), values=values)


def _next(document: ProcedureDocument, values: Mapping[str, Any], seen: list[str]) -> Step | None:
    return next((step for step in visible_steps(document, values) if step.slug not in seen), None)


def exit_of(step: Step, values: Mapping[str, Any]) -> Exit | None:
    """The page that says that the procedure is not for this person, None when it is.

    Of a page asked for each of several, it is enough that it holds of one.
    """
    rows = values.get(step.repeat.name) if step.repeat else None
    each: list[Mapping[str, Any]] = [{**values, **row} for row in rows or ()] or [values]
    return next((one for one in step.exits if any(holds(one.when, answers) for answers in each)), None)


def check_typed(
    document: ProcedureDocument, step: Step, typed: Mapping[str, Any], kept: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and errors of one page. A repeated page takes a list of mappings under the name of its repetition."""
    if step.repeat is None:
        return check_item(document, step, _with_files(step, typed), kept)
    rows = typed.get(step.repeat.name)
    rows = rows if isinstance(rows, list) else []
    if not step.repeat.at_least <= len(rows) <= step.repeat.at_most:
        sentence = _(
            "« %(title)s » : de %(least)d à %(most)d réponses sont attendues.",
            title=str(step.title),
            least=step.repeat.at_least,
            most=step.repeat.at_most,
        )
        return {}, {step.repeat.name: sentence}
    found: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for row in rows:
        values, errors = check_item(document, step, _with_files(step, row if isinstance(row, dict) else {}), kept)
        found.append(values)
        wrong |= errors
    return {step.repeat.name: found}, wrong


def _with_files(step: Step, typed: Mapping[str, Any]) -> dict[str, Any]:
    files = {one.name: STAND_IN for one in step.fields if asks_files(one) and typed.get(one.name)}
    absent = {one.name: None for one in step.fields if asks_files(one) and not typed.get(one.name)}
    return {**typed, **absent, **files}


def run_case(document: ProcedureDocument, case: Case) -> Verdict:
    """Run one recorded trial and say where it ends otherwise."""
    passage = walk(document, settle(case.answers, clock.today()))
    gaps = [_ends_otherwise(case, passage)] if passage.ends != case.ends else []
    if case.steps and passage.steps != case.steps:
        gaps.append(
            _(
                "Pages attendues : %(wanted)s. Pages vues : %(seen)s.",
                wanted=_titles(document, case.steps),
                seen=_titles(document, passage.steps),
            )
        )
    if case.ends == passage.ends == "refused" and case.refused and set(case.refused) != set(passage.refused):
        gaps.append(
            _(
                "Réponses refusées attendues : %(wanted)s. Refusées : %(seen)s.",
                wanted=_labels(document, case.refused),
                seen=_labels(document, tuple(passage.refused)),
            )
        )
    if case.ends == passage.ends == "exit" and passage.exit and case.exit not in {None, passage.exit.slug}:
        gaps.append(_("La sortie est « %(title)s ».", title=str(passage.exit.title)))
    return Verdict(case, passage, tuple(gaps))


def run_cases(document: ProcedureDocument) -> tuple[Verdict, ...]:
    """Run every recorded trial of a document."""
    return tuple(run_case(document, case) for case in document.cases)


def record_case(document: ProcedureDocument, name: str, answers: Mapping[str, Any]) -> Case:
    """A case that expects what the document does of these answers now."""
    passage = walk(document, settle(dict(answers), clock.today()))
    return Case(
        name=name,
        answers=dict(answers),
        ends="sent" if passage.ends == "open" else passage.ends,
        steps=passage.steps,
        refused=tuple(passage.refused),
        exit=passage.exit.slug if passage.exit else None,
    )


def _ends_otherwise(case: Case, passage: Passage) -> str:
    if passage.ends == "refused":
        return _("La demande est arrêtée : %(why)s", why=" ".join(passage.refused.values()))
    if passage.ends == "exit":
        title = str(passage.exit.title) if passage.exit else ""
        return _("La démarche s’arrête sur la page « %(title)s ».", title=title)
    if case.ends == "exit":
        return _("La personne devait être orientée ailleurs, et sa demande peut être envoyée.")
    return _("Une réponse devait être refusée, et la demande peut être envoyée.")


def _titles(document: ProcedureDocument, slugs: tuple[str, ...]) -> str:
    titles = {step.slug: str(step.title) for step in document.steps}
    return ", ".join(titles.get(slug, slug) for slug in slugs)


def _labels(document: ProcedureDocument, names: tuple[str, ...]) -> str:
    labels = {one.name: label_of(one) for _step, one in document.fields()}
    return ", ".join(labels.get(name, name) for name in names) or _("aucune")
