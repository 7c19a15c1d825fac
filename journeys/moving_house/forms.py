"""The screens where facts are told: known values are shown with their source, what was typed is never lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accessibility.forms import AccessibleForm
from portal.casework.catalogue.document import Questionnaire, Step
from portal.casework.catalogue.fields import field_name_for_errors
from portal.engine.journey_kit.comparison import Line, compare
from portal.engine.journey_kit.forms import PREFIX, StepForm
from portal.engine.prefill.service import Prefilled, held_answers, mark_of, prefill
from portal.ground.dictionary.service import Value
from portal.ground.web import actor, unit


@dataclass(frozen=True, slots=True)
class Section:
    """The questions of one group, as the page shows them."""

    step: Step
    controls: list[Any]


class Screen:
    """A questionnaire on one page. ``saved`` is None where nothing was told yet: known values are then offered."""

    def __init__(self, questions: Questionnaire, saved: Mapping[str, Value] | None, *, knows: bool = True) -> None:
        """:param knows: whether it asks anything of the person, so that what is known of them is worth reading."""
        self.questions = questions
        self.saved = saved
        self.known: dict[str, Prefilled] = prefill(unit(), actor(), questions) if knows else {}
        self.held = held_answers(self.known)

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """Label, text and source of what is shown instead of asked."""
        return [
            (field_name_for_errors(field), self.known[field.name].text, mark_of(self.known[field.name]))
            for _step, field in self.questions.fields()
            if field.name in self.held
        ]

    def form(self, typed: Any = None, errors: Mapping[str, str] | None = None) -> AccessibleForm:
        """The controls, with what was typed, what is saved or what is known, in this order."""
        asked = [field for _step, field in self.questions.fields() if field.name not in self.held]
        offered = {name: one.value for name, one in self.known.items()}
        shown = dict(self.saved) if self.saved is not None else offered
        made = StepForm(asked, shown=shown, known=self.known, typed=typed)
        made.refuse(errors or {})
        return made.form

    def sections(self, form: AccessibleForm) -> list[Section]:
        """The same controls, group by group; a group of which all is known is left out."""
        groups = [
            Section(step, [form[PREFIX + field.name] for field in step.fields if PREFIX + field.name in form])
            for step in self.questions.steps
        ]
        return [group for group in groups if group.controls]

    def answers(self, typed: Any) -> dict[str, Any]:
        """What was typed, by fact, unchecked; what the identity vouches for is taken from there, whatever was sent."""
        asked = [field for _step, field in self.questions.fields() if field.name not in self.held]
        return StepForm(asked, shown={}, known={}, typed=typed).answers() | self.held

    def compare(self, raw: Mapping[str, Any], theirs: Mapping[str, Value]) -> list[Line]:
        """What was just typed beside what another window saved."""
        return [line for step in self.questions.steps for line in compare(self.questions, step, raw, theirs)]
