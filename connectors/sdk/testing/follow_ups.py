"""Rules for connectors that tell a partner what a person did after handing over: correct, withdraw, or answer."""

# ruff: noqa: D102, S101 - each rule is an assertion whose name is its sentence

import logging
from collections.abc import Callable
from typing import cast

import pytest

from connectors.sdk import (
    AmendCommand,
    Amends,
    ComplementCommand,
    Complements,
    ConfigurationError,
    Connector,
    ConnectorError,
    PermanentError,
    ProtocolError,
    Receipt,
    RetryableError,
    WithdrawCommand,
    Withdraws,
)
from connectors.sdk.testing.doubles import NOW, Bench, FollowUpDouble, failure_of, told_by

ANSWER = "Voici l’attestation demandée, cordialement Anne-Lise."


def withdraw(bench: Bench, connector: Connector, external_ref: str, key: str = "key-w") -> Receipt:
    """Withdraw the sample."""
    command = WithdrawCommand(key, bench.command(key).reference, external_ref, NOW)
    return cast("Withdraws", connector).withdraw(command)


def amend(bench: Bench, connector: Connector, external_ref: str, key: str = "key-a", number: int = 1) -> Receipt:
    """Correct the sample."""
    command = AmendCommand(key, bench.command(key).reference, external_ref, number, dict(bench.double.sample))
    return cast("Amends", connector).amend(command)


def complement(bench: Bench, connector: Connector, external_ref: str, key: str = "key-c") -> Receipt:
    """Answer about the sample."""
    command = ComplementCommand(key, bench.command(key).reference, external_ref, ANSWER, NOW)
    return cast("Complements", connector).complement(command)


Act = Callable[[Bench, Connector, str, str], Receipt]


def _sorts_errors(bench: Bench, act: Act) -> None:
    """The same errors as for a submission."""
    connector = bench.connect()
    reference = bench.deliver(connector).external_ref
    expected: dict[type[ConnectorError], tuple[int, ...]] = {
        RetryableError: tuple(bench.double.busy_answers),
        ConfigurationError: tuple(bench.double.refused_credentials),
        PermanentError: tuple(bench.double.refusals),
    }
    for kind, statuses in expected.items():
        for status in statuses:
            bench.double.answer(status)
            assert isinstance(failure_of(lambda: act(bench, connector, reference, "key-1")), kind), status
    for name in bench.double.nonsense:
        bench.double.choose_nonsense(name)
        assert isinstance(failure_of(lambda: act(bench, connector, reference, "key-1")), ProtocolError), name


def _survives_a_lost_answer(bench: Bench, act: Act) -> Receipt:
    connector = bench.connect()
    reference = bench.deliver(connector).external_ref
    bench.double.lose_next_answer()
    error = failure_of(lambda: act(bench, connector, reference, "key-1"))
    assert isinstance(error, RetryableError)
    assert error.ambiguous
    return act(bench, connector, reference, "key-1")


def _keeps_silent(bench: Bench, act: Act, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connector = bench.connect()
    reference = bench.deliver(connector).external_ref
    told = repr(act(bench, connector, reference, "key-1"))
    bench.double.choose_nonsense(bench.double.nonsense[0])
    told += told_by(failure_of(lambda: act(bench, connector, reference, "key-2"))) + caplog.text
    assert [value for value in [*bench.private_values(), ANSWER] if value in told] == []


class AmendmentRules:
    """One test per rule."""

    def test_same_correction_twice_is_kept_once(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        first, second = (amend(bench, connector, reference, "same-key") for _time in range(2))
        assert first == second
        assert cast("FollowUpDouble", bench.double).amendments(reference) == [1]
        assert bench.double.records() == 1

    def test_corrections_bear_their_numbers(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        for number in (1, 2):
            amend(bench, connector, reference, f"correction-{number}", number)
        assert cast("FollowUpDouble", bench.double).amendments(reference) == [1, 2]

    def test_only_declared_concepts_leave_with_a_correction(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        payload = {**bench.double.sample, "person.social_security_number": "stray-number", "x": "stray-unknown"}
        command = AmendCommand("key-a", bench.command("key-a").reference, reference, 1, payload)
        cast("Amends", connector).amend(command)
        sent = bench.double.received_text()
        assert [stray for stray in ("stray-number", "stray-unknown") if stray in sent] == []

    def test_correction_sorts_errors(self, bench: Bench) -> None:
        _sorts_errors(bench, amend)

    def test_correction_survives_a_lost_answer(self, bench: Bench) -> None:
        receipt = _survives_a_lost_answer(bench, amend)
        assert cast("FollowUpDouble", bench.double).amendments(receipt.external_ref) == [1]

    def test_correction_of_what_is_decided_is_permanent(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        cast("FollowUpDouble", bench.double).decide(reference)
        assert isinstance(failure_of(lambda: amend(bench, connector, reference)), PermanentError)

    def test_no_personal_data_told_by_a_correction(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        _keeps_silent(bench, amend, caplog)


class WithdrawalRules:
    """One test per rule."""

    def test_withdrawn_request_is_stopped_once(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        receipts = [withdraw(bench, connector, reference, key) for key in ("key-1", "key-1", "another-key")]
        assert {receipt.external_ref for receipt in receipts} == {reference}
        assert all(receipt.received for receipt in receipts)
        assert cast("FollowUpDouble", bench.double).stopped() == [reference]

    def test_withdrawal_sorts_errors(self, bench: Bench) -> None:
        _sorts_errors(bench, withdraw)

    def test_withdrawal_survives_a_lost_answer(self, bench: Bench) -> None:
        assert _survives_a_lost_answer(bench, withdraw).received

    def test_withdrawal_of_what_is_decided_is_permanent(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        cast("FollowUpDouble", bench.double).decide(reference)
        assert isinstance(failure_of(lambda: withdraw(bench, connector, reference)), PermanentError)

    def test_no_personal_data_told_by_a_withdrawal(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        _keeps_silent(bench, withdraw, caplog)


class ComplementRules:
    """One test per rule."""

    def test_same_answer_twice_is_kept_once(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        first, second = (complement(bench, connector, reference, "same-key") for _time in range(2))
        assert first == second
        assert cast("FollowUpDouble", bench.double).answers(reference) == [ANSWER]

    def test_answer_sorts_errors(self, bench: Bench) -> None:
        _sorts_errors(bench, complement)

    def test_answer_survives_a_lost_answer(self, bench: Bench) -> None:
        receipt = _survives_a_lost_answer(bench, complement)
        assert cast("FollowUpDouble", bench.double).answers(receipt.external_ref) == [ANSWER]

    def test_answer_about_what_is_decided_is_permanent(self, bench: Bench) -> None:
        connector = bench.connect()
        reference = bench.deliver(connector).external_ref
        cast("FollowUpDouble", bench.double).decide(reference)
        assert isinstance(failure_of(lambda: complement(bench, connector, reference)), PermanentError)

    def test_no_personal_data_told_by_an_answer(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        _keeps_silent(bench, complement, caplog)
