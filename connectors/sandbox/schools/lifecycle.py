"""The states of an enrolment and the moves between them, contract school-enrolment/1."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """A state of the contract."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    UNDER_REVIEW = "under_review"
    ASSIGNED = "assigned"
    CERTIFICATE_ISSUED = "certificate_issued"
    ADMITTED = "admitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.ADMITTED, Status.ACCEPTED, Status.REFUSED, Status.CANCELLED})
UNKNOWN_STATUS = "archived_by_vendor"

NEXT: Mapping[Status, tuple[Status, ...]] = {
    Status.RECEIVED: (Status.UNDER_REVIEW, Status.INCOMPLETE, Status.REFUSED, Status.CANCELLED),
    Status.INCOMPLETE: (Status.UNDER_REVIEW, Status.REFUSED, Status.CANCELLED),
    Status.UNDER_REVIEW: (Status.ASSIGNED, Status.INCOMPLETE, Status.REFUSED, Status.CANCELLED),
    Status.ASSIGNED: (Status.CERTIFICATE_ISSUED, Status.REFUSED, Status.CANCELLED),
    Status.CERTIFICATE_ISSUED: (Status.ADMITTED, Status.REFUSED, Status.CANCELLED),
    Status.ADMITTED: (),
    Status.ACCEPTED: (),
    Status.REFUSED: (),
    Status.CANCELLED: (),
}

# A departure: no school to assign, a certificate to write.
NEXT_OF_DEPARTURE: Mapping[Status, tuple[Status, ...]] = {
    **NEXT,
    Status.UNDER_REVIEW: (Status.ACCEPTED, Status.INCOMPLETE, Status.REFUSED, Status.CANCELLED),
}

# The straight way from reception to admission, walked by the automatic mode.
STRAIGHT_WAY = (Status.UNDER_REVIEW, Status.ASSIGNED, Status.CERTIFICATE_ISSUED, Status.ADMITTED)
STRAIGHT_WAY_OF_DEPARTURE = (Status.UNDER_REVIEW, Status.ACCEPTED)

LABELS: Mapping[Status, str] = {
    Status.RECEIVED: "Reçu",
    Status.INCOMPLETE: "Incomplet",
    Status.UNDER_REVIEW: "À l’étude",
    Status.ASSIGNED: "École attribuée",
    Status.CERTIFICATE_ISSUED: "Certificat d’inscription délivré",
    Status.ADMITTED: "Admis",
    Status.ACCEPTED: "Radiation prononcée",
    Status.REFUSED: "Refusé",
    Status.CANCELLED: "Annulé",
}

ACTIONS: Mapping[Status, str] = {
    Status.UNDER_REVIEW: "Étudier le dossier",
    Status.INCOMPLETE: "Demander des pièces",
    Status.ASSIGNED: "Attribuer une école",
    Status.CERTIFICATE_ISSUED: "Délivrer le certificat",
    Status.ADMITTED: "Admettre l’enfant",
    Status.ACCEPTED: "Délivrer le certificat de radiation",
    Status.REFUSED: "Refuser",
    Status.CANCELLED: "Annuler le dossier",
}

MISSING_PIECES: Mapping[str, str] = {
    "justificatif_domicile": "Justificatif de domicile",
    "livret_famille": "Livret de famille",
    "vaccinations": "Carnet de vaccinations",
    "radiation": "Certificat de radiation",
    "jugement": "Jugement de garde",
}


@dataclass(frozen=True, slots=True)
class School:
    """A made-up school of the sample commune."""

    uai: str
    name: str
    citycode: str
    levels: tuple[str, ...]


NURSERY, PRIMARY = ("PS", "MS", "GS"), ("CP", "CE1", "CE2", "CM1", "CM2")
SCHOOLS = (
    School("0389901A", "École maternelle des Tilleuls", "38999", NURSERY),
    School("0389902B", "École Simone-Veil", "38999", (*NURSERY, *PRIMARY)),
    School("0389903C", "École élémentaire du Vieux-Moulin", "38999", (*PRIMARY, "ULIS")),
    School("0389904D", "École des Deux-Rives", "38999", (*NURSERY, *PRIMARY)),
)
