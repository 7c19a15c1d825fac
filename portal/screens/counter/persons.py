"""The file of a person at the desk: what the desk needs, within its departments, for twenty minutes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.contacts import service as contacts
from portal.casework.contacts.wording import MEDIA
from portal.casework.contacts.wording import STATES as CONTACT_STATES
from portal.casework.mandates import service as mandates
from portal.casework.mandates.wording import say_themes
from portal.casework.notifications.service import NoticeKind, get_preferences
from portal.casework.openings import service as openings
from portal.casework.openings.enums import IdentityCheck, OpeningEnd
from portal.casework.openings.service import OpeningClosed, OpeningView
from portal.casework.openings.wording import CHECKS, REASONS
from portal.casework.requests import service as requests
from portal.ground.dictionary.service import display, get_concept
from portal.ground.errors import NotFound
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, undo, unit
from portal.ground.web.context import SAFE_METHODS
from portal.ground.web.pages import redirect_to_path
from portal.people.accounts.policy import masked_address
from portal.people.accounts.service import communes_of, get_account, get_contacts, identity_lines
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.handles import handle_of
from portal.screens.counter.lending import DESK
from portal.screens.counter.searching import lock_after, may_find
from portal.screens.pages.wording import say_theme

FILE = "/guichet/personne/<uuid:opening_id>"


def address_of(opening_id: UUID) -> str:
    """Where a file is."""
    return f"{DESK}/personne/{opening_id}"


def enter_file(opening_id: UUID) -> OpeningView | Response:
    """The file when it is open, else where the agent is sent.

    :raises NotFound: no such file of this agent.
    """
    opened = openings.get_opening(unit(), actor(), opening_id)
    if opened.ended is not None:
        return show_closed(opened.ended)
    if opened.locked:
        return redirect_to("counter.locked", opening_id=opening_id)
    if request.method in SAFE_METHODS:
        with background_unit() as session:
            openings.touch_opening(session, actor(), opened)
    return opened


def show_closed(why: OpeningEnd) -> Response:
    """Why nothing of the person is shown any more."""
    return page(
        "counter/closed.html",
        title=_("Cette fiche est fermée"),
        status=409,
        service=_("Agents"),
        sentence=wording.OPENING_ENDS[why],
    )


@blueprint.get(FILE)
@may_find
def person(opening_id: UUID) -> Response:
    """Who it is, what they asked of our departments, what they told us, and what can be done now."""
    opened = enter_file(opening_id)
    return opened if isinstance(opened, Response) else _show(opened)


def _show(opened: OpeningView, errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    who = identity_lines(unit(), [opened.person_id]).get(opened.person_id)
    if who is None:
        raise NotFound("person_unknown")  # erased meanwhile
    listed = requests.list_for_desk(unit(), actor(), who.account_id)
    response = page(
        "counter/person.html",
        title=_("Fiche de %(name)s", name=who.display_name),
        status=status,
        service=_("Agents"),
        opened=opened,
        who=who,
        facts=_facts(opened, who.account_id, who.birthdate),
        requests=listed,
        mandates=mandates.list_active_for(unit(), opened.person_id, actor().department_ids),
        say_themes=say_themes,
        proposal=f"{DESK}/mandats/proposer?{urlencode({'personne': handle_of(opened.person_id)})}",
        contacts=contacts.list_for_opening(unit(), actor(), opened.person_id),
        checks=[(one.value, str(text)) for one, text in CHECKS.items()],
        check_words=CHECKS,
        reasons=REASONS,
        words=wording,
        media=MEDIA,
        contact_states=CONTACT_STATES,
        say_theme=say_theme,
        say_birth=wording.say_birth,
        errors=errors or [],
        reads=actor().can(Permission.REQUESTS_READ),
        done=request.args.get("fait", ""),
        base=address_of(opened.id),
    )
    return lock_after(response, f"{address_of(opened.id)}/pause")


def _facts(opened: OpeningView, account_id: UUID, birthdate: str) -> Mapping[str, str]:
    """What is shown of the person: less until their identity is checked."""
    declared, checked = get_contacts(unit(), opened.person_id), opened.identity_check is not None
    email = declared.email or get_account(unit(), account_id).email
    way = get_preferences(unit(), account_id).ways.get(NoticeKind.ANSWER)
    communes: Mapping[UUID, str] = communes_of(unit(), [opened.person_id]) if checked else {}
    return {
        "birth": birthdate if checked else birthdate[:4],
        "commune": communes.get(opened.person_id, ""),
        "phone": display(get_concept("contact.phone"), declared.phone) if declared.phone else "",
        "email": email if checked else masked_address(email),
        "way": str(wording.PREFERRED[way]) if way else "",
    }


@blueprint.post(f"{FILE}/identite")
@may_find
def check_identity(opening_id: UUID) -> Response:
    """Note how the agent made sure of who the person is."""
    given = request.form.get("verification", "")
    check = next((one for one in IdentityCheck if one.value == given), None)
    if check is None:
        opened = enter_file(opening_id)
        errors = [("verification", _("Dites comment vous avez vérifié qui est la personne."))]
        return opened if isinstance(opened, Response) else _show(opened, errors, 422)
    return _act(opening_id, lambda: openings.check_identity(unit(), actor(), opening_id, check), fait="identite")


def _act(opening_id: UUID, act: Any, **told: str) -> Response:
    """Do something of an open file, then show it again; a closed or locked one says so."""
    try:
        act()
    except OpeningClosed as closed:
        undo()
        return show_closed(closed.why) if closed.why else redirect_to("counter.locked", opening_id=opening_id)
    return redirect_to("counter.person", opening_id=opening_id, **told)


@blueprint.post(f"{FILE}/fermer")
@may_find
def close_file(opening_id: UUID) -> Response:
    """The agent is done: the next person starts from an empty screen."""
    openings.close_opening(unit(), actor(), opening_id, OpeningEnd.AGENT)
    return redirect_to("counter.desk", ferme="oui")


@blueprint.get(f"{FILE}/erreur")
@may_find
def ask_wrong_person(opening_id: UUID) -> Response:
    """What becomes of the file of the wrong person, before it is done."""
    opened = enter_file(opening_id)
    if isinstance(opened, Response):
        return opened
    response = page(
        "counter/wrong_person.html",
        title=_("Ce n’est pas la bonne personne"),
        service=_("Agents"),
        base=address_of(opening_id),
    )
    return lock_after(response, f"{address_of(opening_id)}/pause")


@blueprint.post(f"{FILE}/erreur")
@may_find
def wrong_person(opening_id: UUID) -> Response:
    """Close the file, take back what was noted in it, leave a trace that the person reads."""
    openings.get_opening(unit(), actor(), opening_id)
    contacts.detach_opening(unit(), actor(), opening_id)
    closed = openings.close_opening(unit(), actor(), opening_id, OpeningEnd.WRONG)
    return show_closed(closed.ended or OpeningEnd.WRONG)


@blueprint.get(f"{FILE}/pause")
@may_find
def locked(opening_id: UUID) -> Response:
    """The empty screen of a file that nobody looks at."""
    opened = openings.get_opening(unit(), actor(), opening_id)
    if opened.ended is not None:
        return show_closed(opened.ended)
    return page("counter/locked.html", title=_("Écran en pause"), service=_("Agents"), base=address_of(opening_id))


@blueprint.post(f"{FILE}/reprendre")
@may_find
def resume_file(opening_id: UUID) -> Response:
    """The agent is back."""
    try:
        openings.resume_opening(unit(), actor(), opening_id)
    except OpeningClosed as closed:
        undo()
        return show_closed(closed.why or OpeningEnd.IDLE)
    return redirect_to_path(address_of(opening_id))
