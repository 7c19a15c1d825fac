"""Who receives what: for each recipient of a procedure, the answers that leave, those that do not, and why. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.casework.catalogue.asked import concept_of, label_of
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.ground.dictionary.service import Sensitivity, get_concept, has_concept


@dataclass(frozen=True, slots=True)
class Partner:
    """What the declaration of a connection says. ``sent`` is closed: nothing else may leave.

    ``needed``: what it cannot do without. ``answers``: the concepts whose value it vouches for.
    """

    title: str
    purpose: str
    basis: str
    retention: str
    sent: frozenset[str]
    needed: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One datum, as people call it. ``sometimes``: asked in some cases only."""

    label: str
    concept: str
    sensitive: bool
    sometimes: bool = False


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What one recipient gets of a request. ``partner`` is None where the connection does not exist.

    ``withheld``: asked by the form, and not sent there. ``missing``: the recipient needs it and the form does not ask.
    ``unused``: the recipient can take it and the form does not ask.
    """

    connection: str
    recipient: str
    partner: Partner | None
    receives: tuple[Item, ...] = ()
    withheld: tuple[Item, ...] = ()
    missing: tuple[Item, ...] = ()
    unused: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is asked of a partner, once the person agrees. ``tells``: what it is told about them to be found."""

    connection: str
    provider: str
    purpose: str
    keep_days: int
    question: str
    answered: bool
    partner: Partner | None
    tells: tuple[Item, ...] = ()


def disclosures_of(document: ProcedureDocument, partners: Mapping[str, Partner]) -> tuple[Disclosure, ...]:
    """What leaves at submission, recipient by recipient. ``partners``: by name of connection."""
    return tuple(
        _disclosure(document, route.connection, str(route.recipient), partners.get(route.connection))
        for route in document.routing
    )


def _disclosure(document: ProcedureDocument, connection: str, recipient: str, partner: Partner | None) -> Disclosure:
    if partner is None:
        return Disclosure(connection, recipient, None)
    asked = {field.concept for _step, field in document.fields()}
    items = [
        (field.concept, _item(field, sometimes=step.when is not None or field.when is not None or not field.required))
        for step, field in document.fields()
    ]
    return Disclosure(
        connection,
        recipient,
        partner,
        receives=tuple(item for concept, item in items if concept in partner.sent),
        withheld=tuple(item for concept, item in items if concept not in partner.sent),
        missing=tuple(map(_named, sorted(partner.needed - asked))),
        unused=tuple(map(_named, sorted(partner.sent - partner.needed - asked))),
    )


def lookups_of(document: ProcedureDocument, partners: Mapping[str, Partner]) -> tuple[Lookup, ...]:
    """What may be asked of partners about the person, question by question."""
    found = []
    for _step, field in document.fields():
        if field.fetch is None:
            continue
        partner = partners.get(field.fetch.connection)
        found.append(
            Lookup(
                field.fetch.connection,
                str(field.fetch.provider),
                str(field.fetch.purpose),
                field.fetch.keep_days,
                label_of(field),
                answered=partner is not None and field.concept in partner.answers,
                partner=partner,
                tells=tuple(map(_named, sorted(partner.sent))) if partner else (),
            )
        )
    return tuple(found)


def _item(field: Field, *, sometimes: bool) -> Item:
    concept = concept_of(field)
    return Item(label_of(field), field.concept, concept is not None and _is_sensitive(concept.sensitivity), sometimes)


def _named(concept_id: str) -> Item:
    if not has_concept(concept_id):
        return Item(concept_id, concept_id, sensitive=False)
    concept = get_concept(concept_id)
    return Item(str(concept.label), concept_id, _is_sensitive(concept.sensitivity))


def _is_sensitive(sensitivity: Sensitivity) -> bool:
    return sensitivity in {Sensitivity.SPECIAL, Sensitivity.CHILD}
