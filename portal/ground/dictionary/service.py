"""The door of the dictionary: concepts, checks and display of values. Pure: nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml
from flask_babel import gettext as _

from portal.ground import clock
from portal.ground.dictionary import dates
from portal.ground.dictionary.amounts import read_decimal, write_decimal
from portal.ground.dictionary.concept import (
    CHOICES,
    FILE_TYPES,
    FRENCH,
    NUMERIC,
    SIMPLIFIED,
    Code,
    Concept,
    ConceptId,
    ConceptType,
    LocalText,
    Option,
    Retention,
    Sensitivity,
    Source,
)
from portal.ground.dictionary.display import show
from portal.ground.dictionary.files import FileKind
from portal.ground.dictionary.places import split_point
from portal.ground.dictionary.question import Question, Row, Scalar, Value, ValueRefused
from portal.ground.dictionary.text import clean_block, clean_line
from portal.ground.dictionary.validation import CHECKS
from portal.ground.errors import NotFound

__all__ = [
    "CHOICES",
    "FILE_TYPES",
    "FRENCH",
    "NUMERIC",
    "SIMPLIFIED",
    "Code",
    "Concept",
    "ConceptId",
    "ConceptType",
    "FileKind",
    "LocalText",
    "Option",
    "Retention",
    "Row",
    "Scalar",
    "Sensitivity",
    "Source",
    "Value",
    "ValueRefused",
    "clean_block",
    "clean_line",
    "display",
    "get_concept",
    "has_concept",
    "list_concepts",
    "missing_message",
    "read_decimal",
    "split_point",
    "validate",
    "write_decimal",
]


@cache
def _concepts() -> Mapping[str, Concept]:
    text = files("portal.ground.dictionary").joinpath("concepts.yaml").read_text(encoding="utf-8")
    concepts = [Concept.model_validate(entry) for entry in yaml.safe_load(text)["concepts"]]
    by_id = {concept.id: concept for concept in concepts}
    if len(by_id) != len(concepts):
        raise ValueError("a concept is described twice")
    return MappingProxyType(by_id)


def get_concept(concept_id: str) -> Concept:
    """The concept with this id.

    :raises NotFound: no such concept.
    """
    concept = _concepts().get(concept_id)
    if concept is None:
        raise NotFound("concept_unknown")
    return concept


def has_concept(concept_id: str) -> bool:
    """Whether the dictionary knows this id."""
    return concept_id in _concepts()


def list_concepts() -> tuple[Concept, ...]:
    """Every concept, in the order of the data file."""
    return tuple(_concepts().values())


def validate(
    concept: Concept,
    raw: object,
    *,
    label: str | None = None,
    options: Sequence[Option] | None = None,
    today: date | None = None,
) -> Scalar | None:
    """The stored form of a raw value: text or boolean, dates in ISO 8601; None when nothing was given.

    A multiple choice may be given as a list of codes. What is only read (``information``) never has a value.

    ``label`` and ``options`` replace the concept's own where a procedure asks in its own words; ``today`` is the civil
    date in the authority's zone, read from the clock when not given.

    :raises ValueRefused: with a French sentence that names the field and gives an example.
    """
    question = Question(
        concept=concept,
        label=label or str(concept.label),
        options=concept.options if options is None else options,
        today=today or clock.today(),
    )
    if concept.type is ConceptType.INFORMATION:
        return None
    if not _is_readable(concept.type, raw):
        raise question.refused(_("cette réponse n’est pas lisible."))
    if dates.is_blank(raw) or (isinstance(raw, str) and not clean_block(raw)) or raw in ([], ()):
        return None
    return CHECKS[concept.type](question, raw)


def _is_readable(kind: ConceptType, raw: object) -> bool:
    """Whether a raw value has the shape of one: a text, or what the type takes besides."""
    if kind in {ConceptType.DATE, ConceptType.PARTIAL_DATE} and isinstance(raw, (date, Mapping)):
        return True
    if kind is ConceptType.SEVERAL and isinstance(raw, (list, tuple)):
        return all(isinstance(one, str) for one in raw)
    return raw is None or isinstance(raw, (str, bool, int))


def missing_message(concept: Concept, *, label: str | None = None) -> str:
    """The sentence shown when a mandatory answer is empty."""
    name = label or str(concept.label)
    if concept.type in {ConceptType.CHOICE, ConceptType.BOOLEAN}:
        return str(_("« %(label)s » : choisissez une réponse pour continuer.", label=name))
    if concept.type is ConceptType.SEVERAL:
        return str(_("« %(label)s » : choisissez au moins une réponse pour continuer.", label=name))
    if concept.type is ConceptType.DECLARATION:
        return str(_("« %(label)s » : cochez la case pour continuer.", label=name))
    if concept.type in FILE_TYPES:
        return str(_("« %(label)s » : ajoutez un fichier pour continuer.", label=name))
    question = Question(concept, name, concept.options, clock.today())
    return question.refused(_("remplissez ce champ pour continuer.")).message


def display(concept: Concept, value: object, *, options: Sequence[Option] | None = None) -> str:
    """A stored value as people read it: "Oui", "3 mars 2021", the label of a choice; "" for no value."""
    return show(concept.type, value, concept.options if options is None else options)
