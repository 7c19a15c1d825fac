"""Parts of a procedure as French sentences: conditions, formulas, and any value of the format. Pure.

A condition has one grammar and two voices: officers read « “Type d’accueil” est “Régulier” », whoever fills in a paper
reads « vous avez répondu « Régulier » à la question 4 ». What is denied is denied at each test, never around them.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from pydantic import BaseModel

from portal.casework.catalogue.asked import label_of, options_of
from portal.casework.catalogue.conditions import AllOf, AnyOf, Condition, FieldCondition, Not
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.ground.dictionary.service import LocalText, Option

# Says one test, or that it does not hold.
Voice = Callable[[FieldCondition, bool], str]
# Each comparison that the format knows, with how it is read after the question, and how when it is denied; in the order
# they are proposed.
COMPARISONS: Mapping[str, LazyString] = {
    "equals": _l("est"),
    "not_equals": _l("n’est pas"),
    "within": _l("est l’une de ces réponses :"),
    "at_least": _l("vaut au moins"),
    "at_most": _l("vaut au plus"),
    "contains": _l("comprend"),
    "filled": _l("a une réponse"),
}
_DENIED: Mapping[str, LazyString] = {
    "equals": _l("n’est pas"),
    "not_equals": _l("est"),
    "within": _l("n’est aucune de ces réponses :"),
    "at_least": _l("vaut moins de"),
    "at_most": _l("vaut plus de"),
    "contains": _l("ne comprend pas"),
}


def say_condition(condition: Condition | None, document: ProcedureDocument) -> str:
    """« “Nature de l’accueil” est “Accueil régulier” »; "" without any condition."""
    return _clause(condition, lambda test, wanted: _say_test(test, document.field(test.field), wanted))


def say_when(condition: Condition | None, document: ProcedureDocument) -> str:
    """« si “Nature de l’accueil” est “Accueil régulier” »; « toujours » without any condition."""
    said = say_condition(condition, document)
    return _("si %(condition)s", condition=said) if said else _("toujours")


def say_on_paper(condition: Condition | None, fields: Mapping[str, Field], numbers: Mapping[str, str]) -> str:
    """« Répondez si vous avez répondu « oui » à la question 4. »; "" without any condition.

    :param numbers: name of a field → the number of its question on paper.
    """

    def voice(test: FieldCondition, wanted: bool) -> str:
        field = fields.get(test.field)
        return _say_to_person(test, field, wanted, _where(test.field, field, numbers))

    clause = _clause(condition, voice)
    return _("Répondez si %(clause)s.", clause=clause) if clause else ""


def _clause(condition: Condition | None, voice: Voice, *, wanted: bool = True) -> str:
    match condition:
        case None:
            return ""
        case Not():
            return _clause(condition.negated, voice, wanted=not wanted)
        case AllOf():
            return _joined(condition.all, voice, wanted, every=wanted) or (_("toujours") if wanted else _("jamais"))
        case AnyOf():
            return _joined(condition.any, voice, wanted, every=not wanted) or (_("jamais") if wanted else _("toujours"))
        case FieldCondition():
            return voice(condition, wanted)


def _joined(parts: tuple[Condition, ...], voice: Voice, wanted: bool, *, every: bool) -> str:
    word = _(" et ") if every else _(" ou ")
    said = [(part, _clause(part, voice, wanted=wanted)) for part in parts]
    return word.join(f"({words})" if len(said) > 1 and _is_joined(part) else words for part, words in said)


def _is_joined(condition: Condition) -> bool:
    match condition:
        case Not():
            return _is_joined(condition.negated)
        case AllOf():
            return len(condition.all) > 1
        case AnyOf():
            return len(condition.any) > 1
        case FieldCondition():
            return False


def _compared(test: FieldCondition) -> tuple[str, Any]:
    return next((name, value) for name in COMPARISONS if (value := getattr(test, name)) is not None)


def _say_test(test: FieldCondition, field: Field | None, wanted: bool) -> str:
    question = f"“{label_of(field) if field else test.field}”"
    name, value = _compared(test)
    if name == "filled":
        answered = value is wanted
        return (
            _("%(question)s a une réponse", question=question)
            if answered
            else _("%(question)s est sans réponse", question=question)
        )
    values = value if isinstance(value, tuple) else (value,)
    said = ", ".join(f"“{say_answer(one, field)}”" for one in values)
    return f"{question} {(COMPARISONS if wanted else _DENIED)[name]} {said}"


def _where(name: str, field: Field | None, numbers: Mapping[str, str]) -> str:
    if name in numbers:
        return _("question %(number)s", number=numbers[name])
    return _("question « %(label)s »", label=label_of(field) if field else name)


def _say_to_person(test: FieldCondition, field: Field | None, wanted: bool, where: str) -> str:
    name, value = _compared(test)
    if name == "filled":
        answered = value is wanted
        return (
            _("vous avez répondu à la %(where)s", where=where)
            if answered
            else _("vous n’avez pas répondu à la %(where)s", where=where)
        )
    values = value if isinstance(value, tuple) else (value,)
    answers = _(" ou ").join(_("« %(answer)s »", answer=say_answer(one, field)) for one in values)
    words = {"where": where, "answer": answers}
    match name, wanted:
        case "at_least", True:
            return _("votre réponse à la %(where)s est d’au moins %(answer)s", **words)
        case "at_least", False:
            return _("votre réponse à la %(where)s est de moins de %(answer)s", **words)
        case "at_most", True:
            return _("votre réponse à la %(where)s est d’au plus %(answer)s", **words)
        case "at_most", False:
            return _("votre réponse à la %(where)s est de plus de %(answer)s", **words)
    if wanted is not (name == "not_equals"):
        return _("vous avez répondu %(answer)s à la %(where)s", **words)
    return _("vous n’avez pas répondu %(answer)s à la %(where)s", **words)


def say_answer(value: Any, field: Field | None) -> str:
    """A stored answer as people read it."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    options = options_of(field) if field else ()
    return next((str(option.label) for option in options if option.code == value), str(value))


def say_formula(field: Field, document: ProcedureDocument) -> str:
    """How a computed value is worked out; "" when it is asked."""
    formula = field.formula
    if formula is None:
        return ""
    asked = [document.field(name) for name in formula.names]
    names = [label_of(one) if one else name for one, name in zip(asked, formula.names, strict=True)]
    if formula.total:
        return _("Total de : %(names)s", names=", ".join(names))
    if formula.product:
        return _("Produit de : %(names)s", names=", ".join(names))
    if formula.count:
        return _("Nombre de réponses à la page répétée « %(name)s »", name=names[0])
    return _("Années écoulées depuis : %(name)s", name=names[0])


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
            return say_when(part, document)
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
