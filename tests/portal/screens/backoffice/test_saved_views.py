"""Filters of the queue, and views that keep them under a name."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import update

from portal.casework.catalogue.models import Procedure
from portal.casework.requests.enums import Channel
from portal.casework.requests.models import ServiceRequest
from portal.casework.worklists import service as worklists
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.screens.backoffice.filters import read_filters, read_query
from tests.portal.screens.backoffice.conftest import crowd
from tests.portal.screens.backoffice.test_queue import listed
from tests.support.client import Browser
from tests.support.town import Town, counted, sent_request

PATH, VIEWS = "/agents/dossiers", "/agents/vues"


def test_every_filter_narrows_the_list_and_stands_in_the_address(
    meryem: Browser, database: Database, town: Town
) -> None:
    references = crowd(database, town, 6)
    one = ServiceRequest.reference == references[0]
    with database.writing() as session:
        changed = {"channel": Channel.PHONE, "assigned_agent_id": town.meryem.id, "mandate_id": town.meryem.id}
        session.execute(update(ServiceRequest).where(one).values(**changed))
    for query, count in {
        "canal=phone": 1,
        "agent=moi": 1,
        f"agent={town.meryem.id}": 1,
        "agent=personne": 6,
        "aide=oui": 1,
        "aide=non": 6,
        "service=mediatheque": 7,
        "service=voirie": 0,
        "recue-du=2026-03-03&recue-au=2026-03-03": 6,
        "recue-au=02/03/2026": 0,
        "echeance-du=2026-05-02&echeance-au=2026-05-03": 2,
        "canal=pigeon&agent=quelqu’un&recue-du=hier&aide=peut-être&service=%00": 7,
    }.items():
        page = meryem.get(f"{PATH}?{query}", state="filtered")
        assert len(listed(page)) == count, query
    form = meryem.get(f"{PATH}/filtres?canal=phone&recue-du=2026-03-03", state="plain")
    assert form.field("recue-du")["value"] == "03/03/2026"
    assert "Service : Médiathèque de l’Iselle" in meryem.get(f"{PATH}?service=mediatheque").text
    told = meryem.get(f"{PATH}?agent={town.meryem.id}&recue-du=2026-03-03")
    assert f"Suivies par {town.meryem.display_name}" in told.text
    assert told.field("recue-du")["value"] == "2026-03-03"


def test_an_address_reads_back_as_it_was() -> None:
    query = "vue=retard&canal=mail&agent=personne&recue-du=2026-01-01&echeance-au=2026-02-01&aide=non&service=ccas"
    filters = read_filters(dict(parse_qsl(query)))
    assert read_query(urlsplit(filters.address()).query) == filters
    assert "q=" not in read_filters({"q": "Dubois", "canal": "mail"}).to_keep


def test_a_view_is_saved_renamed_started_from_removed_and_taken_back(
    meryem: Browser, samira: Browser, jonas: Browser
) -> None:
    meryem.get(VIEWS, state="empty")
    form = meryem.get(f"{VIEWS}?vue=retard&q=dubois&canal=phone", state="to save").form(VIEWS)
    assert form["filtres"] == "vue=retard&canal=phone"
    meryem.post(VIEWS, form | {"nom": " "}, 422, state="error")
    meryem.post(VIEWS, form | {"nom": "Retards au téléphone"})
    page = meryem.get(VIEWS, state="full")
    address = page.links()["Retards au téléphone"]
    assert address == f"{PATH}?vue=retard&canal=phone"
    assert 'aria-current="page"' in meryem.get(address).html.split("Retards au téléphone")[0].rsplit("<a", 1)[1]
    act = next(one.get("action") for one in page.all("form") if one.get("action", "").endswith("/renommer"))
    meryem.post(act, {"nom": ""}, 422, state="error")
    meryem.post(act, {"nom": "Mes retards"})
    meryem.post(act.replace("renommer", "depart"), {"choix": "oui"})
    assert meryem.get("/agents/", 303).location == address
    jonas.post(act, {"nom": "À moi"}, 404)
    meryem.post(act.replace("renommer", "retirer"), {})
    assert "Mes retards" not in meryem.get(PATH).text
    assert meryem.get("/agents/", 303).location == PATH
    assert "Reprendre « Mes retards »" in meryem.get(VIEWS, state="removed").text
    meryem.post(act.replace("renommer", "reprendre"), {})
    assert "Mes retards" in meryem.get(PATH).text


def test_the_head_shares_a_view_with_the_department(
    meryem: Browser, samira: Browser, jonas: Browser, town: Town
) -> None:
    library = str(town.commune.departments["mediatheque"].id)
    form = samira.get(f"{VIEWS}?canal=phone").form(VIEWS)
    samira.post(VIEWS, form | {"nom": "Au téléphone", "service": library})
    assert "Au téléphone" in meryem.get(PATH).text
    assert "Au téléphone" not in jonas.get(PATH).text
    assert not [one for one in meryem.get(VIEWS).all("form") if one.get("action", "").endswith("/renommer")]


def test_a_view_on_a_withdrawn_procedure_says_so_and_opens(meryem: Browser, database: Database, reference: str) -> None:
    address = f"{PATH}?demarche=carte-mediatheque"
    assert "n’est plus proposée" not in meryem.get(address).text
    with database.writing() as session:
        session.execute(update(Procedure).where(Procedure.slug == "carte-mediatheque").values(published_version=None))
    page = meryem.get(address, state="withdrawn")
    assert "Cette démarche n’est plus proposée" in page.text
    assert listed(page) == [reference]


def test_views_are_bounded_named_and_forgotten(database: Database, town: Town) -> None:
    who, head = town.agent(town.meryem), town.agent(town.commune.agents["s.amrani"])
    library = town.commune.departments["mediatheque"].id
    with database.writing() as session:
        first = worklists.save_view(session, who, "A", "vue=retard")
        with pytest.raises(Invalid):
            worklists.save_view(session, who, "A", "")
        with pytest.raises(Forbidden):
            worklists.save_view(session, who, "B", "", department_id=library)
        shared = worklists.save_view(session, head, "A", "", department_id=library)
        with pytest.raises(NotFound):
            worklists.remove_view(session, who, shared)
        worklists.choose_default(session, who, shared)
        worklists.remove_view(session, head, shared)
        assert worklists.default_query(session, who) is None
        for number in range(19):
            worklists.save_view(session, who, f"V{number}", "")
        with pytest.raises(Conflict):
            worklists.save_view(session, who, "trop", "")
        worklists.remove_view(session, who, first)
    with clock.shifted(timedelta(days=8)), database.writing() as session:
        assert worklists.purge_views(session) == 2


def test_the_queue_is_light_whatever_it_shows(meryem: Browser, database: Database, town: Town) -> None:
    crowd(database, town, 40, agent_id=town.meryem.id)
    with database.writing() as session:
        for number in range(12):
            worklists.save_view(session, town.agent(town.meryem), f"Vue {number}", "canal=phone")
    address = f"{PATH}?agent={town.meryem.id}&canal=web&recue-du=2026-03-03"
    meryem.get(address)
    with counted(database) as statements:
        meryem.get(address)  # which counts its elements too
    assert len(statements) <= 8


def test_the_keys_are_told(meryem: Browser, database: Database, town: Town) -> None:
    sent_request(database, town.angela)
    assert "Désactiver les touches" in meryem.get("/agents/touches", state="plain").html
