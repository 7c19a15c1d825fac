"""Between the dictionary's concepts and the bodies of school-enrolment/1. Pure: no input, no output, no clock."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.partners.school.wire import Enrolment
from connectors.sdk import (
    AmendCommand,
    ComplementCommand,
    PermanentError,
    Receipt,
    StatusUpdate,
    UpdateStatus,
    WithdrawCommand,
)
from connectors.sdk.mapping import first_names, one_line, required, without_empty
from connectors.sdk.reporting import Event

STATUSES: Mapping[str, UpdateStatus] = {
    "received": UpdateStatus.RECEIVED,
    "incomplete": UpdateStatus.NEEDS_INFORMATION,
    "under_review": UpdateStatus.TAKEN_INTO_ACCOUNT,
    "assigned": UpdateStatus.TAKEN_INTO_ACCOUNT,
    "certificate_issued": UpdateStatus.TAKEN_INTO_ACCOUNT,
    "admitted": UpdateStatus.ACCEPTED,
    "accepted": UpdateStatus.ACCEPTED,
    "refused": UpdateStatus.REJECTED,
    "cancelled": UpdateStatus.CANCELLED,
}
_ROLES = {"mother": "mere", "father": "pere", "guardian": "tuteur", "other": "autre"}
_SEXES = {"female": "F", "male": "M"}
_COG = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
# The contract's words for papers, and the portal's concepts.
EVIDENCE: Mapping[str, str] = {
    "justificatif_domicile": "evidence.proof_of_address",
    "livret_famille": "evidence.family_record",
    "vaccinations": "evidence.vaccinations",
    "radiation": "evidence.deregistration",
    "jugement": "evidence.custody_ruling",
}
DEREGISTRATION = "deregistration"
MAX_DETAILS = 20
MAX_DETAIL_LENGTH = 500


def to_enrolment(reference: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``POST /enrolments``. ``payload`` holds declared concepts only; empty parts are left out.

    Raises PermanentError ``payload_incomplete`` or ``payload_invalid``: a person must look at the request.
    """
    body = {
        "external_ref": reference,
        "school_year": required(payload, "school.year"),
        "kind": required(payload, "school.enrolment_kind"),
        "level": required(payload, "school.level"),
        "child": _child(payload),
        "guardians": [_guardian(payload)],
        "address": _address(payload),
        "wishes": _wishes(payload),
        "options": without_empty(
            {"meal": payload.get("school.meal"), "after_school": payload.get("school.after_school")}
        ),
    }
    return without_empty(body)


def is_deregistration(payload: Mapping[str, Any]) -> bool:
    """Whether the child leaves a school, rather than enters one."""
    return payload.get("school.enrolment_kind") == DEREGISTRATION


def to_deregistration(reference: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``POST /deregistrations``. Raises as `to_enrolment`."""
    body = {
        "external_ref": reference,
        "child": _child(payload),
        "school_uai": payload.get("school.wished_school"),
        "guardians": [_guardian(payload)],
        # A person whose address a court protects does not say where they go.
        "leaving": without_empty(
            {"date": required(payload, "move.date"), "city": payload.get("move.new_address.city")}
        ),
    }
    return without_empty(body)


def _child(payload: Mapping[str, Any]) -> dict[str, Any]:
    place = payload.get("household.child.birth_place")
    known_code = isinstance(place, str) and _COG.fullmatch(place) is not None
    return without_empty(
        {
            "birth_name": required(payload, "household.child.family_name"),
            "first_names": first_names(required(payload, "household.child.given_names")),
            "sex": _translate(_SEXES, payload.get("household.child.gender")),
            "birth_date": required(payload, "household.child.birthdate"),
            "birth_place_cog": place if known_code else None,
            "birth_place": None if known_code else place,
            "birth_country_cog": payload.get("household.child.birth_country"),
        }
    )


def _guardian(payload: Mapping[str, Any]) -> dict[str, Any]:
    identity = {
        "birth_name": required(payload, "person.family_name"),
        "usual_name": payload.get("person.preferred_name"),
        "first_names": first_names(required(payload, "person.given_names")),
    }
    return without_empty(
        {
            "role": _translate(_ROLES, required(payload, "guardian.role")),
            "parental_authority": payload.get("guardian.parental_authority"),
            "identity": without_empty(identity),
            "email": payload.get("contact.email"),
            "phones": [payload["contact.phone"]] if payload.get("contact.phone") else None,
        }
    )


def _address(payload: Mapping[str, Any]) -> dict[str, Any]:
    line, postcode, city = (payload.get(f"address.current.{part}") for part in ("line", "postcode", "city"))
    town = " ".join(str(part) for part in (postcode, city) if part)
    label = ", ".join(str(part) for part in (line, town) if part)
    if not label:
        raise PermanentError("payload_incomplete")
    return without_empty({"label": label, "line": line, "postcode": postcode, "city": city})


def _wishes(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    wished = payload.get("school.wished_school")
    return [{"uai": wished, "rank": 1}] if wished else []


def _translate(codes: Mapping[str, str], value: Any) -> str | None:
    if value is None:
        return None
    if value not in codes:
        raise PermanentError("payload_invalid")
    return codes[value]


def to_receipt(enrolment_id: str, raw_status: str) -> Receipt:
    """A known state means that the partner has the request, beyond its transport having accepted it."""
    return Receipt(external_ref=enrolment_id, raw_status=raw_status, received=raw_status in STATUSES)


def to_amendment(command: AmendCommand, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``POST /enrolments/{id}/amendments``: its number and the whole request. Raises as `to_enrolment`."""
    part, make = ("deregistration", to_deregistration) if is_deregistration(payload) else ("enrolment", to_enrolment)
    content = make(command.reference, payload)
    del content["external_ref"]
    return {"external_ref": command.reference, "amendment": command.amendment, part: content}


def to_cancellation(command: WithdrawCommand) -> dict[str, Any]:
    """The body of ``POST /enrolments/{id}/cancellation``."""
    return {"external_ref": command.reference, "reason": "withdrawn", "withdrawn_at": command.withdrawn_at.isoformat()}


def to_complement(command: ComplementCommand) -> dict[str, Any]:
    """The body of ``POST /enrolments/{id}/complements``."""
    return {"external_ref": command.reference, "text": command.text, "answered_at": command.answered_at.isoformat()}


def to_cancelled(enrolment_id: str, raw_status: str) -> Receipt:
    """``received`` once the partner itself says that the enrolment is stopped."""
    return Receipt(external_ref=enrolment_id, raw_status=raw_status, received=raw_status == "cancelled")


def to_updates(enrolment: Enrolment) -> list[StatusUpdate]:
    """The events of one enrolment, in the partner's order."""
    return [to_update(enrolment.enrolment_id, event) for event in enrolment.events]


def to_update(enrolment_id: str, event: Event) -> StatusUpdate:
    """One event, fetched or received."""
    return event.to_update(enrolment_id, STATUSES, _details(event.details))


def _details(details: Mapping[str, Any]) -> dict[str, str]:
    """Flat, short, on one line: what a partner writes is not trusted."""
    kept: dict[str, str] = {}
    for name, value in list(details.items())[:MAX_DETAILS]:
        text = _detail(_named(value) if name == "missing" else value)
        if text and re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
            kept[name] = text
    return kept


def _named(value: Any) -> Any:
    """The papers that are missing, as the concepts that the portal has words for."""
    return (
        [EVIDENCE.get(str(one), one) for one in value] if isinstance(value, list) else EVIDENCE.get(str(value), value)
    )


def _detail(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_detail(part) for part in value if isinstance(part, str | int))[:MAX_DETAIL_LENGTH]
    if isinstance(value, str | int | float):
        return one_line(str(value), MAX_DETAIL_LENGTH)
    return ""
