"""Conditions and formulas said in French. Pure: nothing is looked up but the document and the dictionary."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.conditions import AllOf, AnyOf, Condition, FieldCondition, Not
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.ground.dictionary.service import Concept, Option, get_concept, has_concept

# Each comparison that the format knows, with how it is read after the question; in the order they are proposed.
COMPARISONS: Mapping[str, LazyString] = {
    "equals": _l("est"),
    "not_equals": _l("n’est pas"),
    "within": _l("est l’une de ces réponses :"),
    "at_least": _l("vaut au moins"),
    "at_most": _l("vaut au plus"),
    "contains": _l("comprend"),
    "filled": _l("a une réponse"),
}


def known_concept(field: Field) -> Concept | None:
    """The concept behind a field, None when neither the field nor the dictionary describes it."""
    if field.own is not None:
        return field.own
    return get_concept(field.concept) if has_concept(field.concept) else None


def question_words(field: Field) -> str:
    """How a question is called."""
    concept = known_concept(field)
    return str(field.label or (concept.label if concept else field.name))


def question_options(field: Field) -> tuple[Option, ...]:
    """The answers to choose from, none where the answer is free."""
    concept = known_concept(field)
    return field.options or (concept.options if concept else ())


def comparisons() -> dict[str, str]:
    """The comparisons that conditions can make, as they are read."""
    return {name: str(words) for name, words in COMPARISONS.items() if name in FieldCondition.model_fields}


def say_condition(condition: Condition | None, document: ProcedureDocument) -> str:
    """« “Nature de l’accueil” est “Accueil régulier” »; "" without any condition."""
    match condition:
        case None:
            return ""
        case AllOf():
            return _join(_(" et "), condition.all, document)
        case AnyOf():
            return _join(_(" ou "), condition.any, document)
        case Not():
            return _("il est faux que %(what)s", what=say_condition(condition.negated, document))
        case FieldCondition():
            return _say_line(condition, document)


def _join(word: str, parts: tuple[Condition, ...], document: ProcedureDocument) -> str:
    said = [say_condition(part, document) for part in parts]
    nested = [isinstance(part, AllOf | AnyOf) and len(parts) > 1 for part in parts]
    return str(word).join(f"({one})" if inner else one for one, inner in zip(said, nested, strict=True))


def _say_line(line: FieldCondition, document: ProcedureDocument) -> str:
    field = document.field(line.field)
    question = f"“{question_words(field) if field else line.field}”"
    if line.filled is not None:
        return (
            _("%(question)s a une réponse", question=question)
            if line.filled
            else _("%(question)s est sans réponse", question=question)
        )
    name, value = next((name, getattr(line, name)) for name in COMPARISONS if getattr(line, name, None) is not None)
    values = value if isinstance(value, tuple) else (value,)
    said = ", ".join(f"“{say_value(one, field)}”" for one in values)
    return f"{question} {COMPARISONS[name]} {said}"


def say_value(value: Any, field: Field | None) -> str:
    """A stored answer as people read it."""
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    options = question_options(field) if field else ()
    return next((str(option.label) for option in options if option.code == value), str(value))


def say_formula(field: Field, document: ProcedureDocument) -> str:
    """How a computed value is worked out; "" when it is asked."""
    formula = field.formula
    if formula is None:
        return ""
    asked = [document.field(name) for name in formula.names]
    names = [question_words(one) if one else name for one, name in zip(asked, formula.names, strict=True)]
    if formula.total:
        return _("Total de : %(names)s", names=", ".join(names))
    if formula.product:
        return _("Produit de : %(names)s", names=", ".join(names))
    if formula.count:
        return _("Nombre de réponses à la page répétée « %(name)s »", name=names[0])
    return _("Années écoulées depuis : %(name)s", name=names[0])
