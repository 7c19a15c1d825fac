"""The sample commune, and a bare edge with views made to misbehave."""

import contextlib
import functools
import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, Response, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event, select
from werkzeug.test import TestResponse, encode_multipart

from portal.ground import clock, logs
from portal.ground.db import Database
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from portal.ground.settings import Settings
from portal.ground.web import open_app, redirect_to, safe_next, undo, unit
from portal.ground.web.access import check_inventory, public
from portal.ground.web.models import RateBucket
from portal.ground.web.pages import redirect_to_path
from tests.support.town import angela, app, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]

SECRET = "DUBOIS-1962-08-24-secret"
FAILURES: dict[str, Callable[[], Exception]] = {
    "absent": lambda: NotFound("absent"),
    "interdit": lambda: Forbidden("permission"),
    "conflit": lambda: Conflict("changed"),
    "refuse": lambda: Invalid({"field": SECRET}),
    "occupe": lambda: Busy("busy", retry_after=17),
    "verrou": lambda: Busy("database_busy", retry_after=5),
    "panne": lambda: ZeroDivisionError(SECRET),
}


def kept(database: Database) -> set[str]:
    """The rows that the views wrote and that stayed."""
    with database.reading() as session:
        return set(session.scalars(select(RateBucket.key)))


def write(key: str) -> None:
    """Write a row in the request's unit."""
    unit().merge(RateBucket(key=key, tokens=1.0, refilled_at=clock.now()))
    unit().flush()


def _returns() -> Response:
    write("returned")
    return Response("fait", status=int(request.args.get("status", "200")))


def _raises() -> Response:
    write("raised")
    return _fails()


def _fails() -> Response:
    failure = FAILURES[request.args["what"]]()
    raise failure


def _undoes() -> Response:
    write("undone")
    undo()
    write("after")
    return Response("fait")


def _breaks_at_commit() -> Response:
    write("committed")

    def refuse(_session: Any) -> None:
        raise RuntimeError(SECRET)

    event.listen(unit(), "before_commit", refuse)
    return Response("fait")


def _reads() -> Response:
    write("read")
    return Response("lu")


def _goes() -> Response:
    return redirect_to_path(safe_next(request.args.get("suite"), "/defaut"))


RULES: list[tuple[str, str, Callable[[], Any], list[str]]] = [
    ("/rend", "returns", _returns, ["POST"]),
    ("/leve", "raises", _raises, ["POST"]),
    ("/defait", "undoes", _undoes, ["POST"]),
    ("/casse", "breaks", _breaks_at_commit, ["POST"]),
    ("/echoue", "fails", _fails, ["GET", "POST"]),
    ("/va", "goes", _goes, ["GET"]),
    ("/retour", "returns_to", lambda: redirect_to("token"), ["GET"]),
    ("/lit", "reads", _reads, ["GET"]),
    ("/adresse", "address", lambda: Response(request.remote_addr or ""), ["GET"]),
    ("/dossier/", "folder", lambda: Response("dossier"), ["GET"]),
    ("/jeton", "token", lambda: Response(generate_csrf(), content_type="text/plain"), ["GET"]),
]


def build(settings: Settings, database: Database) -> Flask:
    """The edge, and views that do what the tests ask."""
    bare = open_app(settings, database)
    for rule, endpoint, view, methods in RULES:
        bare.add_url_rule(rule, endpoint, public(functools.partial(view)), methods=methods)
    check_inventory(bare)
    return bare


class Caller:
    """A client that keeps its token."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.http = app.test_client()
        self.base = settings.public_url

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.http.get(path, base_url=kwargs.pop("base_url", self.base), **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        sent = {"csrf_token": self.token(), **(data or {})}
        return self.http.post(path, data=sent, base_url=self.base, **kwargs)

    def send(self, path: str, fields: dict[str, str], encoding: str) -> TestResponse:
        """Send a form encoded one way or the other; the client of the framework would leave temporary files behind."""
        sent = {"csrf_token": self.token(), **fields}
        if encoding == "multipart/form-data":
            boundary, body = encode_multipart(sent)
            return self.http.post(path, data=body, content_type=f"{encoding}; boundary={boundary}", base_url=self.base)
        return self.http.post(path, data=urlencode(sent).encode(), content_type=encoding, base_url=self.base)

    def token(self) -> str:
        return self.get("/jeton").text


@pytest.fixture
def logged() -> Iterator[Callable[[], list[str]]]:
    """The log lines written since the last call. Ask for it after the whole portal, which sets the logs up."""
    stream = io.StringIO()

    def read() -> list[str]:
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return text.splitlines()

    with contextlib.redirect_stderr(stream):
        logs.configure()
        yield read
    logs.configure()


@pytest.fixture
def bare(settings: Settings, database: Database) -> Flask:
    """The bare edge."""
    return build(settings, database)


@pytest.fixture
def caller(bare: Flask, settings: Settings) -> Caller:
    """A client of the bare edge."""
    return Caller(bare, settings)


@pytest.fixture
def secure_settings(settings: Settings) -> Settings:
    """The same portal behind TLS."""
    return settings.model_copy(update={"public_url": "https://services.valmont.example"})


@pytest.fixture
def secure(secure_settings: Settings, database: Database) -> Caller:
    """A client of the bare edge behind TLS."""
    return Caller(build(secure_settings, database), secure_settings)
