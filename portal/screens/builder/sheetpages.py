"""A sheet on a page: shown with what the draft says, kept when it is sent, shown again with what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing.outline import changed
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.interchange import as_data
from portal.ground.dictionary.service import FRENCH
from portal.ground.errors import Invalid
from portal.screens.builder.entries import Data, Entry, Path, Sheet, get_at, open_sheet
from portal.screens.builder.saving import OURS, Typing, draft_of, page, save

Find = Callable[[ProcedureDocument], Path]
MakeEntries = Callable[[ProcedureDocument], Sequence[Entry]]
Then = str | Callable[[DraftView], str]
Put = Callable[[ProcedureDocument, Data], ProcedureDocument]


def part_of(document: ProcedureDocument, path: Path) -> Data:
    """The data of one part of a document."""
    found = get_at(as_data(document), path) if path else as_data(document)
    return dict(found or {})


class SheetPage:
    """One sheet of one draft: ``find`` says where its part is, ``entries`` what it asks.

    :raises NotFound: the draft or the part is not there.
    """

    def __init__(self, slug: str, find: Find, entries: MakeEntries, *, part: str, then: Then) -> None:
        self.slug = slug
        self.find = find
        self.entries = entries
        self.part = part
        self.then = then

    def open(self, draft: DraftView, *, typed: bool = False) -> Sheet:
        """The sheet, with what the draft says or with what was just typed."""
        document = draft.document
        data = part_of(document, self.find(document))
        return open_sheet(self.entries(document), data, request.form if typed else None)

    def show(
        self, template: str, *, title: str, tab: str, wrong: Mapping[str, str] | None = None, **more: Any
    ) -> Response:
        """The page with the form."""
        draft = draft_of(self.slug)
        sheet = self.open(draft, typed=wrong is not None)
        if wrong:
            sheet.form.refuse(self._sentences(draft, sheet, wrong))
        return page(
            template,
            draft,
            title=title,
            tab=tab,
            form=sheet.form,
            errors=sheet.form.summary,
            action=request.path,
            **more,
        )

    def _sentences(self, draft: DraftView, sheet: Sheet, wrong: Mapping[str, str]) -> dict[str, str]:
        prefix = ".".join(str(key) for key in self.find(draft.document))
        found: dict[str, str] = {}
        for place, sentence in wrong.items():
            name = place.removeprefix("entry:")
            if name == place:
                name = sheet.name_at(place.removeprefix(prefix).lstrip("."))
            label = sheet.form[name].label.text
            if self._lacks_french(sheet, name):
                sentence = _("écrivez aussi le texte en français.")
            found.setdefault(name, _("« %(label)s » : %(sentence)s", label=label, sentence=sentence))
        return found

    @staticmethod
    def _lacks_french(sheet: Sheet, name: str) -> bool:
        entry = next(one for one in sheet.entries if one.name == name)
        optional = bool(entry.path) and entry.path[-1] == FRENCH and not sheet.form[name].needed
        return optional and not str(sheet.form[name].data or "").strip()

    def save(self, again: Callable[[Mapping[str, str]], Response]) -> Response:
        """Keep what was typed."""
        sheet = open_sheet(self.entries(draft_of(self.slug).document), {}, request.form)
        labels = {entry.name: sheet.form[entry.name].label.text for entry in sheet.entries}
        return save(
            self.slug,
            self._change,
            part=self.part,
            then=self.then,
            again=again,
            typing=Typing(labels or {name: name for name in request.form if name not in OURS}, self._stored),
        )

    def _change(self, document: ProcedureDocument) -> ProcedureDocument:
        path = self.find(document)

        return changed(document, lambda data: self._write(document, get_at(data, path) if path else data))

    def _write(self, document: ProcedureDocument, part: Data) -> None:
        unreadable, missing = open_sheet(self.entries(document), part, request.form).write(part)
        if unreadable or missing:
            odd = _("nous n’avons pas pu lire cette réponse. Vérifiez sa forme.")
            empty = _("cette information est obligatoire.")
            sentences = dict.fromkeys(unreadable, odd) | dict.fromkeys(missing, empty)
            raise Invalid({f"entry:{name}": sentence for name, sentence in sentences.items()})

    def _stored(self, document: ProcedureDocument) -> dict[str, Any]:
        sheet = open_sheet(self.entries(document), part_of(document, self.find(document)))
        return {entry.name: sheet.form[entry.name].data for entry in sheet.entries}


class NewPartPage(SheetPage):
    """A sheet that adds a part: ``put`` makes a document out of another and what was typed."""

    def __init__(self, slug: str, place: Path, entries: MakeEntries, put: Put, *, part: str, then: Then) -> None:
        super().__init__(slug, lambda _document: place, entries, part=part, then=then)
        self.put = put

    def _change(self, document: ProcedureDocument) -> ProcedureDocument:
        made: Data = {}
        self._write(document, made)
        return self.put(document, made)


def overview_of(slug: str, page_slug: str = "") -> str:
    """The outline, unfolded at a page."""
    return url_for("builder.overview", slug=slug, page=page_slug or None, fait="enregistre")
