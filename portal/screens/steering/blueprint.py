"""The blueprint of the dashboard and of the public page."""

from flask import Blueprint

from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only

blueprint = Blueprint("steering", __name__)
may_steer = agent_only(Permission.STEERING_READ)
