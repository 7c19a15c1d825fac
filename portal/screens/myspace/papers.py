"""What was said to the person in writing, to read, print or download: the acknowledgement, the decision."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.casework.receipts import service as receipts
from portal.casework.receipts.service import PaperKind
from portal.ground.errors import Forbidden
from portal.ground.web import actor, page, redirect_to, settings, unit
from portal.ground.web.access import resident_only
from portal.ground.web.downloads import as_download
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.paging import page_of
from portal.screens.myspace.queries.papers import papers_of

NAMES = {PaperKind.ACKNOWLEDGEMENT: _l("Accusé de réception"), PaperKind.DECISION: _l("Décision")}
PLACES = {PaperKind.ACKNOWLEDGEMENT: "accuse", PaperKind.DECISION: "decision"}


@blueprint.get("/mon-espace/courriers")
@resident_only
def papers() -> Response:
    """Every acknowledgement and every decision, the newest first, a page at a time."""
    account_id = actor().id
    if account_id is None:
        raise Forbidden("resident_needed")
    shown, here = page_of(
        "/mon-espace/courriers", lambda skip, limit: papers_of(unit(), account_id, skip=skip, limit=limit)
    )
    return page(
        "myspace/papers.html",
        title=_("Mes courriers et décisions"),
        service=_("Mon espace"),
        papers=shown,
        here=here,
        places=PLACES,
        names=NAMES,
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (_("Mes courriers et décisions"), None)],
    )


@blueprint.get("/demandes/<reference>/accuse")
@resident_only
def acknowledgement(reference: str) -> Response:
    """The acknowledgement of receipt as issued."""
    return _show(reference, PaperKind.ACKNOWLEDGEMENT, "myspace.acknowledgement", _("Accusé de réception"))


@blueprint.get("/demandes/<reference>/decision")
@resident_only
def decision(reference: str) -> Response:
    """The decision of the service, with its reasons."""
    return _show(reference, PaperKind.DECISION, "myspace.decision", _("Décision"))


def _show(reference: str, kind: PaperKind, endpoint: str, here: str) -> Response:
    shown = receipts.show_paper(unit(), actor(), reference, kind, public_url=settings().public_url)
    paper = shown.content
    if paper.number != reference:
        return redirect_to(endpoint, reference=paper.number)
    subject = "".join(span.text for span in paper.lead[0])
    return page(
        "myspace/paper.html",
        title=paper.title,
        service=_("Mon espace"),
        paper=paper,
        shown=shown,
        back=f"/demandes/{paper.number}",
        base=f"/demandes/{paper.number}/{PLACES[kind]}",
        just_sent=request.args.get("depot") == "oui",
        trail=[
            (_("Accueil"), "/"),
            (_("Mon espace"), "/mon-espace"),
            (subject, f"/demandes/{paper.number}"),
            (here, None),
        ],
    )


@blueprint.get("/demandes/<reference>/accuse.pdf")
@resident_only
def acknowledgement_pdf(reference: str) -> Response:
    """The acknowledgement as a file."""
    return _send(reference, PaperKind.ACKNOWLEDGEMENT)


@blueprint.get("/demandes/<reference>/decision.pdf")
@resident_only
def decision_pdf(reference: str) -> Response:
    """The decision as a file."""
    return _send(reference, PaperKind.DECISION)


def _send(reference: str, kind: PaperKind) -> Response:
    found = receipts.read_pdf(unit(), actor(), reference, kind)
    return as_download(found.pdf, "application/pdf", found.name, "pdf")


@blueprint.post("/demandes/<reference>/accuse/pdf")
@resident_only
def ask_acknowledgement_pdf(reference: str) -> Response:
    """Have the file made, for a request that came before there were any."""
    return _ask(reference, PaperKind.ACKNOWLEDGEMENT, "myspace.acknowledgement")


@blueprint.post("/demandes/<reference>/decision/pdf")
@resident_only
def ask_decision_pdf(reference: str) -> Response:
    """Same, for the decision."""
    return _ask(reference, PaperKind.DECISION, "myspace.decision")


def _ask(reference: str, kind: PaperKind, endpoint: str) -> Response:
    receipts.ask_for_pdf(unit(), actor(), reference, kind)
    return redirect_to(endpoint, reference=reference)
