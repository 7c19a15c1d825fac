"""Every answer at its place: « prenom », or « enfants.2.prenom » on a page asked for each of several. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from portal.casework.catalogue.asked import field_name_for_errors, rows_in, visible_fields, walk
from portal.casework.catalogue.document import Field, Questionnaire, Step


@dataclass(frozen=True, slots=True)
class Place:
    """A question where it is answered. ``number``: of the item, from 1; 0 on a page that is asked once."""

    step: Step
    field: Field
    number: int = 0

    @property
    def path(self) -> str:
        """The name of its answer, as errors, origins and corrections give it."""
        return path_of(self.step, self.field.name, self.number)

    @property
    def label(self) -> str:
        """What is asked, and about which of several."""
        label = field_name_for_errors(self.field)
        if not self.number:
            return label
        item = _("%(title)s, %(number)d", title=self.step.title, number=self.number)
        return _("%(item)s : %(label)s", item=item, label=label)


def path_of(step: Step, name: str, number: int = 0) -> str:
    """The path of the answer to a question of this step, of its item ``number`` where there are several."""
    return f"{step.repeat.name}.{number}.{name}" if step.repeat and number else name


def places_in(steps: Iterable[Step], answers: Mapping[str, Any]) -> Iterator[Place]:
    """Each question of these steps at each of its places, answered or not, in the order of the document."""
    for step in steps:
        numbers = range(1, len(rows_in(step, answers)) + 1) if step.repeat else (0,)
        for number in numbers:
            for field in step.fields:
                yield Place(step, field, number)


def asked_in(document: Questionnaire, answers: Mapping[str, Any]) -> Iterator[Place]:
    """The same, without the questions that these answers hide."""
    for door in walk(document, answers):
        if door.step.repeat is None:
            yield from (Place(door.step, field) for field in door.asked)
            continue
        for number, row in enumerate(rows_in(door.step, door.after), start=1):
            seen = visible_fields(document, door.step, {**answers, **row})
            yield from (Place(door.step, field, number) for field in seen)


def answer_at(place: Place, answers: Mapping[str, Any]) -> Any:
    """The answer at a place; None when there is none, or no such item any more."""
    if not place.number:
        return answers.get(place.field.name)
    rows = rows_in(place.step, answers)
    return rows[place.number - 1].get(place.field.name) if place.number <= len(rows) else None


def said_in(steps: Iterable[Step], answers: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Each answer that was given, with its place."""
    for place in places_in(steps, answers):
        value = answer_at(place, answers)
        if value is not None:
            yield place, value


def put_answers(places: Iterable[Place], answers: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The answers kept under the names that ``said`` changes, whole: all the items of a list where one is changed.

    :param said: path → raw answer; what has no place among ``places`` is left out.
    """
    changed: dict[str, Any] = {}
    for place in places:
        if place.path not in said:
            continue
        if place.step.repeat is None:
            changed[place.field.name] = said[place.path]
            continue
        rows = changed.setdefault(place.step.repeat.name, [dict(row) for row in rows_in(place.step, answers)])
        if place.number <= len(rows):
            rows[place.number - 1][place.field.name] = said[place.path]
    return changed
