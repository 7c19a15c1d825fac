"""A provider that is slow holds a few threads of the portal, never all of them."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.ground import clock
from portal.ground.settings import Settings
from portal.people.identity.enums import Realm
from portal.people.identity.errors import ProviderUnavailable
from portal.people.identity.provider import SEATS
from portal.people.identity.published import WAIT
from tests.portal.people.conftest import Browser
from tests.portal.people.provider_double import Double, as_json
from tests.portal.people.test_discovery import provider

Doubles = dict[Realm, Double]


class Gate:
    """Answers wait here until it opens; how many do is counted."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.waiting = threading.Semaphore(0)

    def hold(self, body: Any) -> Any:
        self.waiting.release()
        assert self.opened.wait(60)
        return body

    def await_waiting(self, count: int) -> None:
        for _ in range(count):
            assert self.waiting.acquire(timeout=60)


@pytest.mark.slow
def test_one_sign_in_too_many_is_told_at_once_and_may_try_again(
    open_browser: Callable[[], Browser], doubles: Doubles
) -> None:
    double, gate = doubles[Realm.RESIDENT], Gate()
    waiting = [open_browser() for _ in range(SEATS)]
    returns = [one.callback(Realm.RESIDENT) for one in waiting]
    late = open_browser()
    back = late.callback(Realm.RESIDENT, "/mon-espace")
    double.wrong.token = lambda body: as_json(gate.hold(body))
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one, path=path: answers.append(one.get(path).status_code))
        for one, path in zip(waiting, returns, strict=True)
    ]
    for thread in threads:
        thread.start()
    gate.await_waiting(SEATS)
    try:
        refused = late.get(back)
        assert refused.status_code == 503
        assert "FranceConnect répond lentement" in refused.text
        assert "Rechargez cette page" in refused.text
        assert refused.headers["Retry-After"] == "60"
        assert late.get("/qui").status_code == 200, "everybody else is served"
        assert late.get("/connexion").status_code == 200
    finally:
        gate.opened.set()
        for thread in threads:
            thread.join(60)
    assert len(answers) == SEATS
    assert set(answers) <= {303, 503}, "signed in, or told that the provider is slow"
    double.wrong.token = None
    again = late.get(back)
    assert (again.status_code, again.headers["Location"]) == (303, "/mon-espace")


def test_a_seat_is_given_back_whatever_happens(doubles: Doubles) -> None:
    one = provider(doubles[Realm.RESIDENT])
    for _ in range(SEATS * 2):
        with pytest.raises(KeyError), one.seat():
            raise KeyError
    with one.seat():
        pass


def test_the_other_provider_has_its_own_seats(doubles: Doubles, settings: Settings) -> None:
    assert settings.resident.issuer != settings.agent.issuer
    first, second = provider(doubles[Realm.RESIDENT]), provider(doubles[Realm.AGENT])
    held = [first.seat() for _ in range(SEATS)]
    for one in held:
        one.__enter__()
    with pytest.raises(ProviderUnavailable), first.seat():
        pass
    with second.seat():
        pass
    for one in held:
        one.__exit__(None, None, None)


def test_while_one_asks_again_the_others_use_what_is_known(doubles: Doubles) -> None:
    double, gate = doubles[Realm.RESIDENT], Gate()
    one = provider(double)
    known = one.metadata()
    double.wrong.discovery = gate.hold
    with clock.shifted(timedelta(hours=2)):
        asking = threading.Thread(target=one.metadata)
        asking.start()
        gate.await_waiting(1)
        try:
            assert one.metadata() is known
            assert len(double.calls("/.well-known/openid-configuration")) == 2
        finally:
            gate.opened.set()
            asking.join(60)


@pytest.mark.slow
def test_without_anything_known_the_wait_is_bounded(doubles: Doubles) -> None:
    double, gate = doubles[Realm.RESIDENT], Gate()
    one = provider(double)
    double.wrong.discovery = gate.hold
    asking = threading.Thread(target=one.metadata)
    asking.start()
    gate.await_waiting(1)
    try:
        with pytest.raises(ProviderUnavailable) as caught:
            one.metadata()
        assert caught.value.code == "discovery_busy"
        assert WAIT < 5
    finally:
        gate.opened.set()
        asking.join(60)
