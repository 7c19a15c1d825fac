"""Following a request without an account: the reference and its code, then the same story as in « Mon espace »."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments.service import adopt_appointments
from portal.casework.mandates.service import adopt_mandates
from portal.casework.receipts import service as receipts
from portal.casework.receipts.service import PaperKind
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act
from portal.casework.requests.reference import MAX_TYPED, normalise
from portal.engine.journey_kit.following import Following, close_following, find_following, open_following
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.web import actor, background_unit, page, redirect_to, settings, take, undo, unit
from portal.ground.web.access import public, resident_only
from portal.ground.web.context import SAFE_METHODS
from portal.ground.web.downloads import as_download
from portal.ground.web.limits import client_network
from portal.ground.web.sent import key_sent
from portal.screens.myspace import wording
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.casefile import rail_of
from portal.screens.myspace.reading import note_reading
from portal.screens.myspace.story import signature
from portal.screens.myspace.survey import survey_of

PER: Final = timedelta(minutes=5)
# A code has 37 bits: at twenty attempts a day on one request, nobody finds it, from however many addresses.
PER_REQUEST: Final = 20
PER_REQUEST_IN: Final = timedelta(days=1)
MAX_CODE: Final = 20
PAPERS: Final = {"accuse": PaperKind.ACKNOWLEDGEMENT, "decision": PaperKind.DECISION}
Trail = list[tuple[str, str | None]]


@blueprint.get("/suivre")
@public
def ask_code() -> Response:
    """Where a reference and its code are typed."""
    return _ask(reference=clean_line(request.args.get("reference", ""))[:MAX_TYPED])


def _ask(*, reference: str = "", errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    here = _("Suivre sans compte")
    return page(
        "myspace/follow_door.html",
        title=here,
        status=status,
        reference=reference,
        errors=errors or [],
        trail=[(_("Accueil"), "/"), (here, None)],
    )


@blueprint.post("/suivre")
@public
def check_code() -> Response:
    """Open the request when the code is the right one. What is wrong is not said: reference, code, or the rest."""
    reference = clean_line(request.form.get("reference", ""))[:MAX_TYPED]
    code = clean_line(request.form.get("code", ""))[:MAX_CODE]
    control = clean_line(request.form.get("controle", ""))[:MAX_CODE]
    if not reference or not code:
        missing = ("reference", _("Écrivez la référence, par exemple « VSI-7F3K-2M ».")) if not reference else None
        absent = ("code", _("Écrivez le code de suivi, par exemple « 7F3K-M2BC ».")) if not code else None
        return _ask(reference=reference, errors=[one for one in (missing, absent) if one], status=422)
    try:
        _count_attempt(reference)
    except Busy as busy:
        sentence = _("Trop d’essais. Attendez quelques minutes, puis réessayez, ou appelez le service.")
        response = _ask(reference=reference, errors=[("code", sentence)], status=busy.status)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    found = requests.open_with_code(unit(), reference, code, control)
    if found is None:
        sentence = _(
            "Ces indications ne vont pas ensemble. Relisez la référence et le code, caractère par caractère, "
            "et ajoutez votre date de naissance ou votre code postal si la démarche les demandait."
        )
        return _ask(reference=reference, errors=[("reference", sentence)], status=422)
    exact, holder = found
    open_following(exact, holder)
    return redirect_to("myspace.follow", reference=exact)


def _count_attempt(reference: str) -> None:
    with background_unit() as session:
        take(session, "follow", client_network(request.remote_addr), limit=settings().sign_in_limit, per=PER)
        take(session, "follow_one", normalise(reference) or reference, limit=PER_REQUEST, per=PER_REQUEST_IN)


@blueprint.get("/suivre/<reference>")
@public
def follow(reference: str) -> Response:
    """The request as its sender sees it, on a browser that has shown the code within the hour."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    told = {name: request.args.get(code) == "oui" for name, code in (("written", "ecrit"), ("corrected", "corrige"))}
    return _show(found, reference, **told)


def _show(found: Following, reference: str, *, status: int = 200, **extra: Any) -> Response:
    try:
        view = requests.get_request(unit(), found.actor, reference)
    except NotFound:  # attached to an account meanwhile: the code ended there
        close_following(reference)
        return redirect_to("myspace.one_request", reference=reference)
    if request.method in SAFE_METHODS:
        note_reading(view, found.actor)
    rail, minor = rail_of(view)
    context: dict[str, Any] = {"errors": [], "typed": "", "written": False, "stopped": False, "key": str(uuid4())}
    context |= {"corrected": False, "base": f"/suivre/{reference}"}
    return page(
        "myspace/follow.html",
        title=_("%(title)s, suivi %(reference)s", title=view.procedure_title, reference=reference),
        status=status,
        view=view,
        code=found.code,
        lead=wording.lead_of(view),
        survey=survey_of(view, None),
        marks=wording.marks_of(view),
        rail=rail,
        minor=minor,
        signature=signature,
        words=wording,
        Act=Act,
        trail=_trail(reference),
        **(context | extra),
    )


def _trail(reference: str, here: str | None = None) -> Trail:
    start: Trail = [(_("Accueil"), "/"), (_("Suivre sans compte"), "/suivre")]
    return [*start, (reference, None)] if here is None else [*start, (reference, f"/suivre/{reference}"), (here, None)]


@blueprint.post("/suivre/<reference>/messages")
@public
def write_following(reference: str) -> Response:
    """Write to the service, or answer its question. The key of the form makes a second press the same message."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    text, key = request.form.get("texte", ""), key_sent()
    try:
        requests.post_message(unit(), found.actor, reference, text, idempotency_key=key)
    except Invalid as refused:
        undo()
        errors = [("texte", sentence) for sentence in refused.fields.values()]
        return _show(found, reference, errors=errors, typed=text, key=key, status=422)
    except Conflict:
        undo()
        return _show(found, reference, typed=text, stopped=True, status=409)
    return redirect_to("myspace.follow", reference=reference, ecrit="oui", _anchor="echanges")


@blueprint.post("/suivre/<reference>/fermer")
@public
def stop_following(reference: str) -> Response:
    """Forget the request on this browser: on a shared computer."""
    close_following(reference)
    return redirect_to("myspace.ask_code")


@blueprint.post("/suivre/<reference>/rattacher")
@resident_only
def attach(reference: str) -> Response:
    """Bring the request into the account of whoever is signed in and has shown its code."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    if found.actor.subject is not None:
        adopt_mandates(unit(), actor(), found.actor.subject)
        adopt_appointments(unit(), actor(), found.actor.subject)
    requests.attach_to_account(unit(), actor(), found.actor, reference)
    close_following(reference)
    return redirect_to("myspace.one_request", reference=reference)


@blueprint.get("/suivre/<reference>/<any(accuse, decision):paper>")
@public
def follow_paper(reference: str, paper: str) -> Response:
    """What was said in writing, to read and print."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    shown = receipts.show_paper(unit(), found.actor, reference, PAPERS[paper], public_url=settings().public_url)
    return page(
        "myspace/paper.html",
        title=shown.content.title,
        paper=shown.content,
        shown=shown,
        base=f"/suivre/{reference}/{paper}",
        back=f"/suivre/{reference}",
        just_sent=False,
        trail=_trail(reference, shown.content.title),
    )


@blueprint.get("/suivre/<reference>/<any(accuse, decision):paper>.pdf")
@public
def follow_pdf(reference: str, paper: str) -> Response:
    """The same as a file."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    file = receipts.read_pdf(unit(), found.actor, reference, PAPERS[paper])
    return as_download(file.pdf, "application/pdf", file.name, "pdf")


@blueprint.post("/suivre/<reference>/<any(accuse, decision):paper>/pdf")
@public
def ask_followed_pdf(reference: str, paper: str) -> Response:
    """Have the file made, where it was not."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    receipts.ask_for_pdf(unit(), found.actor, reference, PAPERS[paper])
    return redirect_to("myspace.follow_paper", reference=reference, paper=paper)
