"""What stands against one question: its type, its answers, its limits, what it hangs on. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _

from portal.casework.catalogue.asked import concept_of
from portal.casework.catalogue.document import Field, Step
from portal.casework.catalogue.patterns import is_pattern
from portal.ground.dictionary.service import (
    CHOICES,
    FILE_TYPES,
    NUMERIC,
    Concept,
    ConceptType,
    Option,
)

Problem = tuple[str, str]
OWN = "department."
DATES = frozenset({ConceptType.DATE, ConceptType.PARTIAL_DATE})
TEXTS = frozenset({ConceptType.TEXT, ConceptType.LONG_TEXT, ConceptType.NAME})


@dataclass(slots=True)
class Asked:
    """What is asked before a question: ``seen`` by conditions and linked lists; ``everywhere``, items' answers too,
    which a computed value may count; ``lists``, the names of what pages are asked for each of.
    """

    seen: dict[str, Field | None] = field(default_factory=dict)
    everywhere: dict[str, Field] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)

    def add(self, one: Field) -> None:
        """A question was asked."""
        self.seen[one.name] = self.everywhere[one.name] = one

    def inside(self) -> "Asked":
        """The same, to go on with inside a page."""
        return Asked(dict(self.seen), dict(self.everywhere), set(self.lists))

    def leave(self, step: Step, inside: "Asked") -> None:
        """A page is passed: what it asked for each of several is no longer one answer."""
        self.everywhere = inside.everywhere
        if step.repeat is None:
            self.seen = inside.seen
        else:
            self.lists.add(step.repeat.name)
            self.seen[step.repeat.name] = None


def faults_of_field(one: Field, asked: Asked) -> Iterator[Problem]:
    """What stands against a question, given what is asked before it."""
    path, concept = f"fields.{one.name}", concept_of(one)
    if concept is None:
        yield path, _("Cette donnée n’est pas dans le dictionnaire : %(name)s.", name=one.concept)
        return
    if one.own is not None and not (one.concept == one.own.id and one.concept.startswith(OWN)):
        yield f"{path}.own", _("Une donnée propre au service s’appelle « department.… » : %(name)s.", name=one.concept)
    yield from _presence(path, one, concept)
    yield from _choices(path, one, concept)
    yield from _linked(path, one, concept, asked)
    yield from _formula(path, one, concept, asked)
    yield from _limits(path, one, concept)


def _presence(path: str, one: Field, concept: Concept) -> Iterator[Problem]:
    if one.fetch and one.required:
        sentence = _(
            "Cette réponse peut être demandée à un partenaire : rendez-la facultative, on peut refuser (%(name)s)."
        )
        yield f"{path}.fetch", sentence % {"name": one.name}
    if concept.type is ConceptType.NIR and one.nir_basis is None:
        sentence = _("Dites quel texte permet de demander le numéro de sécurité sociale, dans nir_basis (%(name)s).")
        yield f"{path}.nir_basis", sentence % {"name": one.name}
    if concept.type is ConceptType.DECLARATION and not one.required:
        yield f"{path}.required", _("Une déclaration sur l’honneur est obligatoire : %(name)s.", name=one.name)
    if concept.type not in FILE_TYPES and (one.accepts or one.max_files):
        yield (
            path,
            _("Cette question ne demande pas de pièce : retirez accepts et max_files (%(name)s).", name=one.name),
        )


def _choices(path: str, one: Field, concept: Concept) -> Iterator[Problem]:
    if concept.type in CHOICES and not (one.options or concept.options):
        yield path, _("Cette question n’a aucune réponse à proposer : %(name)s.", name=one.name)
    elif one.options and concept.type not in CHOICES:
        yield path, _("Cette question ne peut pas avoir de réponses à choisir : %(name)s.", name=one.name)
    for code, count in Counter(option.code for option in one.options).items():
        if count > 1:
            yield path, _("Deux réponses ont le même code : %(name)s.", name=code)


def _linked(path: str, one: Field, concept: Concept, asked: Asked) -> Iterator[Problem]:
    options = one.options or concept.options
    if one.linked_to is None:
        if any(option.under for option in options):
            yield f"{path}.linked_to", _("Dites de quelle liste dépendent ces réponses : %(name)s.", name=one.name)
        return
    before = asked.seen.get(one.linked_to)
    parent = concept_of(before) if before else None
    if before is None or parent is None or parent.type not in CHOICES or concept.type not in CHOICES:
        sentence = _("La liste dont celle-ci dépend n’est pas une question à choix posée avant : %(name)s.")
        yield f"{path}.linked_to", sentence % {"name": one.linked_to}
        return
    yield from _never_offered(path, options, {option.code for option in before.options or parent.options})


def _never_offered(path: str, options: tuple[Option, ...], codes: set[str]) -> Iterator[Problem]:
    for option in options:
        if not codes & set(option.under):
            yield (
                f"{path}.options.{option.code}",
                _("Cette réponse ne sera jamais proposée : %(name)s.", name=option.code),
            )


def _formula(path: str, one: Field, concept: Concept, asked: Asked) -> Iterator[Problem]:
    if one.formula is None:
        if concept.type is ConceptType.COMPUTED:
            yield f"{path}.formula", _("Dites comment cette valeur se calcule : %(name)s.", name=one.name)
        return
    if concept.type not in NUMERIC:
        yield f"{path}.formula", _("Seul un nombre ou un montant se calcule : %(name)s.", name=one.name)
    if one.formula.count is not None:
        wrong = [] if one.formula.count in asked.lists else [one.formula.count]
    else:
        kinds = DATES if one.formula.years_since else NUMERIC
        wrong = [name for name in one.formula.names if not _is_one_of(asked.everywhere.get(name), kinds)]
    for name in wrong:
        sentence = _("Le calcul dépend d’une question qui n’est pas posée avant, ou qui ne se calcule pas : %(name)s.")
        yield f"{path}.formula", sentence % {"name": name}


def _is_one_of(one: Field | None, kinds: frozenset[ConceptType]) -> bool:
    concept = concept_of(one) if one else None
    return concept is not None and concept.type in kinds


def _limits(path: str, one: Field, concept: Concept) -> Iterator[Problem]:
    bounds = (one.at_least, one.at_most)
    if any(bound is not None for bound in bounds) and concept.type not in NUMERIC:
        yield path, _("Seul un nombre ou un montant a des limites : %(name)s.", name=one.name)
    if any(bound is not None and not bound.is_finite() for bound in bounds):
        yield path, _("Une limite est un nombre : %(name)s.", name=one.name)
    elif one.at_least is not None and one.at_most is not None and one.at_least > one.at_most:
        yield path, _("La plus petite valeur dépasse la plus grande : %(name)s.", name=one.name)
    if one.pattern is None:
        return
    if concept.type not in TEXTS:
        yield f"{path}.pattern", _("Seul un texte a une forme à respecter : %(name)s.", name=one.name)
    elif not is_pattern(one.pattern):
        yield f"{path}.pattern", _("Cette forme (pattern) ne peut pas être lue : %(name)s.", name=one.name)
    if one.pattern_says is None:
        yield f"{path}.pattern_says", _("Dites en mots la forme attendue, dans pattern_says : %(name)s.", name=one.name)
