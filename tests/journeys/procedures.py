"""Every procedure that the journeys of this repository bring, and answers that fit any of them."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.fields import check_item, field_concept, field_options, visible_fields
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.journeys import Journey, journey_documents
from portal.casework.catalogue.service import import_procedure
from portal.casework.catalogue.trials import exit_of
from portal.ground import clock
from portal.ground.dictionary.service import ConceptType
from portal.ground.permissions import SYSTEM

PACKAGES = sorted(file.parent for file in (Path(__file__).parents[2] / "journeys").glob("*/journey.py"))


def _journeys() -> Iterator[Journey]:
    for folder in PACKAGES:
        yield import_module(f"journeys.{folder.name}.journey").JOURNEY


def _documents() -> Iterator[ProcedureDocument]:
    for journey in _journeys():
        if any((Path(__file__).parents[2] / "journeys").glob(f"{journey.package.split('.')[-1]}/procedures/*.yaml")):
            yield from (read_document(document) for document in journey_documents(journey))


DOCUMENTS = {document.slug: document for document in _documents()}
CONNECTIONS = {route.connection for document in DOCUMENTS.values() for route in document.routing} | {"demo"}


def publish_all(session: Session) -> None:
    """Every procedure of every journey, open."""
    for document in DOCUMENTS.values():
        import_procedure(session, document, publish=True, actor=SYSTEM, connections=CONNECTIONS)


def answer(field: Field, chosen: int) -> Any:
    """Something that fits; ``chosen`` picks among the answers of a choice."""
    concept = field_concept(field)
    options = field_options(field)
    if options:
        return options[chosen % len(options)].code
    if concept.type in {ConceptType.FILES, ConceptType.INFORMATION}:
        return None  # always optional here; sending files is tried where they are kept
    if concept.example and concept.type is not ConceptType.NAME:
        return str(concept.example)
    days = {"past": -1600, "future": 40, "any": 0}[concept.period]
    return {
        ConceptType.NAME: "N’Guyen-Đặng",
        ConceptType.DATE: (clock.today() + timedelta(days=days)).isoformat(),
        ConceptType.PARTIAL_DATE: "1980-00-00",
        ConceptType.EMAIL: "noe@exemple.example",
        ConceptType.PHONE: "06 39 98 12 34",
        ConceptType.POSTCODE: "38999",
        ConceptType.BOOLEAN: chosen % 2 == 0,
        ConceptType.EUROS: "850",
        ConceptType.NUMBER: "2",
        ConceptType.MONEY: "45,90",
        ConceptType.DECLARATION: True,
        ConceptType.SIRET: "73282932000074",
    }.get(concept.type, "Devant le 8 quai de l’Iselle")


def _page(document: ProcedureDocument, step: Step, answers: dict[str, Any], chosen: int) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for field in step.fields:
        seen, _errors = check_item(document, step, given, answers)
        if field in visible_fields(document, step, {**answers, **seen}) and field.formula is None:
            given[field.name] = answer(field, chosen)
    return given


def walk(document: ProcedureDocument, chosen: int) -> dict[str, dict[str, Any]]:
    """Answers step by step, following the conditions; never those of somebody whom the procedure is not for."""
    answers: dict[str, Any] = {}
    steps: dict[str, dict[str, Any]] = {}
    for step in document.steps:
        given = _page(document, step, answers, chosen)
        if exit_of(step, {**answers, **given}):
            given = _page(document, step, answers, chosen + 1)
        if step.repeat:
            given = {step.repeat.name: [given] * max(1, step.repeat.at_least)}
        if given:
            steps[step.slug] = given
            answers |= given
    return steps
