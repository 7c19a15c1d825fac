"""The least that a page and a form of this stack cost: what the portal's are compared with.

``/page`` reads one row through the ORM and renders a template. ``/form`` renders a form with its token; sending it
writes one row, committed to the disk as the portal commits (write-ahead log, ``synchronous=FULL``), then redirects.
"""

import os
from typing import Any

from flask import Flask, redirect, render_template
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.wrappers import Response
from wtforms import StringField

PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{{ row.title }}</title></head>
<body><main><h1>{{ row.title }}</h1><p>{{ row.text }}</p></main></body></html>"""
FORM = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Formulaire</title></head>
<body><main><form method="post">{{ form.csrf_token }}<label for="text">Texte</label>{{ form.text() }}
<button>Envoyer</button></form></main></body></html>"""


class Base(DeclarativeBase):
    """Base of the two tables."""


class Shown(Base):
    """The row that the page shows."""

    __tablename__ = "bench_shown"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]


class Written(Base):
    """What the form writes."""

    __tablename__ = "bench_written"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class MinimalForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """One field."""

    text = StringField()


def open_engine(url: str) -> Engine:
    """An engine whose commits are as durable as the portal's."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def on_connect(raw: Any, _record: Any) -> None:
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA synchronous=FULL")

    return engine


def prepare(url: str) -> None:
    """Make the tables and the one row."""
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add(Shown(id=1, title="Une page", text="Une ligne lue dans la base. " * 10))
    engine.dispose()


def create_reference() -> Flask:
    """The application, on the database named by BENCH_REFERENCE_URL."""
    app = Flask("reference")
    app.config["SECRET_KEY"] = "k" * 48
    CSRFProtect(app)
    engine = open_engine(os.environ["BENCH_REFERENCE_URL"])
    page, form_page = app.jinja_env.from_string(PAGE), app.jinja_env.from_string(FORM)

    @app.get("/page")
    def show() -> str:
        with Session(engine) as session:
            row = session.scalars(select(Shown).where(Shown.id == 1)).one()
            return render_template(page, row=row)

    @app.get("/form")
    def ask() -> str:
        return render_template(form_page, form=MinimalForm())

    @app.post("/form")
    def keep() -> Response:
        form = MinimalForm()
        with Session(engine) as session:
            session.add(Written(text=form.text.data))
            session.commit()
        return redirect("/form", code=303)

    return app
