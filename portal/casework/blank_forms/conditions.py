"""A condition as a sentence: « si vous avez répondu « oui » à la question 4 ». Pure."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from portal.casework.catalogue.conditions import AllOf, AnyOf, Condition, FieldCondition, Not
from portal.casework.catalogue.document import Field
from portal.casework.catalogue.fields import field_label, field_options


class Sentences:
    """Says conditions. ``numbers``: name of a field → the number of its question on paper."""

    def __init__(self, fields: Mapping[str, Field], numbers: Mapping[str, str]) -> None:
        self._fields = fields
        self._numbers = numbers

    def say(self, condition: Condition | None) -> str:
        """The whole sentence; empty without a condition."""
        clause = self._clause(condition, wanted=True) if condition is not None else ""
        return _("Répondez si %(clause)s.", clause=clause) if clause else ""

    def _clause(self, condition: Condition, *, wanted: bool) -> str:
        match condition:
            case Not():
                return self._clause(condition.negated, wanted=not wanted)
            case AllOf():
                return self._joined(condition.all, wanted=wanted, word=_(" et ") if wanted else _(" ou "))
            case AnyOf():
                return self._joined(condition.any, wanted=wanted, word=_(" ou ") if wanted else _(" et "))
            case FieldCondition():
                return self._about(condition, wanted=wanted)

    def _joined(self, parts: tuple[Condition, ...], *, wanted: bool, word: str) -> str:
        return word.join(filter(None, (self._clause(one, wanted=wanted) for one in parts)))

    def _about(self, condition: FieldCondition, *, wanted: bool) -> str:
        where = self._where(condition.field)
        if condition.filled is not None:
            said = condition.filled is wanted
            return (
                _("vous avez répondu à la %(where)s", where=where)
                if said
                else _("vous n’avez pas répondu à la %(where)s", where=where)
            )
        for name, say in self._comparisons().items():
            value = getattr(condition, name, None)
            if value is not None:
                return say(where, self._answers(condition.field, value), wanted if name != "not_equals" else not wanted)
        return ""

    def _comparisons(self) -> Mapping[str, Callable[[str, str, bool], str]]:
        """Comparison → its words; those that the format may not know yet are never met."""
        return {
            "equals": _say_answer,
            "not_equals": _say_answer,
            "within": _say_answer,
            "contains": _say_answer,
            "at_least": _say_at_least,
            "at_most": _say_at_most,
        }

    def _answers(self, name: str, value: object) -> str:
        values = value if isinstance(value, tuple) else (value,)
        return _(" ou ").join(self._answer(name, one) for one in values)

    def _answer(self, name: str, value: object) -> str:
        if isinstance(value, bool):
            return _("« oui »") if value else _("« non »")
        field = self._fields.get(name)
        labels = {one.code: str(one.label) for one in field_options(field)} if field else {}
        return _("« %(answer)s »", answer=labels.get(str(value), str(value)))

    def _where(self, name: str) -> str:
        if name in self._numbers:
            return _("question %(number)s", number=self._numbers[name])
        field = self._fields.get(name)
        return _("question « %(label)s »", label=field_label(field) if field else name)


def _say_answer(where: str, answer: str, wanted: bool) -> str:
    if wanted:
        return _("vous avez répondu %(answer)s à la %(where)s", answer=answer, where=where)
    return _("vous n’avez pas répondu %(answer)s à la %(where)s", answer=answer, where=where)


def _say_at_least(where: str, answer: str, wanted: bool) -> str:
    if wanted:
        return _("votre réponse à la %(where)s est d’au moins %(answer)s", answer=answer, where=where)
    return _("votre réponse à la %(where)s est de moins de %(answer)s", answer=answer, where=where)


def _say_at_most(where: str, answer: str, wanted: bool) -> str:
    if wanted:
        return _("votre réponse à la %(where)s est d’au plus %(answer)s", answer=answer, where=where)
    return _("votre réponse à la %(where)s est de plus de %(answer)s", answer=answer, where=where)
