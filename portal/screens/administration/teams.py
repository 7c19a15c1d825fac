"""« Équipes » : every agent, by state, role and department."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.dictionary.service import clean_line
from portal.ground.permissions import Permission
from portal.ground.web import page, unit
from portal.ground.web.access import agent_only
from portal.ground.web.sent import read_id
from portal.people.accounts.service import list_departments
from portal.screens.administration import wording
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.queries import After, Sought, State, count_states, list_agents

ADDRESS = "/agents/equipes"
MAX_WORDS, MAX_CURSOR = 80, 300
STATES = {
    State.ALL: wording.ALL,
    State.ACTIVE: wording.ACTIVE[0],
    State.INVITED: wording.INVITED[0],
    State.MOVED: wording.MOVED[0],
    State.SUSPENDED: wording.SUSPENDED[0],
}
may_manage = agent_only(Permission.AGENTS_MANAGE)


@blueprint.get("/equipes")
@may_manage
def team() -> Response:
    """A page of agents, narrowed by the address."""
    sought = read_sought()
    records, following = list_agents(unit(), sought)
    counts = count_states(unit())
    return page(
        "administration/team.html",
        title=_("Équipes : %(state)s", state=str(STATES[sought.state]).lower()),
        service=_("Agents"),
        records=records,
        sought=sought,
        states=STATES,
        counts=counts,
        roles=wording.ROLES,
        departments={one.id: one.name for one in list_departments(unit())},
        state_of=wording.state_of,
        address=address_of,
        next=address_of(replace(sought, after=following)) if following else None,
        done=request.args.get("fait", ""),
    )


def read_sought() -> Sought:
    """What the address narrows the list to; what is unknown is left out."""
    told = request.args
    roles = {role.value: role for role in wording.ROLES}
    states = {state.value: state for state in State}
    return Sought(
        state=states.get(told.get("vue", ""), State.ALL),
        words=clean_line(told.get("q", ""))[:MAX_WORDS],
        role=roles.get(told.get("role", "")),
        department_id=read_id(told.get("service", "")),
        after=_after(told.get("apres", "")),
    )


def address_of(sought: Sought, **changes: object) -> str:
    """The address of a list, with some changes; it returns to the first page unless ``after`` is among them."""
    wanted = replace(sought, **{"after": None, **changes}) if changes else sought  # type: ignore[arg-type]  # its fields
    pairs = {
        "vue": wanted.state.value if wanted.state is not State.ALL else "",
        "q": wanted.words,
        "role": wanted.role.value if wanted.role else "",
        "service": str(wanted.department_id) if wanted.department_id else "",
        "apres": f"{wanted.after.id}.{wanted.after.name}" if wanted.after else "",
    }
    text = urlencode({name: value for name, value in pairs.items() if value})
    return f"{ADDRESS}?{text}" if text else ADDRESS


def _after(token: str) -> After | None:
    row_id, dot, name = token[:MAX_CURSOR].partition(".")
    known = read_id(row_id)
    return After(name, known) if known is not None and dot and name.isprintable() else None
