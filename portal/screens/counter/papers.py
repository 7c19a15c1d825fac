"""The acknowledgement of what was just sent at a desk: to print and hand over, for twenty minutes."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import Closing
from portal.casework.assistance.policy import SHOWN_AFTER
from portal.casework.receipts import service as receipts
from portal.casework.receipts.service import PaperKind
from portal.casework.receipts.wording import spell
from portal.casework.requests.service import reference_of
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, settings, unit
from portal.ground.web.access import agent_only
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.lending import DESK, ENTRIES, show_ended


@blueprint.get("/guichet/<uuid:assistance_id>/accuse")
@agent_only(Permission.DRAFTS_ASSIST)
def desk_paper(assistance_id: UUID) -> Response:
    """What the person takes away."""
    return _show(assistance_id, DESK)


@blueprint.get("/saisie/<uuid:assistance_id>/accuse")
@agent_only(Permission.REQUESTS_ENTER)
def entry_paper(assistance_id: UUID) -> Response:
    """What is sent back to the person, with the code that follows the request (CRPA R112-5)."""
    return _show(assistance_id, ENTRIES)


def _show(assistance_id: UUID, door: str) -> Response:
    agent = actor()
    opened = assistance.find_assistance(unit(), agent, assistance_id)
    if opened.request_id is None or opened.is_paper != (door == ENTRIES):
        raise NotFound("assistance_unknown")
    if opened.closed_at is None or opened.closed_at + SHOWN_AFTER <= clock.now():
        return show_ended(Closing.SENT, door, str(wording.SHOWN_LONG_ENOUGH))
    entry = assistance.find_entry(unit(), opened) if opened.is_paper else None
    reference = reference_of(unit(), opened.request_id)
    helper = assistance.actor_of(agent, opened)
    with background_unit() as journal:
        shown = receipts.show_paper(
            unit(), helper, reference, PaperKind.ACKNOWLEDGEMENT, public_url=settings().public_url, journal=journal
        )
    code = entry.code if entry else ""
    return page(
        "counter/paper.html",
        title=shown.content.title,
        service=_("Agents"),
        paper=shown.content,
        entry=entry,
        code=code,
        spelled=spell(code),
        follow=f"{settings().public_url.rstrip('/')}/suivre",
        door=door,
        closing=f"{door}/{assistance_id}/fermer",
        just_sent=request.args.get("depot") == "oui",
        trail=[(_("Saisie d’un courrier") if entry else _("Guichet"), door), (shown.content.title, None)],
    )
