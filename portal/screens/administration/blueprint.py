"""The room's one blueprint, which each module of views completes."""

from flask import Blueprint

blueprint = Blueprint("administration", __name__, url_prefix="/agents")
