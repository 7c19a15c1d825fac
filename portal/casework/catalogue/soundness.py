"""Whether the questions of a procedure can be asked and answered. Pure: path in the document → French sentence.

What a question hangs on (a condition, a linked list, a computed value) is asked before it: there are no circles.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from portal.casework.catalogue import conditions
from portal.casework.catalogue.asked import concept_of
from portal.casework.catalogue.document import ProcedureDocument, Step
from portal.casework.catalogue.fields import answer_names
from portal.casework.catalogue.soundness_of_fields import Asked, faults_of_field
from portal.ground.dictionary.service import FILE_TYPES

Problem = tuple[str, str]
# Addresses of the pages around the steps: a step of that name could not be opened.
TAKEN_SLUGS = frozenset(
    {"abandonner", "ailleurs", "brouillon-efface", "changement", "commencer", "envoyer", "formulaire", "verifier"}
)
# Concepts that a procedure may ask as many times as it has questions of that kind, each in its own words.
IN_OWN_WORDS = "form."


def faults_of(document: ProcedureDocument) -> Iterator[Problem]:
    """What stands against the questions."""
    yield from _names(document)
    asked = Asked()
    for step in document.steps:
        yield from _empty(step)
        yield from _step(step)
        yield from faults_of_condition(f"steps.{step.slug}.when", step.when, asked)
        inside = asked.inside()
        for field in step.fields:
            yield from faults_of_condition(f"fields.{field.name}.when", field.when, inside)
            yield from faults_of_field(field, inside)
            inside.add(field)
        for one in step.exits:
            yield from faults_of_condition(f"steps.{step.slug}.exits.{one.slug}", one.when, inside)
        asked.leave(step, inside)


def _names(document: ProcedureDocument) -> Iterator[Problem]:
    for slug in repeated(step.slug for step in document.steps):
        yield f"steps.{slug}", _("Deux étapes portent le même nom : %(name)s.", name=slug)
    fields = [field for _step, field in document.fields()]
    kept = [name for step in document.steps if step.repeat for name in answer_names(step)]
    for name in repeated(iter([*(field.name for field in fields), *kept])):
        yield f"fields.{name}", _("Deux questions portent le même nom : %(name)s.", name=name)
    for concept in repeated(field.concept for field in fields if not field.concept.startswith(IN_OWN_WORDS)):
        yield f"concepts.{concept}", _("La même donnée est demandée deux fois : %(name)s.", name=concept)


def _empty(step: Step) -> Iterator[Problem]:
    if not step.fields:
        yield f"steps.{step.slug}.fields", _("Cette page ne pose aucune question : %(name)s.", name=str(step.title))


def _step(step: Step) -> Iterator[Problem]:
    path = f"steps.{step.slug}"
    if step.slug in TAKEN_SLUGS:
        yield path, _("Ce nom d’étape est réservé, choisissez-en un autre : %(name)s.", name=step.slug)
    files = {concept.type in FILE_TYPES for field in step.fields if (concept := concept_of(field))}
    if len(files) > 1 and step.repeat is None:
        # Adding a file sends the page: what was being typed beside it would be lost. Those about each of several are
        # asked on a second page of the item.
        yield f"{path}.files", _("Mettez les pièces à joindre dans une étape à part : %(name)s.", name=step.slug)
    for slug in repeated(one.slug for one in step.exits):
        yield f"{path}.exits.{slug}", _("Deux sorties portent le même nom : %(name)s.", name=slug)
    if step.repeat is None:
        return
    if step.repeat.at_least > step.repeat.at_most:
        yield f"{path}.repeat", _("Le plus petit nombre de fiches dépasse le plus grand : %(name)s.", name=step.slug)
    if files == {True}:
        sentence = _(
            "Une étape demandée pour chacun pose au moins une question, pour savoir de qui il s’agit (%(name)s)."
        )
        yield f"{path}.repeat", sentence % {"name": step.slug}
    if any(field.fetch for field in step.fields):
        sentence = _("Une étape demandée pour chacun n’interroge pas de partenaire : retirez fetch (%(name)s).")
        yield f"{path}.repeat", sentence % {"name": step.slug}


def faults_of_condition(path: str, condition: conditions.Condition | None, asked: Asked) -> Iterator[Problem]:
    """What stands against a condition, given what is asked before it."""
    for name in conditions.fields_of(condition):
        if name not in asked.seen:
            yield path, _("La condition dépend d’une question qui n’est pas posée avant : %(name)s.", name=name)
    if conditions.depth(condition) > conditions.MAX_DEPTH:
        yield path, _("La condition est trop profonde : %(limit)s niveaux au plus.", limit=conditions.MAX_DEPTH)


def repeated(names: Iterable[str]) -> list[str]:
    """The names that are there more than once."""
    return [name for name, count in Counter(names).items() if count > 1]
