"""The phone: what the portal sent by SMS, for everybody to read."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.pages import page
from connectors.sandbox.phone.messages import list_messages
from connectors.sandbox.world import world

MOST_SHOWN = 50
blueprint = Blueprint("telephone", __name__, url_prefix="/telephone")


@blueprint.get("")
def show_phone() -> Response:
    """The messages, newest first, of one number if asked."""
    recipient = request.args.get("numero", "").strip()[:30]
    messages = list_messages(world(), recipient=recipient, limit=MOST_SHOWN)
    return page("bac/phone.html", title="Téléphone", messages=messages, recipient=recipient)


@blueprint.get("/messages.json")
def list_for_tests() -> Response:
    """The messages with their texts; parameter `numero`."""
    found = list_messages(world(), recipient=request.args.get("numero", ""), limit=500)
    return jsonify({"items": [asdict(one) for one in found]})
