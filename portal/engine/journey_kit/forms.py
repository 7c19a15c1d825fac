"""From the fields of a step to a form: labels, hints, controls and autocompletion come from the dictionary.

Controls are named ``r_<field>``, so that no field of a procedure can take the name of a hidden one.
"""

from collections.abc import Mapping
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import escape

from accessibility.forms import (
    AccessibleForm,
    ChoiceField,
    DatePartsField,
    LongTextField,
    TextLineField,
    YesNoField,
    build_form,
)
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import field_concept, field_hint, field_name_for_errors, field_options
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
    ConceptType.IBAN: {"width": "w16"},
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
    ) -> None:
        """:param shown: values by field name. :param typed: a multi-dict sent by the person, None when there is none"""
        controls = {PREFIX + field.name: _control(field, _hint(field, shown, known)) for field in fields}
        values = {PREFIX + name: value for name, value in shown.items()}
        self.form: AccessibleForm = build_form(controls)(typed, data=values)

    def answers(self) -> dict[str, Any]:
        """What was typed, by field name, unchecked."""
        return {name.removeprefix(PREFIX): value for name, value in self.form.raw().items()}

    def refuse(self, sentences: Mapping[str, str]) -> None:
        """Attach a sentence to each named field."""
        self.form.refuse({PREFIX + name: sentence for name, sentence in sentences.items()})


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


def _control(field: FormField, hint: Any) -> Any:
    concept = field_concept(field)
    label = field_name_for_errors(field)
    common = {"hint": hint, "needed": field.required, "id": f"q-{field.name}"}
    if concept.type is ConceptType.BOOLEAN:
        return YesNoField(label, options=[("oui", _("Oui")), ("non", _("Non"))], **common)
    if concept.type in {ConceptType.CHOICE, ConceptType.SCHOOL_YEAR}:
        options = [(option.code, str(option.label)) for option in field_options(field)]
        if not field.required:
            options.append(("", _("Sans réponse")))
        return ChoiceField(label, options=options, **common)
    if concept.type is ConceptType.LONG_TEXT:
        return LongTextField(label, **common)
    if concept.type in {ConceptType.DATE, ConceptType.PARTIAL_DATE}:
        partial = concept.type is ConceptType.PARTIAL_DATE
        return DatePartsField(label, partial=partial, autocomplete=concept.autocomplete, **common)
    token = ONE_LINE_TOKENS.get(concept.autocomplete or "", concept.autocomplete)
    return TextLineField(label, autocomplete=token, **LINES.get(concept.type, {}), **common)
