"""Rules that give new requests to the agents of a department, each in turn."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from portal.casework.catalogue.service import get_published
from portal.casework.requests.models import ServiceRequest
from portal.casework.routing import service as routing
from portal.casework.routing.policy import fits, in_turn
from portal.casework.routing.service import RuleDraft
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database, new_id
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.people.accounts.service import set_agent_active
from portal.records.timeline.models import TimelineEvent
from tests.support.client import Browser
from tests.support.town import Town, sent_request

RULES, SLUG = "/agents/repartition", "carte-mediatheque"


def test_the_head_writes_changes_and_removes_a_rule(
    samira: Browser, meryem: Browser, jonas: Browser, town: Town
) -> None:
    samira.get(RULES, state="empty")
    meryem.get(RULES, 403)
    path = f"{RULES}/nouvelle/{SLUG}"
    form = samira.get(path, state="plain").form(path)
    wrong = samira.post(path, form | {"nom": "", "question": "address_current_city"}, 422, state="error")
    assert "une par ligne" in wrong.text
    typed = form | {"nom": "Secteur nord", "agents": [str(town.meryem.id)], "canaux": ["web", "pigeon"]}
    samira.post(path, typed | {"question": "address_current_city", "reponses": "Valmont-sur-Iselle\n\nPont"})
    page = samira.get(RULES, state="full")
    assert "Valmont-sur-Iselle, Pont" in page.text
    address = page.links()["Secteur nord"]
    change = samira.get(address, state="plain").form(address)
    samira.post(address, change | {"nom": "Nord", "agents": [str(town.meryem.id)]})
    late = samira.post(address, change | {"nom": "Sud", "agents": [str(town.meryem.id)]}, 409, state="conflict")
    assert late.form(address)["nom"] == "Sud"
    samira.post(f"{address}/retirer", {})
    assert "Aucune règle" in samira.get(RULES).text


def assigned(database: Database, reference: str) -> object:
    with database.reading() as session:
        query = select(ServiceRequest.assigned_agent_id).where(ServiceRequest.reference == reference)
        return session.scalar(query)


def test_new_requests_go_to_each_in_turn_and_it_is_said(
    samira: Browser, angela: Browser, database: Database, town: Town
) -> None:
    head, meryem = town.agent(town.commune.agents["s.amrani"]), town.meryem
    with database.writing() as session:
        procedure = get_published(session, SLUG)
        elsewhere = RuleDraft(procedure.id, "Ailleurs", (meryem.id,), (), "address_current_city", ("Grenoble",))
        routing.write_rule(session, head, procedure.department_id, elsewhere)
        both = RuleDraft(
            procedure.id, "Valmont", (meryem.id, head.id), ("web",), "address_current_city", ("VALMONT sur iselle",)
        )
        made = routing.write_rule(session, head, procedure.department_id, both)
    references = [sent_request(database, one) for one in (town.angela, town.layla, town.yves)]
    assert [assigned(database, one) for one in references] == [meryem.id, head.id, meryem.id]
    with database.writing() as session:
        set_agent_active(session, head.id, active=False)
    assert assigned(database, sent_request(database, town.layla)) == meryem.id
    with database.writing() as session:
        set_agent_active(session, head.id, active=True)
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "request_routed").limit(1)).one()
        assert line.details == {"rule": str(made)}
        event = session.scalars(select(TimelineEvent).where(TimelineEvent.type == "request_assigned").limit(1)).one()
        assert event.payload["rule"] == str(made)
    assert "par une règle du service" in samira.get(f"/agents/dossiers/{references[0]}").text
    assert f"{meryem.display_name}" in angela.get(f"/demandes/{references[0]}").text


def test_a_rule_is_checked_owned_and_bounded(database: Database, town: Town) -> None:
    head = town.agent(town.commune.agents["s.amrani"])
    with database.writing() as session:
        procedure = get_published(session, SLUG)
        department = procedure.department_id
        good = RuleDraft(procedure.id, "R", (town.meryem.id,))
        with pytest.raises(Forbidden):
            routing.write_rule(session, town.agent(town.meryem), department, good)
        for wrong in (
            RuleDraft(procedure.id, " ", (town.meryem.id,)),
            RuleDraft(procedure.id, "R", ()),
            RuleDraft(procedure.id, "R", (town.claire.id,)),
            RuleDraft(procedure.id, "R", (town.meryem.id,), field="x", wanted=("a" * 61,)),
        ):
            with pytest.raises(Invalid):
                routing.write_rule(session, head, department, wrong)
        for _number in range(30):
            made = routing.write_rule(session, head, department, good)
        with pytest.raises(Conflict):
            routing.write_rule(session, head, department, good)
        routing.archive_rule(session, head, made)
        assert len(routing.list_rules(session, head)) == 29


@pytest.mark.parametrize(
    ("channels", "wanted", "answer", "fit"),
    [
        ((), ("Pont",), "pont", True),
        ((), ("Élan",), "ELAN", True),
        (("web",), ("Pont",), "pont", True),
        (("mail",), ("Pont",), "pont", False),
        ((), ("Pont",), None, False),
        ((), (" ",), "", False),
    ],
)
def test_when_a_rule_fits(channels: Sequence[str], wanted: Sequence[str], answer: str | None, fit: bool) -> None:
    assert fits(channels, "city", wanted, "web", {"city": answer}) is fit
    assert fits(channels, "", wanted, "web", {}) is ("mail" not in channels)


def test_turns_skip_who_is_away() -> None:
    first, second, third = new_id(), new_id(), new_id()
    order = [first, second, third]
    assert [in_turn(order, turn, frozenset(order)) for turn in (0, 1, 2, 3)] == [first, second, third, first]
    assert in_turn(order, 1, frozenset({first})) == first
    assert in_turn(order, 0, frozenset()) is None
