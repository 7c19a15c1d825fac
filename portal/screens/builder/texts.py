"""The texts of a procedure in another language, beside the French."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from accessibility.forms import LongTextField
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing.texts import GENERAL, Text, languages_of, texts_of
from portal.screens.builder import wording
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.entries import Entry
from portal.screens.builder.saving import draft_of
from portal.screens.builder.sheetpages import SheetPage

SHOWN = 20


class Choice:
    """Which texts are shown: a language, the page they are on, where the list starts."""

    def __init__(self, document: ProcedureDocument, asked: MultiDict[str, str]) -> None:
        self.languages = list(dict.fromkeys([*wording.LANGUAGES, *languages_of(document)]))
        wanted = asked.get("langue", "")
        self.language = wanted if wanted in self.languages else self.languages[0]
        self.group = asked.get("page", "") if document.step(asked.get("page", "")) else GENERAL
        text = asked.get("debut", "0")
        self.start = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        found = [one for one in texts_of(document) if one.group == self.group]
        self.total = len(found)
        self.texts = found[self.start : self.start + SHOWN] or found[:SHOWN]

    def address(self, slug: str, **changes: Any) -> str:
        """The address of this choice, or of another."""
        kept: dict[str, Any] = {"langue": self.language, "page": self.group or None, "debut": self.start or None}
        return url_for("builder.texts_form", slug=slug, **{**kept, **changes})


def _entries(choice: Choice) -> list[Entry]:
    return [
        Entry(
            text.name, (*text.path, choice.language), LongTextField(_place(text), hint=text.words["fr"], needed=False)
        )
        for text in choice.texts
    ]


def _place(text: Text) -> str:
    if text.path[0] == "workflow":
        kind = _("État") if text.path[1] == "statuses" else _("Action")
        what = f", {_('texte')}" if text.path[-1] == "text" else ""
        return f"{kind} {int(text.path[2]) + 1}{what}"
    keys = [key for key in text.path if isinstance(key, str) and key in wording.PLACES]
    numbers = [str(key + 1) for key in text.path[-2:] if isinstance(key, int)]
    name = str(wording.PLACES[keys[-1]]) if keys else str(text.path[-1])
    return f"{name} {numbers[-1]}" if numbers else name


def _sheet(slug: str) -> SheetPage:
    choice = Choice(draft_of(slug).document, request.args)
    return SheetPage(
        slug,
        lambda _document: (),
        lambda document: _entries(Choice(document, request.args)),
        part="texts",
        then=choice.address(slug, fait="enregistre"),
    )


@blueprint.get("/<slug>/textes")
@may_edit
def texts_form(slug: str) -> Response:
    """The texts of one page of questions, in one language."""
    return _show(slug)


@blueprint.post("/<slug>/textes")
@may_edit
def save_texts(slug: str) -> Response:
    """Keep what was typed; an empty text falls back on the French."""
    return _sheet(slug).save(lambda wrong: _show(slug, wrong))


def _show(slug: str, wrong: Mapping[str, str] | None = None) -> Response:
    document = draft_of(slug).document
    choice = Choice(document, request.args)
    end = choice.start + SHOWN
    return _sheet(slug).show(
        "texts.html",
        title=_("Textes par langue"),
        tab="textes",
        wrong=wrong,
        choice=choice,
        groups=[(GENERAL, _("Toute la démarche")), *((step.slug, str(step.title)) for step in document.steps)],
        languages=[(code, str(wording.LANGUAGES.get(code, code))) for code in choice.languages],
        next=choice.address(slug, debut=end) if end < choice.total else None,
        first=choice.address(slug, debut=None) if choice.start else None,
    )
