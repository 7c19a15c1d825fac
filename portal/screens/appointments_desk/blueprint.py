"""The room's one blueprint, which each module of views completes, and who may come in."""

from flask import Blueprint

from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only

HOME = "/agents/rendez-vous"

blueprint = Blueprint("appointments_desk", __name__)
may_keep = agent_only(Permission.APPOINTMENTS_KEEP)
may_settle = agent_only(Permission.APPOINTMENTS_SETTLE)
