"""The room's one blueprint, which each module of views completes."""

from flask import Blueprint

blueprint = Blueprint("booking", __name__)
