"""What partners do wrong, and the error that each wrong must give: shared by the rules."""

# ruff: noqa: S101 - each check is made of assertions

from collections.abc import Callable
from typing import Any

from connectors.sdk import ConfigurationError, PermanentError, ProtocolError, RetryableError
from connectors.sdk.testing.doubles import Bench, failure_of


def check_refused_credentials(bench: Bench) -> None:
    """Refused credentials are ours to correct."""
    connector = bench.connect()
    for status in bench.double.refused_credentials:
        bench.double.answer(status)
        error = bench.failure(connector)
        assert isinstance(error, ConfigurationError), status
        assert error.code == "credentials_refused"


def check_refusals(bench: Bench) -> None:
    """Any other refusal is final, and tells its status."""
    connector = bench.connect()
    for status in bench.double.refusals:
        bench.double.answer(status)
        error = bench.failure(connector)
        assert isinstance(error, PermanentError), status
        assert str(status) in error.code


def check_wrongs(bench: Bench, call: Callable[[Any], object]) -> None:
    """Each wrong of a partner gives the error that says what to do next."""
    connector = bench.connect()
    meanings = {
        RetryableError: bench.double.busy_answers,
        ConfigurationError: bench.double.refused_credentials,
        PermanentError: bench.double.refusals,
    }
    for expected, statuses in meanings.items():
        for status in statuses:
            bench.double.answer(status)
            assert isinstance(failure_of(lambda: call(connector)), expected), status
    for name in bench.double.nonsense:
        bench.double.choose_nonsense(name)
        assert isinstance(failure_of(lambda: call(connector)), ProtocolError), name
    bench.double.stop_listening()
    assert isinstance(failure_of(lambda: call(connector)), RetryableError)
