"""The geocoder (search and reverse, as the Géoplateforme answers) and the communes (as API Géo answers)."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.addresses.geocoder import House, fold, reverse, search
from connectors.sandbox.addresses.towns import BY_CODE, TOWNS, Town
from connectors.sandbox.incidents.answers import exposed

blueprint = Blueprint("adresses", __name__, url_prefix="/adresses")
MAX_LIMIT = 20
MAX_TEXT = 200


@blueprint.get("/search")
@exposed()
def search_addresses() -> ResponseReturnValue:
    """Addresses like ``q``; 400 when it is too short, too long, or starts with neither a letter nor a digit."""
    text = request.args.get("q", "").strip()
    if not 3 <= len(text) <= MAX_TEXT or not text[0].isalnum():
        return _refused("q must contain between 3 and 200 chars and start with a number or a letter")
    limit = _limit()
    if limit is None:
        return _refused("limit must be an integer between 1 and 20")
    city_code, postcode = request.args.get("citycode", ""), request.args.get("postcode", "")
    return _collection(search(text, limit=limit, city_code=city_code, postcode=postcode), query=text)


@blueprint.get("/reverse")
@exposed()
def find_nearest() -> ResponseReturnValue:
    """The address nearest to ``lat`` and ``lon``."""
    latitude, longitude = (request.args.get(name, type=float) for name in ("lat", "lon"))
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return _refused("lat and lon must be degrees")
    found = reverse(latitude, longitude)
    return _collection([] if found is None else [found])


@blueprint.get("/communes")
@exposed()
def list_communes() -> Response:
    """The communes, all of them or those that fit ``nom``, ``code`` or ``codePostal``."""
    name = fold(request.args.get("nom", ""))
    codes = {request.args.get("code"), request.args.get("codePostal")} - {None}
    found = [town for town in TOWNS if fold(town.name).startswith(name) and (not codes or codes == {town.code})]
    return jsonify([_commune(town) for town in found])


@blueprint.get("/communes/<code>")
@exposed()
def read_commune(code: str) -> ResponseReturnValue:
    """One commune."""
    town = BY_CODE.get(code)
    return jsonify(_commune(town)) if town else (jsonify({"code": 404, "message": "Not Found"}), 404)


def _limit() -> int | None:
    limit = request.args.get("limit", 5, type=int)
    return limit if 1 <= limit <= MAX_LIMIT else None


def _collection(houses: list[House], **more: Any) -> Response:
    return jsonify({"type": "FeatureCollection", "features": [house.feature() for house in houses], **more})


def _refused(detail: str) -> Response:
    body = {"code": 400, "message": "Failed parsing query", "detail": [detail]}
    return make_response(jsonify(body), 400)


def _commune(town: Town) -> dict[str, Any]:
    return {
        "nom": town.name,
        "code": town.code,
        "codesPostaux": [town.code],
        "codeDepartement": "38",
        "codeRegion": "84",
        "population": town.population,
        "centre": {"type": "Point", "coordinates": [town.longitude, town.latitude]},
    }
