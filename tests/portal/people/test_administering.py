"""What an administrator may do with agents, and what two of them at once may not undo."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.cli import main
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, ParvisError
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.models import Agent, AgentRelink
from portal.people.accounts.policy import can_manage_agents, is_siren, is_siret, works_on_requests
from portal.people.accounts.service import (
    AgentClaims,
    AgentFacts,
    AgentView,
    AuthorityView,
    allowed_sirets,
    ask_relink,
    end_partner,
    get_agent_record,
    invite_agent,
    link_agent,
    list_partner,
    list_partners,
    provision_agent,
    revise_agent,
    settle_relink,
    suspend_agent,
)
from portal.people.identity.enums import Realm
from tests.conftest import MASTER_KEY
from tests.portal.people.conftest import CLAIRE, SIRET, Browser, build
from tests.portal.people.spoils import Doubles

ELSEWHERE = "99999999900012"


def actor_of(view: AgentView) -> Actor:
    return Actor(ActorKind.AGENT, view.id, permissions=ROLE_PERMISSIONS[view.role], label=view.display_name)


@pytest.fixture
def keepers(database: Database, authority: AuthorityView) -> tuple[Actor, Actor]:
    """Two administrators."""
    with database.writing() as session:
        views = [
            provision_agent(
                session,
                local_authority_id=authority.id,
                siret=SIRET,
                email=f"{name}@valmont-sur-iselle.example",
                display_name=f"Gardien {name}",
                role=Role.ADMINISTRATOR,
            )
            for name in ("un", "deux")
        ]
    return actor_of(views[0]), actor_of(views[1])


def at_once(database: Database, *acts: Callable[[Any], object]) -> list[str]:
    """What came of acts begun at the same instant, each in its own unit: ``done``, or the code of the refusal."""
    barrier, outcomes = threading.Barrier(len(acts)), ["" for _act in acts]

    def run(number: int) -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                acts[number](session)
            outcomes[number] = "done"
        except ParvisError as error:
            outcomes[number] = error.code

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_administrators_who_suspend_each_other_leave_one(database: Database, keepers: tuple[Actor, Actor]) -> None:
    one, two = keepers
    assert one.id
    assert two.id
    outcomes = at_once(
        database,
        lambda session: suspend_agent(session, one, two.id, version=1),
        lambda session: suspend_agent(session, two, one.id, version=1),
    )
    assert sorted(outcomes) == ["done", "last_administrator"]
    with database.reading() as session:
        left = select(func.count()).select_from(Agent).where(Agent.role == Role.ADMINISTRATOR, Agent.active)
        assert session.scalar(left) == 1


def test_the_last_administrator_stays_and_so_do_ones_own_rights(
    database: Database, keepers: tuple[Actor, Actor]
) -> None:
    one, two = keepers
    assert one.id
    assert two.id
    with database.writing() as session:
        suspend_agent(session, one, two.id, version=1)
    facts = AgentFacts("Gardien un", "un@valmont-sur-iselle.example", SIRET, Role.OPERATOR)
    for act, code in (
        (lambda session: suspend_agent(session, two, one.id, version=1), "last_administrator"),
        (
            lambda session: revise_agent(session, two, one.id, facts, version=1, allowed_sirets={SIRET}),
            "last_administrator",
        ),
        (lambda session: suspend_agent(session, one, one.id, version=1), "own_access"),
        (lambda session: revise_agent(session, one, one.id, facts, version=1, allowed_sirets={SIRET}), "own_access"),
    ):
        with pytest.raises((Conflict, Forbidden), match=code), database.writing() as session:
            act(session)


def test_the_same_person_is_invited_once_by_two_at_once(
    database: Database, keepers: tuple[Actor, Actor], authority: AuthorityView
) -> None:
    def invite(keeper: Actor, email: str) -> Callable[[Any], object]:
        facts = AgentFacts("Zoé Essai", email, SIRET, Role.PROCEDURE_OFFICER)
        return lambda session: invite_agent(session, keeper, facts, allowed_sirets={SIRET})

    outcomes = at_once(database, invite(keepers[0], "zoe@essai.example"), invite(keepers[1], "ZOE@Essai.example "))
    assert sorted(outcomes) == ["agent_exists", "done"]


def test_only_an_administrator_administers(database: Database, claire: AgentView) -> None:
    facts = AgentFacts("Zoé Essai", "zoe@essai.example", SIRET, Role.OPERATOR)
    for role in Role:
        who = Actor(ActorKind.AGENT, UUID(int=9), permissions=ROLE_PERMISSIONS[role])
        assert can_manage_agents(who) is (role is Role.ADMINISTRATOR)
        if role is Role.ADMINISTRATOR:
            assert not can_manage_agents(Actor(ActorKind.RESIDENT, who.id, permissions=who.permissions))
            continue
        for act in (
            lambda session, who=who: invite_agent(session, who, facts, allowed_sirets={SIRET}),
            lambda session, who=who: suspend_agent(session, who, claire.id, version=1),
            lambda session, who=who: get_agent_record(session, who, claire.id),
            lambda session, who=who: list_partner(session, who, siret=ELSEWHERE, name="Essai"),
        ):
            with pytest.raises(Forbidden), database.writing() as session:
                act(session)


def test_what_an_employer_number_looks_like() -> None:
    assert is_siret(SIRET)
    assert is_siren(SIRET[:9])
    for wrong in ("", "1234", SIRET + "0", "2138099990001x", "²1380999900019", SIRET[:9]):
        assert not is_siret(wrong), wrong
    assert not is_siren(SIRET)
    assert {role for role in Role if works_on_requests(role)} == {
        Role.COUNTER_AGENT, Role.DEPARTMENT_AGENT, Role.SUPERVISOR,
    }  # fmt: skip


def test_a_partner_lets_its_agents_in_as_long_as_it_is_listed(database: Database, keepers: tuple[Actor, Actor]) -> None:
    keeper, claims = keepers[0], AgentClaims(siret=ELSEWHERE, email="Malik@Partenaire.example")
    facts = AgentFacts("Malik Essai", "malik@partenaire.example", ELSEWHERE, Role.OPERATOR)
    with pytest.raises(Invalid) as refused, database.writing() as session:
        invite_agent(session, keeper, facts, allowed_sirets=allowed_sirets(session, ()))
    assert set(refused.value.fields) == {"siret"}
    with database.writing() as session:
        partner = list_partner(session, keeper, siret=ELSEWHERE[:9], name="  Partenaire   d’essai ")
        assert partner.name == "Partenaire d’essai"
        made = invite_agent(session, keeper, facts, allowed_sirets=allowed_sirets(session, ()))

    def enter() -> AgentView:
        with database.writing() as session:
            allowed = allowed_sirets(session, ())
            return link_agent(session, issuer="https://pc.example", sub="m", claims=claims, allowed_sirets=allowed)

    assert enter().id == made.id
    with database.writing() as session:
        assert end_partner(session, keeper, partner.id, configured=(ELSEWHERE,)) == [], "the settings still name it"
        assert end_partner(session, keeper, partner.id, configured=()) == [made.id]
    with pytest.raises(Forbidden, match="siret_not_allowed"):
        enter()
    with database.writing() as session:
        assert list_partner(session, keeper, siret=ELSEWHERE[:9], name="Partenaire").id == partner.id
        assert [one.ended_at for one in list_partners(session, keeper)] == [None]


def test_the_sign_in_fields_are_settled_once_the_agent_came(
    database: Database, keepers: tuple[Actor, Actor], claire: AgentView
) -> None:
    keeper = keepers[0]
    facts = AgentFacts("Claire", "other@valmont-sur-iselle.example", SIRET, Role.OPERATOR)
    with database.writing() as session:
        revise_agent(session, keeper, claire.id, facts, version=1, allowed_sirets={SIRET})
        claims = AgentClaims(siret=SIRET, email="OTHER@valmont-sur-iselle.example")
        link_agent(session, issuer="https://pc.example", sub="c", claims=claims, allowed_sirets={SIRET})
        late = AgentFacts("Claire Le Goff", "x@y.example", ELSEWHERE, Role.OPERATOR)
        record = revise_agent(session, keeper, claire.id, late, version=2, allowed_sirets={SIRET})
    assert (record.email, record.siret, record.version) == ("other@valmont-sur-iselle.example", SIRET, 3)


@pytest.fixture
def moved(database: Database, keepers: tuple[Actor, Actor], claire: AgentView) -> AgentClaims:
    """Claire came once, under ``one``."""
    claims = AgentClaims(siret=SIRET, email=CLAIRE["email"])
    with database.writing() as session:
        link_agent(session, issuer="https://pc.example", sub="one", claims=claims, allowed_sirets={SIRET})
    return claims


def test_a_new_sign_in_opens_only_what_was_looked_at(
    database: Database, keepers: tuple[Actor, Actor], claire: AgentView, moved: AgentClaims
) -> None:
    def ask(sub: str) -> UUID:
        with database.writing() as session:
            ask_relink(session, issuer="https://pc.example", sub=sub, claims=moved)
        with database.reading() as session:
            return session.scalars(select(AgentRelink.id)).one()

    first = ask("two")
    assert ask("two") == first, "asked again, it is the same"
    second = ask("three")
    with pytest.raises(Conflict, match="relink_gone"), database.writing() as session:
        settle_relink(session, keepers[0], claire.id, first, version=1, accept=True)
    outcomes = at_once(
        database,
        lambda session: settle_relink(session, keepers[0], claire.id, second, version=1, accept=True),
        lambda session: settle_relink(session, keepers[1], claire.id, second, version=1, accept=False),
    )
    assert sorted(outcomes) == ["agent_changed", "done"]
    with database.writing() as session:
        ask_relink(session, issuer="x", sub="y", claims=AgentClaims(siret=SIRET, email="nobody@essai.example"))
        assert session.scalars(select(AgentRelink)).all() == []


def test_a_changed_sub_is_told_and_waits(
    browser: Browser, database: Database, keepers: tuple[Actor, Actor], claire: AgentView, doubles: Doubles
) -> None:
    browser.sign_in(Realm.AGENT)
    doubles[Realm.AGENT].person["sub"] = "another-provider"
    refused = browser.sign_in(Realm.AGENT)
    assert refused.status_code == 403
    assert "Votre identification a changé" in refused.text
    with database.reading() as session:
        asked = get_agent_record(session, keepers[0], claire.id).relink
    assert asked is not None
    with database.writing() as session:
        settle_relink(session, keepers[0], claire.id, asked.id, version=1, accept=True)
    assert browser.sign_in(Realm.AGENT).status_code == 303


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER, Role.OPERATOR, Role.SUPERVISOR])
def test_power_over_others_needs_two_factors(
    known: Any, database: Database, authority: AuthorityView, claire: AgentView, doubles: Doubles, role: Role
) -> None:
    with database.writing() as session:
        session.get_one(Agent, claire.id).role = role
    app = build(known.model_copy(update={"agent": known.agent.model_copy(update={"acr": ""})}), database)
    browser, double = Browser(app.test_client()), doubles[Realm.AGENT]
    double.acr = "eidas1"
    wish = browser.leave(Realm.AGENT)
    assert "essential%22%3Atrue%2C%22values" not in wish, "a wish, which refuses nobody"
    assert browser.sign_in(Realm.AGENT).status_code == 303
    away = browser.get("/agents/")
    assert away.status_code == 303
    assert "niveau=eidas0-mfa" in away.headers["Location"]
    left = browser.post("/connexion/agent", {"suite": "/agents/", "niveau": "eidas0-mfa"}).headers["Location"]
    assert "essential%22%3Atrue%2C%22values" in left
    assert browser.get(browser.at_provider(left)).status_code == 403, "the level told is checked here again"
    double.acr, double.amr = "eidas1-mfa", ["pwd"]
    lying = Browser(app.test_client())
    assert lying.sign_in(Realm.AGENT).status_code == 303, "nothing more was required of that sign-in"
    door = lying.get("/agents/").headers["Location"]
    assert "niveau=eidas0-mfa" in door, "one factor told, two announced"
    assert "Une identification plus sûre" in lying.get(door).text
    double.amr = ["pwd", "mfa"]
    left = browser.post("/connexion/agent", {"suite": "/agents/", "niveau": "eidas0-mfa"}).headers["Location"]
    assert browser.get(browser.at_provider(left)).headers["Location"] == "/agents/"
    assert browser.get("/agents/").status_code == 200


def test_the_setting_asks_two_factors_of_every_agent(
    known: Any, database: Database, authority: AuthorityView, claire: AgentView, doubles: Doubles
) -> None:
    lax = build(known.model_copy(update={"agent": known.agent.model_copy(update={"acr": ""})}), database)
    doubles[Realm.AGENT].acr = "eidas1"
    browser = Browser(lax.test_client())
    browser.sign_in(Realm.AGENT)
    assert browser.get("/agents/").status_code == 200, "a case worker needs one factor by default"
    strict = build(known.model_copy(update={"agent": known.agent.model_copy(update={"acr": "eidas0-mfa"})}), database)
    later = Browser(strict.test_client())
    later.plant("agent", browser.cookie("agent") or "")
    assert "niveau=eidas0-mfa" in later.get("/agents/").headers["Location"], "open sessions too"


def test_an_operator_opens_the_first_access_of_an_administrator(
    database: Database, authority: AuthorityView, tmp_path: Path
) -> None:
    environ = {
        "PARVIS_DATA_DIR": str(tmp_path),
        "PARVIS_DATABASE_URL": database.url,
        "PARVIS_MASTER_KEY": MASTER_KEY,
        "PARVIS_SECRET_KEY": "test-only-" + "k" * 40,
    }

    def run(email: str, siret: str = SIRET) -> Any:
        options = ["--name", "Gardien Premier", "--email", email, "--siret", siret]
        return CliRunner().invoke(main, ["add-administrator", *options], env=environ)

    assert "deux facteurs" in run("Premier@valmont-sur-iselle.example").stdout
    for again in (run("premier@valmont-sur-iselle.example"), run("x@y.example", ELSEWHERE), run("nobody")):
        assert again.exit_code == 1
        assert again.stderr
    with database.reading() as session:
        rows = session.scalars(select(Agent).where(Agent.role == Role.ADMINISTRATOR)).all()
        assert [row.email for row in rows] == ["premier@valmont-sur-iselle.example"]
