"""Addresses, names and ids made from the words that an officer types. Pure."""

import re
from collections.abc import Collection

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.ranking import fold

MAX_SLUG = 80
MAX_NAME = 60
OWN_PREFIX = "department."


def slug_of(text: str, taken: Collection[str] = (), *, default: str = "demarche") -> str:
    """An address in lower case without accents (« Place en crèche » → ``place-en-creche``) that nothing else has."""
    plain = "-".join(re.findall(r"[a-z0-9]+", fold(text)))[: MAX_SLUG - 4].strip("-") or default
    return _free(plain, taken, "-")


def field_name_of(concept: str, taken: Collection[str] = ()) -> str:
    """The name of a question from its concept (``address.current.line`` → ``address_current_line``)."""
    return _free(concept.replace(".", "_")[: MAX_NAME - 4].strip("_"), taken, "_")


def own_concept_id(label: str, taken: Collection[str] = ()) -> str:
    """The id of a datum that a department alone uses: letters only, as the dictionary's."""
    words = "_".join(re.findall(r"[a-z]+", fold(label)))[:40].strip("_") or "donnee"
    found = OWN_PREFIX + words
    while found in taken:
        found += "_bis"
    return found


def code_of(label: str, taken: Collection[str] = ()) -> str:
    """The code of an answer from its words."""
    return _free("-".join(re.findall(r"[a-z0-9]+", fold(label)))[: MAX_NAME - 4].strip("-") or "reponse", taken, "-")


def _free(base: str, taken: Collection[str], mark: str) -> str:
    number, found = 2, base
    while found in taken:
        found = f"{base}{mark}{number}"
        number += 1
    return found


def step_slugs(document: ProcedureDocument) -> set[str]:
    """The addresses of the pages."""
    return {step.slug for step in document.steps}


def field_names(document: ProcedureDocument) -> set[str]:
    """The names under which answers are kept: of questions and of repeated pages."""
    repeats = {step.repeat.name for step in document.steps if step.repeat}
    return {field.name for _step, field in document.fields()} | repeats
