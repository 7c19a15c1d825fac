"""« Droits » : what each role can do and open, read from the declarations of the routes and never written by hand."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.clock import today
from portal.ground.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.ground.web import page
from portal.ground.web.access import access_of, agent_only
from portal.ground.web.spreadsheets import write_rows
from portal.screens.administration import wording
from portal.screens.administration.blueprint import blueprint

PAGES = "pages"
AGENTS = "/agents/"
_ANY_OF = re.compile(r"<any\(([^)]*)\)[^>]*>")
_PART = re.compile(r"<(?:[^:>]+:)?[^>]+>")
may_read = agent_only(Permission.RIGHTS_READ)


@dataclass(frozen=True, slots=True)
class Opening:
    """One address with one way of using it. ``kind`` and ``permission`` are those of its access declaration."""

    address: str
    acts: bool
    kind: str
    permission: Permission | None

    def opens_to(self, role: Role) -> bool:
        """Whether an agent of this role gets in."""
        if self.kind == "public":
            return True
        return self.kind == "agent" and (self.permission is None or self.permission in ROLE_PERMISSIONS[role])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a right in words, who holds it, and where it serves: addresses to read and to act by."""

    title: str
    roles: tuple[Role, ...]
    area: str = ""
    read: tuple[str, ...] = ()
    acted: tuple[str, ...] = ()


def read_openings(app: Flask) -> list[Opening]:
    """Every address of the portal by every method, from its declaration, in alphabetical order."""
    found = {
        Opening(plain_address(rule.rule), method != "GET", access.kind, access.permission)
        for rule in app.url_map.iter_rules()
        if (access := access_of(app, rule.endpoint)) is not None
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(found, key=lambda one: (one.address, one.acts))


def plain_address(rule: str) -> str:
    """An address as a person reads it: « … » for what changes from one page to another."""
    return _PART.sub("…", _ANY_OF.sub("…", rule))


@blueprint.get("/droits")
@may_read
def rights() -> Response:
    """Rights by role, or the pages behind them; ``role`` keeps to what one role may do."""
    roles = {role.value: role for role in wording.ROLES}
    only, by_page = roles.get(request.args.get("role", "")), request.args.get("vue") == PAGES
    openings = [one for one in read_openings(current_app) if one.address.startswith(AGENTS) and one.kind == "agent"]
    rows = rows_by_page(openings) if by_page else rows_by_right()
    shown = [role for role in wording.ROLES if only in {None, role}]
    return page(
        "administration/rights.html",
        title=_("Droits : ce que chaque rôle ouvre") if by_page else _("Droits : ce que chaque rôle peut faire"),
        service=_("Agents"),
        rows=[row for row in rows if only is None or only in row.roles],
        roles={role: wording.ROLES[role] for role in shown},
        every={role.value: name for role, name in wording.ROLES.items()},
        only=only,
        by_page=by_page,
        pages=PAGES,
    )


def rows_by_right() -> list[Row]:
    """One line for each right, in the words of :data:`wording.RIGHTS`; one without words shows its own name."""
    rights_ = sorted(Permission, key=_order)
    return [Row(_right(right), _holders(right)) for right in rights_]


def _right(right: Permission | None) -> str:
    return str(wording.RIGHTS.get(right, right.value) if right is not None else wording.ANY_AGENT)


def _order(right: Permission) -> int:
    known = list(wording.RIGHTS)
    return known.index(right) if right in known else len(known)


def rows_by_page(openings: Iterable[Opening]) -> list[Row]:
    """One line for each part of the agents' space and each right in it."""
    gathered: dict[tuple[str, Permission | None], list[Opening]] = {}
    for one in openings:
        area = AGENTS + one.address.removeprefix(AGENTS).split("/")[0].partition(".")[0]
        gathered.setdefault((area, one.permission), []).append(one)
    return [
        Row(
            title=_right(permission),
            area=area,
            roles=tuple(role for role in wording.ROLES if found[0].opens_to(role)),
            read=tuple(one.address for one in found if not one.acts),
            acted=tuple(one.address for one in found if one.acts),
        )
        for (area, permission), found in gathered.items()
    ]


def _holders(right: Permission) -> tuple[Role, ...]:
    return tuple(role for role in wording.ROLES if right in ROLE_PERMISSIONS[role])


@blueprint.get("/droits.csv")
@may_read
def rights_file() -> Response:
    """Every address of the portal with everybody who gets in, for a spreadsheet."""
    response = make_response(write_rows([_header(), *map(_cells, read_openings(current_app))]))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="droits-{today().isoformat()}.csv"'
    return response


def _header() -> list[str]:
    return [
        _("Adresse"),
        _("Usage"),
        _("Droit"),
        _("Sans connexion"),
        _("Usager connecté"),
        *(str(name) for name in wording.ROLES.values()),
    ]


def _cells(one: Opening) -> list[str]:
    said: Mapping[bool, str] = {True: _("oui"), False: _("non")}
    right = _right(one.permission) if one.kind == "agent" else ""
    if one.kind == "partner":
        right = _("Logiciel d’un partenaire, avec sa signature")
    return [
        one.address,
        _("agir") if one.acts else _("ouvrir"),
        right,
        said[one.kind == "public"],
        said[one.kind in {"public", "resident"}],
        *(said[one.opens_to(role)] for role in wording.ROLES),
    ]
