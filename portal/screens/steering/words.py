"""« Ce que les gens écrivent » : the words left after a request, for the department; hide what should not be read."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests.service import person_of
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction import texts
from portal.ground import web
from portal.ground.audit.service import record, record_each
from portal.ground.web.sent import read_id
from portal.screens.steering.blueprint import blueprint, may_steer
from portal.screens.steering.queries import WORDS_PAGE, read_words_page

ADDRESS = "/agents/pilotage/avis"


@blueprint.get(ADDRESS)
@may_steer
def words_list() -> Response:
    """The newest words; each person can read that theirs were read."""
    before = read_id(request.args.get("avant", ""))
    found = read_words_page(web.unit(), web.actor(), before)
    shown = found[:WORDS_PAGE]
    if shown:
        with web.background_unit() as journal:
            record_each(journal, web.actor(), "survey_read", [(one.person_id, one.request_id) for one in shown])
    return web.page(
        "steering/words.html",
        title=_("Ce que les gens écrivent"),
        service=_("Agents"),
        found=shown,
        first=ADDRESS if before else None,
        next=f"{ADDRESS}?avant={shown[-1].id}" if len(found) > WORDS_PAGE else None,
        obtained=texts.OBTAINED,
        ease=texts.EASE,
        done=request.args.get("fait", ""),
        hidden=read_id(request.args.get("avis", "")),
    )


@blueprint.post(f"{ADDRESS}/<uuid:answer_id>/masquer")
@may_steer
def hide_words(answer_id: UUID) -> Response:
    """Take words out of the list. The answers still count, and their author still reads them."""
    _note("survey_hidden", satisfaction.hide_words(web.unit(), web.actor(), answer_id))
    return web.redirect_to("steering.words_list", fait="masque", avis=answer_id)


@blueprint.post(f"{ADDRESS}/<uuid:answer_id>/montrer")
@may_steer
def show_words(answer_id: UUID) -> Response:
    """Put them back: hiding was a mistake."""
    _note("survey_shown", satisfaction.show_words(web.unit(), web.actor(), answer_id))
    return web.redirect_to("steering.words_list", fait="montre")


def _note(act: str, request_id: UUID) -> None:
    record(web.unit(), web.actor(), act, subject_id=person_of(web.unit(), request_id), request_id=request_id)
