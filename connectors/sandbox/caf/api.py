"""The program interface of the family quotient: one question, by the civil identity or by a sign-in."""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.caf.people import FRANCE, Asked, describe, find_case, load_cases
from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.world import world

blueprint = Blueprint("caf", __name__, url_prefix="/caf")
CASES = load_cases()
CACHE_SECONDS = 86_400
SCOPE = "cnaf_quotient_familial"
_SIRET = re.compile(r"[0-9]{14}")
_COUNTRY = re.compile(r"[0-9]{5}")
_COMMUNE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")

# Incident → status, code, title, extra facts: in the envelope of the published description.
INCIDENTS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "scope_refused": (403, "00100", "Privilèges insuffisants", {}),
    "provider_down": (504, "37001", "Service non disponible", {"provider": "CNAV", "retry_in": 60}),
    "already_running": (409, "00015", "Requête en cours", {"retry_in": 2}),
    "quota": (429, "00429", "Trop de requêtes", {}),
}


@blueprint.before_request
def count_question() -> None:
    """Count a question as soon as it arrives, before any incident."""
    if request.path.startswith("/caf/v3/"):
        world().store.run(
            "INSERT INTO attempt (partner, key, tries) VALUES ('caf', 'questions', 1)"
            " ON CONFLICT (partner, key) DO UPDATE SET tries = tries + 1"
        )


@blueprint.get("/v3/dss/quotient_familial/identite")
@exposed()
def tell_quotient() -> ResponseReturnValue:
    """The quotient of the month of the person named, or that nobody of that name is known."""
    expected = world().settings.caf_token
    if not expected or not hmac.compare_digest(_bearer().encode(), expected.encode()):
        return _error(401, "00101", "Interdit", parameter="token")
    return _answer(_read)


@blueprint.get("/v3/dss/quotient_familial/france_connect")
@exposed()
def tell_quotient_of_the_signed_in() -> ResponseReturnValue:
    """The same, of the person whose sign-in gave the token, if it carries the scope."""
    access = world().tickets.read("access", "franceconnect", _bearer())
    if access is None or SCOPE not in access["scope"].split():
        return _error(401, "00101", "Interdit", parameter="token")
    claims = world().profiles["franceconnect"].people[access["person"]].claims
    return _answer(lambda: _identity(claims))


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _identity(claims: Mapping[str, Any]) -> Asked | Response:
    """The person as FranceConnect tells them."""
    if not _SIRET.fullmatch(request.args.get("recipient", "")):
        return _error(422, "00203", "Entité non traitable", parameter="recipient")
    year, month, day = (int(part) for part in claims["birthdate"].split("-"))
    return Asked(
        family_name=claims["family_name"],
        first_names=claims["given_name_array"][:3],
        sex={"female": "F", "male": "M"}[claims["gender"]],
        country=claims["birthcountry"],
        commune=claims["birthplace"],
        birth=(year, month, day),
    )


def _answer(read: Callable[[], Asked | Response]) -> ResponseReturnValue:
    scenario = world().board.take("caf", Stage.LOOK_UP)
    if scenario in INCIDENTS:
        status, code, title, meta = INCIDENTS[scenario]
        return _error(status, code, title, **meta)
    asked = read()
    if isinstance(asked, Response):
        return asked
    case = None if scenario == "nobody_known" else find_case(CASES, asked)
    if case is None:
        return _error(404, "35003", "Allocataire non référencé", provider="CNAF & MSA")
    answer = jsonify(describe(case, datetime.fromtimestamp(world().now(), UTC).date()))
    answer.headers["X-Response-Cached"] = "false"
    answer.headers["X-Cache-Expires-in"] = str(CACHE_SECONDS)
    return answer


@blueprint.get("/comptes")
def read_totals() -> Response:
    """How many questions came, for tests."""
    found = world().store.row("SELECT tries FROM attempt WHERE partner = 'caf' AND key = 'questions'")
    return jsonify({"questions": 0 if found is None else int(found["tries"])})


def _read() -> Asked | Response:
    """The person asked about, or the 422 that says which parameter does not do."""
    given = request.args
    if not _SIRET.fullmatch(given.get("recipient", "")):
        return _error(422, "00203", "Entité non traitable", parameter="recipient")
    names = given.getlist("prenoms[]")
    country, commune = given.get("codeCogInseePaysNaissance", ""), given.get("codeCogInseeCommuneNaissance", "")
    parts = [given.get(name, "0") for name in ("anneeDateNaissance", "moisDateNaissance", "jourDateNaissance")]
    fits = (
        given.get("nomNaissance")
        and 1 <= len(names) <= 3
        and all(names)
        and given.get("sexeEtatCivil") in {"M", "F"}
        and _COUNTRY.fullmatch(country)
        and (country != FRANCE or _COMMUNE.fullmatch(commune))
        and all(part.isdigit() for part in parts)
    )
    if not fits:
        return _error(422, "00366", "Entité non traitable")
    year, month, day = (int(part) for part in parts)
    return Asked(given["nomNaissance"], names, given["sexeEtatCivil"], country, commune, (year, month, day))


def _error(status: int, code: str, title: str, *, parameter: str = "", **meta: Any) -> Response:
    source = {"parameter": parameter} if parameter else None
    body = {"errors": [{"code": code, "title": title, "detail": f"{title}.", "source": source, "meta": meta}]}
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")
