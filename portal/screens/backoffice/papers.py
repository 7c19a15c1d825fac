"""What the person was told in writing, as they see it; each reading is noted in the journal, which they see too."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.receipts import service as receipts
from portal.casework.receipts.service import PaperKind
from portal.ground import web
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.downloads import as_download


def acknowledgement(reference: str) -> Response:
    """What the person was told when the request came in."""
    return _show(reference, PaperKind.ACKNOWLEDGEMENT, "accuse")


def decision(reference: str) -> Response:
    """What the person was told when it was decided."""
    return _show(reference, PaperKind.DECISION, "decision")


def _show(reference: str, kind: PaperKind, place: str) -> Response:
    with web.background_unit() as journal:
        shown = receipts.show_paper(
            web.unit(), web.actor(), reference, kind, public_url=web.settings().public_url, journal=journal
        )
    number = shown.content.number
    return web.page(
        "backoffice/paper.html",
        title=shown.content.title,
        service=_("Agents"),
        paper=shown.content,
        shown=shown,
        base=f"/agents/dossiers/{number}/{place}",
    )


def acknowledgement_pdf(reference: str) -> Response:
    """The acknowledgement as a file."""
    return _send(reference, PaperKind.ACKNOWLEDGEMENT)


def decision_pdf(reference: str) -> Response:
    """The decision as a file."""
    return _send(reference, PaperKind.DECISION)


def _send(reference: str, kind: PaperKind) -> Response:
    with web.background_unit() as journal:
        found = receipts.read_pdf(web.unit(), web.actor(), reference, kind, journal=journal)
    return as_download(found.pdf, "application/pdf", found.name, "pdf")


def ask_acknowledgement_pdf(reference: str) -> Response:
    """Have the file made, for a request that came before there were any."""
    receipts.ask_for_pdf(web.unit(), web.actor(), reference, PaperKind.ACKNOWLEDGEMENT)
    return web.redirect_to("backoffice.acknowledgement", reference=reference)


def ask_decision_pdf(reference: str) -> Response:
    """Same, for the decision."""
    receipts.ask_for_pdf(web.unit(), web.actor(), reference, PaperKind.DECISION)
    return web.redirect_to("backoffice.decision", reference=reference)


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    one = "/dossiers/<reference>"
    for place, shown, sent, asked in (
        ("accuse", acknowledgement, acknowledgement_pdf, ask_acknowledgement_pdf),
        ("decision", decision, decision_pdf, ask_decision_pdf),
    ):
        blueprint.get(f"{one}/{place}")(agent_only(Permission.REQUESTS_READ)(shown))
        blueprint.get(f"{one}/{place}.pdf")(agent_only(Permission.REQUESTS_READ)(sent))
        blueprint.post(f"{one}/{place}/pdf")(agent_only(Permission.REQUESTS_READ)(asked))
