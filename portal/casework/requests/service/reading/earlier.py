"""What a person answered in the requests they made lately: so that it need not be typed again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import field_concept
from portal.casework.catalogue.service import documents_of, with_version_keys
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.access import account_of
from portal.casework.requests.service.sealed import answers_of
from portal.casework.requests.shapes import EarlierAnswer, EarlierRequest
from portal.ground.dictionary.service import Concept, Retention, Value
from portal.ground.logs import get_logger
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultDestroyed, VaultError, with_data_keys

log = get_logger("requests")
LOOKED_AT = 10
CHILD = "household.child."


def _lately() -> Select[*tuple[Any, ...]]:
    mine = select(ServiceRequest).where(ServiceRequest.account_id == bindparam("account_id"))
    newest = mine.order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc()).limit(LOOKED_AT)
    keyed = with_version_keys(
        newest, ServiceRequest.procedure_id.expression, ServiceRequest.procedure_version.expression
    )
    return with_data_keys(keyed, ServiceRequest.data_key_id.expression)


_LATELY = _lately()


def earlier_requests(session: Session, actor: Actor) -> list[EarlierRequest]:
    """The ten last requests of a resident with their answers, the newest first.

    One statement; a second one the first time that this process meets a version of a procedure.

    :raises Forbidden: not a resident.
    """
    rows = session.execute(_LATELY, {"account_id": account_of(actor)}).all()
    documents = documents_of(session, {row.version_id: row.published_at for row in rows})
    found = [_earlier(session, row.ServiceRequest, documents[row.version_id]) for row in rows]
    return [one for one in found if one is not None]


def _earlier(session: Session, request: ServiceRequest, document: ProcedureDocument) -> EarlierRequest | None:
    """None when it was erased, or cannot be read: a form is not stopped by a request of another day."""
    try:
        answers = answers_of(session, request)
    except VaultDestroyed:
        return None
    except VaultError as error:
        log.warning("earlier_request_unreadable", code=error.code, request_id=str(request.id))
        return None
    return EarlierRequest(request.reference, request.submitted_at, _said(document, answers))


def _lasts(concept: Concept) -> bool:
    """Whether the answer may serve again: most likely still true, or about a child who may be asked about again."""
    return concept.lasting or concept.retention is Retention.ACCOUNT or concept.id.startswith(CHILD)


def _said(document: ProcedureDocument, answers: Mapping[str, Value]) -> tuple[EarlierAnswer, ...]:
    """Each text that may serve again, by concept; those of a repeated page are told apart by their place in it."""
    found: list[EarlierAnswer] = []
    for step in document.steps:
        rounds: list[Mapping[str, Any]] = [answers]
        if step.repeat is not None:
            items = answers.get(step.repeat.name)
            rounds = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        for place, said in enumerate(rounds):
            for field in step.fields:
                value = said.get(field.name)
                concept = field_concept(field)
                if isinstance(value, str) and value and _lasts(concept):
                    found.append(EarlierAnswer(concept.id, value, f"{step.slug}.{place}"))
    return tuple(found)
