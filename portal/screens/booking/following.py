"""An appointment without an account: its reference and its code, then the same pages as in « Mes rendez-vous »."""

from datetime import timedelta
from typing import Final

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.requests.reference import MAX_TYPED, normalise
from portal.engine.journey_kit.following import close_following, find_following, open_following
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Busy
from portal.ground.web import background_unit, page, redirect_to, settings, take, unit
from portal.ground.web.access import public
from portal.ground.web.limits import client_network
from portal.screens.booking import acts
from portal.screens.booking.acts import Door
from portal.screens.booking.blueprint import blueprint
from portal.screens.booking.choosing import ADDRESS

FOLLOW: Final = f"{ADDRESS}/suivre"
ONE: Final = f"{FOLLOW}/<reference>"
PER: Final = timedelta(minutes=5)
# As for requests: a code has 37 bits, and nobody finds it at twenty attempts a day.
PER_ONE: Final = 20
PER_ONE_IN: Final = timedelta(days=1)
MAX_CODE: Final = 20


@blueprint.get(FOLLOW)
@public
def ask_code() -> Response:
    """Where a reference and its code are typed."""
    return _ask(clean_line(request.args.get("reference", ""))[:MAX_TYPED])


def _ask(reference: str, *, errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    here = _("Retrouver un rendez-vous")
    return page(
        "booking/find.html",
        title=here,
        status=status,
        reference=reference,
        errors=errors or [],
        address=FOLLOW,
        trail=[(_("Accueil"), "/"), (_("Prendre rendez-vous"), ADDRESS), (here, None)],
    )


@blueprint.post(FOLLOW)
@public
def check_code() -> Response:
    """Open the appointment when the code is the right one. Which of the two is wrong is not said."""
    reference = clean_line(request.form.get("reference", ""))[:MAX_TYPED]
    code = clean_line(request.form.get("code", ""))[:MAX_CODE]
    errors = []
    if not reference:
        errors.append(("reference", _("Écrivez la référence du rendez-vous.")))
    if not code:
        errors.append(("code", _("Écrivez le code de suivi, par exemple « 7F3K-M2BC ».")))
    if errors:
        return _ask(reference, errors=errors, status=422)
    try:
        with background_unit() as session:
            network = client_network(request.remote_addr)
            take(session, "follow", network, limit=settings().sign_in_limit, per=PER)
            take(session, "follow_one", normalise(reference) or reference, limit=PER_ONE, per=PER_ONE_IN)
    except Busy as busy:
        sentence = _("Trop d’essais. Attendez quelques minutes, puis réessayez, ou appelez le service.")
        response = _ask(reference, errors=[("code", sentence)], status=busy.status)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    found = appointments.open_with_code(unit(), reference, code)
    if found is None:
        sentence = _("Cette référence et ce code ne vont pas ensemble. Relisez-les, caractère par caractère.")
        return _ask(reference, errors=[("reference", sentence)], status=422)
    exact = appointments.get_own(unit(), found[1], found[0]).reference
    open_following(exact, found[1])
    return redirect_to("booking.show_followed", reference=exact)


def _door(reference: str) -> Door | Response:
    """The door of whoever has shown the code on this browser within the hour; others are asked for it."""
    known = find_following(reference)
    if known is None:
        return redirect_to("booking.ask_code", reference=reference)
    own = appointments.list_own(unit(), known.actor)
    found = next((one for one in own if one.reference == reference), None)
    if found is None:  # erased, or brought into an account
        close_following(reference)
        return redirect_to("booking.ask_code", reference=reference)
    return Door(known.actor, found.id, f"{FOLLOW}/{reference}", has_account=False, code=known.code)


acts.open_pages(ONE, "followed", public, _door)


@blueprint.post(f"{ONE}/fermer")
@public
def stop_following(reference: str) -> Response:
    """Forget the appointment on this browser: on a shared computer."""
    close_following(reference)
    return redirect_to("booking.ask_code")
