"""Reading what was answered. Pure; sentences are in French and say how to repair."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.checklists.definition import ChecklistDefinition, Question
from portal.casework.checklists.enums import QuestionKind
from portal.casework.checklists.shapes import Answer
from portal.ground.dictionary.dates import full_date, is_blank, read_parts
from portal.ground.dictionary.service import LocalText


def read_answers(
    definition: ChecklistDefinition, raw: Mapping[str, Any], today: date
) -> tuple[dict[str, Answer], dict[str, str]]:
    """Answers and sentences by question.

    :param raw: by question: a date as one text or three parts, a code, or a list of codes.
    """
    answers: dict[str, Answer] = {}
    errors: dict[str, str] = {}
    for question in definition.questions:
        try:
            answers[question.name] = _READERS[question.kind](question, raw.get(question.name), today)
        except ValueError as refusal:
            errors[question.name] = str(refusal)
    return answers, errors


def read_day(raw: Any, label: str, first: date, last: date) -> date:
    """A day between two others.

    :raises ValueError: with the sentence that says what to write.
    """
    if is_blank(raw):
        raise ValueError(_("« %(label)s » : écrivez le jour, le mois et l’année.", label=label))
    parts = read_parts(raw)
    day = full_date(parts) if parts else None
    if day is None:
        raise ValueError(_("« %(label)s » : cette date n’existe pas. Écrivez-la en chiffres.", label=label))
    if not first <= day <= last:
        raise ValueError(
            _(
                "« %(label)s » : choisissez une date entre le %(first)s et le %(last)s.",
                label=label,
                first=first.strftime("%d/%m/%Y"),
                last=last.strftime("%d/%m/%Y"),
            )
        )
    return day


def _date(question: Question, raw: Any, today: date) -> str:
    first, last = today - timedelta(days=question.past_days), today + timedelta(days=question.future_days)
    return read_day(raw, _label(question.label), first, last).isoformat()


def _one(question: Question, raw: Any, _today: date) -> str:
    if not isinstance(raw, str) or raw not in question.codes():
        raise ValueError(_("« %(label)s » : choisissez une réponse.", label=_label(question.label)))
    return raw


def _many(question: Question, raw: Any, _today: date) -> tuple[str, ...]:
    chosen = set(map(str, raw)) if isinstance(raw, list | tuple) else set()
    unknown = chosen - question.codes()
    if unknown:
        raise ValueError(
            ngettext(
                "« %(label)s » : %(num)d réponse n’est pas dans la liste.",
                "« %(label)s » : %(num)d réponses ne sont pas dans la liste.",
                len(unknown),
                label=_label(question.label),
            )
        )
    return tuple(option.code for option in question.options if option.code in chosen)


def _label(label: LocalText) -> str:
    return str(label).rstrip("\N{NO-BREAK SPACE} ?")


_READERS: Mapping[QuestionKind, Callable[[Question, Any, date], Answer]] = {
    QuestionKind.DATE: _date,
    QuestionKind.ONE: _one,
    QuestionKind.MANY: _many,
}
