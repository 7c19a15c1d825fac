"""The forms of the journey: a person's ballot, and an agent's poll."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from accessibility.forms import (
    AccessibleForm,
    ChoiceField,
    DatePartsField,
    LongTextField,
    TextLineField,
    YesNoField,
    build_form,
)
from journeys.participation import policy
from journeys.participation.charts import no_opinion
from journeys.participation.enums import Access, Residence
from journeys.participation.shapes import NO_OPINION, Question, Terms
from journeys.participation.wording import DECLARED, RESIDENCES
from portal.ground.dictionary.service import clean_line

YES: Final = "oui"
ANY_AGE: Final = "aucun"
NUMBERS: Final = range(1, policy.MAX_QUESTIONS + 1)


def ballot_form(terms: Terms, typed: Any = None) -> AccessibleForm:
    """The questions of a poll, and what the person declares where it matters. ``typed``: what was sent, or None."""
    fields: dict[str, Any] = {}
    if terms.residence is not Residence.ANYONE:
        label = str(DECLARED[terms.residence])
        fields["concerned"] = YesNoField(label, options=[(YES, _("Oui")), ("non", _("Non"))])
    for number, question in enumerate(terms.questions, start=1):
        options = [(str(code), label) for code, label in enumerate(question.choices, start=1)]
        options.append((str(NO_OPINION), no_opinion()))
        fields[f"question_{number}"] = ChoiceField(question.text, options=options)
    return build_form(fields)(typed)


def read_ballot(form: AccessibleForm, terms: Terms) -> tuple[int, ...] | None:
    """The answers, in order; None when the form was refused, with a sentence for each field at fault."""
    wrong = {
        field.name: _("Choisissez une réponse à la question «\xa0%(question)s\xa0».", question=field.label.text)
        for field in form
        if field.data not in {code for code, _label in field.options}
    }
    if wrong:
        form.refuse(wrong)
        return None
    return tuple(int(form[f"question_{number}"].data) for number in range(1, len(terms.questions) + 1))


def is_concerned(form: AccessibleForm) -> bool:
    """What the person declared about living, or working, in the commune."""
    return "concerned" in form and form["concerned"].data == YES


def said_ballot(form: AccessibleForm) -> list[tuple[str, str]]:
    """(question, answer) in words, for the page that asks to confirm."""
    return [(field.label.text, dict(field.options)[field.data]) for field in form]


def poll_form(typed: Any = None, known: Mapping[str, Any] | None = None) -> AccessibleForm:
    """What an agent decides of a poll. ``known``: the values of a poll that exists."""
    fields: dict[str, Any] = {
        "title": TextLineField(_("Titre"), width="wide", max_length=policy.TITLE_LENGTH),
        "presentation": LongTextField(_("Pourquoi cette question"), hint=_("Deux phrases, en mots simples.")),
    }
    for number in NUMBERS:
        needed = number == 1
        fields[f"question_{number}"] = TextLineField(
            _("Question %(number)d", number=number), width="wide", needed=needed, max_length=policy.TITLE_LENGTH
        )
        fields[f"choices_{number}"] = LongTextField(
            _("Réponses à la question %(number)d", number=number),
            hint=_("Une par ligne, cinq au plus. « Sans avis » est ajouté d’office."),
            needed=needed,
        )
    fields |= {
        "opens_on": DatePartsField(_("Ouverture"), hint=_("Le sondage ouvre à minuit, au début de ce jour.")),
        "closes_on": DatePartsField(_("Fin"), hint=_("On peut répondre jusqu’à la fin de ce jour.")),
        "access": ChoiceField(
            _("Comment répond-on ?"),
            options=[
                (Access.SIGNED_IN.value, _("En s’identifiant : une réponse par personne")),
                (Access.OPEN.value, _("Sans compte : une réponse par appareil, résultat non représentatif")),
            ],
        ),
        "residence": ChoiceField(
            _("Qui peut répondre ?"), options=[(one.value, str(label)) for one, label in RESIDENCES.items()]
        ),
        "min_age": ChoiceField(
            _("Âge minimal"),
            hint=_("Vérifié par l’identification. Sans compte, il ne peut pas l’être et n’est pas demandé."),
            options=[
                (ANY_AGE, _("Aucun")),
                *((str(age), _("%(age)d ans le jour du vote", age=age)) for age in policy.AGES),
            ],
        ),
        "next_step": LongTextField(
            _("Ce qui suit"), hint=_("Qui lira les résultats, quand, et où la décision sera publiée."), needed=False
        ),
    }
    return build_form(fields)(typed, data=dict(known or {}))


def terms_to_known(terms: Terms) -> dict[str, Any]:
    """The values of the agent's form for a poll that exists."""
    known: dict[str, Any] = {
        "title": terms.title,
        "presentation": terms.summary,
        "opens_on": terms.opens_on.isoformat(),
        "closes_on": terms.closes_on.isoformat(),
        "access": terms.access.value,
        "residence": terms.residence.value,
        "min_age": str(terms.min_age) if terms.min_age is not None else ANY_AGE,
        "next_step": terms.next_step,
    }
    for number, question in enumerate(terms.questions, start=1):
        known[f"question_{number}"] = question.text
        known[f"choices_{number}"] = "\n".join(question.choices)
    return known


def read_terms(form: AccessibleForm) -> Terms | None:
    """What the agent typed; None when the form was refused for what the rules of polls could not even read."""
    wrong = {
        field.name: _("Choisissez une des réponses proposées.")
        for field in form
        if field.kind == "radios" and field.data not in {code for code, _label in field.options}
    }
    days = {name: _read_day(form[name].data) for name in ("opens_on", "closes_on")}
    sentence = _("Écrivez une date qui existe, par exemple 15 3 2027.")
    wrong |= {name: sentence for name, day in days.items() if day is None}
    form.refuse(wrong)
    opens_on, closes_on = days["opens_on"], days["closes_on"]
    if wrong or opens_on is None or closes_on is None:
        return None
    age = form["min_age"].data
    return Terms(
        title=_line(form, "title"),
        summary=_line(form, "presentation"),
        questions=tuple(_questions(form)),
        opens_on=opens_on,
        closes_on=closes_on,
        access=Access(form["access"].data),
        residence=Residence(form["residence"].data),
        min_age=None if age == ANY_AGE else int(age),
        next_step=_line(form, "next_step"),
    )


def _questions(form: AccessibleForm) -> list[Question]:
    """Those of which something was typed, in order, without holes."""
    found = []
    for number in NUMBERS:
        lines = (form[f"choices_{number}"].data or "").splitlines()
        choices = tuple(line for line in map(clean_line, lines) if line)
        text = _line(form, f"question_{number}")
        if text or choices:
            found.append(Question(text, choices))
    return found


def _line(form: AccessibleForm, name: str) -> str:
    return clean_line(form[name].data or "")


def _read_day(parts: Any) -> date | None:
    if not isinstance(parts, Mapping):
        return None
    try:
        return date(*(int(parts[part]) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        return None
