"""Known values by field of a procedure, with their source. Reads only.

Two kinds. A *held* value is vouched for by its source of truth and matters too much to be retyped (a critical concept
that comes from FranceConnect, or what a partner answered about the person): it is shown as a fact, and it is what the
request carries. Any other known value is only offered: the person may change it, and what they typed is never replaced.

In this order: what a partner answered, the identity and the contacts, what was declared in « Mon espace », the
requests already made. Of a child, nothing is offered before the person says which child it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import ProcedureDocument, Questionnaire, Step
from portal.casework.catalogue.fields import field_concept, field_options, rows_in
from portal.casework.catalogue.places import path_of
from portal.casework.consents.service import ConsentView, Outcome, current_consents
from portal.casework.requests.service import earlier_requests
from portal.engine.prefill.marks import (
    mark_of,
    origin_of,
    say_concept,
    say_concepts,
    say_month,
    say_origin,
    say_source,
)
from portal.engine.prefill.shapes import Fact, Prefilled
from portal.engine.prefill.spared import ADDRESS, CHILD, CHILD_FACTS, NOTHING, Offer, Spared, spare
from portal.ground.clock import local
from portal.ground.dictionary.service import Retention, Source, Value, ValueRefused, display, get_concept, validate
from portal.ground.permissions import Actor
from portal.people.accounts.enums import ValueSource
from portal.people.accounts.names import name_key
from portal.people.accounts.service import Declared, KnownValue, declared_by, known_values

__all__ = [
    "ADDRESS",
    "CHILD_FACTS",
    "Fact",
    "Known",
    "Offer",
    "Prefilled",
    "asks_child",
    "children_left",
    "consents_for",
    "fill",
    "fill_item",
    "held_answers",
    "identity_facts",
    "knows",
    "mark_of",
    "origin_of",
    "prefill",
    "proposals_of",
    "read_known",
    "say_concept",
    "say_concepts",
    "say_month",
    "say_origin",
    "say_source",
    "shown_answers",
]

IDENTITY = ("person.", "contact.")
DECLARED = ("address.", "move.new_address.", f"{CHILD}.")
NAMED_BY = tuple(
    concept for concept, name in CHILD_FACTS.items() if name in {"family_name", "given_names", "birthdate"}
)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one person that a questionnaire may ask."""

    identity: Mapping[str, KnownValue]
    spared: Spared


def knows(step: Step) -> bool:
    """Whether this step asks anything that may be known already: when not, nothing need be read."""
    if step.repeat is not None:  # what is asked about each of several is about others: the children, once chosen
        return asks_child(step)
    return any(field.fetch or (field.prefill and _may_be_known(field)) for field in step.fields)


def _may_be_known(field: FormField) -> bool:
    return field.concept.startswith(IDENTITY) or _may_be_spared(field)


def _may_be_spared(field: FormField) -> bool:
    concept = field_concept(field)
    return concept.lasting or concept.retention is Retention.ACCOUNT or concept.id.startswith(DECLARED)


def asks_child(step: Step) -> bool:
    """Whether the step is about a child of the household."""
    return any(field.prefill and field.concept in CHILD_FACTS for field in step.fields)


def consents_for(
    session: Session, actor: Actor, document: ProcedureDocument, procedure_id: UUID
) -> dict[str, ConsentView]:
    """The consents that hold for this procedure, by field; nothing is read where nothing can be fetched."""
    if actor.subject is None or not any(field.fetch for _step, field in document.fields()):
        return {}
    return current_consents(session, actor.subject, procedure_id)


def read_known(session: Session, actor: Actor, document: Questionnaire) -> Known:
    """What is known of the person acted for: three statements at most, whatever there is."""
    if actor.subject is None:
        return Known({}, NOTHING)
    identity = known_values(session, actor.subject)
    if not actor.is_resident or not any(f.prefill and _may_be_spared(f) for _step, f in document.fields()):
        return Known(identity, NOTHING)
    declared, earlier = declared_by(session, actor.subject), earlier_requests(session, actor)
    return Known(identity, spare(declared, earlier))


def prefill(
    session: Session, actor: Actor, document: Questionnaire, agreed: Mapping[str, ConsentView] | None = None
) -> dict[str, Prefilled]:
    """What is known of the person acted for, by field name: :func:`read_known`, then :func:`fill`."""
    return fill(read_known(session, actor, document), document, agreed)


def fill(
    known: Known,
    document: Questionnaire,
    agreed: Mapping[str, ConsentView] | None = None,
    *,
    answers: Mapping[str, Value] | None = None,
    chosen: str = "",
) -> dict[str, Prefilled]:
    """What is known, by field name; of a page asked for each child, by path, for the children whom answers name.

    A value that its concept refuses is left out. Pure.

    :param agreed: the consents that hold, by field, with what partners answered.
    :param answers: those saved so far: they tell which child is meant, when none is chosen.
    :param chosen: the key of the child just chosen.
    """
    child = _child_meant(known, (field for _step, field in document.fields()), answers or {}, chosen)
    found: dict[str, Prefilled] = {}
    for step, field in document.fields():
        if step.repeat is not None or field.formula is not None:
            continue
        prefilled = _fetched(field, agreed or {}) or (_offered(known, child, field) if field.prefill else None)
        if prefilled is not None:
            found[field.name] = prefilled
    for step in document.steps:
        for number, row in enumerate(rows_in(step, answers or {}), start=1):
            of_item = fill_item(known, step, row)
            found |= {path_of(step, name, number): prefilled for name, prefilled in of_item.items()}
    return found


def fill_item(known: Known, step: Step, row: Mapping[str, Value], *, chosen: str = "") -> dict[str, Prefilled]:
    """What is known of the child that one item is about, by field name; nothing while no child is meant. Pure.

    :param row: what is saved about the item. :param chosen: the key of the child just chosen.
    """
    child = _child_meant(known, step.fields, row, chosen)
    found = {
        field.name: _offered(known, child, field)
        for field in step.fields
        if child is not None and field.prefill and field.formula is None and field.concept in CHILD_FACTS
    }
    return {name: prefilled for name, prefilled in found.items() if prefilled is not None}


def children_left(known: Known, step: Step, rows: Sequence[Mapping[str, Value]], number: int) -> list[Offer]:
    """The children who are known and whom no other item is about. ``number``: the item in hand, 0 for a plain page."""
    others = [row for place, row in enumerate(rows, start=1) if place != number]
    taken = {child.key for row in others if (child := _child_meant(known, step.fields, row, "")) is not None}
    return [one for one in known.spared.children if one.key not in taken]


def _child_meant(known: Known, fields: Iterable[FormField], answers: Mapping[str, Value], chosen: str) -> Offer | None:
    """The child that was chosen, else the one whom the answers name."""
    if chosen:
        return next((one for one in known.spared.children if one.key == chosen), None)
    named = {field.concept: str(answers[field.name]) for field in fields
             if field.concept in NAMED_BY and field.name in answers}  # fmt: skip
    if not named:
        return None
    return next(
        (
            one
            for one in known.spared.children
            if all(name_key(one.values.get(concept, "")) == name_key(value) for concept, value in named.items())
        ),
        None,
    )


def _fetched(field: FormField, agreed: Mapping[str, ConsentView]) -> Prefilled | None:
    """What a partner answered; held, for it is verified."""
    consent = agreed.get(field.name) if field.fetch else None
    if consent is None or consent.outcome is not Outcome.KNOWN or consent.value is None or consent.answered_at is None:
        return None
    text, day = display(field_concept(field), consent.value), local(consent.answered_at).date()
    return Prefilled(consent.value, text, ValueSource.FETCHED, verified=True, as_of=day, held=True, consent=consent)


def _offered(known: Known, child: Offer | None, field: FormField) -> Prefilled | None:
    given = known.identity.get(field.concept)
    if given is None:
        given = _from_offer(child if field.concept in CHILD_FACTS else known.spared.offer_for(field.concept), field)
    return _fitting(field, given) if given is not None else None


def _from_offer(offer: Offer | None, field: FormField) -> KnownValue | None:
    value = offer.values.get(field.concept) if offer else None
    if offer is None or not value:
        return None
    return KnownValue(value, offer.source, verified=False, as_of=offer.as_of, reference=offer.reference)


def _fitting(field: FormField, known: KnownValue) -> Prefilled | None:
    """The known value as the concept writes it. What does not fit is asked, so that nobody is stopped by a register."""
    concept, options = field_concept(field), field_options(field)
    try:
        value = validate(concept, known.value, options=options)
    except ValueRefused:
        return None
    if value is None:
        return None
    held = known.verified and concept.critical and concept.source_of_truth is Source.FRANCECONNECT
    text = display(concept, value, options=options)
    return Prefilled(value, text, known.source, known.verified, known.as_of, held, reference=known.reference)


def held_answers(known: Mapping[str, Prefilled]) -> dict[str, Value]:
    """The values that the request carries whatever is sent."""
    return {name: prefilled.value for name, prefilled in known.items() if prefilled.held}


def shown_answers(
    step: Step,
    answers: Mapping[str, Value],
    known: Mapping[str, Prefilled],
    *,
    done: bool,
    chosen: Collection[str] = (),
) -> dict[str, Value]:
    """What the fields of a step show: the saved answers, and known values where nothing was ever said.

    :param done: the step was already sent: a field left empty there was left empty on purpose.
    :param chosen: fields about somebody who was just chosen instead: what was saved is about another.
    """
    shown: dict[str, Value] = {}
    for field in step.fields:
        prefilled = known.get(field.name)
        if prefilled is not None and (prefilled.held or field.name in chosen):
            shown[field.name] = prefilled.value
        elif field.name in chosen:
            continue
        elif field.name in answers:
            shown[field.name] = answers[field.name]
        elif prefilled is not None and not done:
            shown[field.name] = prefilled.value
    return shown


def identity_facts(session: Session, actor: Actor) -> list[Fact]:
    """All that the identity and the contacts say of the person acted for."""
    if actor.subject is None:
        return []
    facts = []
    for concept_id, known in known_values(session, actor.subject).items():
        concept = get_concept(concept_id)
        facts.append(Fact(str(concept.label), display(concept, known.value), mark_of(known), known.verified))
    return facts


def proposals_of(session: Session, actor: Actor) -> tuple[list[Offer], Declared]:
    """What forms would take from earlier requests, as things stand, and what the person declared and refused."""
    if actor.subject is None:
        return [], Declared()
    known, declared = known_values(session, actor.subject), declared_by(session, actor.subject)
    spared = spare(declared, earlier_requests(session, actor))
    offers = [offer for topic, offer in spared.by_topic.items() if topic not in known]
    return [one for one in [*spared.children, *offers] if one.source is ValueSource.EARLIER_REQUEST], declared
