"""The printed answers to calls and letters: shown to be printed, and posted among the other letters."""

from collections.abc import Sequence
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.contacts import service as contacts
from portal.casework.contacts.service import AnswerLetter
from portal.casework.contacts.wording import name_answer
from portal.casework.letters.forms import WRONG_DAY, proposed_day, read_day
from portal.casework.letters.wording import STATES
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, undo, unit
from portal.ground.web.access import agent_only
from portal.ground.web.sent import version_sent
from portal.people.accounts.service import get_authority, get_department
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.queries import agent_names

LETTERS = "/agents/courriers"
ONE = "/courriers/reponses/<uuid:contact_id>"
may_post = agent_only(Permission.LETTERS_POST)


def show_letter(letter: AnswerLetter, back: tuple[str, str], trail: Sequence[tuple[str, str | None]]) -> Response:
    """The letter, as the page that is printed.

    :param back: where the reader came from: the words of the link, and its address.
    :param trail: the pages above.
    """
    return page(
        "counter/contact_letter.html",
        title=name_answer(letter),
        service=_("Agents"),
        letter=letter,
        department=get_department(unit(), letter.department_id),
        place=get_authority(unit()),
        names=agent_names(unit(), {letter.answered_by} if letter.answered_by else set()),
        back=back,
        trail=[*trail, (_("Lettre"), None)],
    )


@blueprint.get(ONE)
@may_post
def answer_letter(contact_id: UUID) -> Response:
    """One printed answer, with what can be done of it now."""
    return _show(contact_id)


def _show(contact_id: UUID, error: str = "", *, status: int = 200, moved: bool = False) -> Response:
    letter = contacts.get_answer_letter(unit(), actor(), contact_id)
    return page(
        "counter/answer_letter.html",
        title=name_answer(letter),
        status=status,
        service=_("Agents"),
        letter=letter,
        base=_address(letter),
        department=get_department(unit(), letter.department_id).name,
        day=request.form.get("jour") or proposed_day(),
        states=STATES,
        errors=[("jour", error)] if error else [],
        moved=moved,
    )


def _address(letter: AnswerLetter) -> str:
    return f"{LETTERS}/reponses/{letter.id}"


@blueprint.get(f"{ONE}/lettre")
@may_post
def printed_answer(contact_id: UUID) -> Response:
    """The letter to print; opening it is noted in the journal before it is shown."""
    with background_unit() as journal:
        letter = contacts.print_answer_letter(unit(), actor(), contact_id, journal=journal)
    trail = [(_("Courriers"), LETTERS), (name_answer(letter), _address(letter))]
    return show_letter(letter, (_("Revenir au courrier"), _address(letter)), trail)


@blueprint.post(f"{ONE}/poste")
@may_post
def post_answer(contact_id: UUID) -> Response:
    """It is posted."""
    on = read_day(request.form.get("jour", ""))
    if on is None:
        return _show(contact_id, str(WRONG_DAY), status=422)
    try:
        contacts.mark_letter_posted(unit(), actor(), contact_id, version=version_sent(), on=on)
    except Invalid as refused:
        undo()
        return _show(contact_id, refused.fields["date"], status=422)
    except Conflict:
        return _show_moved(contact_id)
    return redirect_to("backoffice.letters", fait="reponse-postee")


@blueprint.post(f"{ONE}/annuler")
@may_post
def unpost_answer(contact_id: UUID) -> Response:
    """It was marked by mistake."""
    try:
        contacts.undo_letter_posted(unit(), actor(), contact_id, version=version_sent())
    except Conflict:
        return _show_moved(contact_id)
    return redirect_to("backoffice.letters", fait="reponse-annulee")


def _show_moved(contact_id: UUID) -> Response:
    undo()
    return _show(contact_id, status=409, moved=True)
