"""From the questions of a list to a form. Controls are named ``q_<question>``."""

from typing import Any

from accessibility.forms import AccessibleForm, ChoiceField, DatePartsField, SeveralField, build_form
from portal.casework.checklists.definition import Question
from portal.casework.checklists.service import Answers, ChecklistDefinition, QuestionKind
from portal.engine.journey_kit.checklists.wording import language

PREFIX = "q_"


def answer_form(definition: ChecklistDefinition, answers: Answers, *, typed: Any = None) -> AccessibleForm:
    """The questions, with what is known. :param typed: a multi-dict sent by the person, None when there is none"""
    controls = {PREFIX + one.name: _control(one, language()) for one in definition.questions}
    return build_form(controls)(typed, data={PREFIX + name: answer for name, answer in answers.items()})


def typed_answers(form: AccessibleForm) -> dict[str, Any]:
    """What was typed, by question, unchecked."""
    return {name.removeprefix(PREFIX): value for name, value in form.raw().items()}


def refuse(form: AccessibleForm, sentences: dict[str, str]) -> None:
    """Attach a sentence to each named question."""
    form.refuse({PREFIX + name: sentence for name, sentence in sentences.items()})


def _control(question: Question, spoken: str) -> Any:
    hint = question.hint.get(spoken) if question.hint else None
    common: dict[str, Any] = {"hint": hint, "id": f"q-{question.name}"}
    label = question.label.get(spoken)
    options = [(option.code, option.label.get(spoken)) for option in question.options]
    if question.kind is QuestionKind.DATE:
        return DatePartsField(label, **common)
    if question.kind is QuestionKind.ONE:
        return ChoiceField(label, options=options, **common)
    return SeveralField(label, options=options, needed=False, **common)
