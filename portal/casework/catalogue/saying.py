"""Parts of a procedure as French sentences: conditions, and any value of the format. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from pydantic import BaseModel

from portal.casework.catalogue.checking import concept_of, label_of
from portal.casework.catalogue.conditions import AllOf, AnyOf, Condition, FieldCondition, Not
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.ground.dictionary.service import ConceptType, LocalText, Option


def say_condition(document: ProcedureDocument, condition: Condition | None) -> str:
    """« si “Nature de l’accueil” est “Régulier” » ; « toujours » without a condition."""
    return _("toujours") if condition is None else _("si %(condition)s", condition=_say(document, condition))


def _say(document: ProcedureDocument, condition: Condition) -> str:
    match condition:
        case FieldCondition():
            return _say_test(document, condition)
        case AllOf():
            return (
                _("toujours") if not condition.all else _(" et ").join(_nested(document, one) for one in condition.all)
            )
        case AnyOf():
            return _(" ou ").join(_nested(document, one) for one in condition.any) or _("jamais")
        case Not():
            return _("il est faux que %(condition)s", condition=_nested(document, condition.negated))


def _nested(document: ProcedureDocument, condition: Condition) -> str:
    said = _say(document, condition)
    return f"({said})" if isinstance(condition, AllOf | AnyOf) else said


def _say_test(document: ProcedureDocument, test: FieldCondition) -> str:
    field = document.field(test.field)
    label = label_of(field) if field else test.field
    given = {name: value for name, value in test.model_dump().items() if name != "field" and value is not None}
    comparison, value = next(iter(given.items()))
    words: Mapping[str, Any] = {
        "equals": lambda: _("“%(label)s” est %(value)s", label=label, value=_say_answer(field, value)),
        "not_equals": lambda: _("“%(label)s” n’est pas %(value)s", label=label, value=_say_answer(field, value)),
        "within": lambda: _(
            "“%(label)s” est parmi %(value)s", label=label, value=", ".join(_say_answer(field, one) for one in value)
        ),
        "filled": lambda: (
            _("“%(label)s” a une réponse", label=label) if value else _("“%(label)s” n’a pas de réponse", label=label)
        ),
        "at_least": lambda: _("“%(label)s” vaut au moins %(value)s", label=label, value=value),
        "at_most": lambda: _("“%(label)s” vaut au plus %(value)s", label=label, value=value),
        "contains": lambda: _("“%(label)s” comprend %(value)s", label=label, value=_say_answer(field, value)),
    }
    said = words.get(comparison)
    return said() if said else f"“{label}” {comparison} {value}"


def _say_answer(field: Field | None, value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    concept = concept_of(field) if field else None
    options: tuple[Option, ...] = ()
    if field is not None and concept is not None and concept.type is not ConceptType.BOOLEAN:
        options = field.options or concept.options
    return next((f"“{option.label}”" for option in options if option.code == value), f"“{value}”")


def say_value(document: ProcedureDocument, value: Any) -> str:
    """Any value of the format in a few words; empty for nothing."""
    match value:
        case None | () | "":
            return ""
        case bool():
            return _("oui") if value else _("non")
        case Decimal():
            return format(value.normalize(), "f")
        case Enum():
            return str(value.value)
        case tuple() | list():
            return " ; ".join(say_value(document, one) for one in value)
        case BaseModel():
            return _say_part(document, value)
        case _:
            return str(value)


def _say_part(document: ProcedureDocument, part: BaseModel) -> str:
    match part:
        case LocalText():
            return _say_text(part)
        case FieldCondition() | AllOf() | AnyOf() | Not():
            return say_condition(document, part)
        case Option():
            under = f" ({', '.join(part.under)})" if part.under else ""
            return f"{_say_text(part.label)} [{part.code}]{under}"
        case _:
            return ", ".join(_say_attributes(document, part))


def _say_text(text: LocalText) -> str:
    others = [f"[{language}] {words}" for language, words in text.root.items() if language != "fr"]
    return " ".join([str(text), *others])


def _say_attributes(document: ProcedureDocument, part: BaseModel) -> list[str]:
    values = [(name, getattr(part, name)) for name in type(part).model_fields]
    said = [(name, value, say_value(document, value)) for name, value in values]
    return [text if isinstance(value, LocalText) else f"{name} : {text}" for name, value, text in said if text]
