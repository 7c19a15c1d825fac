"""The room's one blueprint, which each module of views completes."""

from flask import Blueprint

blueprint = Blueprint("myspace", __name__)
