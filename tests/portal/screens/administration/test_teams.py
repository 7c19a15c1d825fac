"""« Équipes » : agents, departments and partners, and what happens to what an agent leaves behind."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.people.accounts.models import Agent, AgentDepartment, LocalAuthority, PartnerOrganisation
from portal.people.accounts.service import AgentClaims, ask_relink, list_departments
from portal.people.identity.models import LoginSession
from portal.records.outbox.models import OutboxMessage
from portal.records.timeline.models import TimelineEvent
from portal.seed.commune import PARTNER_SIRET, SAMPLE_SIRET
from tests.support.client import Browser, Page
from tests.support.town import Town, app, counted, sent_request, sign_in, town

__all__ = ["app", "sign_in", "town"]

HERE = "/agents/equipes"
MOST_NODES, MOST_STATEMENTS = 350, 8


@pytest.fixture
def keeper(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """Who administers the accesses."""
    return sign_in(town.commune.agents["a.ngoma"])


def one(agent_id: object) -> str:
    return f"{HERE}/agents/{agent_id}"


def ticked(page: Page) -> list[str]:
    return [box.get("value", "") for box in page.all("input", name="departments") if "checked" in box.attrib]


def form_of(page: Page, action: str, **changes: object) -> dict[str, object]:
    return {**page.form(action), "departments": ticked(page), **changes}


def acts(database: Database, agent_id: UUID) -> list[str]:
    with database.reading() as session:
        lines = session.scalars(select(AuditEntry).order_by(AuditEntry.occurred_at, AuditEntry.id)).all()
        return [line.action for line in lines if line.details.get("agent") == str(agent_id)]


def test_agents_are_found_by_name_role_department_and_state(
    keeper: Browser, town: Town, database: Database, sign_in: Callable[..., Browser]
) -> None:
    page = keeper.get(HERE, state="plain")
    assert len(page.all("tr")) - 1 == 15, "everybody of the sample commune"
    assert len(list(page.tree.iter())) <= MOST_NODES
    assert "Meryem Yıldız" in keeper.get(f"{HERE}?q=yildiz").text
    assert "Denis Quéré-Baptiste" in keeper.get(f"{HERE}?q=QUERE").text
    assert list(keeper.get(f"{HERE}?role=administrator").links())[-1] == "Aurore Ngoma-Lestrade"
    desk = next(view for view in town.commune.departments.values() if view.slug == "france-services")
    found = keeper.get(f"{HERE}?service={desk.id}&role=counter_agent").text
    assert "Malik Ouattara-Dubreuil" in found
    assert "Karim Haddad" in found
    assert "Aucun agent ici" in keeper.get(f"{HERE}?q=personne-de-ce-nom", state="nobody").text
    assert keeper.get(f"{HERE}?role=x&service=x&vue=x&apres=x").status == 200
    with counted(database) as few:
        keeper.get(HERE)
    crowd(database, 40)
    with counted(database) as many:
        first = keeper.get(HERE)
    assert len(few) == len(many) <= MOST_STATEMENTS
    seen, page = set(first.links()), first
    while "Voir la suite de la liste" in page.links():
        page = keeper.get(page.links()["Voir la suite de la liste"])
        seen |= set(page.links())
    assert len([name for name in seen if name.startswith("Agent d’essai")]) == 40, "each is on one page"
    sign_in(town.claire).get(HERE, 403)


def crowd(database: Database, count: int) -> None:
    with database.writing() as session:
        authority = session.scalars(select(LocalAuthority.id)).one()
        for number in range(count):
            mail = f"essai-{number}@valmont-sur-iselle.example"
            values = {"local_authority_id": authority, "siret": SAMPLE_SIRET, "email": mail, "role": "operator"}
            session.add(Agent(display_name=f"Agent d’essai {number % 7}-{number}", **values))


def test_somebody_is_invited_once_and_told_by_letter(keeper: Browser, town: Town, database: Database) -> None:
    page = keeper.get(f"{HERE}/inviter", state="plain")
    assert page.field("siret")["value"] == SAMPLE_SIRET
    library = str(next(iter(town.meryem.department_ids)))
    typed = {**page.form(), "display_name": "Zoé Essai-Lambert", "email": " Zoe.Essai@Valmont-sur-Iselle.Example"}
    typed |= {"role": "department_agent", "departments": [library]}
    for wrong, field in (
        ({"display_name": " "}, "display_name"),
        ({"email": "zoe"}, "email"),
        ({"siret": "1234"}, "siret"),
        ({"siret": "99999999900012"}, "siret"),
        ({"role": "mayor"}, "role"),
        ({"departments": []}, "departments"),
        ({"departments": ["x"]}, "departments"),
    ):
        refused = keeper.post(f"{HERE}/inviter", {**typed, **wrong}, 422, state="refused")
        assert f"#{field}" in refused.links().values(), (wrong, refused.links())
    sent = keeper.post(f"{HERE}/inviter", typed)
    made = keeper.follow(sent, state="invited")
    assert "L’invitation part par courriel." in made.text
    assert "zoe.essai@valmont-sur-iselle.example" in made.text
    again = keeper.post(
        f"{HERE}/inviter", {**typed, "email": "ZOE.ESSAI@valmont-sur-iselle.example"}, 409, state="known"
    )
    assert "Ouvrir la fiche de Zoé Essai-Lambert" in again.links()
    with database.reading() as session:
        made_id = session.scalars(select(Agent.id).where(Agent.display_name == "Zoé Essai-Lambert")).one()
        letters = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "agent_invitation")).all()
        assert [letter.payload for letter in letters] == [{"agent_id": str(made_id)}]
    assert acts(database, made_id) == ["agent_invited"]
    keeper.post(f"{one(made_id)}/inviter", {"version": "1"})
    assert acts(database, made_id) == ["agent_invited", "agent_invited"]


def test_an_agent_is_changed_and_two_administrators_do_not_overwrite_each_other(
    keeper: Browser, town: Town, database: Database, sign_in: Callable[..., Browser]
) -> None:
    address, meryem = one(town.meryem.id), sign_in(town.meryem)
    meryem.get("/agents/dossiers")
    page = keeper.get(address, state="plain")
    form = form_of(page, address)
    keeper.post(address, {**form, "display_name": ""}, 422, state="refused")
    done = keeper.follow(keeper.post(address, {**form, "role": "operator"}))
    assert "C’est enregistré" in done.text
    meryem.get("/agents/dossiers", 403)
    late = keeper.post(address, {**form, "display_name": "Meryem Essai"}, 409, state="changed")
    assert "Cette fiche a changé" in late.text
    assert late.field("display_name")["value"] == "Meryem Essai", "what was typed is kept"
    keeper.post(address, form_of(late, address, role="operator"))
    assert acts(database, town.meryem.id) == ["agent_changed", "agent_changed"]
    with database.reading() as session:
        links = select(AgentDepartment).where(AgentDepartment.agent_id == town.meryem.id)
        assert session.scalars(links).all() == [], "an operator belongs to no department"
    for version in ("", "x", "-1", "9" * 30):
        keeper.post(address, {**form, "version": version}, 409)


def test_an_access_is_suspended_during_a_click_and_opened_again(
    keeper: Browser, town: Town, database: Database, sign_in: Callable[..., Browser]
) -> None:
    meryem, address = sign_in(town.meryem), one(town.meryem.id)
    meryem.get("/agents/dossiers")
    asked = keeper.get(f"{address}/suspendre", state="plain")
    assert "Aucune demande en cours" in asked.text
    done = keeper.follow(keeper.post(f"{address}/suspendre", asked.form()), state="suspended")
    assert "Suspendu" in done.text
    with database.reading() as session:
        assert session.scalars(select(LoginSession).where(LoginSession.agent_id == town.meryem.id)).all() == []
    assert meryem.get("/agents/dossiers", 303).location.startswith("/agents/connexion")
    stale = keeper.post(f"{address}/retablir", {"version": "1"}, 409, state="changed")
    keeper.post(f"{address}/retablir", stale.form(f"{address}/retablir"))
    assert "Actif" in keeper.get(address).text or "Invité" in keeper.get(address).text
    assert acts(database, town.meryem.id) == ["agent_suspended", "agent_restored"]


def test_another_sign_in_waits_for_an_administrator(
    keeper: Browser, town: Town, database: Database, sign_in: Callable[..., Browser]
) -> None:
    address = one(town.meryem.id)
    with database.writing() as session:
        row = session.get_one(Agent, town.meryem.id)
        row.issuer, row.sub, row.linked_at = "https://pc.example", "former", row.created_at
    claims = AgentClaims(siret=SAMPLE_SIRET, email="M.YILDIZ@valmont-sur-iselle.example")
    for sub in ("first", "second", "second"):
        with database.writing() as session:
            ask_relink(session, issuer="https://pc.example", sub=sub, claims=claims)
    meryem = sign_in(town.meryem)
    page = keeper.get(address, state="moved")
    form = page.form(f"{address}/rattacher")
    gone = keeper.post(f"{address}/rattacher", {**form, "demande": "x", "reponse": "accepter"}, 409, state="gone")
    assert "n’est plus la même" in gone.text
    keeper.post(f"{address}/rattacher", {**form, "reponse": "accepter"})
    with database.reading() as session:
        assert session.get_one(Agent, town.meryem.id).sub == "second"
    assert meryem.get("/agents/dossiers", 303).location.startswith("/agents/connexion"), "the former sign-in is over"
    with database.writing() as session:
        ask_relink(session, issuer="https://pc.example", sub="third", claims=claims)
    form = keeper.get(address).form(f"{address}/rattacher")
    keeper.post(f"{address}/rattacher", {**form, "reponse": "ecarter"})
    with database.reading() as session:
        assert session.get_one(Agent, town.meryem.id).sub == "second"
    version = keeper.get(address).form(address)["version"]
    assert "s’est déjà identifiée" in keeper.post(f"{address}/inviter", {"version": version}, 409, state="came").text
    settled = [act for act in acts(database, town.meryem.id) if "asked" not in act]
    assert settled == ["agent_relinked", "agent_relink_refused"]


def test_open_requests_are_handed_over_before_an_agent_leaves_a_department(
    keeper: Browser, town: Town, database: Database, sign_in: Callable[..., Browser]
) -> None:
    references = [sent_request(database, town.angela), sent_request(database, town.layla)]
    with database.writing() as session:
        for reference in references:
            requests.assign(session, town.agent(town.meryem), reference, town.meryem.id)
        others = [view for view in list_departments(session) if view.slug == "voirie"]
    library, address = next(iter(town.meryem.department_ids)), one(town.meryem.id)
    meryem = sign_in(town.meryem)
    meryem.get(f"/agents/dossiers/{references[0]}")
    form = form_of(keeper.get(address), address, departments=[str(others[0].id)])
    asked = keeper.post(address, form, 200, state="leaving")
    assert "2 demandes en cours" in asked.text
    answered = {**asked.form(address), "departments": [str(others[0].id)]}
    chief = town.commune.agents["s.amrani"]
    for unknown in (str(town.meryem.id), str(town.claire.id), "x"):
        keeper.post(address, {**answered, f"suite-{library}": unknown}, None)
    assert held(database, references) == {town.meryem.id}, "nothing is done before the question is answered"
    keeper.post(address, {**answered, f"suite-{library}": str(chief.id)})
    assert held(database, references) == {chief.id}
    meryem.get(f"/agents/dossiers/{references[0]}", 404)
    with database.reading() as session:
        told = select(TimelineEvent.payload).where(TimelineEvent.type == "request_assigned")
        assert session.scalars(told).all().count({"agent_id": str(chief.id)}) == 2, "an event on each"
    assert "Demande confiée à un agent par Aurore" in sign_in(town.angela).get("/mon-espace/consultations").text
    leaving = keeper.get(f"{one(chief.id)}/suspendre", state="leaving")
    keeper.post(f"{one(chief.id)}/suspendre", leaving.form(), 422, state="unanswered")
    keeper.post(f"{one(chief.id)}/suspendre", {**leaving.form(), f"suite-{library}": "file"})
    assert held(database, references) == {None}


def held(database: Database, references: list[str]) -> set[UUID | None]:
    with database.reading() as session:
        query = select(ServiceRequest.assigned_agent_id).where(ServiceRequest.reference.in_(references))
        return set(session.scalars(query))


def test_nobody_changes_their_own_access(keeper: Browser, town: Town, database: Database) -> None:
    me = one(town.commune.agents["a.ngoma"].id)
    page = keeper.get(me, state="own")
    assert page.all("form", method="post") == []
    assert "propre accès" in keeper.post(me, {"version": "1", "role": "operator"}, 403, state="own").text
    for act in ("suspendre", "retablir", "inviter", "rattacher"):
        keeper.post(f"{me}/{act}", {"version": "1"}, 403)
    with database.reading() as session:
        row = session.scalars(select(Agent).where(Agent.email.startswith("a.ngoma"))).one()
        assert (row.active, row.role, row.version) == (True, "administrator", 1)


def test_a_department_is_created_and_changed(keeper: Browser, town: Town, database: Database) -> None:
    base = f"{HERE}/services"
    assert "Médiathèque de l’Iselle" in keeper.get(base, state="plain").links()
    new = keeper.get(f"{base}/nouveau", state="plain").form()
    keeper.post(f"{base}/nouveau", {**new, "title": ""}, 422, state="refused")
    keeper.post(f"{base}/nouveau", {**new, "title": "Médiathèque"}, 422)
    wrong = {"title": "Service Essai", "email": "x", "phone": "appelez", "address": "x" * 301, "opening": "x" * 601}
    told = keeper.post(f"{base}/nouveau", {**new, **wrong}, 422)
    assert set(told.links().values()) >= {"#email", "#phone", "#address", "#opening"}
    keeper.post(f"{base}/nouveau", {**new, "title": "Service Essai", "title_en": "Trial office"})
    listed = keeper.get(base)
    address = listed.links()["Service Essai"]
    page = keeper.get(address, state="plain")
    assert page.field("title_en")["value"] == "Trial office"
    keeper.post(address, {**page.form(), "phone": "appelez"}, 422, state="refused")
    keeper.post(address, {**page.form(), "title": "Service des Essais", "opening": "Mardi\nJeudi"})
    late = keeper.post(address, {**page.form(), "title": "Autre nom"}, 409, state="changed")
    assert late.field("title")["value"] == "Autre nom"
    keeper.post(address, late.form())
    with database.reading() as session:
        made = next(view for view in list_departments(session) if view.slug == "service-essai")
        assert (made.name, made.title["en"], made.version) == ("Autre nom", "Trial office", 3)
    keeper.get(f"{base}/{UUID(int=1)}", 404)


def test_a_partner_is_listed_then_taken_off(
    keeper: Browser, town: Town, database: Database, sign_in: Callable[..., Browser]
) -> None:
    base = f"{HERE}/partenaires"
    page = keeper.get(base, state="plain")
    assert PARTNER_SIRET in page.text
    form = page.form()
    for wrong in ({"partner_siret": "123"}, {"partner_siret": SAMPLE_SIRET}, {"partner_siret": PARTNER_SIRET}):
        refused = keeper.post(base, {**form, "partner_name": "Essai", **wrong}, 422, state="refused")
        assert "#partner_siret" in refused.links().values()
    keeper.post(base, {**form, "partner_name": "Fédération d’essai", "partner_siret": "213 899 986"})
    malik = sign_in(town.commune.agents["m.ouattara"])
    malik.get("/agents/guichet")
    with database.reading() as session:
        listed = select(PartnerOrganisation.id).where(PartnerOrganisation.siret == PARTNER_SIRET)
        partner_id = session.scalars(listed).one()
    ending = keeper.get(f"{base}/{partner_id}/retirer", state="plain")
    assert "1 agent de cette organisation n’entrera plus" in ending.text
    keeper.post(f"{base}/{partner_id}/retirer", ending.form())
    assert malik.get("/agents/guichet", 303).location.startswith("/agents/connexion")
    keeper.post(base, {**form, "partner_name": "De retour", "partner_siret": PARTNER_SIRET})
    keeper.get(f"{base}/{UUID(int=1)}/retirer", 404)
