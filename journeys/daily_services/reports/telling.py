"""A passer-by tells: what and where, which address, perhaps the same as another, then the rest, and it is sent.

Nothing is written before the last page but a photo that was received with a mistake beside it: each page carries what
was typed to the next one, so that it works without an account, without a script, and with the browser's arrows.
"""

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.daily_services.reports import service, wording
from journeys.daily_services.reports.forms import CONTROLS, Entered, Errors, KeptPhoto, sign_address
from journeys.daily_services.reports.places import locate, search
from journeys.daily_services.reports.policy import street_key
from journeys.daily_services.reports.queries import find_similar
from journeys.daily_services.reports.shapes import Address
from journeys.daily_services.reports.views import trail
from portal.casework.documents import service as documents
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.requests import service as requests
from portal.engine.journey_kit.following import open_following
from portal.ground.dictionary.service import FileKind
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.web import actor, background_unit, page, redirect_to, settings, take, undo, unit
from portal.ground.web.access import public
from portal.ground.web.limits import client_network
from portal.ground.web.uploads import takes_file
from portal.people.accounts.service import create_person

TOTAL: Final = 2
# Twice what is kept of a file, so that one that is too large is told so on its own page.
MAX_BODY: Final = 20 * 1024 * 1024
REPORTS_PER_HOUR: Final = 10
SEARCHES_PER_HOUR: Final = 60
HOUR: Final = timedelta(hours=1)
# A photo whose report was never sent.
PHOTO_KEPT: Final = timedelta(days=1)
CARRIED: Final = ("genre", "lieu", "adresse", "latitude", "longitude", "danger", "texte", "courriel", "cle")
LOCATE_HERE: Final = "geolocation=(self), camera=(), microphone=(), accelerometer=(), gyroscope=()"


@public
def start() -> Response:
    """What is wrong, and where."""
    return _ask_place(Entered.read(request.args if "genre" in request.args else {}))


@public
@takes_file(MAX_BODY, from_anyone=True)
def go_on() -> Response:
    """The page that was sent says what comes next."""
    entered = Entered.read(request.form)
    step = STEPS.get(request.form.get("etape", ""), _after_place)
    return step(entered)


def _page(name: str, heading: str, entered: Entered, *, status: int = 200, **context: Any) -> Response:
    number = TOTAL if name == "rest" else 1
    carried = {field: getattr(entered, field) for field in CARRIED}
    shown: dict[str, Any] = {"errors": [], "entered": entered, "words": wording, "carried": carried}
    return page(
        f"daily_services/reports/{name}.html",
        title=_("Étape %(number)d sur %(total)d : %(title)s", number=number, total=TOTAL, title=heading),
        heading=heading,
        status=status,
        service=_("Signaler un problème"),
        trail=trail(_("Signaler un problème")),
        **(shown | context),
    )


def _ask_place(entered: Entered, *, errors: Errors | None = None, located: bool = False) -> Response:
    title = _("Que se passe-t-il, et où ?")
    response = _page("new", title, entered, status=422 if errors else 200, errors=errors or [], located=located)
    response.headers["Permissions-Policy"] = LOCATE_HERE
    return response


def _after_place(entered: Entered) -> Response:
    errors = entered.place_errors()
    if errors:
        return _ask_place(entered, errors=errors)
    found = list(_search(entered.lieu))
    return _ask_address(entered, found) if found else _look_for_similar(entered)


def _search(text: str) -> list[Address]:
    """What the address search finds; nothing when this network asks too often: what was typed is taken as it is."""
    try:
        with background_unit() as session:
            take(session, "street_address", client_network(request.remote_addr), limit=SEARCHES_PER_HOUR, per=HOUR)
    except Busy:
        return []
    return list(search(text))


def _after_position(entered: Entered) -> Response:
    """The telephone said where it is: the street found is shown, to be confirmed."""
    if entered.point is None:
        return _ask_place(entered)
    found = locate(entered.point)
    if found is None or entered.genre not in dict(wording.kinds()):
        return _ask_place(_with(entered, lieu=entered.lieu or (found.label if found else "")), located=True)
    return _ask_address(entered, [found])


def _ask_address(entered: Entered, found: list[Address]) -> Response:
    options = [(sign_address(one), one.label) for one in found]
    typed = _("Non, garder ce que j’ai écrit : %(place)s", place=entered.lieu) if entered.lieu else _("Non, ailleurs")
    return _page("address", _("Est-ce ici ?"), entered, options=[*options, ("", typed)])


def _after_address(entered: Entered) -> Response:
    if not entered.place:
        return _ask_place(entered, errors=_with(entered, lieu="").place_errors())
    if not entered.lieu:
        entered = _with(entered, lieu=entered.place)
    return _look_for_similar(entered)


def _look_for_similar(entered: Entered) -> Response:
    errors = entered.place_errors()
    if errors:
        return _ask_place(entered, errors=errors)
    address = entered.address
    point = address.point if address else entered.point
    found = find_similar(unit(), kind=entered.genre, street=street_key(entered.place), point=point)
    if not found:
        return _ask_rest(entered)
    return _page("similar", _("C’est le même problème ?"), entered, similar=found)


def _ask_rest(
    entered: Entered, *, errors: Errors | None = None, status: int = 200, wrong_photo: bool = False
) -> Response:
    return _page(
        "rest",
        _("Encore quelques précisions"),
        entered,
        status=status,
        errors=errors or [],
        kind=wording.say_kind(entered.genre),
        photo=None if wrong_photo else entered.kept_photo,
        takes_photos=takes_files(settings()),
        trap=bool(entered.site),
    )


def _send(entered: Entered) -> Response:
    errors = entered.place_errors()
    if errors:
        return _ask_place(entered, errors=errors)
    if entered.site:
        sentence = _("Laissez ce champ vide, puis envoyez de nouveau.")
        return _ask_rest(entered, errors=[("site", sentence)], status=422)
    try:
        _count()
        entered = _receive_photo(entered)
        sent = service.send_report(unit(), actor(), entered.to_report(), idempotency_key=entered.cle)
    except Refused as refused:
        undo()
        return _ask_rest(entered, errors=[("photo", str(REFUSALS[refused.code]))], status=422, wrong_photo=True)
    except Invalid as refused:
        undo()
        found = [(CONTROLS.get(name, "texte"), sentence) for name, sentence in refused.fields.items()]
        return _ask_rest(entered, errors=found, status=422)
    except (Busy, StorageFull, Conflict) as trouble:
        undo()
        response = _ask_rest(entered, errors=[("texte", _say(trouble))], status=trouble.status)
        if trouble.status in {429, 503}:
            response.headers["Retry-After"] = str(getattr(trouble, "retry_after", None) or 60)
        return response
    return _follow(sent.reference, sent.code)


def _count() -> None:
    undo()
    with background_unit() as session:
        take(session, "street_report", client_network(request.remote_addr), limit=REPORTS_PER_HOUR, per=HOUR)


def _receive_photo(entered: Entered) -> Entered:
    """Examined while no unit is open, and kept at once: a mistake elsewhere does not lose it."""
    sent = request.files.get("fichier")
    if sent is None or not sent.filename:
        return entered
    if not takes_files(settings()):
        raise Conflict("files_not_taken")
    received = documents.receive(
        sent.stream,
        name=sent.filename,
        declared=sent.mimetype,
        accepts=(FileKind.JPEG, FileKind.PNG),
        scanner=documents.scanner_of(settings()),
    )
    who = actor()
    undo()
    with background_unit() as session:
        person_id = None if who.is_resident else create_person(session)
        owner = requests.follower(person_id) if person_id else who
        store = documents.store_of(settings())
        kept = documents.keep(session, store, owner, received, concept="report.photo", unused_for=PHOTO_KEPT)
    return _with(entered, photo=KeptPhoto(kept.id, person_id, kept.name).sign())


def _say(trouble: Busy | StorageFull | Conflict) -> str:
    if trouble.code in {"rate_street_report", "too_many_requests"}:
        return _("Beaucoup de signalements viennent de votre connexion. Attendez un moment, ou appelez le service.")
    if trouble.code == "files_not_taken":
        return _("Ce portail ne prend pas encore de photos. Envoyez votre signalement sans photo.")
    return _("Nous ne pouvons pas prendre votre signalement pour l’instant. Réessayez dans un moment.")


def _follow(reference: str, code: str) -> Response:
    if not code:
        return redirect_to("myspace.one_request", reference=reference)
    found = requests.open_with_code(unit(), reference, code)
    if found is None:
        raise NotFound("request_unknown")
    open_following(reference, found[1], code=code)
    return redirect_to("myspace.follow", reference=reference)


def _with(entered: Entered, **changes: str) -> Entered:
    return Entered(**{name: changes.get(name, getattr(entered, name)) for name in Entered.__dataclass_fields__})


STEPS: Final = {
    "lieu": _after_place,
    "position": _after_position,
    "adresse": _after_address,
    "autre": _ask_rest,
    "envoi": _send,
}


def register(blueprint: Blueprint) -> None:
    """Add the views to the journey's blueprint."""
    blueprint.get("/signalements/nouveau", endpoint="new_report")(start)
    blueprint.post("/signalements/nouveau", endpoint="tell_report")(go_on)
