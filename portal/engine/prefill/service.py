"""Known values by field of a procedure, with their source. Reads only.

Two kinds. A *held* value is vouched for by its source of truth and matters too much to be retyped (a critical concept
that comes from FranceConnect, or what a partner answered about the person): it is shown as a fact, and it is what the
request carries. Any other known value is only offered: the person may change it, and what they typed is never replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import ProcedureDocument, Questionnaire, Step
from portal.casework.catalogue.fields import field_concept
from portal.casework.consents.service import ConsentView, Outcome, current_consents
from portal.ground.clock import local
from portal.ground.dictionary.service import Source, Value, ValueRefused, display, get_concept, has_concept, validate
from portal.ground.permissions import Actor
from portal.ground.web.formats import format_date, format_month
from portal.people.accounts.enums import ValueSource
from portal.people.accounts.service import KnownValue, known_values

__all__ = [
    "Fact",
    "Prefilled",
    "consents_for",
    "held_answers",
    "identity_facts",
    "knows",
    "mark_of",
    "prefill",
    "say_concept",
    "say_month",
    "say_source",
    "shown_answers",
]

OFFERED = ("person.", "contact.", "address.")


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A known value that fits its concept. ``text`` is how people read it; ``held``: shown, not asked.

    ``consent``: under which it was fetched, None when it was not.
    """

    value: Value
    text: str
    source: ValueSource
    verified: bool
    as_of: date
    held: bool
    consent: ConsentView | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of the person, as people read it, and where it comes from."""

    label: str
    text: str
    mark: str
    verified: bool


def knows(step: Step) -> bool:
    """Whether this step asks anything that may be known already: when not, nothing need be read."""
    if step.repeat is not None:  # what is asked about each of several is about others
        return False
    return any(field.fetch or (field.prefill and field.concept.startswith(OFFERED)) for field in step.fields)


def consents_for(
    session: Session, actor: Actor, document: ProcedureDocument, procedure_id: UUID
) -> dict[str, ConsentView]:
    """The consents that hold for this procedure, by field; nothing is read where nothing can be fetched."""
    if actor.subject is None or not any(field.fetch for _step, field in document.fields()):
        return {}
    return current_consents(session, actor.subject, procedure_id)


def prefill(
    session: Session, actor: Actor, document: Questionnaire, agreed: Mapping[str, ConsentView] | None = None
) -> dict[str, Prefilled]:
    """What is known of the person acted for, by field name. A value that its concept refuses is left out.

    :param agreed: the consents that hold, by field, with what partners answered.
    """
    if actor.subject is None:
        return {}
    known = known_values(session, actor.subject)
    found: dict[str, Prefilled] = {}
    for step, field in document.fields():
        if step.repeat is not None or field.formula is not None:
            continue
        fetched = _fetched(field, agreed or {})
        if fetched is not None:
            found[field.name] = fetched
            continue
        given = known.get(field.concept) if field.prefill else None
        prefilled = _fitting(field, given) if given is not None else None
        if prefilled is not None:
            found[field.name] = prefilled
    return found


def _fetched(field: FormField, agreed: Mapping[str, ConsentView]) -> Prefilled | None:
    """What a partner answered; held, for it is verified."""
    consent = agreed.get(field.name) if field.fetch else None
    if consent is None or consent.outcome is not Outcome.KNOWN or consent.value is None or consent.answered_at is None:
        return None
    text, day = display(field_concept(field), consent.value), local(consent.answered_at).date()
    return Prefilled(consent.value, text, ValueSource.FETCHED, verified=True, as_of=day, held=True, consent=consent)


def _fitting(field: FormField, known: KnownValue) -> Prefilled | None:
    """The known value as the concept writes it. What does not fit is asked, so that nobody is stopped by a register."""
    concept = field_concept(field)
    try:
        value = validate(concept, known.value)
    except ValueRefused:
        return None
    if value is None:
        return None
    held = known.verified and concept.critical and concept.source_of_truth is Source.FRANCECONNECT
    return Prefilled(value, display(concept, value), known.source, known.verified, known.as_of, held)


def held_answers(known: Mapping[str, Prefilled]) -> dict[str, Value]:
    """The values that the request carries whatever is sent."""
    return {name: prefilled.value for name, prefilled in known.items() if prefilled.held}


def shown_answers(
    step: Step, answers: Mapping[str, Value], known: Mapping[str, Prefilled], *, done: bool
) -> dict[str, Value]:
    """What the fields of a step show: the saved answers, and known values where nothing was ever said.

    :param done: the step was already sent: a field left empty there was left empty on purpose.
    """
    shown: dict[str, Value] = {}
    for field in step.fields:
        prefilled = known.get(field.name)
        if prefilled is not None and prefilled.held:
            shown[field.name] = prefilled.value
        elif field.name in answers:
            shown[field.name] = answers[field.name]
        elif prefilled is not None and not done:
            shown[field.name] = prefilled.value
    return shown


def mark_of(known: Prefilled | KnownValue) -> str:
    """Where the value comes from, in a few words."""
    if known.source is ValueSource.DECLARED:
        return _("Déclaré par vous le %(day)s", day=format_date(known.as_of))
    if isinstance(known, Prefilled) and known.consent is not None:
        who, month = say_source(known.consent.source), say_month(known.consent.period)
        return _("%(who)s, %(month)s, vérifié le %(day)s", who=who, month=month, day=format_date(known.as_of))
    if known.verified:
        return _("FranceConnect, vérifié")
    return _("Donné par FranceConnect, à vérifier")


def say_concept(concept_id: str) -> str:
    """The label of a concept; one that the dictionary no longer has is « une réponse »."""
    return str(get_concept(concept_id).label) if has_concept(concept_id) else _("Une réponse")


def say_concepts(codes: str) -> str:
    """The labels of concepts separated by commas; what the dictionary does not know is left out."""
    known = [one for one in codes.split(",") if has_concept(one)]
    return ", ".join(str(get_concept(one).label).lower() for one in known)


def say_source(code: str) -> str:
    """Who vouches for a fetched value, as people call them; a code that we do not know is shown as it is."""
    return {"CNAF": _("CAF"), "MSA": _("MSA")}.get(code, code)


def say_month(period: str) -> str:
    """« novembre 2026 » for ``2026-11``; anything else is shown as it is."""
    try:
        return format_month(date.fromisoformat(f"{period}-01"))
    except ValueError:
        return period


def identity_facts(session: Session, actor: Actor) -> list[Fact]:
    """All that is known of the person acted for."""
    if actor.subject is None:
        return []
    facts = []
    for concept_id, known in known_values(session, actor.subject).items():
        concept = get_concept(concept_id)
        facts.append(Fact(str(concept.label), display(concept, known.value), mark_of(known), known.verified))
    return facts
