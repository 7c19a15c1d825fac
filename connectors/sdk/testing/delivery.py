"""Rules for connectors that hand something over: requests or messages."""

# ruff: noqa: D102, S101 - each rule is an assertion whose name is its sentence

import logging
from typing import ClassVar, cast

import pytest

from connectors.sdk import (
    ConnectorType,
    ProtocolError,
    RetryableError,
    Submits,
)
from connectors.sdk.testing.doubles import Bench, told_by
from connectors.sdk.testing.wrongs import check_refusals, check_refused_credentials


class DeliveryRules:
    """One test per rule."""

    kind: ClassVar[ConnectorType]

    def test_delivery_gives_a_receipt(self, bench: Bench) -> None:
        receipt = bench.deliver(bench.connect())
        assert receipt.external_ref
        assert bench.double.records() == 1

    def test_same_key_twice_is_one_record(self, bench: Bench) -> None:
        connector = bench.connect()
        first, second = bench.deliver(connector, "same-key"), bench.deliver(connector, "same-key")
        assert first == second
        assert bench.double.records() == 1

    def test_retry_after_a_lost_answer_finds_the_same_record(self, bench: Bench) -> None:
        connector = bench.connect()
        bench.double.lose_next_answer()
        error = bench.failure(connector, "lost-key")
        assert isinstance(error, RetryableError)
        assert error.ambiguous
        found = cast("Submits", connector).find_submission(bench.command("lost-key").reference, "lost-key")
        assert found is not None
        assert bench.deliver(connector, "lost-key").external_ref == found.external_ref
        assert bench.double.records() == 1

    def test_slow_partner_is_retryable_and_ambiguous(self, bench: Bench) -> None:
        bench.double.answer_slowly()
        error = bench.failure(bench.connect())
        assert isinstance(error, RetryableError)
        assert error.ambiguous

    def test_partner_down_is_retryable_and_not_ambiguous(self, bench: Bench) -> None:
        connector = bench.connect()
        bench.double.stop_listening()
        error = bench.failure(connector)
        assert isinstance(error, RetryableError)
        assert not error.ambiguous

    def test_busy_partner_is_retryable(self, bench: Bench) -> None:
        connector = bench.connect()
        for status in bench.double.busy_answers:
            bench.double.answer(status)
            error = bench.failure(connector)
            assert isinstance(error, RetryableError), status
            assert not isinstance(error, ProtocolError), status
            assert str(status) in error.code

    def test_refused_credentials_are_a_configuration_matter(self, bench: Bench) -> None:
        check_refused_credentials(bench)

    def test_refusal_is_permanent(self, bench: Bench) -> None:
        check_refusals(bench)

    def test_nonsense_is_a_protocol_error(self, bench: Bench) -> None:
        connector = bench.connect()
        names = bench.double.nonsense
        assert names
        for name in names:
            bench.double.choose_nonsense(name)
            assert isinstance(bench.failure(connector, f"key-{name}"), ProtocolError), name

    def test_only_declared_concepts_leave(self, bench: Bench) -> None:
        declared = set(self.kind.manifest.data_sent)
        strays = {
            "person.social_security_number": "stray-number",
            "household.income": "stray-income",
            "x": "stray-unknown",
            "person.birthdate": "stray-birthdate",
            "request.comment": "stray-comment",
        }
        extra = {concept: marker for concept, marker in strays.items() if concept not in declared}
        assert set(bench.double.sample) == declared
        bench.deliver(bench.connect(), extra=extra)
        sent = bench.double.received_text()
        assert [concept for concept, marker in extra.items() if marker in sent] == []
        assert [concept for concept in extra if f'"{concept}"' in sent] == []

    def test_no_personal_data_in_logs_nor_in_errors(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        connector = bench.connect()
        told = repr(bench.deliver(connector)) + repr(bench.command("key-1")) + repr(bench.message("key-1"))
        for name in bench.double.nonsense:
            bench.double.choose_nonsense(name)
            told += told_by(bench.failure(connector, f"key-{name}"))
        for status in (*bench.double.busy_answers, *bench.double.refusals):
            bench.double.answer(status)
            told += told_by(bench.failure(connector))
        told += caplog.text
        assert [value for value in bench.private_values() if value in told] == []
