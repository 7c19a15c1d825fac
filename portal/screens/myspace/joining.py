"""Finding a former account again: a code is asked for, typed, and two sign-ins become one account."""

from datetime import timedelta

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.life_events.service import move_events
from portal.casework.notifications.account_code import send_account_code
from portal.casework.requests import service as requests
from portal.ground.errors import Conflict, NotFound
from portal.ground.web import actor, page, redirect_to, take, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.service import (
    FormerAccount,
    Joining,
    find_former_account,
    read_code,
    send_code,
    show_code,
)
from portal.people.identity.cookies import give_session_cookie, read_session_cookie
from portal.people.identity.enums import Realm
from portal.people.identity.service import end_all_sessions, move_session
from portal.screens.myspace.blueprint import blueprint

TRIES, PER = 10, timedelta(hours=1)


@blueprint.get("/mon-espace/rattachement")
@resident_only
def former_account() -> Response:
    """What can be done to find the requests of another sign-in."""
    return _show(sent=request.args.get("envoye") == "oui")


@blueprint.post("/mon-espace/rattachement/courriel")
@resident_only
def send_former_code() -> Response:
    """Send a code to the address of the former account; when there is none any more, the page says what is left."""
    former = _former()
    if former is None or not former.address:
        return redirect_to("myspace.former_account")
    send_account_code(unit(), send_code(unit(), actor(), former.id))
    return redirect_to("myspace.former_account", envoye="oui")


@blueprint.post("/mon-espace/rattachement/code")
@resident_only
def show_former_code() -> Response:
    """Show a code, to be typed in the session of the other account or said to an agent."""
    return page(
        "myspace/joining_code.html",
        title=_("Votre code"),
        service=_("Mon espace"),
        made=show_code(unit(), actor()),
        trail=_trail(_("Votre code")),
    )


@blueprint.post("/mon-espace/rattachement")
@resident_only
def type_former_code() -> Response:
    """Look at what the code would join, and ask before doing it."""
    typed = request.form.get("code", "")
    found = _read(typed)
    if isinstance(found, str):
        return _show(typed=typed, error=found)
    return page(
        "myspace/joining_confirm.html",
        title=_("Réunir ces deux comptes ?"),
        service=_("Mon espace"),
        joining=found,
        code=typed,
        trail=_trail(_("Réunir les comptes")),
    )


@blueprint.post("/mon-espace/rattachement/confirmer")
@resident_only
def join_accounts() -> Response:
    """Join. Every session of the joined account ends, except this one, which goes on in the kept account."""
    typed = request.form.get("code", "")
    found = _read(typed)
    if isinstance(found, str):
        return _show(typed=typed, error=found)
    mine = actor().id
    requests.join_accounts(unit(), actor(), found)
    move_events(unit(), found.joined.id, found.kept.id)
    response = redirect_to("myspace.home", rattache="oui")
    if mine == found.joined.id:
        cookie = move_session(unit(), read_session_cookie(Realm.RESIDENT), found.kept)
        if cookie is not None:
            give_session_cookie(response, Realm.RESIDENT, cookie)
    end_all_sessions(unit(), account_id=found.joined.id)
    return response


def _read(typed: str) -> Joining | str:
    """What the code would join, or the sentence that says what to do instead. Guesses are counted, right or wrong."""
    take(unit(), "account_code", str(actor().id), limit=TRIES, per=PER)
    try:
        return read_code(unit(), actor(), typed)
    except NotFound:
        return _("Ce code n’est pas reconnu : il a pu expirer, ou servir déjà. Vérifiez-le, ou demandez-en un autre.")
    except Conflict:
        return _(
            "Ce code vient d’un compte dont le nom et la date de naissance diffèrent trop des vôtres. "
            "Pour réunir les deux, venez au guichet avec une pièce d’identité."
        )


def _former() -> FormerAccount | None:
    account_id = actor().id
    return find_former_account(unit(), account_id) if account_id else None


def _show(*, typed: str = "", error: str = "", sent: bool = False) -> Response:
    return page(
        "myspace/joining.html",
        title=_("Retrouver un autre compte"),
        status=422 if error else 200,
        service=_("Mon espace"),
        former=_former(),
        typed=typed[:40],
        errors=[("code", error)] if error else [],
        sent=sent,
        trail=_trail(),
    )


def _trail(here: str = "") -> list[tuple[str, str | None]]:
    steps: list[tuple[str, str | None]] = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
    if not here:
        return [*steps, (_("Retrouver un autre compte"), None)]
    return [*steps, (_("Retrouver un autre compte"), "/mon-espace/rattachement"), (here, None)]
