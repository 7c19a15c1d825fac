"""Forms: what is required is told before sending; nothing is sent on change; each carries its token."""

from collections.abc import Iterator

from bs4 import Tag

from accessibility.checks.document import Document, attribute, shorten
from accessibility.checks.findings import Finding

OPTIONAL = "facultatif"
REQUIRED = "obligatoire"


def _posted(document: Document) -> list[Tag]:
    return [form for form in document.select("form") if attribute(form, "method").lower() == "post"]


def _is_required(controls: list[Tag]) -> bool:
    """A list without an empty choice is always answered: it needs no attribute."""
    return any(
        one.has_attr("required") or attribute(one, "aria-required") == "true" or _always_answers(one)
        for one in controls
    )


def _always_answers(control: Tag) -> bool:
    first = control.find("option") if control.name == "select" else None
    return isinstance(first, Tag) and bool(attribute(first, "value"))


def _is_box(controls: list[Tag]) -> bool:
    """A single checkbox may always be left unticked: its label needs no mark."""
    return len(controls) == 1 and attribute(controls[0], "type") == "checkbox"


def _is_group(controls: list[Tag]) -> bool:
    """Several boxes under one question: no attribute says that one at least is needed, only the label does."""
    return len(controls) > 1 and all(attribute(one, "type") == "checkbox" for one in controls)


def _must_answer(controls: list[Tag], label: str) -> bool:
    return OPTIONAL not in label.casefold() if _is_group(controls) else _is_required(controls)


def required_marks(document: Document) -> Iterator[Finding]:
    """« (facultatif) » in the label of what may stay empty; when nothing may, « (obligatoire) » in each."""
    for form in _posted(document):
        questions = [one for one in document.questions(form) if not _is_box(one[0])]
        optional = [one for one in questions if not _must_answer(*one)]
        for controls, label in questions:
            marked = OPTIONAL in label.casefold()
            if _must_answer(controls, label) == marked:
                said = "required yet marked optional" if marked else "optional, and its label does not say so"
                yield Finding("required", f"{label!r} is {said}", shorten(controls[0]), ("11.10",))
            elif len(questions) > 1 and not optional and REQUIRED not in label.casefold():
                yield Finding("required", f"{label!r} is required and unmarked", shorten(controls[0]), ("11.10",))


def server_answers(document: Document) -> Iterator[Finding]:
    """The server says what is wrong, in our words: the browser's own bubbles are switched off."""
    for form in _posted(document):
        if form.select("input[required], textarea[required]") and not form.has_attr("novalidate"):
            yield Finding("novalidate", "its checks are the server’s", shorten(form)[:90], ("11.10", "11.11"))


def form_tokens(document: Document) -> Iterator[Finding]:
    """A form that writes carries the token of this browser."""
    for form in _posted(document):
        if not form.select("input[type=hidden][name=csrf_token][value]:not([value=''])"):
            yield Finding("form-token", "no csrf_token in this form", shorten(form)[:90])
    for form in document.select("form"):
        if attribute(form, "method").lower() not in {"post", "get"}:
            yield Finding("form-method", "a form says get or post", shorten(form)[:90])


def a_button_sends(document: Document) -> Iterator[Finding]:
    """Nothing leaves without a button being pressed."""
    for form in document.select("form"):
        if not form.select("button[type=submit], button:not([type])"):
            yield Finding("form-button", "a form is sent by a button", shorten(form)[:90], ("7.4",))
    for tag in document.select("[data-hx-trigger]"):
        if "change" in attribute(tag, "data-hx-trigger"):
            yield Finding("change", "nothing is sent on change", shorten(tag), ("7.4",))
    for tag in document.select("[data-hx-boost], [data-hx-confirm]"):
        yield Finding("htmx", "no boost, no confirm: pages do that", shorten(tag), ("7.4",))


RULES = (required_marks, server_answers, form_tokens, a_button_sends)
