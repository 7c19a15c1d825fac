"""At the counter: a person whose sign-in changed brings a code and an identity document to find their requests."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.life_events.service import move_events
from portal.casework.requests import service as requests
from portal.ground import web
from portal.ground.dictionary.service import display, get_concept
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.people.accounts.service import AccountView, Joining
from portal.people.identity.service import end_all_sessions
from portal.screens.backoffice.casefile import Errors, read_request

CHECKED = "oui"


def joining_form(reference: str) -> Response:
    """Ask for the code, and for the check of the papers."""
    return _show(read_request(reference))


def join_to_request(reference: str) -> Response:
    """First a page that shows both identities, then the act."""
    view, typed = read_request(reference), request.form.get("code", "")
    if request.form.get("piece") != CHECKED:
        sentence = _("Vérifiez d’abord l’identité de la personne sur une pièce officielle, puis cochez la case.")
        return _show(view, errors=[("piece", sentence)])
    try:
        found = requests.read_code_for_request(web.unit(), web.actor(), reference, typed)
        if request.form.get("then") != "join":
            return _confirm(view, found, typed)
        requests.join_accounts(web.unit(), web.actor(), found)
        move_events(web.unit(), found.joined.id, found.kept.id)
    except NotFound:
        return _show(view, errors=[("code", _("Ce code n’est pas reconnu : demandez à la personne d’en afficher un."))])
    except Conflict:
        sentence = _("Les deux comptes n’ont ni le même nom ni la même date de naissance : ils restent séparés.")
        return _show(view, errors=[("code", sentence)])
    end_all_sessions(web.unit(), account_id=found.joined.id)
    return web.redirect_to("backoffice.casefile", reference=view.reference, fait="rattachement")


def _show(view: requests.RequestView, *, errors: Errors | None = None) -> Response:
    return web.page(
        "backoffice/joining.html",
        title=_("Rattacher un autre compte à %(reference)s", reference=view.reference),
        status=422 if errors else 200,
        service=_("Agents"),
        view=view,
        typed=request.form.get("code", "")[:40],
        checked=request.form.get("piece") == CHECKED,
        errors=errors or [],
    )


def _confirm(view: requests.RequestView, found: Joining, typed: str) -> Response:
    return web.page(
        "backoffice/joining_confirm.html",
        title=_("Vérifiez avant de rattacher %(reference)s", reference=view.reference),
        service=_("Agents"),
        view=view,
        code=typed,
        both=[(_("Compte de cette demande"), _told(found.kept)), (_("Compte à rattacher"), _told(found.joined))],
    )


def _told(account: AccountView) -> tuple[str, str]:
    born = display(get_concept("person.birthdate"), account.birthdate) if account.birthdate else ""
    return f"{account.given_names} {account.family_name}".strip(), born


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    path = "/dossiers/<reference>/rattacher"
    may = agent_only(Permission.ACCOUNTS_JOIN)
    blueprint.get(path, endpoint="joining_form")(may(joining_form))
    blueprint.post(path, endpoint="join_to_request")(may(join_to_request))
