"""« Réglages »: gathered for those who have much to set up, left in the menu of the others."""

from collections.abc import Callable

import pytest

from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.screens.administration.menu import ALONE, EVERYDAY, SET_UP, SETTINGS, agents_menu, place_of, set_up_of
from tests.support.client import Browser, Page
from tests.support.town import Town, app, sign_in, town

__all__ = ["app", "sign_in", "town"]

TEXTS = "/agents/modeles"


def menu(page: Page) -> dict[str, str | None]:
    """Address → how it is marked, of the links of the agents' menu."""
    (bar,) = page.all("nav", class_="menu")
    return {link.get("href"): link.get("aria-current") for link in bar.iter() if link.get("href")}


def test_much_to_set_up_is_gathered_behind_one_entry(sign_in: Callable[..., Browser], town: Town) -> None:
    head = sign_in(town.commune.agents["s.amrani"])
    page = head.get(SETTINGS, state="plain")
    shown = menu(page)
    assert shown[SETTINGS] == "page"
    assert not {one.address for one in SET_UP} & set(shown)
    listed = list(page.links().values())
    assert listed == [one.address for one in SET_UP if one.permission in ROLE_PERMISSIONS[Role.SUPERVISOR]]
    for address in listed:
        assert menu(head.get(address))[SETTINGS] == "true", address
    assert menu(head.get("/agents/dossiers"))["/agents/dossiers"] == "page"


def test_little_stays_in_the_menu(sign_in: Callable[..., Browser], town: Town) -> None:
    officer = sign_in(town.commune.agents["d.quere"])
    shown = menu(officer.get("/agents/droits"))
    assert shown["/agents/droits"] == "page"
    assert SETTINGS not in shown
    nothing = sign_in(town.claire).get(SETTINGS, state="empty")
    assert "Votre rôle n’a rien à régler" in nothing.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
def test_each_role_reaches_all_it_may_open(role: Role) -> None:
    who = Actor(ActorKind.AGENT, permissions=ROLE_PERMISSIONS[role])
    shown = {address for _label, address in agents_menu(who, [])}
    may = {one.address for one in (*EVERYDAY, *SET_UP) if who.can(one.permission)}
    assert (shown | {one.address for one in set_up_of(who)}) - {SETTINGS} == may
    assert (SETTINGS in shown) == (len(set_up_of(who)) > ALONE)
    assert len(shown) <= len(EVERYDAY) + ALONE


def test_a_page_of_a_like_name_is_not_within_an_entry() -> None:
    head = Actor(ActorKind.AGENT, permissions=ROLE_PERMISSIONS[Role.SUPERVISOR])
    assert place_of(head, f"{TEXTS}/nouveau") == f"{SETTINGS}/"
    assert place_of(head, f"{TEXTS}-anciens") == f"{TEXTS}-anciens"
    assert place_of(Actor(ActorKind.AGENT), TEXTS) == TEXTS
