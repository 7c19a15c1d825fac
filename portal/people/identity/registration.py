"""What the composition root calls to give an application its sign-in."""

from flask import Flask

from portal.ground.errors import StepUpNeeded
from portal.ground.web import on_actor, on_expired_form
from portal.ground.web.context import hooks
from portal.people.identity.providers import install_providers
from portal.people.identity.signed_in import make_login_manager, resolve_actor
from portal.people.identity.views.expired_form import answer_expired_form
from portal.people.identity.views.step_up import answer_step_up


def set_up_identity(app: Flask) -> None:
    """Register the providers, the current user, the actor, the answers to forms sent too late and to weak sign-ins.

    The pages are in ``portal.people.identity.views.blueprint``.
    """
    install_providers(app, hooks(app).settings)
    make_login_manager().init_app(app)
    on_actor(app, resolve_actor)
    on_expired_form(app, answer_expired_form)
    app.register_error_handler(StepUpNeeded, answer_step_up)
