"""An appointment that belongs to a request: the workflow invites, the person chooses, the request goes on."""

from typing import Any
from uuid import uuid4

import pytest
import yaml
from sqlalchemy import text

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Audience, Means
from portal.casework.appointments.service import AppointmentView, Contact
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import import_procedure
from portal.casework.catalogue.workflow_checks import workflow_problems
from portal.casework.requests import service as requests
from portal.casework.requests.service import Said
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from portal.records.timeline.service import list_events
from tests.portal.casework.appointments.conftest import Desk
from tests.portal.casework.world import document, send

WORKFLOW: dict[str, Any] = yaml.safe_load(
    """
statuses:
  - {code: received, status: submitted, label: {fr: Reçue}}
  - {code: working, status: in_progress, label: {fr: En cours}}
  - {code: invited, status: waiting_for_resident, label: {fr: Choisissez une heure}}
  - {code: agreed, status: in_progress, label: {fr: Rendez-vous pris}}
  - {code: held, status: closed, label: {fr: Terminée}}
transitions:
  - code: invite
    label: {fr: Inviter à choisir}
    from: [received, working]
    to: invited
    who: [department]
    does: [{do: appointment, kind: entretien, then: chosen}]
  - {code: chosen, label: {fr: Heure choisie}, from: [invited], to: agreed, who: [resident, department]}
  - {code: hold, label: {fr: Terminer}, from: [received, working, invited, agreed], to: held, who: [department]}
"""
)


@pytest.fixture
def reference(desk: Desk) -> str:
    """Noé’s request, to which the department answers with an invitation."""
    desk.add_kind("entretien", audience=Audience.INVITED)
    with desk.database.writing() as session:
        described = document(slug="suivi", department="france-services", workflow=WORKFLOW)
        procedure = import_procedure(session, described, publish=True, actor=SYSTEM)
        sent = send(session, desk.resident, procedure)
        requests.move(
            session,
            desk.keeper,
            sent.reference,
            "invite",
            Said("Choisissez une heure."),
            state="received",
            idempotency_key="i",
        )
    return sent.reference


def choose(desk: Desk, reference: str, actor: Any = None, **changes: Any) -> AppointmentView:
    with desk.database.reading() as session:
        kind = appointments.find_offer(session, "entretien").kind
    return desk.book(desk.at(9), actor, kind_id=kind.id, request_reference=reference, **changes)


def state_of(desk: Desk, reference: str) -> str | None:
    with desk.database.reading() as session:
        return requests.get_request(session, desk.resident, reference).state


def test_the_time_that_is_chosen_moves_the_request_on(desk: Desk, reference: str) -> None:
    assert state_of(desk, reference) == "invited"
    made = choose(desk, reference)
    assert state_of(desk, reference) == "agreed"
    with desk.database.reading() as session:
        view = requests.get_request(session, desk.resident, reference)
        assert made.request_id == view.id
        assert [one.id for one in appointments.list_of_request(session, desk.resident, reference)] == [made.id]
        assert [one.id for one in appointments.list_of_request(session, desk.keeper, reference)] == [made.id]
        with pytest.raises(NotFound):
            appointments.list_of_request(session, desk.other, reference)
        changes = [one.payload["change"] for one in list_events(session, view.id) if one.type == "appointment_changed"]
    assert changes == ["booked"]


def test_an_agent_chooses_for_the_person_from_the_request(desk: Desk, reference: str) -> None:
    made = choose(desk, reference, desk.keeper)
    assert (made.person_id, made.booked_by) == (desk.world.noe.person_id, desk.keeper.id)
    assert state_of(desk, reference) == "agreed"


def test_a_refused_time_leaves_the_request_where_it_was(desk: Desk, reference: str) -> None:
    with pytest.raises(Invalid):
        choose(desk, reference, means=Means.VIDEO)
    assert state_of(desk, reference) == "invited"


def test_somebody_else_s_request_invites_nobody(desk: Desk, reference: str) -> None:
    with pytest.raises(NotFound):
        choose(desk, reference, desk.other)
    contact = Contact("Lou", "lou@exemple.example")
    with pytest.raises(NotFound):
        choose(desk, str(uuid4()), contact=contact)


def test_once_gone_on_the_request_invites_no_more(desk: Desk, reference: str) -> None:
    with desk.database.writing() as session:
        requests.move(session, desk.keeper, reference, "hold", Said("Terminé."), state="invited", idempotency_key="h")
    with pytest.raises(Forbidden):
        choose(desk, reference)
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM appointment")) == 0


@pytest.mark.parametrize(
    "does",
    [
        {"do": "appointment", "kind": "entretien", "then": "hold"},
        {"do": "appointment", "kind": "entretien", "then": "nowhere"},
        {"do": "appointment", "then": "chosen"},
        {"do": "message", "kind": "entretien"},
    ],
)
def test_what_cannot_be_followed_is_not_published(does: dict[str, str]) -> None:
    workflow = WORKFLOW | {"transitions": [WORKFLOW["transitions"][0] | {"does": [does]}, *WORKFLOW["transitions"][1:]]}
    described = ProcedureDocument.model_validate(document(slug="suivi", workflow=workflow))
    assert [path for path, _sentence in workflow_problems(described)] == ["workflow.transitions.invite.does"]
    fine = ProcedureDocument.model_validate(document(slug="suivi", workflow=WORKFLOW))
    assert list(workflow_problems(fine)) == []
