"""Procedures as text, for officers and between towns: YAML or JSON in, YAML out."""

from collections.abc import Mapping
from typing import Any

import yaml
from flask_babel import gettext as _
from pydantic import ValidationError

from portal.casework.catalogue.document import ProcedureDocument, Workflow
from portal.ground.errors import Invalid

MAX_CHARACTERS = 500_000
# A form that nobody would finish; it would also take long to check at each step.
MAX_QUESTIONS = 200
MAX_TITLE = 200
OWN_WORKFLOW = Workflow.__name__


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: a few lines can stand for gigabytes with them."""

    def compose_node(self, parent: yaml.nodes.Node | None, index: int) -> yaml.nodes.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not accepted")
        return super().compose_node(parent, index)


def parse_document(text: str) -> dict[str, Any]:
    """The mapping written in ``text``, YAML or JSON.

    :raises Invalid: too long, unreadable, or not a mapping.
    """
    if len(text) > MAX_CHARACTERS:
        raise Invalid({"document": _("Ce fichier est trop long pour décrire une démarche.")})
    try:
        document = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a subclass of SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError):
        sentence = _("Nous n’avons pas pu lire ce fichier. Vérifiez qu’il est en YAML ou en JSON.")
        raise Invalid({"document": sentence}) from None
    if not isinstance(document, dict):
        raise Invalid({"document": _("Ce fichier ne décrit pas une démarche.")})
    return document


def read_document(document: Mapping[str, Any] | ProcedureDocument) -> ProcedureDocument:
    """The checked document.

    :raises Invalid: ``fields`` maps each faulty place to a French sentence.
    """
    if isinstance(document, ProcedureDocument):
        return document
    try:
        checked = ProcedureDocument.model_validate(dict(document))
    except ValidationError as error:
        faults = [(detail["loc"], detail["type"]) for detail in error.errors()]
        raise Invalid({_place(loc): _sentence(kind) for loc, kind in faults if _counts(loc, document)}) from None
    if len(str(checked.title)) > MAX_TITLE:
        raise Invalid({"title": _("Le titre est trop long : %(limit)d caractères au plus.", limit=MAX_TITLE)})
    if sum(len(step.fields) for step in checked.steps) > MAX_QUESTIONS:
        raise Invalid({"steps": _("Une démarche pose %(limit)d questions au plus.", limit=MAX_QUESTIONS)})
    return checked


def _counts(location: tuple[int | str, ...], document: Mapping[str, Any]) -> bool:
    """A workflow that is described is no name, nor the other way round: only what fits how it is written counts."""
    if location[:1] != ("workflow",) or len(location) < 2:
        return True
    return (location[1] == OWN_WORKFLOW) == isinstance(document.get("workflow"), dict)


def _place(location: tuple[int | str, ...]) -> str:
    if location[:1] == ("workflow",):
        location = tuple(part for part in location if not _is_alternative(part))
    return ".".join(str(part) for part in location) or "document"


def _is_alternative(part: int | str) -> bool:
    return part == OWN_WORKFLOW or str(part).startswith("literal[")


def _sentence(kind: str) -> str:
    if kind == "missing":
        return str(_("Cette information est obligatoire."))
    if kind == "extra_forbidden":
        return str(_("Cette information n’est pas prévue dans une démarche."))
    return str(_("Cette information n’a pas la forme attendue."))


def as_data(document: ProcedureDocument) -> dict[str, Any]:
    """The document as JSON values, without what is empty by default."""
    return document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def dump_document(document: ProcedureDocument) -> str:
    """The document in YAML, readable and stable: keys in the order of the format."""
    return yaml.safe_dump(as_data(document), allow_unicode=True, sort_keys=False, width=110)
