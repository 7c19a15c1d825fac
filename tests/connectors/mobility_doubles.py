"""A fake mobility operator and a fake geocoder."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.sdk import InboundCall, PlaceFound, VehicleStation, VehicleStations
from tests.connectors.doubles import WEBHOOK_SECRET, HttpDouble, note_event, signed
from tests.connectors.fake_http import Answer, Received, json_answer
from tests.connectors.samples import MOBILITY

OPERATOR = "trans-iselle"
PUBLISHED = datetime(2027, 3, 2, 9, 28, tzinfo=UTC)
SPOKEN = datetime(2027, 3, 2, 9, 27, tzinfo=UTC)
STATIONS = VehicleStations(
    (
        VehicleStation("gare", "Gare de Valmont", 45.2101, 5.7023, 7, 3, 11, True, SPOKEN),
        VehicleStation("2", "Halles d’Été", 45.2049, 5.7004, 0, 0, 18, False, SPOKEN),
    ),
    PUBLISHED,
    120,
)
SETTLED = {"pass_closed", "refunded", "refused"}


def gbfs_files(url: str) -> dict[str, Any]:
    """What the operator publishes, in version 3.0."""
    names = ("station_information", "station_status", "vehicle_types")
    info = [
        {
            "station_id": one.id,
            "name": [{"text": one.name, "language": "fr"}],
            "lat": one.latitude,
            "lon": one.longitude,
        }
        for one in STATIONS.stations
    ]
    status = [
        {
            "station_id": one.id,
            "is_installed": True,
            "is_renting": one.renting,
            "is_returning": True,
            "last_reported": "2027-03-02T10:27:00+01:00",
            "num_vehicles_available": one.vehicles,
            "num_docks_available": one.docks,
            "vehicle_types_available": [
                {"vehicle_type_id": "assisted", "count": one.electric},
                {"vehicle_type_id": "plain", "count": (one.vehicles or 0) - (one.electric or 0)},
            ],
        }
        for one in STATIONS.stations
    ]
    types = [
        {"vehicle_type_id": "assisted", "form_factor": "bicycle", "propulsion_type": "electric_assist"},
        {"vehicle_type_id": "plain", "form_factor": "bicycle", "propulsion_type": "human"},
    ]
    data: dict[str, Any] = {
        "gbfs": {"feeds": [{"name": name, "url": f"{url}/gbfs/{name}.json"} for name in names]},
        "station_information": {"stations": info},
        "station_status": {"stations": status},
        "vehicle_types": {"vehicle_types": types},
    }
    head = {"last_updated": "2027-03-02T09:28:00Z", "ttl": 120, "version": "3.0"}
    return {name: {**head, "data": content} for name, content in data.items()}


class MobilityDouble(HttpDouble):
    """An operator that publishes GBFS and speaks mobility-pass/1."""

    sample = MOBILITY
    stations = STATIONS
    refusals: Sequence[int] = (400, 404, 409, 410, 413, 415, 422, 451)

    def __init__(self) -> None:
        super().__init__()
        self.options = {
            "gbfs_url": f"{self.server.url}/gbfs/gbfs.json",
            "pass_url": f"{self.server.url}/pass/",
            "operator_code": OPERATOR,
        }
        self.secrets = {"api_key": self.api_key, "webhook_secret": WEBHOOK_SECRET}
        self.files = gbfs_files(self.server.url)
        self.corrections: dict[str, dict[str, Any]] = {}
        self.withdrawn: list[str] = []

    def _respond(self, request: Received) -> Answer:
        if self._mode is None and request.path.startswith("/gbfs/"):
            assert "authorization" not in request.headers
            found = self.files.get(request.path.removeprefix("/gbfs/").removesuffix(".json"))
            answer = json_answer(200, found) if found else json_answer(404, {})
            return Answer(answer.status, answer.body, answer.headers, delay=3.0 if self._slow else 0.0)
        return super()._respond(request)

    def spoil_a_station(self) -> None:
        places = self.files["station_information"]["data"]["stations"]
        states = self.files["station_status"]["data"]["stations"]
        places += [None, 7, {}, {"station_id": "nowhere", "name": "x"}, {"station_id": "off", "lat": 123.0, "lon": 5}]
        places += [{"station_id": "zero", "lat": 0, "lon": 0}, {"station_id": "odd", "name": None, "lat": 45, "lon": 5}]
        states += ["x", {"station_id": "odd", "num_vehicles_available": -4, "num_docks_available": 10**30}]

    def route(self, request: Received) -> Answer:
        if request.path == "/pass/ping":
            return json_answer(200, {"contract": "mobility-pass/1", "operator": OPERATOR})
        path = request.path.removeprefix("/pass/closures")
        if request.method == "POST":
            key = request.headers["idempotency-key"]
            return self._create(key, request.json()) if not path else self._follow_up(key, path, request)
        if not path:
            reference = request.query.get("external_ref", [""])[0]
            return json_answer(200, {"items": [one for one in self.kept.values() if one["external_ref"] == reference]})
        found = self._find(path.removeprefix("/"))
        return json_answer(200, found) if found else json_answer(404, {"title": "dossier inconnu"})

    def _create(self, key: str, body: dict[str, Any]) -> Answer:
        for other, kept in self.kept.items():
            if other != key and kept["pass_number"] == body["pass_number"]:
                return json_answer(409, {"code": "closure_already_open"})
        new = {"closure_id": f"C-{len(self.kept) + 1}", "status": "received", "events": [], **body}
        kept = self.kept.setdefault(key, new)
        return json_answer(202, {"closure_id": kept["closure_id"], "status": kept["status"]})

    def _follow_up(self, key: str, path: str, request: Received) -> Answer:
        closure_id, _, act = path.removeprefix("/").partition("/")
        kept = self._find(closure_id)
        if kept is None:
            return json_answer(404, {"code": "not_found"})
        if kept["status"] in SETTLED:
            return json_answer(409, {"code": "closure_settled"})
        if act == "amendments":
            self.corrections.setdefault(key, {"closure_id": closure_id, **request.json()})
        elif kept["status"] != "withdrawn":
            kept["status"] = "withdrawn"
            self.withdrawn.append(closure_id)
        return json_answer(200, {"closure_id": closure_id, "status": kept["status"]})

    def _find(self, closure_id: str) -> dict[str, Any] | None:
        return next((kept for kept in self.kept.values() if kept["closure_id"] == closure_id), None)

    def change_status(self, external_ref: str, raw_status: str, **details: Any) -> None:
        kept = self._find(external_ref)
        assert kept is not None
        kept["status"] = raw_status
        note_event(kept, external_ref, raw_status, details=details)

    def signed_call(self, external_ref: str, *, at: datetime, secret: str | None = None) -> InboundCall:
        kept = self._find(external_ref)
        assert kept is not None
        data = {"closure_id": external_ref, "external_ref": kept["external_ref"], **kept["events"][-1]}
        return signed({"type": "closure.status_changed", "timestamp": at.isoformat(), "data": data}, at, secret)

    def decide(self, external_ref: str) -> None:
        self.change_status(external_ref, "pass_closed")

    def amendments(self, external_ref: str) -> list[int]:
        return [one["amendment"] for one in self.corrections.values() if one["closure_id"] == external_ref]

    def stopped(self) -> list[str]:
        return self.withdrawn


PLACES = (
    PlaceFound(
        "12 Rue du Lac 38999 Valmont-sur-Iselle", "12 Rue du Lac", "38999", "Valmont-sur-Iselle", "38999",
        45.2049, 5.7004, "housenumber", 0.93,
    ),
    PlaceFound("Rue du Lac 20090 Ajaccio", "Rue du Lac", "20090", "Ajaccio", "2A004", 41.92, 8.73, "street", 0.41),
)  # fmt: skip


def feature(place: PlaceFound) -> dict[str, Any]:
    """A place as the geocoder writes it."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {
            "label": place.label, "score": place.score, "id": "38999_0420_00012", "name": place.line,
            "postcode": place.postcode, "citycode": place.city_code, "city": place.city, "type": place.kind,
            "context": "38, Isère", "x": 1.5, "importance": 0.6,
        },
    }  # fmt: skip


class BanDouble(HttpDouble):
    """A geocoder; it asks for no key."""

    sample: dict[str, Any] = {}  # noqa: RUF012 - replaced, never changed
    question = "rue du Lac"
    places = PLACES

    def __init__(self) -> None:
        super().__init__()
        self.options = {"base_url": f"{self.server.url}/geocodage/"}
        self.secrets = {}
        self.features: list[Any] = [feature(place) for place in PLACES]

    def forget_everywhere(self) -> None:
        self.features = []

    def spoil_a_place(self) -> None:
        good = feature(PLACES[0])
        odd = [None, 3, {}, {"properties": {"label": "x"}}, {**good, "geometry": {"coordinates": [900, 45]}}]
        odd += [{**good, "geometry": {"coordinates": ["5", None]}}, {**good, "geometry": {"coordinates": [0, 0]}}]
        odd += [{**good, "properties": {"label": "  ", "score": 0.5}}]
        odd += [{**good, "properties": {"label": "Ici", "score": 12, "postcode": 7, "citycode": "../", "type": ["x"]}}]
        self.features = [*odd, *self.features]

    def _respond(self, request: Received) -> Answer:
        if self._mode is not None:
            return self._mode
        path = request.path.removeprefix("/geocodage/")
        assert path in {"search", "reverse"}
        if request.query.get("q") != ["mairie"]:  # the check is about nobody, and is not counted
            self.kept[request.path + str(request.query)] = {}
        limit = int(request.query["limit"][0]) if path == "reverse" else None
        answer = json_answer(200, {"type": "FeatureCollection", "features": self.features[:limit], "query": "x"})
        return Answer(answer.status, answer.body, answer.headers, delay=3.0 if self._slow else 0.0)
