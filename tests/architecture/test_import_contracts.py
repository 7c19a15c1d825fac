"""The import contracts hold, and each of them catches the violation it is there for."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

ROOT = Path(__file__).resolve().parents[2]
configure()
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
TYPES = {
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
CONTRACTS = {contract["name"]: contract for contract in CONFIG["contracts"]}

REQUESTS = "portal.casework.requests.service"

# For each contract: an import that must break it (importer, imported), and nothing else has to.
VIOLATIONS = {
    "journeys stand on the portal, the portal on the connectors' kit and on accessibility": [
        ("portal.ground.clock", "journeys.daily_services.journey"),
        ("connectors.sdk.errors", "portal.ground.settings"),
    ],
    "the portal's wings, top to bottom": [
        ("portal.ground.errors", "portal.records.outbox.service"),
        ("portal.people.accounts.policy", "portal.casework.requests.service"),
    ],
    "rooms of screens": [
        ("portal.screens.myspace.views", "portal.screens.backoffice.queries"),
        ("portal.screens.counter.views", "portal.screens.backoffice.queries"),
        ("portal.screens.builder.views", "portal.screens.backoffice.queries"),
        ("portal.screens.myspace.views", "portal.screens.administration.queries"),
        ("portal.screens.steering.views", "portal.screens.backoffice.queries"),
        ("portal.screens.appointments_desk.views", "portal.screens.counter.queries"),
    ],
    "rooms of engine": [
        ("portal.engine.prefill.service", "portal.engine.exchanges.views"),
        ("portal.engine.addresses.service", "portal.engine.prefill.service"),
        ("portal.engine.exchanges.jobs", "portal.engine.deadlines.jobs"),
        ("portal.engine.retention.service", "portal.engine.own_data.service"),
    ],
    "rooms of casework": [
        ("portal.casework.catalogue.service", "portal.casework.requests.service"),
        ("portal.casework.checklists.service", "portal.casework.requests.service"),
        ("portal.casework.catalogue.service", "portal.casework.checklists.service"),
        ("portal.casework.requests.service", "portal.casework.life_events.service"),
        ("portal.casework.requests.service", "portal.casework.letters.service"),
        ("portal.casework.delays.service", "portal.casework.catalogue.service"),
        ("portal.casework.requests.service", "portal.casework.assistance.service"),
        ("portal.casework.mandates.service", "portal.casework.assistance.service"),
        ("portal.casework.receipts.service", "portal.casework.mandates.service"),
        ("portal.casework.receipts.service", "portal.casework.blank_forms.service"),
        ("portal.casework.wordings.service", "portal.casework.requests.service"),
        ("portal.casework.figures.service", "portal.casework.satisfaction.service"),
        ("portal.casework.satisfaction.service", "portal.casework.requests.service"),
        ("portal.casework.requests.service", "portal.casework.worklists.service"),
        ("portal.casework.routing.service", "portal.casework.requests.service"),
        ("portal.casework.openings.service", "portal.casework.contacts.service"),
        ("portal.casework.letters.service", "portal.casework.contacts.service"),
        ("portal.casework.contacts.service", "portal.casework.assistance.service"),
        ("portal.casework.openings.service", "portal.casework.appointments.service"),
        ("portal.casework.requests.service", "portal.casework.appointments.service"),
    ],
    "parts of the requests' service, and what they stand on": [
        (f"{REQUESTS}.drafting.drafts", f"{REQUESTS}.sending.submission"),
        (f"{REQUESTS}.standing.status", f"{REQUESTS}.deciding.decisions"),
        (f"{REQUESTS}.reading.queries", f"{REQUESTS}.forwarding.partners"),
        (f"{REQUESTS}.access", f"{REQUESTS}.drafting.drafts"),
    ],
    "rooms of records": [
        ("portal.records.outbox.service", "portal.records.timeline.service"),
        ("portal.records.territory.service", "portal.records.connections.service"),
    ],
    "rooms of people": [("portal.people.accounts.service", "portal.people.identity.service")],
    "rooms of ground": [("portal.ground.settings", "portal.ground.db")],
    "partners do not know each other": [("connectors.partners.school", "connectors.partners.demo")],
    "journeys do not know each other": [("journeys.welcome.journey", "journeys.daily_services.journey")],
    "the sandbox is a program of its own": [("connectors.sandbox", "connectors.sdk.webhooks")],
    "nobody imports the sandbox": [("portal.cli", "connectors.sandbox")],
    "partners are found by their entry points": [("portal.app", "connectors.partners.school")],
    "connectors know no web framework, database or form": [("connectors.partners.school", "flask")],
    "accessibility knows no request and no database": [("accessibility", "sqlalchemy")],
    "HTTP goes through one guarded client": [("portal.people.identity.views", "httpx2")],
    "tables are private to their room": [("portal.screens.myspace.views", "portal.casework.requests.models")],
    "a journey's tables are private to its services": [
        ("journeys.participation.views", "journeys.participation.models"),
        ("journeys.participation.desk", "journeys.participation.models"),
    ],
}


@pytest.fixture(scope="module")
def graph() -> Any:
    return grimp.build_graph(*CONFIG["root_packages"], include_external_packages=True, cache_dir=None)


def check(contract: dict[str, Any], graph: Any) -> bool:
    # The linter's own reader turns booleans into words.
    options = {
        key: str(value) if isinstance(value, bool) else value
        for key, value in contract.items()
        if key not in {"name", "type"}
    }
    made = TYPES[contract["type"]](
        name=contract["name"],
        session_options={"root_packages": CONFIG["root_packages"], "include_external_packages": "True"},
        contract_options=options,
    )
    return bool(made.check(graph=graph, verbose=False).kept)


def test_every_contract_has_its_violation() -> None:
    assert set(VIOLATIONS) == set(CONTRACTS)


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_contract_holds(graph: Any, name: str) -> None:
    assert check(CONTRACTS[name], copy.deepcopy(graph))


@pytest.mark.parametrize(("name", "edge"), [(name, edge) for name, edges in VIOLATIONS.items() for edge in edges])
def test_an_injected_violation_is_caught(graph: Any, name: str, edge: tuple[str, str]) -> None:
    importer, imported = edge
    broken = copy.deepcopy(graph)
    assert importer in broken.modules, f"{importer} has moved: choose another place for the violation"
    assert imported in broken.modules, f"{imported} has moved: choose another target"
    broken.add_import(importer=importer, imported=imported, line_number=1, line_contents="injected")
    assert not check(CONTRACTS[name], broken)


@pytest.mark.parametrize("room", ["portal", "portal.ground", "portal.casework", "portal.screens"])
def test_a_new_room_needs_a_place(graph: Any, room: str) -> None:
    name = next(name for name, one in CONTRACTS.items() if one.get("containers") == [room])
    grown = copy.deepcopy(graph)
    grown.add_module(f"{room}.newcomer")
    assert not check(CONTRACTS[name], grown)
