"""« Droits » : the table is read from the routes, and says the same as they do."""

import csv
import io
from collections.abc import Callable

from flask import Flask

from portal.ground.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.screens.administration.rights import read_openings, rows_by_page
from portal.screens.administration.wording import RIGHTS, ROLES
from tests.support.client import Browser, Page
from tests.support.town import Town, app, sign_in, town

__all__ = ["app", "sign_in", "town"]

HERE = "/agents/droits"
MOST_NODES = 350


def cells(page: Page) -> list[list[str]]:
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in page.all("tr")]
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def test_the_table_says_what_the_routes_declare(app: Flask, sign_in: Callable[..., Browser], town: Town) -> None:
    officer = sign_in(town.commune.agents["d.quere"])
    page = officer.get(HERE, state="plain")
    head, *rows = cells(page)
    assert head[1:] == [str(name) for name in ROLES.values()]
    told = {row[0]: {role for role, cell in zip(ROLES, row[1:], strict=True) if cell == "Oui"} for row in rows}
    assert told == {str(RIGHTS[right]): holders(right) for right in Permission}
    assert len(list(page.tree.iter())) <= MOST_NODES
    by_page = officer.get(f"{HERE}?vue=pages", state="by page")
    shown = " ; ".join(" ; ".join(row[2:4]) for row in cells(by_page)[1:]).split(" ; ")
    for opening in read_openings(app):
        if opening.address.startswith("/agents/") and opening.kind == "agent":
            assert opening.address in shown, opening
    only = officer.get(f"{HERE}?vue=pages&role=administrator", state="one role")
    assert all(row[-1] == "Tous les rôles" or "Administrateur" in row[-1] for row in cells(only)[1:])
    assert "/agents/equipes" in only.text
    assert "/agents/dossiers" not in only.text
    assert len(list(only.tree.iter())) <= MOST_NODES
    rights = officer.get(f"{HERE}?role=administrator")
    assert all(row[1] == "Oui" for row in cells(rights)[1:])
    sign_in(town.claire).get(HERE, 403)


def holders(right: Permission) -> set[Role]:
    return {role for role in ROLES if right in ROLE_PERMISSIONS[role]}


def test_every_right_and_every_role_has_its_words() -> None:
    assert set(RIGHTS) == set(Permission)
    assert set(ROLES) == set(Role) - {Role.RESIDENT}


def test_rows_of_pages_hold_nothing_twice_and_forget_nothing(app: Flask) -> None:
    openings = [one for one in read_openings(app) if one.kind == "agent"]
    rows = rows_by_page(openings)
    assert sum(len(row.read) + len(row.acted) for row in rows) == len(
        {(one.address, one.acts, one.permission) for one in openings}
    )


def test_the_file_holds_every_address(app: Flask, sign_in: Callable[..., Browser], town: Town) -> None:
    keeper = sign_in(town.commune.agents["a.ngoma"])
    answer = keeper.http.get(f"{HERE}.csv", base_url=keeper.settings.public_url)
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))
    assert len(lines) - 1 == len(read_openings(app))
    assert ["/mon-espace", "ouvrir", "", "non", "oui", *["non"] * len(ROLES)] in lines
