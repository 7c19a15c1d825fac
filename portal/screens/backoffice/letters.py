"""Letters to post: print, post, say when; take it back, or say that it came back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.contacts import service as contacts
from portal.casework.contacts.service import AnswerLetter
from portal.casework.contacts.wording import name_answer
from portal.casework.letters import service as letters
from portal.casework.letters.enums import LetterState
from portal.casework.letters.forms import WRONG_DAY, proposed_day, read_day
from portal.casework.letters.service import LetterView
from portal.casework.letters.wording import STATES
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.downloads import as_download
from portal.screens.backoffice import wording
from portal.screens.backoffice.casefile import Errors, kept_form

LETTERS = "/agents/courriers"
VIEWS = {"a-poster": LetterState.READY, "postes": LetterState.POSTED, "revenus": LetterState.RETURNED}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: a letter about a request, or a printed answer to a call or a letter."""

    address: str
    name: str
    to: str
    about: str
    made_at: datetime
    posted_on: date | None
    tracking: str = ""
    is_answer: bool = False


def letter_list() -> Response:
    """The letters to post, those posted, those that came back; of every kind together, 25 at most."""
    name = request.args.get("vue", "")
    state = VIEWS.get(name, LetterState.READY)
    return web.page(
        "backoffice/letters.html",
        title=_("Courriers"),
        service=_("Agents"),
        letters=_rows(state),
        counts=Counter(letters.count_letters(web.unit())) + Counter(contacts.count_answer_letters(web.unit())),
        views=VIEWS,
        state=state,
        states=STATES,
        done=request.args.get("fait", ""),
    )


def _rows(state: LetterState) -> list[Row]:
    titles = _titles()
    found = [_about_request(one, titles) for one in letters.list_letters(web.unit(), web.actor(), state)]
    found += [_answer(one) for one in contacts.list_answer_letters(web.unit(), web.actor(), state)]
    if state is LetterState.READY:
        return sorted(found, key=lambda row: row.made_at)[: letters.PAGE]
    return sorted(found, key=lambda row: row.posted_on or date.max, reverse=True)[: letters.PAGE]


def _about_request(view: LetterView, titles: Mapping[str, str]) -> Row:
    about = f"{wording.LETTER_PURPOSES[view.purpose]} {view.cites}".strip()
    to = titles.get(view.connection, view.connection)
    return Row(f"{LETTERS}/{view.id}", view.number, to, about, view.made_at, view.posted_on, view.tracking)


def _answer(letter: AnswerLetter) -> Row:
    address, about = f"{LETTERS}/reponses/{letter.id}", _("Réponse à une personne")
    return Row(address, name_answer(letter), letter.name, about, letter.answered_at, letter.posted_on, is_answer=True)


def _titles() -> dict[str, str]:
    registry = current_app.extensions["parvis_connections"]
    return {name: registry.title(name) for name in registry.names()}


def letter(letter_id: UUID) -> Response:
    """One letter, with what can be done of it now."""
    return _show(letter_id)


def _show(letter_id: UUID, errors: Errors | None = None, *, status: int = 200, moved: bool = False) -> Response:
    view, typed = letters.get_letter(web.unit(), web.actor(), letter_id), kept_form()
    context: dict[str, Any] = {
        "day": request.form.get("jour") or typed.get("jour") or proposed_day(),
        "tracking": request.form.get("suivi") or typed.get("suivi", ""),
    }
    return web.page(
        "backoffice/letter.html",
        title=_("Courrier %(number)s", number=view.number),
        status=status,
        service=_("Agents"),
        letter=view,
        states=STATES,
        recipient=_titles().get(view.connection, view.connection),
        words=wording,
        errors=errors or [],
        moved=moved,
        **context,
    )


def letter_pdf(letter_id: UUID) -> Response:
    """The letter to print; opening it is noted in the journal before it leaves."""
    with web.background_unit() as journal:
        file = letters.read_pdf(web.unit(), web.actor(), letter_id, journal=journal)
    return as_download(file.pdf, "application/pdf", file.name, "pdf")


def post_letter(letter_id: UUID) -> Response:
    """It is posted: the person reads when."""
    on = read_day(request.form.get("jour", ""))
    if on is None:
        return _show(letter_id, [("jour", str(WRONG_DAY))], status=422)
    tracking = request.form.get("suivi", "")
    try:
        letters.mark_posted(web.unit(), web.actor(), letter_id, on=on, tracking=tracking)
    except Invalid as refused:
        web.undo()
        fields = {"date": "jour", "tracking": "suivi"}
        return _show(letter_id, [(fields[name], said) for name, said in refused.fields.items()], status=422)
    except Conflict:
        return _show_moved(letter_id)
    return web.redirect_to("backoffice.letters", fait="poste")


def _show_moved(letter_id: UUID) -> Response:
    web.undo()
    return _show(letter_id, status=409, moved=True)


def unpost_letter(letter_id: UUID) -> Response:
    """It was marked by mistake."""
    try:
        letters.undo_posted(web.unit(), web.actor(), letter_id)
    except Conflict:
        return _show_moved(letter_id)
    return web.redirect_to("backoffice.letters", fait="annule")


def return_letter(letter_id: UUID) -> Response:
    """It came back."""
    try:
        letters.mark_returned(web.unit(), web.actor(), letter_id)
    except Conflict:
        return _show_moved(letter_id)
    return web.redirect_to("backoffice.letters", fait="revenu")


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    posts = agent_only(Permission.LETTERS_POST)
    blueprint.get("/courriers", endpoint="letters")(posts(letter_list))
    one = "/courriers/<uuid:letter_id>"
    blueprint.get(one, endpoint="letter")(posts(letter))
    blueprint.get(f"{one}.pdf", endpoint="letter_pdf")(posts(letter_pdf))
    blueprint.post(f"{one}/poste", endpoint="post_letter")(posts(post_letter))
    blueprint.post(f"{one}/annuler", endpoint="unpost_letter")(posts(unpost_letter))
    blueprint.post(f"{one}/revenu", endpoint="return_letter")(posts(return_letter))
