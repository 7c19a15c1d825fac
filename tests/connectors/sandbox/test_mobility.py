"""The simulated network and its bikes, asked by our own connector as a trial installation does."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connectors.partners.mobility import CONNECTOR
from connectors.partners.mobility.connector import MobilityConnector
from connectors.sandbox.mobility.stations import STATIONS, figures_at
from connectors.sdk import (
    AmendCommand,
    ConnectorContext,
    EgressPolicy,
    InboundCall,
    PermanentError,
    ProtocolError,
    RetryableError,
    SubmitCommand,
    Timeouts,
    UpdateStatus,
    build_connector,
)
from connectors.sdk.testing.doubles import NOW
from tests.connectors.samples import MOBILITY
from tests.connectors.sandbox.support import ENVIRONMENT, WEBHOOK_SECRET, Program, Receiver
from tests.connectors.sandbox.test_pages import check_page

SPECS = Path(os.environ.get("PARVIS_SPECS_DIR") or "nowhere") / "gbfs"


def connect(bac: Program, version: str = "3.0", key: str = "cle-mobilite") -> MobilityConnector:
    options = {
        "gbfs_url": f"{bac.address}/velos/gbfs/{version}/gbfs.json",
        "pass_url": f"{bac.address}/mobilite",
        "operator_code": "trans-iselle",
    }
    context = ConnectorContext(
        "mobilite", EgressPolicy(["127.0.0.0/8"]), lambda: datetime.now(UTC), timeouts=Timeouts(2.0, 2.0, 3.0)
    )
    built = build_connector(CONNECTOR, options, {"api_key": key, "webhook_secret": WEBHOOK_SECRET}, context)
    assert isinstance(built, MobilityConnector)
    return built


@pytest.fixture
def mobility(bac: Program) -> Iterator[MobilityConnector]:
    connected = connect(bac)
    yield connected
    connected.close()


@pytest.fixture
def close_pass(mobility: MobilityConnector) -> Callable[[str], str]:
    """Ask to close the pass of this number; the partner's reference."""

    def ask(number: str) -> str:
        payload = {**MOBILITY, "mobility.pass_number": number}
        return mobility.submit(SubmitCommand(f"key-{number}", f"VSI-{number}", "p", "d", 1, NOW, payload)).external_ref

    return ask


def move(bac: Program, closure: str, status: str, **form: str) -> int:
    return bac.http.post(f"{bac.address}/mobilite/dossiers/{closure}", data={"etat": status, **form}).status_code


@pytest.mark.parametrize("version", ["2.3", "3.0"])
def test_both_versions_tell_the_same_stations(bac: Program, version: str) -> None:
    connector = connect(bac, version)
    told = connector.fetch_stations()
    connector.close()
    assert [one.name for one in told.stations] == [one.name for one in STATIONS]
    assert [one.renting for one in told.stations] == [one.open for one in STATIONS]
    for ours, theirs in zip(told.stations, STATIONS, strict=True):
        figures = figures_at(theirs, (ours.reported_at or NOW).timestamp())
        assert (ours.vehicles, ours.electric, ours.docks) == (figures.vehicles, figures.electric, figures.docks)
        assert figures.vehicles + figures.docks == theirs.capacity
    assert told.fresh_for == 30


def test_figures_move_with_time() -> None:
    day = [[figures_at(one, hour * 3_600.0).vehicles for one in STATIONS] for hour in range(24)]
    assert len({tuple(hour) for hour in day}) > 20


@pytest.mark.skipif(not SPECS.is_dir(), reason="PARVIS_SPECS_DIR does not name the interface descriptions")
@pytest.mark.parametrize("version", ["2.3", "3.0"])
@pytest.mark.parametrize(
    "name", ["gbfs", "system_information", "station_information", "station_status", "vehicle_types"]
)
def test_feeds_follow_the_published_schemas(bac: Program, version: str, name: str) -> None:
    schema = json.loads((SPECS / f"v{version}" / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.validate(bac.http.get(f"{bac.address}/velos/gbfs/{version}/{name}.json").json(), schema)


def test_bikes_that_go_wrong(bac: Program, mobility: MobilityConnector) -> None:
    wrongs: dict[str, type[Exception]] = {
        "down": RetryableError,
        "nonsense": ProtocolError,
        "truncated": RetryableError,
    }
    for scenario, expected in wrongs.items():
        bac.incident("velos", scenario)
        with pytest.raises(expected):
            mobility.fetch_stations()
    bac.incident("velos", "stale_figures")
    told = mobility.fetch_stations()
    assert (datetime.now(UTC) - told.published_at).total_seconds() > 3_500
    bac.incident("velos", "odd_figures")
    odd = mobility.fetch_stations().stations
    assert (len(odd), odd[0].vehicles, odd[1].vehicles) == (12, None, None)


def test_a_pass_is_closed_then_refunded(
    bac: Program, mobility: MobilityConnector, close_pass: Callable[[str], str], receiver: Receiver
) -> None:
    assert mobility.check().ok
    closure = close_pass("A-1")
    assert close_pass("A-1") == closure
    assert mobility.find_submission("VSI-A-1", "") is not None
    assert move(bac, closure, "refunded", montant="12") == 409
    assert move(bac, closure, "pass_closed") == 303
    assert move(bac, closure, "refunded", montant="douze") == 422
    assert move(bac, closure, "refunded", montant="42,50") == 303
    fetched = mobility.fetch_updates([closure])
    assert [(one.status, one.details) for one in fetched] == [
        (UpdateStatus.RECEIVED, {}),
        (UpdateStatus.TAKEN_INTO_ACCOUNT, {}),
        (UpdateStatus.ACCEPTED, {"amount_cents": "4250"}),
    ]
    calls = receiver.wait(2)
    read = [update for headers, body in calls for update in mobility.read_webhook(received(headers, body))]
    assert read == list(fetched[1:])


def received(headers: dict[str, str], body: bytes) -> InboundCall:
    return InboundCall("POST", headers, body, datetime.now(UTC))


def test_what_was_asked_is_corrected_until_the_pass_is_closed(
    bac: Program, mobility: MobilityConnector, close_pass: Callable[[str], str]
) -> None:
    closure = close_pass("B-1")
    later = {**MOBILITY, "mobility.pass_number": "B-1", "move.date": "2027-05-31"}
    for _twice in range(2):
        assert mobility.amend(AmendCommand("cor-1", "VSI-B-1", closure, 1, later)).external_ref == closure
    assert "2027-05-31" in bac.http.get(f"{bac.address}/mobilite/dossiers/{closure}").text
    with pytest.raises(PermanentError, match="422"):
        mobility.amend(AmendCommand("cor-1", "VSI-B-1", closure, 2, later))
    latest = {**later, "move.date": "2027-06-30"}
    mobility.amend(AmendCommand("cor-3", "VSI-B-1", closure, 3, latest))
    mobility.amend(AmendCommand("cor-2", "VSI-B-1", closure, 2, later))  # late on the way: the third one stands
    assert "2027-06-30" in bac.http.get(f"{bac.address}/mobilite/dossiers/{closure}").text
    move(bac, closure, "pass_closed")
    with pytest.raises(PermanentError, match="closure_settled"):
        mobility.amend(AmendCommand("cor-4", "VSI-B-1", closure, 4, later))


def test_what_was_asked_is_taken_back_once(
    bac: Program, mobility: MobilityConnector, close_pass: Callable[[str], str], receiver: Receiver
) -> None:
    """Told three times when the incident of the moment wants it, always with the same identifier."""
    closure = close_pass("E-1")
    bac.incident("mobilite", "duplicate_callback")
    head = {"Authorization": "Bearer cle-mobilite"}
    for key in ("w-1", "w-1", "w-2"):
        answer = bac.http.post(
            f"{bac.address}/mobilite/closures/{closure}/withdrawal", json={}, headers={**head, "Idempotency-Key": key}
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert [one.status for one in mobility.fetch_updates([closure])][1:] == [UpdateStatus.CANCELLED]
    assert len({headers["webhook-id"] for headers, _body in receiver.wait(3)}) == 1


def test_one_open_file_for_a_pass(bac: Program, mobility: MobilityConnector, close_pass: Callable[[str], str]) -> None:
    close_pass("C-1")
    payload = {**MOBILITY, "mobility.pass_number": "C-1"}
    with pytest.raises(PermanentError, match="closure_already_open"):
        mobility.submit(SubmitCommand("other", "VSI-OTHER", "p", "d", 1, NOW, payload))


def test_pages_of_the_network(bac: Program, close_pass: Callable[[str], str]) -> None:
    closure = close_pass("D-1")
    for path in ("", f"/{closure}"):
        page = bac.http.get(f"{bac.address}/mobilite/dossiers{path}")
        assert page.status_code == 200
        check_page(page.text)
    refused = bac.http.post(f"{bac.address}/mobilite/dossiers/{closure}", data={"etat": "refused", "motif": " "})
    assert refused.status_code == 422
    check_page(refused.text)
    assert "Saisissez le motif" in refused.text
    assert bac.http.get(f"{bac.address}/mobilite/dossiers/absent").status_code == 404


def test_a_trial_of_before_has_no_network(bac: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its secrets, the simulated network refuses everybody and the sandbox starts all the same."""
    for name in ("SANDBOX_MOBILITY_API_KEY", "SANDBOX_MOBILITY_WEBHOOK_SECRET"):
        monkeypatch.setitem(ENVIRONMENT, name, "")
    old = Program(tmp_path).start()
    answer: Any = old.http.get(f"{old.address}/mobilite/ping", headers={"Authorization": "Bearer ancienne"})
    assert answer.status_code == 401
    assert old.stop() == (0, "")
