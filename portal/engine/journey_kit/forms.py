"""From the fields of a step to a form: labels, hints, controls and autocompletion come from the dictionary.

Controls are named ``r_<field>``, so that no field of a procedure can take the name of a hidden one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import escape

from accessibility.forms import (
    AccessibleForm,
    ChoiceField,
    DatePartsField,
    LongTextField,
    NoteField,
    PlaceField,
    ResultField,
    SeveralField,
    TextLineField,
    TickField,
    YesNoField,
    build_form,
)
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import (
    field_concept,
    field_hint,
    field_name_for_errors,
    field_options,
    show_answer,
)
from portal.engine.prefill.service import Prefilled, mark_of
from portal.ground.dictionary.service import ConceptType
from portal.ground.web import reading_language

PREFIX = "r_"
# What the HTML standard allows on one line, for what the dictionary calls otherwise.
ONE_LINE_TOKENS = {"street-address": "address-line1"}
LINES: Mapping[ConceptType, dict[str, Any]] = {
    ConceptType.EMAIL: {"input_type": "email"},
    ConceptType.PHONE: {"input_type": "tel", "width": "w8"},
    ConceptType.POSTCODE: {"inputmode": "numeric", "width": "w4"},
    ConceptType.COMMUNE_CODE: {"width": "w4"},
    ConceptType.COUNTRY_CODE: {"inputmode": "numeric", "width": "w4"},
    ConceptType.EUROS: {"inputmode": "numeric", "width": "w4"},
    ConceptType.NUMBER: {"inputmode": "decimal", "width": "w4"},
    ConceptType.MONEY: {"inputmode": "decimal", "width": "w8"},
    ConceptType.IBAN: {"width": "w16"},
    ConceptType.SIRET: {"inputmode": "numeric", "width": "w16"},
    ConceptType.NIR: {"width": "w16"},
}
ADDRESS_ROWS = 3
CHOSEN = frozenset({ConceptType.BOOLEAN, ConceptType.CHOICE, ConceptType.SCHOOL_YEAR, ConceptType.SEVERAL})
SPECIAL: Mapping[ConceptType, Any] = {
    ConceptType.DECLARATION: TickField,
    ConceptType.INFORMATION: NoteField,
    ConceptType.LONG_TEXT: LongTextField,
    ConceptType.MAP_POINT: PlaceField,
}


class StepForm:
    """The questions of one step, in order, and what was typed."""

    def __init__(
        self,
        fields: list[FormField],
        *,
        shown: Mapping[str, Any],
        known: Mapping[str, Prefilled],
        typed: Any = None,
        answers: Mapping[str, Any] | None = None,
    ) -> None:
        """:param shown: values by field name. :param typed: a multi-dict sent by the person, None when there is none
        :param answers: all those given so far: linked lists and computed values hang on them
        """
        controls = {PREFIX + field.name: _control(field, _hint(field, shown, known), answers) for field in fields}
        kinds = {field.name: field_concept(field).type for field in fields}
        values = {PREFIX + name: _as_written(kinds.get(name), value) for name, value in shown.items()}
        self.form: AccessibleForm = build_form(controls)(typed, data=values)

    def answers(self) -> dict[str, Any]:
        """What was typed, by field name, unchecked."""
        return {name.removeprefix(PREFIX): value for name, value in self.form.raw().items()}

    def offer(self, name: str, *, search: str, offers: Sequence[tuple[str, str]] = (), said: str = "") -> None:
        """Let the answer of a field be looked up, and show what came of it."""
        control = self.form[PREFIX + name]
        control.search, control.offers, control.said = search, offers, said

    def refuse(self, sentences: Mapping[str, str]) -> None:
        """Attach a sentence to each named field."""
        self.form.refuse({PREFIX + name: sentence for name, sentence in sentences.items()})


def _as_written(kind: ConceptType | None, value: Any) -> Any:
    """A saved value as people write it: decimals after a comma."""
    if kind in {ConceptType.NUMBER, ConceptType.MONEY} and isinstance(value, str):
        return value.removesuffix(".00").replace(".", ",")
    return value


def _hint(field: FormField, shown: Mapping[str, Any], known: Mapping[str, Prefilled]) -> Any:
    """The help under the label, followed by where the value shown comes from: both are read with the field."""
    hint = field_hint(field, reading_language())
    prefilled = known.get(field.name)
    if prefilled is None or shown.get(field.name) != prefilled.value:
        return hint
    if not prefilled.verified:
        return f"{hint or ''} {mark_of(prefilled)}.".strip()
    source_mark = get_template_attribute("components/display.html", "source_mark")
    return escape(hint or "") + " " + source_mark(mark_of(prefilled))


def _control(field: FormField, hint: Any, answers: Mapping[str, Any] | None) -> Any:
    concept, label = field_concept(field), field_name_for_errors(field)
    common = {"hint": hint, "needed": field.required, "id": f"q-{field.name}"}
    if field.formula is not None:
        return ResultField(label, text=show_answer(field, (answers or {}).get(field.name)), **common)
    if concept.type in CHOSEN:
        return _choice(field, label, answers, common)
    if concept.type in SPECIAL:
        return SPECIAL[concept.type](label, **common)
    if concept.type is ConceptType.ADDRESS:
        return LongTextField(label, rows=ADDRESS_ROWS, autocomplete=concept.autocomplete, **common)
    if concept.type in {ConceptType.DATE, ConceptType.PARTIAL_DATE}:
        partial = concept.type is ConceptType.PARTIAL_DATE
        return DatePartsField(label, partial=partial, autocomplete=concept.autocomplete, **common)
    token = ONE_LINE_TOKENS.get(concept.autocomplete or "", concept.autocomplete)
    # Somebody else's address or number: the browser must not put the person's own there.
    otherwise = "off" if concept.type in {ConceptType.EMAIL, ConceptType.PHONE} else None
    return TextLineField(label, autocomplete=token or otherwise, **LINES.get(concept.type, {}), **common)


def _choice(field: FormField, label: str, answers: Mapping[str, Any] | None, common: dict[str, Any]) -> Any:
    kind = field_concept(field).type
    if kind is ConceptType.BOOLEAN:
        return YesNoField(label, options=[("oui", _("Oui")), ("non", _("Non"))], **common)
    options = [(option.code, str(option.label)) for option in field_options(field, answers=answers)]
    if kind is ConceptType.SEVERAL:
        return SeveralField(label, options=options, **common)
    if not field.required:
        options.append(("", _("Sans réponse")))
    return ChoiceField(label, options=options, **common)
