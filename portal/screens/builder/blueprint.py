"""The blueprint of the builder, and who may open its pages."""

from flask import Blueprint

from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only

blueprint = Blueprint("builder", __name__, url_prefix="/agents/demarches")
may_edit = agent_only(Permission.PROCEDURES_EDIT)
may_publish = agent_only(Permission.PROCEDURES_PUBLISH)
