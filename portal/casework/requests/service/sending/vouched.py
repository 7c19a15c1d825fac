"""Answers that the identity, or a contact, says as they are: for what is sent in one go, by no form that knew it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import field_concept, field_options
from portal.casework.requests.shapes import Origin
from portal.ground.dictionary.service import Value, ValueRefused, validate
from portal.people.accounts.service import known_values


def vouched_origins(
    session: Session, person_id: UUID, document: ProcedureDocument, values: Mapping[str, Value]
) -> dict[str, Origin]:
    """Where answers come from that are what is known of the person, by field; the others were typed. One statement."""
    known = known_values(session, person_id)
    origins: dict[str, Origin] = {}
    for _step, field in document.fields():
        given = known.get(field.concept)
        if given is None or field.name not in values:
            continue
        try:
            same = validate(field_concept(field), given.value, options=field_options(field)) == values[field.name]
        except ValueRefused:
            continue
        if same:
            origins[field.name] = Origin(given.source, given.verified, given.as_of)
    return origins
