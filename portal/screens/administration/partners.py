"""« Organisations partenaires » : whose agents may be invited, beside the authority's."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, settings, undo, unit
from portal.people.accounts import service as accounts
from portal.people.accounts.service import PartnerView, get_authority
from portal.people.identity.service import end_all_sessions
from portal.screens.administration.agents import Errors
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.queries import count_employed
from portal.screens.administration.teams import may_manage

ONE = "/equipes/partenaires/<uuid:partner_id>/retirer"


@blueprint.get("/equipes/partenaires")
@may_manage
def partners() -> Response:
    """The list, and a form to add one."""
    return _show({})


@blueprint.post("/equipes/partenaires")
@may_manage
def add_partner() -> Response:
    """Add an organisation."""
    typed = {name: clean_line(request.form.get(name, "")) for name in ("partner_siret", "partner_name")}
    try:
        accounts.list_partner(unit(), actor(), siret=typed["partner_siret"], name=typed["partner_name"])
    except Invalid as wrong:
        undo()
        return _show(typed, errors=list(wrong.fields.items()), status=422)
    return redirect_to("administration.partners", fait="ajoute")


def _show(typed: dict[str, str], *, errors: Errors | None = None, status: int = 200) -> Response:
    return page(
        "administration/partners.html",
        title=_("Organisations partenaires"),
        status=status,
        service=_("Agents"),
        own=get_authority(unit()),
        configured=settings().agent_sirets,
        partners=accounts.list_partners(unit(), actor()),
        typed=typed,
        errors=errors or [],
        done=request.args.get("fait", "") if status == 200 else "",
    )


@blueprint.get(ONE)
@may_manage
def partner_ending(partner_id: UUID) -> Response:
    """How many agents lose their access by it."""
    found = _find(partner_id)
    return page(
        "administration/partner_ending.html",
        title=_("Retirer %(name)s", name=found.name),
        service=_("Agents"),
        partner=found,
        count=count_employed(unit(), found.siret),
    )


@blueprint.post(ONE)
@may_manage
def end_partner(partner_id: UUID) -> Response:
    """Take it off the list; its agents are out at their next click."""
    for agent_id in accounts.end_partner(unit(), actor(), partner_id, configured=settings().agent_sirets):
        end_all_sessions(unit(), agent_id=agent_id)
    return redirect_to("administration.partners", fait="retire")


def _find(partner_id: UUID) -> PartnerView:
    for one in accounts.list_partners(unit(), actor()):
        if one.id == partner_id:
            return one
    raise NotFound("partner_unknown")
