"""Plays the chosen incident around a view that answers a program."""

import functools
from collections.abc import Callable, Iterator
from typing import ParamSpec

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.incidents.scenarios import OK, Stage
from connectors.sandbox.problems import problem
from connectors.sandbox.server import ConnectionCut
from connectors.sandbox.world import world

Given = ParamSpec("Given")


def exposed(
    *, submits: bool = False
) -> Callable[[Callable[Given, ResponseReturnValue]], Callable[Given, ResponseReturnValue]]:
    """Let the incidents of the view's partner (= its blueprint) spoil its answers; `submits` = it records something."""

    def around(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
        @functools.wraps(view)
        def spoiled(*args: Given.args, **kwargs: Given.kwargs) -> ResponseReturnValue:
            partner = str(request.blueprint)
            stages = (Stage.TRANSPORT, Stage.SUBMIT) if submits else (Stage.TRANSPORT,)
            scenario = world().board.take(partner, *stages)
            instead = _instead(scenario)
            if instead is not None:
                return instead
            return _afterwards(partner, scenario, make_response(view(*args, **kwargs)), submits=submits)

        return spoiled

    return around


def _instead(scenario: str) -> Response | None:
    """The answer given without doing the work, if the scenario says so."""
    match scenario:
        case "down":
            return problem(503, "unavailable", "Le partenaire simulé est en panne.")
        case "refuse_connection":
            return _cut_after(b"", make_response(b""))
        case "rate_limited":
            limited = problem(429, "rate_limited", "Trop d’appels au partenaire simulé.")
            limited.headers["Retry-After"] = "7"
            return limited
        case "unauthorized":
            return problem(401, "unauthorized", "Le partenaire simulé refuse la clé.")
        case "refuse":
            return problem(422, "refused", "Le partenaire simulé refuse ce contenu.")
        case "nonsense":
            return make_response("<!DOCTYPE html><html lang=fr><title>Portail captif</title><p>Bienvenue.</html>")
    return None


def _afterwards(partner: str, scenario: str, answer: Response, *, submits: bool) -> Response:
    """The answer once the work is done: late, cut, or as it is."""
    if scenario == "slow":
        world().pause(world().board.choice(partner).delay)
    elif scenario == "truncated":
        body = answer.get_data()
        return _cut_after(body[: len(body) // 2], answer)
    elif scenario == "commit_then_drop":
        return _cut_after(b"", answer)
    elif scenario == OK and submits and answer.status_code < 300:
        rate = world().board.choice(partner).fail_rate
        if rate and world().chance() < rate:
            return _cut_after(b"", answer)
    return answer


def _cut_after(start: bytes, answer: Response) -> Response:
    """The same answer, cut after `start`; nothing at all is sent when `start` is empty."""

    def parts() -> Iterator[bytes]:
        if start:
            yield start
        raise ConnectionCut

    length = str(len(answer.get_data()))
    answer.response = parts()
    answer.headers["Content-Length"] = length
    return answer
