"""Rules for connectors that are asked what an administration knows of a person, while somebody waits for the page."""

# ruff: noqa: D102, S101 - each rule is an assertion whose name is its sentence

import logging
import time
from typing import ClassVar, cast

import pytest

from connectors.sdk import (
    ConnectorType,
    ProtocolError,
    RetryableError,
)
from connectors.sdk.testing.doubles import Bench, EntitlementDouble, told_by
from connectors.sdk.testing.wrongs import check_refusals, check_refused_credentials

LONGEST_WAIT = 5.0


class EntitlementRules:
    """One test per rule."""

    kind: ClassVar[ConnectorType]

    def test_person_who_is_known_is_answered(self, bench: Bench) -> None:
        answer = bench.ask(bench.connect())
        assert answer == cast("EntitlementDouble", bench.double).expected
        assert set(answer.values) <= set(self.kind.manifest.concepts_received)
        assert bench.double.records() == 1

    def test_person_who_is_not_known_is_an_answer_too(self, bench: Bench) -> None:
        cast("EntitlementDouble", bench.double).forget_everybody()
        answer = bench.ask(bench.connect())
        assert not answer.found
        assert answer.values == {}
        assert answer.code

    def test_asking_twice_gives_the_same_answer(self, bench: Bench) -> None:
        connector = bench.connect()
        assert bench.ask(connector) == bench.ask(connector)

    def test_slow_partner_is_left_before_the_person_gives_up(self, bench: Bench) -> None:
        bench.double.answer_slowly()
        started = time.monotonic()
        assert isinstance(bench.failure(bench.connect()), RetryableError)
        assert time.monotonic() - started < LONGEST_WAIT

    def test_partner_down_may_be_asked_again(self, bench: Bench) -> None:
        connector = bench.connect()
        bench.double.stop_listening()
        assert isinstance(bench.failure(connector), RetryableError)

    def test_busy_partner_may_be_asked_again(self, bench: Bench) -> None:
        connector = bench.connect()
        for status in bench.double.busy_answers:
            bench.double.answer(status)
            assert isinstance(bench.failure(connector), RetryableError), status

    def test_question_about_a_person_tells_refused_credentials(self, bench: Bench) -> None:
        check_refused_credentials(bench)

    def test_refused_question_is_permanent(self, bench: Bench) -> None:
        check_refusals(bench)

    def test_absurd_answer_is_a_protocol_error(self, bench: Bench) -> None:
        connector = bench.connect()
        assert bench.double.nonsense
        for name in bench.double.nonsense:
            bench.double.choose_nonsense(name)
            assert isinstance(bench.failure(connector), ProtocolError), name

    def test_question_holds_declared_concepts_only(self, bench: Bench) -> None:
        declared = set(self.kind.manifest.data_sent)
        strays = {
            "person.social_security_number": "stray-number",
            "household.income": "stray-income",
            "contact.email": "stray-email",
            "person.preferred_name": "stray-name",
            "x": "stray-unknown",
        }
        extra = {concept: marker for concept, marker in strays.items() if concept not in declared}
        assert set(bench.double.sample) == declared
        bench.ask(bench.connect(), extra=extra)
        sent = bench.double.received_text()
        assert [concept for concept, marker in extra.items() if marker in sent] == []

    def test_neither_question_nor_answer_shows_in_logs_or_errors(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        connector = bench.connect()
        answer = bench.ask(connector)
        told = repr(answer)
        for name in bench.double.nonsense:
            bench.double.choose_nonsense(name)
            told += told_by(bench.failure(connector))
        for status in (*bench.double.busy_answers, *bench.double.refusals):
            bench.double.answer(status)
            told += told_by(bench.failure(connector))
        told += caplog.text
        assert [value for value in bench.private_values() if value in told] == []
        assert [value for value in answer.values.values() if str(value) in told] == []
