"""What a journey declares, and how the portal finds journeys: by their entry points, never by import."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Literal

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureView, import_procedure, parse_document
from portal.ground.permissions import Actor, Permission

ENTRY_POINTS = "parvis.journeys"
API_VERSION = 1
# What a journey's package may hold beside ``journey.py``; each is found by its name, none is compulsory but ``views``.
Part = Literal["views", "models", "retention", "jobs", "deliveries", "sample"]


@dataclass(frozen=True, slots=True)
class Need:
    """A capability that some connection must have. ``without`` tells people what they do not have otherwise.

    A journey whose ``required`` need is not met is closed; any other goes on without.
    """

    capability: str
    without: Any
    required: bool = False


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A line of the agents' menu, for those who hold ``permission``; ``label`` may be a lazy translation."""

    label: Any
    address: str
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A life moment. ``title``, ``summary``, ``categories`` and ``retention`` may be lazy translations.

    ``slug`` is its address (``/quotidien``), ``package`` the Python package that holds its data, ``procedures`` the
    folder of YAML documents in it, ``owner`` the department that answers for it, ``order`` its place on the home page
    unless the settings choose another; ``in_menu`` puts it in the menu of every page too. ``categories`` are the kinds
    of data that its own tables or lists hold about people, and ``retention`` says in a sentence for how long (RGPD,
    article 30-1 c and f). ``pages``: label and address of its public pages other than the first, for the site map;
    ``desk``: what it adds to the menu of agents; ``in_space``: how « Mon espace » names what the person began there.
    """

    slug: str
    title: Any
    summary: Any
    owner: str
    package: str
    procedures: str = "procedures"
    order: int = 100
    in_menu: bool = False
    needs: tuple[Need, ...] = ()
    categories: tuple[Any, ...] = ()
    retention: Any = ""
    desk: tuple[DeskEntry, ...] = ()
    in_space: Any = ""
    pages: tuple[tuple[Any, str], ...] = ()
    api_version: int = API_VERSION

    def part(self, name: Part) -> ModuleType | None:
        """A module of the package, None when the journey has none of that name."""
        module = f"{self.package}.{name}"
        return import_module(module) if find_spec(module) else None

    def is_served_by(self, capabilities: Collection[str]) -> bool:
        """True when every required need is among the capabilities of the configured connections."""
        return all(need.capability in capabilities for need in self.needs if need.required)


def open_journeys(chosen: Sequence[str] = (), capabilities: Collection[str] | None = None) -> list[Journey]:
    """The journeys that this portal opens, in the order people see.

    :param chosen: slugs, from the settings; all of those installed, in their own order, when empty.
    :param capabilities: of the configured connections; None opens whatever the needs are.
    :raises KeyError: a slug that no installed journey has.
    """
    installed = {journey.slug: journey for journey in load_journeys()}
    wanted = [installed[slug] for slug in chosen] if chosen else list(installed.values())
    return [one for one in wanted if capabilities is None or one.is_served_by(capabilities)]


def load_journeys() -> list[Journey]:
    """The journeys installed, in their order.

    :raises TypeError: an entry point that is not a journey, or is made for another version of this declaration.
    """
    journeys = []
    for entry in entry_points(group=ENTRY_POINTS):
        journey = entry.load()
        if not isinstance(journey, Journey) or journey.api_version != API_VERSION:
            raise TypeError(f"{entry.name} is not a journey of version {API_VERSION}")
        journeys.append(journey)
    return sorted(journeys, key=lambda journey: (journey.order, journey.slug))


def journey_documents(journey: Journey) -> list[dict[str, Any]]:
    """The procedure documents of a journey, by file name; none when it brings no procedure."""
    folder = files(journey.package).joinpath(journey.procedures)
    if not folder.is_dir():
        return []
    texts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return [parse_document(entry.read_text(encoding="utf-8")) for entry in texts]


def import_journey(
    session: Session, journey: Journey, *, actor: Actor, connections: Collection[str] | None = None
) -> list[ProcedureView]:
    """Take in and publish every procedure of a journey; those already there in the same words are left alone.

    :raises Invalid: a document is not fit to be published.
    """
    return [
        import_procedure(session, document, publish=True, actor=actor, connections=connections)
        for document in journey_documents(journey)
    ]
