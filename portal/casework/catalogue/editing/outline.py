"""Pages and questions added, moved, copied, removed. Pure: a document in, another out.

Nothing checks here what publication needs: a draft may be incomplete, never unreadable.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from portal.casework.catalogue.document import ProcedureDocument, Step
from portal.casework.catalogue.editing.naming import field_name_of, field_names, slug_of, step_slugs
from portal.casework.catalogue.interchange import as_data, read_document
from portal.casework.catalogue.soundness import TAKEN_SLUGS
from portal.ground.errors import NotFound

Data = dict[str, Any]
UP, DOWN = -1, 1


def changed(document: ProcedureDocument, edit: Callable[[Data], None]) -> ProcedureDocument:
    """The document once ``edit`` has changed its data in place.

    :raises Invalid: what comes out is not a procedure; ``fields`` maps each faulty place to a sentence.
    """
    data = copy.deepcopy(as_data(document))
    edit(data)
    return read_document(data)


def page_place(document: ProcedureDocument, slug: str) -> int:
    """The place of a page.

    :raises NotFound: there is none.
    """
    for place, step in enumerate(document.steps):
        if step.slug == slug:
            return place
    raise NotFound("page_unknown")


def question_place(document: ProcedureDocument, name: str) -> tuple[int, int]:
    """The places of a question's page and of the question in it.

    :raises NotFound: there is none.
    """
    for page, step in enumerate(document.steps):
        for place, field in enumerate(step.fields):
            if field.name == name:
                return page, place
    raise NotFound("question_unknown")


def add_page(document: ProcedureDocument, title: str, *, after: str | None = None) -> ProcedureDocument:
    """A page without questions, after another or at the end."""
    slug = slug_of(title, step_slugs(document) | TAKEN_SLUGS, default="page")
    place = page_place(document, after) + 1 if after else len(document.steps)
    return changed(document, lambda data: data["steps"].insert(place, {"slug": slug, "title": {"fr": title}}))


def edit_page(document: ProcedureDocument, slug: str, edit: Callable[[Data], None]) -> ProcedureDocument:
    """The document with one page changed by ``edit``.

    :raises NotFound: no such page.
    """
    place = page_place(document, slug)
    return changed(document, lambda data: edit(data["steps"][place]))


def move_page(document: ProcedureDocument, slug: str, by: int) -> ProcedureDocument:
    """A page moved up or down; at the end of the list it stays where it is."""
    place = page_place(document, slug)

    def edit(data: Data) -> None:
        _move(data["steps"], place, by)

    return changed(document, edit)


def remove_page(document: ProcedureDocument, slug: str) -> ProcedureDocument:
    """The document without this page. The last one is refused by the format: ``Invalid``."""
    place = page_place(document, slug)
    return changed(document, lambda data: data["steps"].pop(place) and None)


def copy_page(document: ProcedureDocument, slug: str) -> ProcedureDocument:
    """A copy of the page after it; its questions get names of their own, which its own conditions then follow."""
    place = page_place(document, slug)
    taken, renamed = field_names(document), dict[str, str]()

    def edit(data: Data) -> None:
        twin = copy.deepcopy(data["steps"][place])
        twin["slug"] = slug_of(slug, step_slugs(document) | TAKEN_SLUGS)
        if "repeat" in twin:
            twin["repeat"]["name"] = _new_name(twin["repeat"]["name"], taken, renamed)
        for field in twin.get("fields", []):
            field["name"] = _new_name(field["name"], taken, renamed)
        _follow_names(twin, renamed)
        data["steps"].insert(place + 1, twin)

    return changed(document, edit)


def _new_name(name: str, taken: set[str], renamed: dict[str, str]) -> str:
    found = field_name_of(name, taken)
    taken.add(found)
    renamed[name] = found
    return found


def _follow_names(part: Any, renamed: Mapping[str, str]) -> None:
    """Conditions and links inside a copy look at the questions of the copy."""
    if isinstance(part, list):
        for one in part:
            _follow_names(one, renamed)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in {"field", "linked_to", "count", "years_since"} and isinstance(value, str):
                part[key] = renamed.get(value, value)
            elif key in {"total", "product"} and isinstance(value, list):
                part[key] = [renamed.get(name, name) for name in value]
            else:
                _follow_names(value, renamed)


def add_question(document: ProcedureDocument, page: str, question: Data) -> ProcedureDocument:
    """A question at the end of a page. Without a ``name``, it gets one from its concept.

    :raises NotFound: no such page.
    """
    asked = {**question}
    asked.setdefault("name", field_name_of(str(question["concept"]), field_names(document)))
    return edit_page(document, page, lambda data: data.setdefault("fields", []).append(asked))


def edit_question(document: ProcedureDocument, name: str, edit: Callable[[Data], None]) -> ProcedureDocument:
    """The document with one question changed by ``edit``.

    :raises NotFound: no such question.
    """
    page, place = question_place(document, name)
    return changed(document, lambda data: edit(data["steps"][page]["fields"][place]))


def move_question(document: ProcedureDocument, name: str, by: int) -> ProcedureDocument:
    """A question moved up or down; past the end of its page it goes to the next one."""
    page, place = question_place(document, name)

    def edit(data: Data) -> None:
        fields, target = data["steps"][page]["fields"], page + by
        if 0 <= place + by < len(fields):
            _move(fields, place, by)
        elif 0 <= target < len(data["steps"]):
            there = data["steps"][target].setdefault("fields", [])
            there.insert(len(there) if by == UP else 0, fields.pop(place))

    return changed(document, edit)


def remove_question(document: ProcedureDocument, name: str) -> ProcedureDocument:
    """The document without this question. Conditions that hang on it stay, and are told as broken."""
    page, place = question_place(document, name)
    return changed(document, lambda data: data["steps"][page]["fields"].pop(place) and None)


def copy_question(document: ProcedureDocument, name: str) -> ProcedureDocument:
    """A copy of the question after it, under another name: its datum is still to be changed."""
    page, place = question_place(document, name)

    def edit(data: Data) -> None:
        fields = data["steps"][page]["fields"]
        twin = copy.deepcopy(fields[place])
        twin["name"] = field_name_of(name, field_names(document))
        fields.insert(place + 1, twin)

    return changed(document, edit)


def bind_question(document: ProcedureDocument, name: str, question: Data) -> ProcedureDocument:
    """The question bound to another concept (``concept``, with ``own`` for a department's).

    Its name follows, and so do the conditions that look at it. Words, options and limits of the former concept go.
    """
    old = document.field(name)
    if old is None:
        raise NotFound("question_unknown")
    page, place = question_place(document, name)
    new_name = field_name_of(str(question["concept"]), field_names(document) - {name})
    kept = ("required", "when", "prefill")

    def edit(data: Data) -> None:
        fields = data["steps"][page]["fields"]
        former = fields[place]
        fields[place] = {**question, "name": new_name, **{key: former[key] for key in kept if key in former}}
        _follow_names(data["steps"], {name: new_name})

    return changed(document, edit)


def hangs_on(document: ProcedureDocument, name: str) -> list[Step]:
    """The pages that hold a condition, a link or a formula on this question."""
    probe = "\0"

    def names_it(step: Step) -> bool:
        data = step.model_dump(mode="json", by_alias=True, exclude_none=True)
        before = copy.deepcopy(data)
        _follow_names(data, {name: probe})
        return bool(data != before)

    return [step for step in document.steps if names_it(step)]


def _move(items: list[Any], place: int, by: int) -> None:
    target = place + by
    if 0 <= target < len(items):
        items[place], items[target] = items[target], items[place]
