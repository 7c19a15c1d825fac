"""What a view finds around it: the unit of work, the actor, the settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.ground.db import Database
from portal.ground.permissions import ANONYMOUS, Actor
from portal.ground.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
EXTENSION = "parvis"


class Hooks:
    """What the rooms above register with the edge; filled once by the composition root."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.resolve_actor: Callable[[], Actor] = lambda: ANONYMOUS
        self.context: list[Callable[[], dict[str, Any]]] = []
        self.expired_form: Callable[[], Response] | None = None


def hooks(app: Flask | None = None) -> Hooks:
    """The hooks of the running application."""
    return cast(Hooks, (app or current_app).extensions[EXTENSION])


def settings() -> Settings:
    """The settings of the running application."""
    return hooks().settings


def database() -> Database:
    """The database of the running application."""
    return hooks().database


def on_actor(app: Flask, resolver: Callable[[], Actor]) -> None:
    """Register what builds the actor, called once per request."""
    hooks(app).resolve_actor = resolver


def on_context(app: Flask, source: Callable[[], dict[str, Any]]) -> None:
    """Register a source of variables for every template."""
    hooks(app).context.append(source)


def on_expired_form(app: Flask, answer: Callable[[], Response]) -> None:
    """Register what answers a form sent to a resident's page when nobody is signed in: it keeps what was typed."""
    hooks(app).expired_form = answer


def actor() -> Actor:
    """Who makes this request."""
    if "actor" not in g:
        g.actor = hooks().resolve_actor()
    return cast(Actor, g.actor)


def unit() -> Session:
    """The session of this request: reading for GET and HEAD, else writing. The edge commits or rolls back."""
    if "unit" not in g:
        if request.method in SAFE_METHODS or "refused" in g:
            g.unit = Session(database().engine, expire_on_commit=False, autoflush=False)
        else:
            g.unit = database().open_writing()
    return cast(Session, g.unit)


@contextmanager
def background_unit() -> Iterator[Session]:
    """A short writing unit of its own, for the few writes of a reading page (login state, journal, session touch)."""
    with database().writing() as session:
        yield session


def undo() -> None:
    """Forget what this request wrote so far: for a view that answers a refused act with a page of its own."""
    settle_unit(commit=False)


def end_unit() -> None:
    """Commit what this request wrote so far, before a partner is called: nobody waits for us meanwhile.

    What the view does next is a unit of its own.
    """
    settle_unit(commit=True)


def refuse() -> None:
    """Forget what this request wrote, and let it write no more: only an error page is left to show."""
    settle_unit(commit=False)
    g.refused = True


def settle_unit(*, commit: bool) -> None:
    """End the request's unit, if one was opened."""
    session: Session | None = g.pop("unit", None)
    if session is None:
        return
    try:
        if commit and request.method not in SAFE_METHODS and "refused" not in g:
            session.commit()
    finally:
        session.close()  # rolls back what was not committed
