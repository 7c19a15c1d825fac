"""The front of the sandbox: home, health, style, and what is told when an address leads nowhere."""

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from connectors.sandbox.caf.people import load_cases
from connectors.sandbox.incidents.scenarios import PARTNERS
from connectors.sandbox.pages import page
from connectors.sandbox.world import world

blueprint = Blueprint("site", __name__)
TITLES = {404: "Page introuvable", 405: "Action impossible ici", 500: "Le bac à sable s’est trompé"}
TEXTS = {
    404: "Cette adresse ne mène nulle part. Vérifiez-la, ou revenez à l’accueil du bac à sable.",
    405: "Cette adresse n’accepte pas cette action. Revenez à l’accueil du bac à sable.",
    500: "Une erreur est survenue dans le bac à sable lui-même. Elle est écrite dans son journal.",
}


@blueprint.get("/")
def show_home() -> Response:
    """What the sandbox is and where things are."""
    spoiled = [
        (partner.title, chosen.label)
        for name, partner in PARTNERS.items()
        if (chosen := partner.scenario(world().board.choice(name).scenario)) is not None and chosen.name != "ok"
    ]
    return page(
        "bac/home.html",
        title="Accueil",
        spoiled=spoiled,
        profiles=world().profiles.values(),
        caf_cases=load_cases(),
    )


@blueprint.get("/healthz")
def say_healthy() -> Response:
    """Tell that the program and its database answer."""
    world().store.row("SELECT 1")
    return jsonify({"status": "ok"})


@blueprint.get("/bac.css")
def style() -> Response:
    """The style sheet."""
    answer = current_app.send_static_file("bac.css")
    answer.headers["Cache-Control"] = "max-age=3600"
    return answer


def explain(error: HTTPException) -> ResponseReturnValue:
    """A page for every HTTP error that no view answered; plain words for a foreign Host, which has no routes."""
    if isinstance(error, SecurityError):
        return Response(
            "Cette adresse n’est pas celle du bac à sable.\n", 400, content_type="text/plain; charset=utf-8"
        )
    code = error.code or 500
    known = code if code in TITLES else (500 if code >= 500 else 404)
    return page("bac/message.html", title=TITLES[known], status=code, text=TEXTS[known])
