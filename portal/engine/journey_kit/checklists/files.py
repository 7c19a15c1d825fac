"""A list taken away: on paper, in a calendar, as a text."""

from urllib.parse import urlsplit

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.checklists.service import MEDIA_TYPE, ChecklistView, Line, LineState, write_calendar
from portal.engine.journey_kit.checklists import wording
from portal.engine.journey_kit.checklists.base import ListOf
from portal.ground import clock
from portal.ground.web import settings, unit
from portal.ground.web.access import public
from portal.ground.web.downloads import as_download
from portal.people.accounts.service import get_authority


class ChecklistFiles(ListOf):
    """What can be taken away from a list."""

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes to the journey's blueprint."""
        blueprint.add_url_rule("/liste/<key>/imprimer", "checklist_print", self.printed)
        blueprint.add_url_rule("/liste/<key>/agenda.ics", "checklist_calendar", self.calendar)
        blueprint.add_url_rule("/liste/<key>/liste.txt", "checklist_text", self.text)

    @public
    def printed(self, key: str) -> Response:
        """Every line whole, with a box to tick by hand."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        return self.show_page(
            "printed.html",
            _("Ma liste à imprimer"),
            view,
            own=self.title,
            lines=self.lines_of(view),
            today=clock.today(),
            address=self._absolute(view),
        )

    @public
    def calendar(self, key: str) -> Response:
        """The dated lines that are left, as a calendar file."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        host = urlsplit(settings().public_url).hostname or "parvis"
        title = self.title
        content = write_calendar(view, self.lines_of(view), title=title, address=self._absolute(view), host=host)
        return as_download(content, MEDIA_TYPE, title, "ics")

    @public
    def text(self, key: str) -> Response:
        """The whole list as a plain text, which any device opens."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        authority = get_authority(unit())
        parts = [self.title, f"{authority.name}, {authority.address}, {authority.phone}"]
        for line in self.lines_of(view):
            way = wording.way_of(line.action, authority, view.open_procedures)
            parts.append("\n".join(self._written(line, way)))
        parts.append(self._absolute(view))
        return as_download("\n\n".join(parts).encode(), "text/plain; charset=utf-8", self.title, "txt")

    def _written(self, line: Line, way: wording.Way | None) -> list[str]:
        box = "[x]" if line.state is LineState.DONE else "[ ]"
        about = [wording.say_when(line), line.why, line.help]
        if way is not None:
            address = way.address if way.address.startswith("https:") else ""
            address = settings().public_url.rstrip("/") + way.address if way.address.startswith("/") else address
            about.append(" : ".join(part for part in (way.label, way.beside, address) if part))
        return [f"{box} {line.title}", *(f"    {part[0].upper()}{part[1:]}" for part in about if part)]

    def _absolute(self, view: ChecklistView) -> str:
        return settings().public_url.rstrip("/") + self.address_of(view)
