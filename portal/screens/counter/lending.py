"""The step pages of any procedure, lent to an agent who fills a draft in somebody's name.

The views are those of residents: what changes is where they stand (``Setting``) and who acts. Each is let in anew at
each click, so that a code taken back stops the next one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import Closing
from portal.casework.assistance.service import AssistanceEnded, AssistanceView, EntryView
from portal.casework.requests.service import Origin, assisted_draft, get_draft
from portal.engine.journey_kit import evidence, item_files, items, leaving, sending, start, steps
from portal.engine.journey_kit.folder import EXIT
from portal.engine.journey_kit.setting import Setting, stand
from portal.ground.errors import Invalid, NotFound
from portal.ground.permissions import Actor, Permission
from portal.ground.web import actor, background_unit, page, undo, unit
from portal.ground.web.access import agent_only
from portal.ground.web.context import SAFE_METHODS
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.uploads import takes_file
from portal.people.accounts.service import known_values
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint

View = Callable[..., Any]
DESK, ENTRIES = "/agents/guichet", "/agents/saisie"


@dataclass(frozen=True, slots=True)
class Band:
    """What the agent reads above each page: who is helped or what is typed in, and where to close."""

    text: str
    name: str
    close: str
    scans: str = ""


class ScanMissing(Exception):
    """What came by mail is not sent without its original."""


def enter(assistance_id: UUID, door: str) -> Response | None:
    """Let the agent in to one draft, or answer why not.

    :raises NotFound: no such assistance of this agent behind this door.
    """
    agent = actor()
    opened = assistance.find_assistance(unit(), agent, assistance_id)
    if opened.is_paper != (door == ENTRIES):
        raise NotFound("assistance_unknown")
    if opened.ended is Closing.SENT and opened.request_id is not None:
        return redirect_to_path(f"{door}/{opened.id}/accuse")
    if opened.ended is not None:
        return show_ended(opened.ended, door)
    if request.method in SAFE_METHODS:
        with background_unit() as session:
            assistance.touch(session, agent, opened)
    g.actor = assistance.actor_of(agent, opened)
    entry = assistance.find_entry(unit(), opened) if opened.is_paper else None
    stand(_setting(opened, door, entry))
    return None


def _setting(opened: AssistanceView, door: str, entry: EntryView | None) -> Setting:
    base = f"{door}/{opened.id}"
    return Setting(
        base=base,
        frame="counter/helping.html",
        leave=door,
        at_desk=True,
        saved=lambda: assistance.note_save(unit(), actor()),
        send=_send_entry if entry else _send_assisted,
        sent_to=lambda _reference: f"{base}/accuse",
        band=_band(opened, base, entry),
        trail=[(_("Saisie d’un courrier"), ENTRIES) if entry else (_("Guichet"), DESK)],
    )


def _band(opened: AssistanceView, base: str, entry: EntryView | None) -> Band:
    close = f"{base}/fermer"
    if entry is not None:
        return Band(wording.say_entry(entry.facts), entry.facts.applicant, close, f"{base}/original")
    if opened.is_paper:
        return Band(_("Vous saisissez un papier"), "", close)
    return Band(_("Tout ce que vous faites est visible par cette personne."), _name_of(opened.person_id), close)


def _name_of(person_id: UUID) -> str:
    """Who is helped, as their identity says: in one statement, whatever is known of them."""
    known = known_values(unit(), person_id)
    family = known.get("person.preferred_name") or known.get("person.family_name")
    given = known.get("person.given_names")
    first = str(given.value).partition(" ")[0] if given else ""
    return f"{first} {family.value if family else ''}".strip()


def _send_assisted(_draft_id: UUID, key: str, version: int, origins: Mapping[str, Origin]) -> Any:
    return assistance.send_assisted(unit(), actor(), idempotency_key=key, version=version, origins=origins)


def _send_entry(_draft_id: UUID, key: str, version: int, _origins: Mapping[str, Origin]) -> Any:
    try:
        return assistance.send_entry(unit(), actor(), idempotency_key=key, version=version)
    except Invalid as refused:
        if "original" in refused.fields:
            raise ScanMissing from None
        raise


def show_ended(why: Closing, door: str, sentence: str = "") -> Response:
    """Why the agent may not go on, in the usual words or in those given. Nothing more of the draft is shown."""
    return page(
        "counter/ended.html",
        title=_("Ce dossier est fermé"),
        status=409,
        service=_("Agents"),
        sentence=sentence or (wording.PAPER_ENDINGS if door == ENTRIES else wording.ENDINGS)[why],
        door=door,
        paper=door == ENTRIES,
    )


def acting(door: str, view: View) -> View:
    """``view``, for an agent let in behind ``door``: it is called with what is left of the address."""

    def let_in(assistance_id: UUID, **address: Any) -> Any:
        refused = enter(assistance_id, door)
        if refused is not None:
            return refused
        try:
            return view(**address)
        except ScanMissing:
            undo()
            return redirect_to_path(f"{door}/{assistance_id}/original?manque=oui")
        except AssistanceEnded as ended:
            undo()
            g.pop("actor", None)
            return show_ended(ended.why, door)

    let_in.__name__, let_in.__doc__ = view.__name__, view.__doc__
    return let_in


def go_on(assistance_id: UUID, door: str) -> Response:
    """To the next thing to do in the draft."""
    return redirect_to_path(f"{door}/{assistance_id}/{slug_of(actor())}/commencer?suite=oui")


def slug_of(who: Actor) -> str:
    """The procedure of the draft that this agent was let in to."""
    return get_draft(unit(), who, assisted_draft(who)).procedure_slug


def _lend(door: str, place: str, permission: Permission) -> None:
    """Register the step pages under a door of the agents."""
    one = f"{door.removeprefix('/agents')}/<uuid:assistance_id>/<slug>"
    step = f"{one}/<step_slug>"
    may = agent_only(permission)
    for rule, name, view in (
        (f"{one}/commencer", "resume", start.resume),
        (f"{one}/verifier", "check", sending.check),
        (f"{one}/envoyer", "back_to_check", sending.back_to_check),
        (step, "show_step", steps.show_step),
        (f"{step}/{EXIT}", "show_exit", leaving.show_exit),
        (f"{step}/<int:number>", "show_item", items.show_item),
        (f"{step}/<int:number>/pieces", "show_item_files", item_files.show_item_files),
        (f"{step}/<int:number>/retirer", "confirm_removal", items.confirm_removal),
    ):
        blueprint.get(rule, endpoint=f"{place}_{name}")(may(acting(door, view)))
    for rule, name, view in (
        (f"{one}/envoyer", "send", sending.send),
        (step, "save_step", steps.save_step),
        (f"{step}/<int:number>", "save_item", items.save_item),
        (f"{step}/<int:number>/retirer", "remove_item", items.remove_item),
    ):
        blueprint.post(rule, endpoint=f"{place}_{name}")(may(acting(door, view)))
    add_file = takes_file(evidence.MAX_BODY)(may(acting(door, evidence.add_file)))
    choose_file = may(acting(door, evidence.choose_file))
    for about in (step, f"{step}/<int:number>"):
        blueprint.post(f"{about}/pieces", endpoint=f"{place}_add_file")(add_file)
        blueprint.post(f"{about}/pieces/choix", endpoint=f"{place}_choose_file")(choose_file)


_lend(DESK, "desk", Permission.DRAFTS_ASSIST)
_lend(ENTRIES, "entry", Permission.REQUESTS_ENTER)
