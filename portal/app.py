"""The composition root: settings, database, keys, then every room's views, resolvers and handlers."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, Response, g, jsonify, request
from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from connectors.sdk import ConfigurationError, LetterBox
from portal.casework.assistance.service import close_idle
from portal.casework.blank_forms.jobs import print_waiting
from portal.casework.documents import service as documents
from portal.casework.letters.box import DatabaseLetterBox
from portal.engine.deadlines.jobs import deadline_jobs
from portal.engine.exchanges import running as exchanges
from portal.engine.exchanges.jobs import PeriodicJob
from portal.engine.exchanges.outcomes import DeliveryHandler
from portal.engine.exchanges.views import blueprint as exchanges_blueprint
from portal.engine.journey_kit.journeys import choose_journeys, current_journeys, journeys_of
from portal.engine.journey_kit.views import blueprint as journey_kit_blueprint
from portal.engine.own_data.deliveries import delivery_handlers
from portal.engine.own_data.jobs import own_data_jobs
from portal.engine.prefill.asking import fetch_on_return
from portal.engine.retention.jobs import retention_jobs
from portal.ground import logs, web
from portal.ground.audit.job import EVERY as SEAL_EVERY
from portal.ground.audit.job import seal_and_log
from portal.ground.db import Database
from portal.ground.errors import NotFound, NotReady, SettingsError
from portal.ground.settings import Settings, load_settings
from portal.ground.vault.service import check_keys, install_keys, record_missing_erasures
from portal.ground.web.access import check_inventory, public
from portal.people.accounts.service import get_authority, index_persons
from portal.people.identity import set_up_identity
from portal.people.identity.errands import on_errand
from portal.people.identity.views import blueprint as identity_blueprint
from portal.records.connections.service import ConnectionRegistry, load_connections
from portal.screens.administration.menu import MenuEntry, agents_menu, place_of
from portal.screens.administration.views import blueprint as administration_blueprint
from portal.screens.appointments_desk.views import blueprint as appointments_desk_blueprint
from portal.screens.backoffice.jobs import worklist_jobs
from portal.screens.backoffice.views import blueprint as backoffice_blueprint
from portal.screens.booking.views import blueprint as booking_blueprint
from portal.screens.builder.views import blueprint as builder_blueprint
from portal.screens.counter.views import blueprint as counter_blueprint
from portal.screens.myspace.views import blueprint as myspace_blueprint
from portal.screens.pages.views import blueprint as pages_blueprint
from portal.screens.steering.views import blueprint as steering_blueprint

BLUEPRINTS = (
    pages_blueprint,
    identity_blueprint,
    journey_kit_blueprint,
    myspace_blueprint,
    backoffice_blueprint,
    counter_blueprint,
    appointments_desk_blueprint,
    builder_blueprint,
    administration_blueprint,
    steering_blueprint,
    booking_blueprint,
    exchanges_blueprint,
)


def create_app(settings: Settings | None = None, database: Database | None = None, *, propagate: bool = False) -> Flask:
    """Build the portal.

    :raises SettingsError: the configuration cannot be used.
    :raises RuntimeError: a route carries no access declaration.
    """
    known = settings or load_settings()
    logs.configure()
    install_keys(known)
    store = database or Database(known.resolved_database_url)
    app = web.open_app(known, store, propagate=propagate)
    app.extensions["parvis_connections"] = _declared_connections(
        known, partial(DatabaseLetterBox, store, app.app_context)
    )
    choose_journeys(app, known.journeys, connections_of(app).capabilities())
    set_up_identity(app)
    on_errand(app, partial(fetch_on_return, store, connections_of(app)))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    web.on_context(app, _shared_context)
    _register_health(app)
    check_inventory(app)
    return app


def _declared_connections(settings: Settings, letter_box: Callable[[str], LetterBox]) -> ConnectionRegistry:
    try:
        return load_connections(settings, letter_box=letter_box)
    except ConfigurationError as error:
        raise SettingsError(f"Le réglage egress_allow ou une connexion n’est pas utilisable ({error.code}).") from None


def connections_of(app: Flask) -> ConnectionRegistry:
    """The connections of an application."""
    registry: ConnectionRegistry = app.extensions["parvis_connections"]
    return registry


def _shared_context() -> dict[str, Any]:
    """What the shells need: the authority, and the menu of whoever looks."""
    if g.get("database_down"):
        return {"authority": None, "menu": [], "menu_place": request.path}
    try:
        authority = get_authority(web.unit())
    except NotFound:
        g.database_down = True  # the error page does without an authority too
        raise NotReady("authority_missing") from None
    return {"authority": authority, "menu": _menu(), "menu_place": place_of(web.actor(), request.path)}


def _menu() -> list[tuple[str, str]]:
    """Label and address of each entry, in an order that never changes."""
    who = web.actor()
    if who.is_agent:
        own = [entry for journey in current_journeys() for entry in journey.desk]
        return agents_menu(who, [MenuEntry(one.label, one.address, one.permission) for one in own])
    chosen = [(str(one.title), f"/{one.slug}") for one in current_journeys() if one.in_menu]
    return [(_("Démarches"), "/demarches"), *chosen, (_("Mon espace"), "/mon-espace")]


def run_worker(settings: Settings, database: Database, stop: threading.Event) -> None:
    """Deliver requests and mails until ``stop`` is set. Letters are written in the application's context."""
    app = create_app(settings, database)

    def list_erasures() -> None:
        with database.reading() as session:
            record_missing_erasures(session)

    def close_files() -> None:
        with database.writing() as session:
            close_idle(session)

    jobs = [
        PeriodicJob("close_idle_files", timedelta(minutes=5), close_files),
        PeriodicJob("seal_journal", SEAL_EVERY, partial(seal_and_log, database)),
        PeriodicJob("list_erasures", timedelta(hours=1), list_erasures),
        *retention_jobs(database),
        *deadline_jobs(database),
        *own_data_jobs(settings, database),
        *worklist_jobs(settings, database, app.app_context),
        PeriodicJob("print_forms", timedelta(minutes=1), partial(_print_forms, app, database)),
        PeriodicJob("index_persons", timedelta(hours=1), partial(_index_persons, database)),
        *_document_jobs(settings, database),
        *_journey_jobs(app, settings, database),
    ]
    registry = connections_of(app)
    handlers = {**_journey_handlers(app, settings), **delivery_handlers(settings, registry)}
    exchanges.run_worker(settings, database, registry, stop, around=app.app_context, jobs=jobs, handlers=handlers)


def _index_persons(database: Database) -> None:
    """Make findable at a desk whoever was known before keys were kept, some at a time."""
    indexed = 1
    while indexed:
        with database.writing() as session:
            indexed = index_persons(session)


def _print_forms(app: Flask, database: Database) -> None:
    print_waiting(database, app.app_context)


def _journey_jobs(app: Flask, settings: Settings, database: Database) -> list[PeriodicJob]:
    """What the open journeys have done every so often: ``periodic_jobs`` of ``<package>.jobs``."""
    parts = [journey.part("jobs") for journey in journeys_of(app)]
    return [job for part in parts if part for job in part.periodic_jobs(settings, database, connections_of(app))]


def _journey_handlers(app: Flask, settings: Settings) -> dict[str, DeliveryHandler]:
    """Kind of message → what to do with it: ``delivery_handlers`` of ``<package>.deliveries``."""
    parts = [journey.part("deliveries") for journey in journeys_of(app)]
    found = [part.delivery_handlers(settings, connections_of(app)) for part in parts if part]
    return {kind: handler for handlers in found for kind, handler in handlers.items()}


def _document_jobs(settings: Settings, database: Database) -> list[PeriodicJob]:
    """Scan what waits for the antivirus, remove contents without an owner."""
    store, scanner = documents.store_of(settings), documents.scanner_of(settings)

    def scan() -> None:
        documents.scan_pending(database, store, scanner)

    def sweep() -> None:
        documents.sweep_orphans(database, store)

    return [
        PeriodicJob("scan_documents", timedelta(minutes=10), scan),
        PeriodicJob("sweep_documents", timedelta(hours=1), sweep),
    ]


def _register_health(app: Flask) -> None:
    @app.get("/healthz")
    @public
    def healthz() -> Response:
        """The process answers."""
        return jsonify(status="ok")

    @app.get("/readyz")
    @public
    def readyz() -> tuple[Response, int]:
        """The database answers, is at the version of the code, and was sealed by the keys of this process."""
        from portal.migrations.upgrade import is_current  # late: no page needs the tools of migrations

        store = web.database()
        try:
            with store.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            current = is_current(store)
            if not current:
                return jsonify(status="migrations"), 503
            with store.reading() as session:
                problem = check_keys(session)
        except SQLAlchemyError:
            return jsonify(status="database"), 503
        return (jsonify(status="ok"), 200) if problem is None else (jsonify(status=problem), 503)
