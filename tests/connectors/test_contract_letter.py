import pytest

from connectors.partners.letter import CONNECTOR
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    EgressPolicy,
    LetterPurpose,
    WithdrawCommand,
    build_connector,
)
from connectors.sdk.testing import Bench, contract_suite
from connectors.sdk.testing.doubles import NOW
from tests.connectors.doubles import LetterDouble


class TestLetter(contract_suite(CONNECTOR, package="connectors.partners.letter", open_double=LetterDouble)):  # type: ignore[misc] # a class made for this connector
    """Letters keep the contract."""


@pytest.fixture
def bench() -> Bench:
    return Bench(CONNECTOR, LetterDouble())  # type: ignore[arg-type] # a double that listens to nothing


def test_a_letter_is_ready_and_has_not_left(bench: Bench) -> None:
    receipt = bench.deliver(bench.connect())
    assert (receipt.external_ref, receipt.received, receipt.left) == ("L-1", False, False)


@pytest.mark.parametrize("posted", [False, True])
def test_a_withdrawal_takes_back_what_is_not_posted_else_follows_it(bench: Bench, posted: bool) -> None:
    connector = bench.connect()
    first = bench.deliver(connector)
    bench.double.posted = posted  # type: ignore[attr-defined]
    receipts = [
        connector.withdraw(WithdrawCommand("key-w", "VSI-7F3K-2M", first.external_ref, NOW))  # type: ignore[attr-defined]
        for _time in range(2)
    ]
    assert receipts[0] == receipts[1]
    assert (receipts[0].raw_status, receipts[0].left) == ("prepared" if posted else "cancelled", False)
    kept = bench.double.kept.values()  # type: ignore[attr-defined]
    follow = [draft for draft in kept if draft.purpose is LetterPurpose.WITHDRAWAL]
    assert [(draft.cites, dict(draft.payload)) for draft in follow] == ([("L-1", {})] if posted else [])


def test_without_a_letter_box_it_is_a_matter_of_settings() -> None:
    context = ConnectorContext(instance="caf", egress=EgressPolicy([], production=True), now=lambda: NOW)
    connector = build_connector(CONNECTOR, LetterDouble.options, {}, context)
    assert connector.check().message_code == "letter_box_missing"
    with pytest.raises(ConfigurationError):
        connector.find_submission("VSI-7F3K-2M", "key-1")  # type: ignore[attr-defined]


@pytest.mark.parametrize("recipient", [[], ["une seule ligne"], ["x" * 39, "38999 Ville"], ["a"] * 7, "texte"])
def test_an_address_that_no_envelope_takes_is_refused(recipient: object) -> None:
    context = ConnectorContext(instance="caf", egress=EgressPolicy([], production=False), now=lambda: NOW)
    with pytest.raises(ConfigurationError) as refused:
        build_connector(CONNECTOR, {"recipient": recipient}, {}, context)
    assert refused.value.code == "settings_invalid"
