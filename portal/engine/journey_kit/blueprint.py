"""The room's one blueprint, which each module of views completes."""

from flask import Blueprint

blueprint = Blueprint("journey_kit", __name__, url_prefix="/demarches")
