"""WTForms fields that the macros of ``components/forms.html`` know how to show.

A procedure's step is a form made at run time: :func:`build_form` takes field classes and returns a form class. Values
are checked by the dictionary, not here; what it refuses comes back through :meth:`AccessibleForm.refuse`, one
sentence a field.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import wtforms

__all__ = [
    "AccessibleForm",
    "ChoiceField",
    "DatePartsField",
    "LongTextField",
    "NoteField",
    "PlaceField",
    "ResultField",
    "SeveralField",
    "TextLineField",
    "TickField",
    "YesNoField",
    "build_form",
]

MAX_RADIOS = 6


class _Shown(wtforms.Field):  # type: ignore[misc]  # the library is untyped
    """What every field carries for its macro.

    ``hint``: text or None. ``needed``: False shows « (facultatif) ». ``autocomplete``: token of the HTML standard.
    ``search``: the words of a button that looks the answer up; ``offers``: answers to choose from, (value, label);
    ``said``: what came of the search, in a sentence.
    """

    kind = "text"
    search = ""
    offers: Sequence[tuple[str, str]] = ()
    said = ""
    data: Any

    def __init__(
        self,
        label: str,
        *,
        hint: str | None = None,
        needed: bool = True,
        autocomplete: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.hint = hint
        self.needed = needed
        self.autocomplete = autocomplete

    @property
    def shown(self) -> Any:
        """What the control shows: what was typed, else the known value."""
        return self.data if self.data is not None else ""

    @property
    def target(self) -> str:
        """The id that a link of the error summary leads to."""
        return str(self.id)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep what was typed, untouched."""
        self.data = valuelist[0] if valuelist else None


class TextLineField(_Shown):
    """One line. ``input_type`` is text, email or tel; ``width`` is a class: w2, w4, w8, w16 or wide."""

    def __init__(
        self,
        label: str,
        *,
        input_type: str = "text",
        inputmode: str | None = None,
        width: str = "",
        max_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.input_type = input_type
        self.inputmode = inputmode
        self.width = width
        self.max_length = max_length


class LongTextField(_Shown):
    """Several lines. ``rows``: how many the box shows."""

    kind = "textarea"

    def __init__(self, label: str, *, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.rows = rows


class ChoiceField(_Shown):
    """One of several: radios when few, a native list when many. ``options``: (code, label)."""

    def __init__(self, label: str, *, options: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.options = list(options)
        self.kind = "radios" if len(self.options) <= MAX_RADIOS else "select"


class YesNoField(ChoiceField):
    """Yes or no, both said: an unanswered question is not a no. ``options``: two labels, codes « oui » and « non »."""

    def __init__(self, label: str, *, options: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(label, options=options, **kwargs)
        self.kind = "radios"

    @property
    def shown(self) -> str:
        """The code of the answer, whatever it was kept as."""
        if isinstance(self.data, bool):
            return "oui" if self.data else "non"
        return self.data or ""


class SeveralField(_Shown):
    """Any number of answers, none included: boxes to tick. ``options``: (code, label)."""

    kind = "checkboxes"

    def __init__(self, label: str, *, options: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.options = list(options)

    @property
    def shown(self) -> list[str]:
        """The codes ticked, however they were kept."""
        return self.data.split() if isinstance(self.data, str) else list(self.data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep every box that was ticked."""
        self.data = list(valuelist)


class TickField(_Shown):
    """One box to tick: what is declared true. The label is the whole sentence."""

    kind = "tick"

    @property
    def shown(self) -> bool:
        """Whether the box is ticked."""
        return self.data in {True, "oui"}


class NoteField(_Shown):
    """Something to read among the questions: it asks nothing."""

    kind = "note"


class ResultField(_Shown):
    """A value worked out from the answers: shown, never typed. ``text``: as people read it, empty until known."""

    kind = "result"

    def __init__(self, label: str, *, text: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.text = text


class PlaceField(_Shown):
    """A place in words. The point chosen with the words travels in a hidden ``<name>-point``; other words lose it."""

    kind = "place"

    @property
    def shown(self) -> str:
        """The words alone."""
        return str(self.data or "").partition("\n")[0]

    @property
    def point(self) -> str:
        """The point and the words it was chosen with; empty when there is none."""
        words, _end, point = str(self.data or "").partition("\n")
        return f"{point} {words}" if point else ""

    def process(self, formdata: Any, data: Any = wtforms.utils.unset_value, extra_filters: Any = None) -> None:
        """Put the words and their point together."""
        super().process(formdata, data, extra_filters)
        if formdata is None or self.name not in formdata or "\n" in str(self.data or "").strip():
            return
        sent = str(formdata.get(f"{self.name}-point") or "").split(" ", 2)
        words = str(self.data or "").strip()
        if len(sent) == 3 and sent[2] == words:
            self.data = f"{words}\n{sent[0]} {sent[1]}"


class DatePartsField(_Shown):
    """Day, month and year: boxes named ``<name>-day``, ``-month``, ``-year``. ``partial``: the year is enough."""

    kind = "date"
    PARTS = ("day", "month", "year")

    def __init__(self, label: str, *, partial: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.partial = partial

    @property
    def shown(self) -> dict[str, str]:
        """The three parts as text."""
        if isinstance(self.data, Mapping):
            return {part: str(self.data.get(part) or "") for part in self.PARTS}
        year, month, day = ([*str(self.data or "").split("-"), "", "", ""])[:3]
        return {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}

    def process(self, formdata: Any, data: Any = wtforms.utils.unset_value, extra_filters: Any = None) -> None:  # noqa: ARG002  the library's signature
        """Read the three boxes when the form was sent."""
        self.process_errors: list[str] = []
        self.data = self.object_data = None if data is wtforms.utils.unset_value else data
        if formdata is not None and any(f"{self.name}-{part}" in formdata for part in self.PARTS):
            self.data = {part: (formdata.get(f"{self.name}-{part}") or "").strip() for part in self.PARTS}


class AccessibleForm(wtforms.Form):  # type: ignore[misc]  # the library is untyped
    """A form whose errors are sentences set from outside."""

    def refuse(self, sentences: Mapping[str, str]) -> None:
        """Attach a sentence to each named field; names that are not fields of this form are left out."""
        for name, sentence in sentences.items():
            if name in self:
                self[name].errors = [sentence]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(id of the control, sentence) for the error summary, in the order of the page."""
        return [(field.target, str(sentence)) for field in self for sentence in field.errors]

    @property
    def has_optional(self) -> bool:
        """True when at least one field may stay empty."""
        return any(not field.needed for field in self)

    @property
    def has_search(self) -> bool:
        """True when a button of the form does something else than send it: the Enter key must not press it."""
        return any(field.search or field.offers for field in self)

    @property
    def count(self) -> int:
        """How many questions there are."""
        return sum(1 for field in self if field.kind not in {"note", "result"})

    def raw(self) -> dict[str, Any]:
        """What was typed, by field name."""
        return {field.name: field.data for field in self}

    def __iter__(self) -> Iterator[Any]:
        return iter(super().__iter__())


def build_form(fields: Mapping[str, Any]) -> type[AccessibleForm]:
    """A form class with the given fields, in order. Names must be valid Python identifiers."""
    return type("StepForm", (AccessibleForm,), dict(fields))
