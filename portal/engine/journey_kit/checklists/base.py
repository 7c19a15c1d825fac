"""What the pages and the files of a list share."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.journeys import Journey
from portal.casework.checklists import service as checklists
from portal.casework.checklists.service import ChecklistDefinition, ChecklistView, Line
from portal.engine.journey_kit.checklists import wording
from portal.ground import clock
from portal.ground.errors import Forbidden, NotFound
from portal.ground.web import actor, page, unit
from portal.ground.web.pages import redirect_to_path


class ListOf:
    """The list of one journey.

    :raises ValueError: the journey has no ``checklist.yaml``, or one that does not hold together.
    """

    def __init__(self, journey: Journey) -> None:
        definition = checklists.definition_of(journey)
        if definition is None:
            raise ValueError(f"{journey.package} has no checklist.yaml")
        self.journey = journey
        self.definition: ChecklistDefinition = definition
        self.home = f"/{journey.slug}"
        self.base = f"{self.home}/liste"

    def address_of(self, view: ChecklistView) -> str:
        """The address of a list, from the root of the site."""
        return f"{self.base}/{view.token}"

    @property
    def title(self) -> str:
        """The name of the list, in the language of the page."""
        return self.definition.title.get(wording.language())

    def lines_of(self, view: ChecklistView) -> tuple[Line, ...]:
        """The lines as they stand today, in the language of the page."""
        language = wording.language()
        return checklists.build_lines(self.definition, view.answers, clock.today(), marks=view.marks, language=language)

    def line_of(self, view: ChecklistView, line_id: str) -> Line:
        """One line of a list.

        :raises NotFound: the answers do not call for it.
        """
        found = next((line for line in self.lines_of(view) if line.id == line_id), None)
        if found is None:
            raise NotFound("line_unknown")
        return found

    def find(self, key: str) -> ChecklistView:
        """The list at this address.

        :raises NotFound: none. :raises Forbidden: it is in an account.
        """
        return checklists.open_checklist(unit(), actor(), self.journey.slug, key)

    def open(self, key: str) -> ChecklistView | Response:
        """The list at this address; one that is in an account sends a visitor to sign in.

        :raises NotFound: none, or it is in the account of somebody else.
        """
        try:
            return self.find(key)
        except Forbidden:
            if actor().is_resident:
                raise NotFound("checklist_unknown") from None
            return redirect_to_path("/connexion", suite=f"{self.base}/{key}")

    def show_page(self, template: str, title: str, view: ChecklistView, status: int = 200, **context: Any) -> Response:
        """A page about a list. Search engines are told to leave it out: its address is what protects it."""
        here, own = self.address_of(view), self.title
        trail: list[tuple[str, str | None]] = [(_("Accueil"), "/"), (str(self.journey.title), self.home)]
        trail += [(own, None)] if title == own else [(own, here), (title, None)]
        context |= {"list": view, "here": here, "words": wording, "trail": trail}
        response = page(f"checklists/{template}", title=title, status=status, **context)
        response.headers["X-Robots-Tag"] = "noindex"
        return response
