"""What changed from one version of a procedure to another, in sentences. Pure.

Every part of the format is compared: what has no sentence of its own is told by its name, with what it was and became.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from pydantic import BaseModel

from portal.casework.catalogue.asked import label_of
from portal.casework.catalogue.conditions import Condition
from portal.casework.catalogue.difference_of_workflows import compare_workflows
from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.saying import say_value, say_when

__all__ = ["NAMES", "Change", "Part", "compare_documents", "write_changes"]


class Part(StrEnum):
    """What a change is about, in the order of the page."""

    PAGES = "pages"
    QUESTIONS = "questions"
    PRESENTATION = "presentation"
    LAW = "law"
    SENDING = "sending"
    TRIALS = "trials"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``before`` and ``after`` as people read them, empty where there was or is nothing."""

    part: Part
    sentence: str
    before: str = ""
    after: str = ""


# Names of the parts of the format, as officers call them.
NAMES: Mapping[str, LazyString] = {
    "title": _l("le titre"),
    "summary": _l("le résumé"),
    "lead": _l("le texte d’introduction"),
    "label": _l("le libellé"),
    "hint": _l("l’aide"),
    "required": _l("le caractère obligatoire"),
    "options": _l("les réponses proposées"),
    "accepts": _l("les fichiers acceptés"),
    "max_files": _l("le nombre de fichiers"),
    "prefill": _l("la reprise de ce qui est connu"),
    "fetch": _l("la demande à un partenaire"),
    "own": _l("la donnée propre au service"),
    "concept": _l("la donnée"),
    "formula": _l("le calcul"),
    "linked_to": _l("la liste dont elle dépend"),
    "at_least": _l("la valeur minimale"),
    "at_most": _l("la valeur maximale"),
    "pattern": _l("la forme attendue"),
    "pattern_says": _l("l’explication de la forme attendue"),
    "nir_basis": _l("le texte qui permet le numéro de sécurité sociale"),
    "when": _l("la condition"),
    "repeat": _l("la répétition"),
    "exits": _l("les sorties"),
    "audience": _l("le public"),
    "keywords": _l("les mots-clés"),
    "theme": _l("le thème"),
    "duration_minutes": _l("la durée annoncée"),
    "department": _l("le service"),
    "own_form": _l("la page de formulaire à part"),
    "own_desk": _l("la page de traitement à part"),
    "unsigned": _l("l’accès sans compte"),
    "assurance": _l("le niveau d’identification"),
    "channels": _l("les canaux"),
    "conditions": _l("les conditions"),
    "needs": _l("ce qu’il faut avoir sous la main"),
    "fee": _l("le prix"),
    "usual_delay": _l("le délai habituel"),
    "alternatives": _l("les façons de faire sans internet"),
    "next": _l("ce qui se passe ensuite"),
    "retention_days": _l("la durée de conservation"),
    "legal_basis": _l("la base légale"),
    "legal_references": _l("les textes"),
    "is_request": _l("le caractère de demande"),
    "service": _l("le service qui répond"),
    "regime": _l("l’effet du silence"),
    "delay": _l("le délai légal"),
    "attestation": _l("l’attestation"),
    "recourse": _l("les voies de recours"),
    "exemption": _l("l’explication de l’absence de décision"),
    "missing_evidence": _l("le délai pour compléter"),
    "alert_days": _l("l’alerte avant l’échéance"),
}
_LAW = frozenset({"retention_days", "legal_basis", "legal_references", "department"})
_SENDING = frozenset({"own_form", "own_desk", "channels"})
_APART = frozenset({"format", "slug", "steps", "cases", "routing", "acknowledgement", "workflow"})


def compare_documents(before: ProcedureDocument, after: ProcedureDocument) -> tuple[Change, ...]:
    """Every change, in the order of the parts; none between two documents that are the same."""
    changes = (
        *_pages(before, after),
        *_questions(before, after),
        *_presentation(before, after),
        *_rule(before, after),
        *_routes(before, after),
        *(Change(Part.SENDING, *told) for told in compare_workflows(before, after)),
        *_cases(before, after),
    )
    order = list(Part)
    return tuple(sorted(changes, key=lambda change: order.index(change.part)))


def write_changes(changes: Sequence[Change]) -> str:
    """The changes as plain text, one a line, to be sent or kept."""
    lines = []
    for change in changes:
        lines.append(f"- {change.sentence}")
        if change.before:
            lines.append(f"    {_('Avant')} : {change.before}")
        if change.after:
            lines.append(f"    {_('Maintenant')} : {change.after}")
    return "\n".join(lines)


def _pages(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Change]:
    old, new = ({step.slug: step for step in document.steps} for document in (before, after))
    for slug, step in new.items():
        if slug not in old:
            sentence = _("La page « %(title)s » a été ajoutée.", title=str(step.title))
            yield Change(Part.PAGES, sentence, "", _posed(after, step.when))
    for slug, step in old.items():
        if slug not in new:
            yield Change(Part.PAGES, _("La page « %(title)s » a été retirée.", title=str(step.title)))
    shared = [slug for slug in old if slug in new]
    if shared != [slug for slug in new if slug in old]:
        yield Change(
            Part.PAGES,
            _("L’ordre des pages a changé."),
            ", ".join(str(old[slug].title) for slug in shared),
            ", ".join(str(step.title) for slug, step in new.items() if slug in old),
        )
    for slug in shared:
        yield from _page(before, after, old[slug], new[slug])


def _posed(document: ProcedureDocument, condition: Condition | None) -> str:
    return _("posée %(when)s", when=say_when(condition, document)) if condition else ""


def _page(before: ProcedureDocument, after: ProcedureDocument, old: Step, new: Step) -> Iterator[Change]:
    title = str(new.title)
    for name, was, now in _differing(before, after, old, new, apart={"slug", "fields"}):
        sentence = _("Page « %(title)s » : %(what)s a changé.", title=title, what=_name(name))
        yield Change(Part.PAGES, sentence, was, now)
    shared = {field.name for field in old.fields} & {field.name for field in new.fields}
    order = [[field for field in step.fields if field.name in shared] for step in (old, new)]
    if [field.name for field in order[0]] != [field.name for field in order[1]]:
        sentence = _("Page « %(title)s » : l’ordre des questions a changé.", title=title)
        yield Change(Part.PAGES, sentence, *(", ".join(map(label_of, fields)) for fields in order))


def _questions(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Change]:
    old, new = ({field.name: (step, field) for step, field in document.fields()} for document in (before, after))
    for name, (step, field) in new.items():
        words = {"label": label_of(field), "page": str(step.title)}
        if name not in old:
            sentence = _("La question « %(label)s » a été ajoutée à la page « %(page)s ».", **words)
            yield Change(Part.QUESTIONS, sentence, "", _posed(after, field.when))
            continue
        home, former = old[name]
        if home.slug != step.slug:
            sentence = _("La question « %(label)s » a été déplacée à la page « %(page)s ».", **words)
            yield Change(Part.QUESTIONS, sentence, str(home.title), str(step.title))
        yield from _question(before, after, former, field)
    for name, (step, field) in old.items():
        if name not in new:
            words = {"label": label_of(field), "page": str(step.title)}
            yield Change(Part.QUESTIONS, _("La question « %(label)s » a été retirée de la page « %(page)s ».", **words))


def _question(before: ProcedureDocument, after: ProcedureDocument, old: Field, new: Field) -> Iterator[Change]:
    label = label_of(new)
    for name, was, now in _differing(before, after, old, new, apart={"name"}):
        if name == "required":
            words = _("est devenue obligatoire") if new.required else _("est devenue facultative")
            yield Change(Part.QUESTIONS, _("La question « %(label)s » %(change)s.", label=label, change=words))
        elif name == "options":
            yield Change(Part.QUESTIONS, _options(label, old, new), was, now)
        else:
            sentence = _("Question « %(label)s » : %(what)s a changé.", label=label, what=_name(name))
            yield Change(Part.QUESTIONS, sentence, was, now)


def _options(label: str, old: Field, new: Field) -> str:
    was, now = ({option.code: str(option.label) for option in field.options} for field in (old, new))
    added = [text for code, text in now.items() if code not in was]
    removed = [text for code, text in was.items() if code not in now]
    parts = [
        _("ajoutées : %(options)s", options=", ".join(added)) if added else "",
        _("retirées : %(options)s", options=", ".join(removed)) if removed else "",
    ]
    told = " ; ".join(part for part in parts if part) or _("mots ou ordre changés")
    return _("Question « %(label)s », réponses proposées : %(told)s.", label=label, told=told)


def _presentation(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Change]:
    for name, was, now in _differing(before, after, before, after, apart=_APART):
        part = Part.LAW if name in _LAW else Part.SENDING if name in _SENDING else Part.PRESENTATION
        yield Change(part, _("Démarche : %(what)s a changé.", what=_name(name)), was, now)
    if before.slug != after.slug:
        yield Change(Part.PRESENTATION, _("Démarche : l’adresse a changé."), before.slug, after.slug)


def _rule(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Change]:
    for name, was, now in _differing(before, after, before.acknowledgement, after.acknowledgement):
        yield Change(Part.LAW, _("Accusé de réception : %(what)s a changé.", what=_name(name)), was, now)


def _routes(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Change]:
    old, new = ({route.connection: route for route in document.routing} for document in (before, after))
    for name, route in new.items():
        if name not in old:
            yield Change(Part.SENDING, _("La demande est désormais envoyée à : %(who)s.", who=str(route.recipient)))
        elif old[name] != route:
            sentence = _("Le destinataire %(name)s a changé.", name=name)
            yield Change(Part.SENDING, sentence, say_value(before, old[name]), say_value(after, route))
    for name, route in old.items():
        if name not in new:
            yield Change(Part.SENDING, _("La demande n’est plus envoyée à : %(who)s.", who=str(route.recipient)))
    if list(old) != list(new) and set(old) == set(new):
        yield Change(Part.SENDING, _("L’ordre des envois a changé."), ", ".join(old), ", ".join(new))


def _cases(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Change]:
    if before.cases == after.cases:
        return
    yield Change(
        Part.TRIALS,
        _("Les essais enregistrés ont changé."),
        ", ".join(case.name for case in before.cases),
        ", ".join(case.name for case in after.cases),
    )


def _differing(
    before: ProcedureDocument,
    after: ProcedureDocument,
    old: BaseModel,
    new: BaseModel,
    apart: set[str] | frozenset[str] = frozenset(),
) -> Iterator[tuple[str, str, str]]:
    """Name, former and present words of each attribute that differs."""
    for name in type(new).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if name not in apart and was != now:
            yield name, _said(before, name, was), _said(after, name, now)


def _said(document: ProcedureDocument, name: str, value: Any) -> str:
    return say_when(value, document) if name == "when" else say_value(document, value)


def _name(name: str) -> str:
    return str(NAMES.get(name, name))
