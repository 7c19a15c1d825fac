"""Rules that give new requests to the agents of a department, each in turn."""

import re
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_published
from portal.casework.requests.models import ServiceRequest
from portal.casework.routing import service as routing
from portal.casework.routing.policy import fits, in_turn
from portal.casework.routing.service import RuleDraft
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database, new_id
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.people.accounts.service import agents_of, set_agent_active
from portal.records.timeline.models import TimelineEvent
from tests.portal.casework.test_races import together
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, sent_request

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


def named(page: Page) -> list[str]:
    """The rules of a page, in the order of the list."""
    return [name for name, address in page.links().items() if re.fullmatch(rf"{RULES}/[0-9a-f-]{{36}}", address)]


def written(database: Database, town: Town, *names: str, slug: str = SLUG, wanted: str = "") -> list[UUID]:
    """Rules of a procedure, in this order."""
    head = town.agent(town.commune.agents["s.amrani"])
    with database.writing() as session:
        procedure = get_published(session, slug)
        people = (agents_of(session, procedure.department_id)[0].id,)
        field = "address_current_city" if wanted else ""
        drafts = [RuleDraft(procedure.id, name, people, (), field, (wanted,) if wanted else ()) for name in names]
        return [routing.write_rule(session, head, procedure.department_id, one) for one in drafts]


def test_a_rule_goes_up_and_down_and_the_focus_stays_on_its_button(
    samira: Browser, meryem: Browser, database: Database, town: Town
) -> None:
    first, _second, third = written(database, town, "Nord", "Centre", "Sud")
    written(database, town, "Ailleurs", slug="place-en-creche")
    page = samira.get(RULES, state="ordered")
    assert [one.get("aria-label") for one in page.all("button", name="rang")] == [
        "Descendre : Nord",
        "Monter : Centre",
        "Descendre : Centre",
        "Monter : Sud",
    ]
    meryem.post(f"{RULES}/{first}/descendre", {"rang": "1"}, 403)
    went = samira.post(f"{RULES}/{first}/descendre", {"rang": "1"})
    assert went.location.endswith(f"#descendre-{first}")
    page = samira.follow(went, state="moved")
    assert "« Nord » est la règle 2 sur 3 de" in page.words_of("annonce")
    (button,) = page.all("button", id=f"descendre-{first}")
    assert (button.get("aria-describedby"), button.get("value")) == ("annonce", "2")
    assert [one for one in named(page) if one != "Ailleurs"] == ["Centre", "Nord", "Sud"]
    twice = samira.post(f"{RULES}/{first}/descendre", {"rang": "1"})
    assert "rien n’est déplacé. « Nord » est la règle 2 sur 3" in samira.follow(twice, state="order changed").text
    last = samira.post(f"{RULES}/{first}/descendre", {"rang": "2"})
    assert last.location.endswith(f"#monter-{first}"), "at the end there is no way further down"
    assert [one for one in named(samira.follow(last)) if one != "Ailleurs"] == ["Centre", "Sud", "Nord"]
    samira.post(f"{RULES}/{first}/descendre", {"rang": "3"})
    up = samira.post(f"{RULES}/{third}/monter", {"rang": "2"})
    assert up.location.endswith(f"#descendre-{third}")
    assert [one for one in named(samira.follow(up)) if one != "Ailleurs"] == ["Sud", "Centre", "Nord"]
    for altered in ("", "deux", "-1", "99"):
        assert "fait=inchangee" in samira.post(f"{RULES}/{third}/descendre", {"rang": altered}).location
    samira.post(f"{RULES}/{third}/retirer", {})
    samira.post(f"{RULES}/{third}/monter", {"rang": "1"}, 404)
    with database.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "routing_rule_moved")).all()
        assert [one.details["rank"] for one in lines] == ["2", "3", "1"]


def test_the_first_rule_in_the_new_order_is_the_one_that_gives(database: Database, town: Town) -> None:
    head = town.agent(town.commune.agents["s.amrani"])
    everybody, here = written(database, town, "Tout"), written(database, town, "Ici", wanted="Valmont-sur-Iselle")
    with database.writing() as session:
        procedure = get_published(session, SLUG)
        answers = {"address_current_city": "Valmont-sur-Iselle"}

        def chosen() -> UUID:
            found = routing.choose_agent(session, procedure.department_id, procedure.id, "web", answers)
            assert found
            return found.rule_id

        assert chosen() == everybody[0]
        routing.shift_rule(session, head, here[0], -1, rank=2)
        assert chosen() == here[0]


def test_two_heads_move_rules_at_once_and_one_of_them_is_told(database: Database, town: Town) -> None:
    head = town.agent(town.commune.agents["s.amrani"])
    rules = written(database, town, "A", "B", "C")

    def lower_the_first(session: Session) -> None:
        routing.shift_rule(session, head, rules[0], 1, rank=1)

    def raise_the_second(session: Session) -> None:
        routing.shift_rule(session, head, rules[1], -1, rank=2)

    outcomes = together(database, [lower_the_first, raise_the_second])
    assert sorted(map(str, outcomes)) == ["None", "rule_moved"]
    with database.reading() as session:
        assert [one.draft.name for one in routing.list_rules(session, head)] == ["B", "A", "C"]


def test_many_rules_are_read_page_after_page(samira: Browser, database: Database, town: Town) -> None:
    rules = written(database, town, *(f"Règle {number:02}" for number in range(14)))
    with counted(database) as first:
        page = samira.get(RULES, state="many")
    assert named(page) == [f"Règle {number:02}" for number in range(12)]
    following = samira.get(page.links()["Voir la suite de la liste"], state="following page")
    assert named(following) == ["Règle 12", "Règle 13"]
    went = samira.post(f"{RULES}/{rules[12]}/monter", {"rang": "13"})
    assert "debut" not in went.location, "where the rule now is"
    with counted(database) as again:
        assert named(samira.follow(went))[11] == "Règle 12"
    assert len(first) == len(again)
    assert named(samira.get(f"{RULES}?debut=99"))[0] == "Règle 00"


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
