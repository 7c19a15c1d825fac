"""What a person's browser visits: choosing who to be, coming back to the portal, signing out."""

from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.identity.endpoints import add_endpoints, current_profile
from connectors.sandbox.identity.people import Person
from connectors.sandbox.identity.profiles import Profile
from connectors.sandbox.identity.rules import AuthorizationRequest, Refused, level_for, methods_for, read_request
from connectors.sandbox.identity.tokens import ELSEWHERE, read_hint
from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.pages import page
from connectors.sandbox.world import world

CLAIM_NAMES = {
    "given_name": "prénoms",
    "family_name": "nom de naissance",
    "usual_name": "nom d’usage",
    "preferred_username": "nom d’usage",
    "birthdate": "date de naissance",
    "gender": "sexe",
    "birthplace": "commune de naissance",
    "birthcountry": "pays de naissance",
    "email": "adresse électronique",
    "uid": "identifiant professionnel",
    "siret": "SIRET de l’employeur",
    "organization_label": "nom de l’employeur",
    "roles": "type d’employeur",
    "phone_number": "téléphone professionnel",
    "idp_id": "fournisseur d’identité",
    "idp_birthdate": "date de naissance tenue par le fournisseur d’identité",
    "amr": "moyens d’identification",
}


def make_provider(name: str) -> Blueprint:
    """The routes of one provider, under ``/<name>/api/v2``."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}/api/v2")
    add_endpoints(blueprint)
    blueprint.add_url_rule("/authorize", view_func=authorize, methods=["GET", "POST"])
    blueprint.add_url_rule("/interaction/<ticket>", view_func=show_choice)
    blueprint.add_url_rule("/interaction/<ticket>", view_func=make_choice, methods=["POST"])
    blueprint.add_url_rule("/session/end", view_func=end_session)
    blueprint.add_url_rule("/erreur", view_func=explain_error)
    return blueprint


def authorize() -> ResponseReturnValue:
    """Check the portal's request, then ask the person, or come straight back when the provider knows them."""
    profile = current_profile()
    if world().board.choice(profile.name).scenario == "down":
        return _error_page("503", "Le fournisseur simulé est en panne.", status=503)
    try:
        asked = read_request(profile, {name: request.values.getlist(name) for name in request.values})
    except Refused as refusal:
        return _error_page(refusal.code, refusal.message)
    known = _signed_in(profile)
    if known is not None and not profile.consent and "login" not in asked.prompt.split():
        return _come_back_as(profile, asked, *known)
    if asked.prompt == "none":
        return _come_back_with_error(profile, asked, "login_required", "aucune session ouverte")
    ticket = world().tickets.issue("interaction", profile.name, asked.as_data(), seconds=profile.interaction_seconds)
    return redirect(url_for(f"{profile.name}.show_choice", ticket=ticket), 303)


def show_choice(ticket: str) -> ResponseReturnValue:
    """The page where the person chooses who to be and what is passed on is listed."""
    profile = current_profile()
    asked = _read_interaction(profile, ticket)
    if asked is None:
        return _too_late()
    return _choice_page(profile, ticket, asked)


def make_choice(ticket: str) -> ResponseReturnValue:
    """Sign the chosen person in, or go back to the portal."""
    profile = current_profile()
    asked = _read_interaction(profile, ticket)
    if asked is None:
        return _too_late()
    if request.form.get("choix") == "annuler":
        world().tickets.use("interaction", profile.name, ticket)
        return _come_back_with_error(profile, asked, "access_denied", "030030 : la personne est revenue en arrière")
    known = _recognised(profile, asked)
    if known is not None:
        world().tickets.use("interaction", profile.name, ticket)
        return _come_back_as(profile, asked, *known)
    person = profile.people.get(request.form.get("personne", ""))
    if person is None:
        return _choice_page(profile, ticket, asked, error="Choisissez une personne dans la liste.", status=422)
    world().tickets.use("interaction", profile.name, ticket)
    signed_in_at = int(world().now())
    session = world().tickets.issue(
        "session", profile.name, {"person": person.id, "auth_time": signed_in_at}, seconds=profile.session_seconds
    )
    answer = _come_back_as(profile, asked, person, signed_in_at)
    answer.set_cookie(profile.cookie, session, path=f"/{profile.name}", httponly=True, samesite="Lax")
    return answer


def end_session() -> ResponseReturnValue:
    """Close the provider's session and send the browser back (OpenID Connect RP-Initiated Logout 1.0)."""
    profile = current_profile()
    hint = read_hint(
        world().keys[profile.name], request.args.get("id_token_hint", ""), profile.issuer, profile.client.id
    )
    if hint is None:
        return _error_page(profile.malformed_code, "« id_token_hint » doit être un jeton émis par ce fournisseur.")
    if request.args.get("post_logout_redirect_uri") != profile.signed_out_uri:
        return _error_page(
            "Y030111", f"L’adresse de retour de déconnexion n’est pas celle enregistrée : {profile.signed_out_uri}"
        )
    state = request.args.get("state", "")
    if not state:
        return _error_page(profile.malformed_code, "« state » est obligatoire à la déconnexion.")
    world().tickets.use("session", profile.name, request.cookies.get(profile.cookie, ""))
    answer = redirect(f"{profile.signed_out_uri}?{urlencode({'state': state})}", 303)
    answer.delete_cookie(profile.cookie, path=f"/{profile.name}")
    return _as_response(answer)


def explain_error() -> ResponseReturnValue:
    """The page behind `error_uri`."""
    code = request.args.get("code", "")[:40]
    return _error_page(code, "Donnez ce code et cet identifiant à la personne qui tient le portail.", status=200)


def _read_interaction(profile: Profile, ticket: str) -> AuthorizationRequest | None:
    data = world().tickets.read("interaction", profile.name, ticket)
    return None if data is None else AuthorizationRequest.from_data(data)


def _signed_in(profile: Profile) -> tuple[Person, int] | None:
    """The person the provider's session knows, and when they signed in."""
    cookie = request.cookies.get(profile.cookie, "")
    data = world().tickets.read("session", profile.name, cookie)
    if data is None or data["person"] not in profile.people:
        return None
    if profile.session_slides:
        world().tickets.prolong("session", profile.name, cookie, seconds=profile.session_seconds)
    return profile.people[data["person"]], int(data["auth_time"])


def _recognised(profile: Profile, asked: AuthorizationRequest) -> tuple[Person, int] | None:
    """The same, unless the portal asked for a new sign-in."""
    return None if "login" in asked.prompt.split() else _signed_in(profile)


def _come_back_as(profile: Profile, asked: AuthorizationRequest, person: Person, signed_in_at: int) -> Response:
    level = level_for(profile, asked, person)
    if level is None:
        return _come_back_with_error(profile, asked, "access_denied", "le niveau demandé n’est pas atteint")
    grant: dict[str, Any] = {
        "person": person.id,
        "redirect_uri": asked.redirect_uri,
        "scope": asked.scope,
        "nonce": asked.nonce,
        "challenge": asked.challenge,
        "acr": level,
        "amr": methods_for(level) if asked.amr else [],
        "auth_time": signed_in_at,
    }
    scenario = world().board.take(profile.name, Stage.RETURN)
    if scenario in {"server_error", "temporarily_unavailable"}:
        return _come_back_with_error(profile, asked, scenario, "incident choisi dans le bac à sable")
    code = world().tickets.issue("code", profile.name, grant, seconds=profile.code_seconds)
    values = {"code": code, "state": asked.state, "iss": profile.issuer}
    if scenario == "wrong_state":
        values["state"] = "s" * len(asked.state)
    elif scenario == "wrong_iss_param":
        values["iss"] = ELSEWHERE
    elif scenario == "missing_iss_param":
        del values["iss"]
    return _as_response(redirect(f"{asked.redirect_uri}?{urlencode(values)}", 303))


def _come_back_with_error(profile: Profile, asked: AuthorizationRequest, error: str, why: str) -> Response:
    values = {"error": error, "error_description": why, "state": asked.state, "iss": profile.issuer}
    return _as_response(redirect(f"{asked.redirect_uri}?{urlencode(values)}", 303))


def _choice_page(
    profile: Profile, ticket: str, asked: AuthorizationRequest, *, error: str = "", status: int = 200
) -> Response:
    opened = {claim for scope in asked.scope.split() for claim in profile.scopes[scope]}
    return page(
        "bac/sign_in.html",
        title=profile.title,
        status=status,
        profile=profile,
        ticket=ticket,
        known=_recognised(profile, asked),
        passed_on=list(dict.fromkeys(name for claim, name in CLAIM_NAMES.items() if claim in opened)),
        preferred=next((p.id for p in profile.people.values() if p.claims.get("email") == asked.login_hint), ""),
        error=error,
    )


def _too_late() -> Response:
    return _error_page(
        "BAC-interaction", "Cette page a déjà servi ou date de plus de trente minutes. Recommencez depuis le portail."
    )


def _error_page(code: str, message: str, *, status: int = 400) -> Response:
    return page("bac/provider_error.html", title="Connexion impossible", status=status, code=code, message=message)


def _as_response(answer: Any) -> Response:
    """Flask's redirect is typed as Werkzeug's answer; it is this application's."""
    return cast("Response", answer)
