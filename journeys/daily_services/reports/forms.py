"""What a passer-by has typed so far. Nothing is kept between two pages but what the form carries.

Addresses found by the search and photos already received go around through the browser; they are signed, so that nobody
can make up an address that would be shown to everyone, or name somebody else's photo.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from journeys.daily_services.reports import wording
from journeys.daily_services.reports.shapes import Address, NewReport, Point
from portal.ground.dictionary.service import clean_block, clean_line

SALT: Final = "street-report"
LIFE_SECONDS: Final = 24 * 60 * 60
MAX_PLACE: Final = 200
MAX_TYPED: Final = 5_000
Errors = list[tuple[str, str]]
# Field of the procedure → id of the control on our pages.
CONTROLS: Final = {
    "report_kind": "genre",
    "street_location": "lieu",
    "report_danger": "danger",
    "report_description": "texte",
    "report_photo": "photo",
    "contact_email": "courriel",
}


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)


def _unsigned(token: str) -> Any:
    try:
        return _signer().loads(token[:2_000], max_age=LIFE_SECONDS) if token else None
    except BadSignature:
        return None


def sign_address(address: Address) -> str:
    """An address found, as the browser carries it."""
    point = address.point
    return str(_signer().dumps({"a": address.label, "p": [point.latitude, point.longitude] if point else None}))


def read_address(token: str) -> Address | None:
    """The address behind what the browser carried; None when it is not ours."""
    found = _unsigned(token)
    if not isinstance(found, dict) or "a" not in found:
        return None
    return Address(found["a"], Point(*found["p"]) if found["p"] else None)


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo received before the rest was right. ``person_id`` is None when it is in somebody's wallet."""

    document_id: UUID
    person_id: UUID | None
    name: str

    def sign(self) -> str:
        """As the browser carries it."""
        person = str(self.person_id) if self.person_id else ""
        return str(_signer().dumps({"d": str(self.document_id), "w": person, "n": self.name}))


def read_photo(token: str) -> KeptPhoto | None:
    """The photo behind what the browser carried; None when it is not ours."""
    found = _unsigned(token)
    if not isinstance(found, dict) or "d" not in found:
        return None
    return KeptPhoto(UUID(found["d"]), UUID(found["w"]) if found["w"] else None, found["n"])


def _degrees(text: str, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -most <= value <= most else None


@dataclass(frozen=True, slots=True)
class Entered:
    """The form as it stands, as text. ``cle`` makes a second press the same report."""

    genre: str = ""
    lieu: str = ""
    adresse: str = ""
    latitude: str = ""
    longitude: str = ""
    danger: str = ""
    texte: str = ""
    courriel: str = ""
    photo: str = ""
    site: str = ""
    cle: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Entered":
        """What was sent, cut and without what cannot be seen; never refused here."""
        line = {
            name: clean_line(form.get(name, "")[:MAX_TYPED])
            for name in ("genre", "lieu", "latitude", "longitude", "danger", "courriel", "site")
        }
        try:
            key = str(UUID(form.get("cle", "")))
        except ValueError:
            key = str(uuid4())
        return cls(
            **line,
            adresse=form.get("adresse", ""),
            texte=clean_block(form.get("texte", "")[:MAX_TYPED]),
            photo=form.get("photo_recue", ""),
            cle=key,
        )

    @property
    def address(self) -> Address | None:
        """The address chosen in the search."""
        return read_address(self.adresse)

    @property
    def kept_photo(self) -> KeptPhoto | None:
        """The photo already received."""
        return read_photo(self.photo)

    @property
    def point(self) -> Point | None:
        """Where the telephone said it was; None for nothing, or for nonsense."""
        latitude, longitude = _degrees(self.latitude, 90), _degrees(self.longitude, 180)
        return Point(latitude, longitude) if latitude is not None and longitude is not None else None

    @property
    def place(self) -> str:
        """The place as it is sent."""
        return self.address.label if self.address else self.lieu

    def place_errors(self) -> Errors:
        """What is wrong on the first page."""
        errors = []
        if self.genre not in dict(wording.kinds()):
            errors.append(("genre", _("Choisissez ce qui ne va pas.")))
        if not self.lieu:
            errors.append(("lieu", _("Indiquez le lieu : une adresse, un carrefour ou un repère.")))
        elif len(self.lieu) > MAX_PLACE:
            errors.append(
                ("lieu", _("Décrivez le lieu en %(limit)s caractères au plus.", limit=MAX_PLACE)),
            )
        return errors

    def to_report(self) -> NewReport:
        """What is sent."""
        photo = self.kept_photo
        return NewReport(
            kind=self.genre,
            place=self.place,
            danger=self.danger,
            words=self.texte,
            email=self.courriel,
            address=self.address,
            point=self.point,
            photo_id=photo.document_id if photo else None,
            person_id=photo.person_id if photo else None,
        )
