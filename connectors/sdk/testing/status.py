"""Rules for connectors that tell what became of requests, asked or called."""

# ruff: noqa: D102, S101 - each rule is an assertion whose name is its sentence

import base64
import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import pytest

from connectors.sdk import InboundCall, ReceivesWebhooks, ReportsStatus, StatusUpdate, UpdateStatus, WebhookRefused
from connectors.sdk.testing.doubles import NOW, Bench, StatusDouble

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret, as long as needed").decode()


def _fetch(bench: Bench, external_ref: str) -> Sequence[StatusUpdate]:
    return cast("ReportsStatus", bench.connect()).fetch_updates([external_ref])


def _moved_to(bench: Bench, raw_status: str) -> tuple[StatusDouble, str]:
    double = cast("StatusDouble", bench.double)
    external_ref = bench.deliver(bench.connect()).external_ref
    double.change_status(external_ref, raw_status)
    return double, external_ref


class StatusRules:
    """One test per rule."""

    def test_update_ids_are_stable(self, bench: Bench) -> None:
        _double, external_ref = _moved_to(bench, "under_review")
        first, second = _fetch(bench, external_ref), _fetch(bench, external_ref)
        assert first == second
        assert len({update.update_id for update in first}) == len(first) > 0
        assert {update.external_ref for update in first} == {external_ref}
        assert all(update.occurred_at.tzinfo is not None for update in first)

    def test_unknown_status_is_kept_raw(self, bench: Bench) -> None:
        _double, external_ref = _moved_to(bench, "archived_by_vendor")
        latest = _fetch(bench, external_ref)[-1]
        assert (latest.status, latest.raw_status) == (UpdateStatus.UNKNOWN, "archived_by_vendor")

    def test_submission_the_partner_lost_does_not_hide_the_others(self, bench: Bench) -> None:
        _double, external_ref = _moved_to(bench, "under_review")
        updates = cast("ReportsStatus", bench.connect()).fetch_updates(["lost-1", "../etc", external_ref])
        assert {update.external_ref for update in updates if update.raw_status == "not_found"} == {"lost-1", "../etc"}
        assert any(update.external_ref == external_ref for update in updates)


class WebhookRules:
    """One test per rule."""

    def test_signed_call_is_read(self, bench: Bench) -> None:
        double, external_ref = _moved_to(bench, "under_review")
        (update,) = self._read(bench, double.signed_call(external_ref, at=NOW))
        assert update == _fetch(bench, external_ref)[-1]

    def test_call_received_again_bears_the_same_update_ids(self, bench: Bench) -> None:
        double, external_ref = _moved_to(bench, "under_review")
        call = double.signed_call(external_ref, at=NOW)
        assert self._read(bench, call) == self._read(bench, call)

    def test_forged_call_is_refused(self, bench: Bench) -> None:
        double, external_ref = _moved_to(bench, "under_review")
        good = double.signed_call(external_ref, at=NOW)
        forged = {
            "other secret": double.signed_call(external_ref, at=NOW, secret=OTHER_SECRET),
            "other body": dataclasses.replace(good, body=good.body.replace(b"under_review", b"admitted")),
            "other id": dataclasses.replace(good, headers={**good.headers, "webhook-id": "msg_other"}),
            "no signature": dataclasses.replace(good, headers={**good.headers, "webhook-signature": ""}),
            "no header": dataclasses.replace(good, headers={}),
        }
        for name, call in forged.items():
            assert self._refused(bench, call), name

    def test_stale_or_replayed_call_is_refused(self, bench: Bench) -> None:
        double, external_ref = _moved_to(bench, "under_review")
        call = double.signed_call(external_ref, at=NOW)
        for late in (timedelta(seconds=301), timedelta(hours=1), timedelta(seconds=-301)):
            with pytest.raises(WebhookRefused) as caught:
                self._read(bench, dataclasses.replace(call, received_at=NOW + late))
            assert caught.value.code == "timestamp_stale"
        later = {**call.headers, "webhook-timestamp": str(int(NOW.timestamp()) + 3600)}
        with pytest.raises(WebhookRefused) as caught:
            self._read(bench, dataclasses.replace(call, headers=later, received_at=NOW + timedelta(hours=1)))
        assert caught.value.code == "signature_mismatch"

    def test_oversized_call_is_refused(self, bench: Bench) -> None:
        double, external_ref = _moved_to(bench, "under_review")
        call = double.signed_call(external_ref, at=NOW)
        with pytest.raises(WebhookRefused) as caught:
            self._read(bench, dataclasses.replace(call, body=b" " * 1_000_001))
        assert caught.value.code == "body_too_large"

    def test_unknown_status_in_a_call_is_kept_raw(self, bench: Bench) -> None:
        double, external_ref = _moved_to(bench, "archived_by_vendor")
        (update,) = self._read(bench, double.signed_call(external_ref, at=NOW))
        assert (update.status, update.raw_status) == (UpdateStatus.UNKNOWN, "archived_by_vendor")

    def _refused(self, bench: Bench, call: InboundCall) -> bool:
        try:
            self._read(bench, call)
        except WebhookRefused:
            return True
        return False

    @staticmethod
    def _read(bench: Bench, call: InboundCall) -> Sequence[StatusUpdate]:
        return cast("ReceivesWebhooks", bench.connect()).read_webhook(call)
