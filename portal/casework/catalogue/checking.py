"""What a colleague who reads a procedure again would say: refusals, which stop publication, and warnings. Pure.

Refusals are those of :mod:`completeness`. Warnings never stop anybody: they name the place, say why, and what to do.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.catalogue.asked import concept_of, field_hint, label_of
from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.reading import hard_sentences
from portal.casework.catalogue.simplified import public_texts, without_twin
from portal.ground.dictionary.service import (
    SIMPLIFIED,
    Concept,
    ConceptType,
    Sensitivity,
    list_concepts,
)

MAX_QUESTIONS = 7
# What the portal knows of a person who signed in: their identity, their contacts, their address, their household.
KNOWN_PREFIXES = ("person.", "contact.", "address.current.", "household.")
_FORMATTED = re.compile(r"\b(numéro|référence|identifiant|code|immatriculation|matricule)\b", re.IGNORECASE)
_CLOSED = re.compile(r"^(êtes|avez|souhaitez|voulez|pouvez|habitez|faut|est-ce)\b", re.IGNORECASE)
_EITHER = re.compile(r"^(\S+\s+){0,3}\S+ ou (\S+\s*){1,3}\?$", re.IGNORECASE)


class Rule(StrEnum):
    """What a remark is about, in the order of the page."""

    REFUSED = "refused"
    KNOWN = "known"
    SENSITIVE = "sensitive"
    LABELS = "labels"
    CROWDED = "crowded"
    HINT = "hint"
    FREE_TEXT = "free_text"
    ALTERNATIVES = "alternatives"
    READING = "reading"
    SIMPLIFIED = "simplified"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. ``path`` is its place in the document; ``quoted`` the words in question, or empty."""

    rule: Rule
    path: str
    sentence: str
    quoted: str = ""

    @property
    def refuses(self) -> bool:
        """Whether it stands against publication."""
        return self.rule is Rule.REFUSED


def review(
    document: ProcedureDocument,
    *,
    connections: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    fetchable: Mapping[str, str] | None = None,
) -> tuple[Remark, ...]:
    """Every remark, refusals first.

    :param connections: the names of the connections that exist; not checked when None.
    :param kinds: the slugs of the kinds of appointment that exist; not checked when None.
    :param fetchable: concept → how one calls the partner who could be asked about it.
    """
    problems = problems_of(document, connections=connections, kinds=kinds)
    refused = [Remark(Rule.REFUSED, path, text) for path, text in problems.items()]
    return (
        *refused,
        *_known(document, fetchable or {}),
        *_sensitive(document),
        *_labels(document),
        *_crowded(document),
        *_hints(document),
        *_free_texts(document),
        *_alternatives(document),
        *_reading(document),
        *_simplified(document),
    )


def _fields(document: ProcedureDocument) -> Iterator[tuple[Step, Field, Concept]]:
    for step, field in document.fields():
        concept = concept_of(field)
        if concept is not None:
            yield step, field, concept


def _known(document: ProcedureDocument, fetchable: Mapping[str, str]) -> Iterator[Remark]:
    """« Dites-le-nous une fois » (CRPA L113-12): what is known, or can be asked elsewhere, is not asked again."""
    words = {str(one.label).casefold(): one for one in list_concepts()}
    for _step, field, concept in _fields(document):
        path, label = f"fields.{field.name}", label_of(field)
        if not field.prefill and field.concept.startswith(KNOWN_PREFIXES):
            yield Remark(
                Rule.KNOWN,
                path,
                _(
                    "« %(label)s » est déjà connu du portail : proposez la valeur connue au lieu de la redemander.",
                    label=label,
                ),
            )
        if field.fetch is None and field.concept in fetchable:
            yield Remark(
                Rule.KNOWN,
                path,
                _(
                    "« %(label)s » peut être demandé à %(who)s, avec l’accord de la personne.",
                    label=label,
                    who=fetchable[field.concept],
                ),
            )
        twin = words.get(str(concept.label).casefold()) if field.own else None
        if twin is not None:
            yield Remark(
                Rule.KNOWN,
                path,
                _(
                    "« %(label)s » existe déjà dans le dictionnaire commun (%(id)s) : utilisez-le.",
                    label=label,
                    id=twin.id,
                ),
            )


def _sensitive(document: ProcedureDocument) -> Iterator[Remark]:
    """RGPD, articles 5-1 c, 6 and 9; loi du 6 janvier 1978, article 6."""
    cited = bool(document.legal_references)
    for _step, field, concept in _fields(document):
        path, label = f"fields.{field.name}", label_of(field)
        if concept.sensitivity is Sensitivity.SPECIAL and not _names_article_9(document):
            yield Remark(
                Rule.SENSITIVE,
                path,
                _(
                    "« %(label)s » est une donnée sensible : dites dans la base légale quelle exception de l’article 9 "
                    "du RGPD le permet.",
                    label=label,
                ),
            )
        elif concept.sensitivity is Sensitivity.CHILD and not cited:
            yield Remark(
                Rule.SENSITIVE,
                path,
                _("« %(label)s » concerne un enfant : citez le texte qui permet de le demander.", label=label),
            )


def _names_article_9(document: ProcedureDocument) -> bool:
    cited = [str(document.legal_basis), *(f"{one.text} {' '.join(one.articles)}" for one in document.legal_references)]
    return any(re.search(r"\b(art\.|articles?)\s*9\b|\bRGPD\b.*\b9\b", text) for text in cited)


def _labels(document: ProcedureDocument) -> Iterator[Remark]:
    seen: Counter[tuple[str, str]] = Counter()
    for step, field, _concept in _fields(document):
        # In two pages repeated apart, the same words are about two different people.
        key = (step.repeat.name if step.repeat else "", label_of(field).casefold())
        seen[key] += 1
        if seen[key] == 2:
            sentence = _(
                "Deux questions s’appellent « %(label)s » : dites en quoi elles diffèrent.", label=label_of(field)
            )
            yield Remark(Rule.LABELS, f"fields.{field.name}", sentence)
    titles: Counter[str] = Counter()
    for step in document.steps:
        titles[str(step.title).casefold()] += 1
        if titles[str(step.title).casefold()] == 2:
            sentence = _(
                "Deux pages s’appellent « %(title)s » : donnez-leur des titres différents.", title=str(step.title)
            )
            yield Remark(Rule.LABELS, f"steps.{step.slug}", sentence)


def _crowded(document: ProcedureDocument) -> Iterator[Remark]:
    for step in document.steps:
        count = sum(field.when is None for field in step.fields)
        if count > MAX_QUESTIONS:
            sentence = ngettext(
                "La page « %(title)s » pose %(num)d question : partagez-la, %(limit)d au plus.",
                "La page « %(title)s » pose %(num)d questions : partagez-la, %(limit)d au plus.",
                count,
                title=str(step.title),
                limit=MAX_QUESTIONS,
            )
            yield Remark(Rule.CROWDED, f"steps.{step.slug}", sentence)


def _hints(document: ProcedureDocument) -> Iterator[Remark]:
    for _step, field, concept in _fields(document):
        if field_hint(field) or concept.example:
            continue
        path, label = f"fields.{field.name}", label_of(field)
        if concept.type is ConceptType.FILES:
            yield Remark(
                Rule.HINT, path, _("« %(label)s » : dites quel document convient, et de quand il date.", label=label)
            )
        elif field.pattern or (concept.type is ConceptType.TEXT and _FORMATTED.search(label)):
            yield Remark(Rule.HINT, path, _("« %(label)s » : montrez un exemple de ce qu’il faut écrire.", label=label))
        elif field.at_least is not None or field.at_most is not None:
            yield Remark(Rule.HINT, path, _("« %(label)s » : dites entre quelles valeurs répondre.", label=label))


def _free_texts(document: ProcedureDocument) -> Iterator[Remark]:
    for _step, field, concept in _fields(document):
        label = label_of(field)
        if concept.type not in {ConceptType.TEXT, ConceptType.LONG_TEXT}:
            continue
        if _CLOSED.search(label):
            sentence = _("« %(label)s » appelle oui ou non : proposez ces deux réponses.", label=label)
            yield Remark(Rule.FREE_TEXT, f"fields.{field.name}", sentence)
        elif _EITHER.search(label):
            sentence = _("« %(label)s » : proposez les réponses à choisir au lieu de les faire écrire.", label=label)
            yield Remark(Rule.FREE_TEXT, f"fields.{field.name}", sentence)


def _alternatives(document: ProcedureDocument) -> Iterator[Remark]:
    """Nobody is left out for want of the internet (Défenseur des droits; Conseil d’État, 3 juin 2022, n° 452798)."""
    if not document.acknowledgement.is_request:
        return
    ways = {way.by for way in document.alternatives}
    if len(ways) == 1:
        yield Remark(Rule.ALTERNATIVES, "alternatives", _("Donnez une deuxième façon de demander sans internet."))
    for channel, sentence in (
        (
            "counter",
            _("La démarche se fait au guichet : dites où et quand, parmi les façons de demander sans internet."),
        ),
        (
            "phone",
            _("La démarche se fait par téléphone : donnez le numéro, parmi les façons de demander sans internet."),
        ),
        ("mail", _("La démarche se fait par courrier : donnez l’adresse, parmi les façons de demander sans internet.")),
    ):
        if channel in document.channels and channel not in ways:
            yield Remark(Rule.ALTERNATIVES, "alternatives", sentence)
    if document.conditions is not None and not document.conditions.otherwise:
        yield Remark(
            Rule.ALTERNATIVES, "conditions", _("Dites où s’adressent les personnes qui ne peuvent pas demander.")
        )


def _reading(document: ProcedureDocument) -> Iterator[Remark]:
    texts = list(public_texts(document))
    whole = " ".join(str(text) for _path, text in texts)
    told: set[str] = set()
    for path, text in texts:
        for language, words in text.root.items():
            if not language.startswith("fr"):
                continue
            for hard in hard_sentences(words, simplified=language == SIMPLIFIED, spelt_out=whole, told=told):
                reasons = " ; ".join(hard.reasons)
                sentence = (
                    _("Français simplifié, phrase difficile. %(reasons)s.", reasons=_capital(reasons))
                    if language == SIMPLIFIED
                    else _("Phrase difficile. %(reasons)s.", reasons=_capital(reasons))
                )
                yield Remark(Rule.READING, path, sentence, hard.sentence)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _simplified(document: ProcedureDocument) -> Iterator[Remark]:
    texts = dict(public_texts(document))
    for path in without_twin(document):
        yield Remark(Rule.SIMPLIFIED, path, _("Ce texte n’a pas de version en français simplifié."), str(texts[path]))
