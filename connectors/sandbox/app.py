"""Puts one sandbox together."""

import time
from collections.abc import Callable

from flask import Flask
from werkzeug.exceptions import HTTPException

from connectors.sandbox.addresses import api as addresses
from connectors.sandbox.caf import api as caf
from connectors.sandbox.demo import api as demo
from connectors.sandbox.identity.keys import KeyRing
from connectors.sandbox.identity.profiles import make_profiles
from connectors.sandbox.identity.tickets import Tickets
from connectors.sandbox.identity.views import make_provider
from connectors.sandbox.incidents import views as incidents
from connectors.sandbox.incidents.board import Board
from connectors.sandbox.mail import pages as mail
from connectors.sandbox.mobility import api as passes
from connectors.sandbox.mobility import feeds as bikes
from connectors.sandbox.mobility import pages as closures
from connectors.sandbox.pages import add_headers, refuse_foreign_forms
from connectors.sandbox.phone import api as operator
from connectors.sandbox.phone import pages as phone
from connectors.sandbox.schools import api as schools
from connectors.sandbox.schools import pages as files
from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.site import blueprint as site
from connectors.sandbox.site import explain
from connectors.sandbox.store import Store
from connectors.sandbox.world import World, iso, spoken


def open_world(settings: SandboxSettings, port: int, now: Callable[[], float] = time.time) -> World:
    """Open the memory of a sandbox that listens on `port`."""
    address = f"http://127.0.0.1:{port}"
    store = Store(settings.data_dir / "bac.sqlite3")
    profiles = make_profiles(settings, address)
    return World(
        settings=settings,
        address=address,
        store=store,
        board=Board(store),
        profiles=profiles,
        keys={name: KeyRing(store, name, profile.algorithm) for name, profile in profiles.items()},
        tickets=Tickets(store, now),
        now=now,
    )


def create_app(world: World) -> Flask:
    """The application over an open world."""
    app = Flask(__name__)
    app.extensions["bac"] = world
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(spoken=spoken, iso=iso, portal_url=world.settings.portal_url)
    rooms = (incidents, schools, files, caf, demo, mail, addresses, bikes, passes, closures, operator, phone)
    for blueprint in (site, *(room.blueprint for room in rooms)):
        app.register_blueprint(blueprint)
    for name in world.profiles:
        app.register_blueprint(make_provider(name))
    app.before_request(refuse_foreign_forms)
    app.after_request(add_headers)
    app.register_error_handler(HTTPException, explain)
    return app
