"""Among agents: notes, another department, the same request made twice, who is there."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import InternalNote, RequestMessage, ServiceRequest
from portal.casework.worklists.models import Presence
from portal.casework.worklists.service import purge_presence
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.screens.backoffice.jobs import close_duplicates
from tests.support.client import Browser
from tests.support.town import Town, sent_request

Sign = Callable[..., Browser]
SECRET = "Voir avec la famille : dossier délicat."


def test_a_note_is_for_colleagues_and_soon_stays_as_it_is(
    meryem: Browser, samira: Browser, angela: Browser, database: Database, reference: str
) -> None:
    base = f"/agents/dossiers/{reference}"
    form = meryem.get(meryem.get(base).links()["Écrire une note interne"], state="plain").form(f"{base}/notes")
    meryem.post(f"{base}/notes", form | {"note": " "}, 422, state="error")
    for _twice in range(2):
        meryem.post(f"{base}/notes", form | {"note": SECRET})
    page = samira.get(base, state="with notes")
    assert page.text.count(SECRET) == 1
    assert "Modifier cette note" not in page.text
    edit = meryem.get(base).links()["Modifier cette note"]
    meryem.get(edit, state="plain")
    samira.get(edit, 409)
    meryem.post(edit, {"note": ""}, 422, state="error")
    meryem.post(edit, {"note": f"{SECRET} Vu."})
    with clock.shifted(timedelta(minutes=11)):
        assert "Modifier cette note" not in meryem.get(base).text
        late = meryem.post(edit, {"note": "Trop tard."}, 409, state="too late")
        assert "Trop tard." in late.text
    for path in (f"/demandes/{reference}", "/mon-espace"):
        assert SECRET not in angela.get(path).html
    assert "Note interne écrite" in angela.get("/mon-espace/consultations").text
    with database.reading() as session:
        row = session.scalars(select(InternalNote)).one()
        assert SECRET.encode() not in row.sealed


def test_a_note_is_of_who_may_write(database: Database, town: Town, reference: str) -> None:
    with database.writing() as session:
        with pytest.raises(Forbidden):
            requests.write_note(session, town.resident(town.angela), reference, SECRET, idempotency_key="k")
        with pytest.raises(NotFound):
            requests.write_note(session, town.agent(town.claire), reference, SECRET, idempotency_key="k")
        note = requests.write_note(session, town.agent(town.meryem), reference, SECRET, idempotency_key="k")
        with pytest.raises(Conflict):
            requests.edit_note(session, town.agent(town.commune.agents["s.amrani"]), reference, note, "Autre.")
        with pytest.raises(NotFound):
            requests.get_note(session, town.resident(town.angela), reference, note)


def test_a_request_goes_to_another_department(
    meryem: Browser, jonas: Browser, angela: Browser, database: Database, town: Town, reference: str
) -> None:
    base = f"/agents/dossiers/{reference}"
    meryem.get("/agents/dossiers/transmises", state="empty")
    meryem.post(f"{base}/affecter", {"agent": str(town.meryem.id)})
    with database.reading() as session:
        deadline = session.scalars(select(ServiceRequest.deadline)).one()
    form = meryem.get(f"{base}/transmettre", state="plain").form(f"{base}/transmettre")
    roads = str(town.commune.departments["voirie"].id)
    meryem.post(f"{base}/transmettre", form | {"service": "", "mots": "Erreur."}, 422)
    wrong = meryem.post(f"{base}/transmettre", form | {"service": roads, "mots": ""}, 422, state="error")
    assert "la personne le lira" in wrong.text
    typed = form | {"service": roads, "mots": "C’est la voirie qui répare."}
    done = meryem.get(meryem.post(f"{base}/transmettre", typed).location, state="full")
    assert f"{reference} est transmise" in done.text
    assert "Service Voirie" in done.text
    meryem.get(base, 404)
    theirs = jonas.get(base)
    assert "Personne ne la suit encore" in theirs.text
    assert "C’est la voirie qui répare." in theirs.text
    page = angela.get(f"/demandes/{reference}")
    assert "Un autre service s’occupe de votre demande" in page.text
    assert "C’est la voirie qui répare." in page.text
    assert "Service Voirie et espaces publics" in page.text
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert (row.deadline, row.assigned_agent_id) == (deadline, None)


def test_a_transfer_is_checked_and_done_once(database: Database, town: Town, reference: str) -> None:
    who, roads = town.agent(town.meryem), town.commune.departments["voirie"].id
    with database.writing() as session:
        for wrong in (who.department_ids, {uuid4()}):
            with pytest.raises(Invalid):
                requests.transfer(session, who, reference, next(iter(wrong)), "Erreur.", idempotency_key="k")
        with pytest.raises(Forbidden):
            requests.transfer(session, town.resident(town.angela), reference, roads, "Erreur.", idempotency_key="k")
        requests.transfer(session, who, reference, roads, "Erreur.", idempotency_key="k")
        assert [one.reference for one in requests.list_transfers(session, who)] == [reference]
    with clock.shifted(timedelta(days=91)), database.reading() as session:
        assert requests.list_transfers(session, who) == []


def test_the_same_request_made_twice_is_found_joined_and_undone(
    meryem: Browser, angela: Browser, database: Database, town: Town, reference: str
) -> None:
    again = sent_request(database, town.angela)
    base = f"/agents/dossiers/{again}"
    page = meryem.get(base, state="with twins")
    assert f": {reference}" in page.text
    form = meryem.get(page.links()["Réunir avec une autre demande"], state="plain").form(f"{base}/doublon")
    assert form["gardee"] == reference
    meryem.post(f"{base}/doublon", form | {"gardee": "VSI-2222-22"}, 422, state="error")
    meryem.post(f"{base}/doublon", form)
    assert "Celle-ci sera close le" in meryem.get(base, state="duplicate").text
    with clock.shifted(timedelta(minutes=9)):
        assert close_duplicates(database, nullcontext) == 0
    meryem.post(f"{base}/doublon/annuler", {})
    with clock.shifted(timedelta(minutes=11)):
        assert close_duplicates(database, nullcontext) == 0
        assert "Vous avez déjà fait" not in angela.get(f"/demandes/{again}").text
        meryem.post(f"{base}/doublon", form)
    with clock.shifted(timedelta(minutes=22)):
        assert close_duplicates(database, nullcontext) == 1
        assert close_duplicates(database, nullcontext) == 0
        assert reference in angela.get(f"/demandes/{again}").text
        assert f"Même demande que {reference}" in meryem.get(base).text
    with database.reading() as session:
        query = select(ServiceRequest.reference, ServiceRequest.status)
        found = {row.reference: row.status for row in session.execute(query)}
        assert found == {reference: RequestStatus.SUBMITTED, again: RequestStatus.CLOSED}


def test_a_colleague_who_has_the_file_open_is_told(
    meryem: Browser, samira: Browser, database: Database, town: Town, reference: str
) -> None:
    base = f"/agents/dossiers/{reference}"
    assert "ce dossier" not in meryem.get(base).text
    with clock.shifted(timedelta(minutes=4)):
        said = f"{town.meryem.display_name} a ce dossier ouvert depuis 4 minutes."
        assert said in samira.get(base, state="in company").text
    with clock.shifted(timedelta(minutes=6)):
        assert "Samira Amrani a ce dossier ouvert depuis 2 minutes." in meryem.get(base).text
    with clock.shifted(timedelta(minutes=12)):
        assert "ce dossier" not in samira.get(base).text
    with clock.shifted(timedelta(minutes=20)), database.writing() as session:
        purge_presence(session)
        assert session.scalar(select(func.count()).select_from(Presence)) == 0


def test_what_a_colleague_changed_is_shown_with_what_one_wanted(
    meryem: Browser, samira: Browser, town: Town, reference: str
) -> None:
    base = f"/agents/dossiers/{reference}"
    form = {"vu": "", "agent": str(town.meryem.id)}
    samira.post(f"{base}/affecter", {"vu": "", "agent": str(town.commune.agents["s.amrani"].id)})
    page = meryem.post(f"{base}/affecter", form, 409)
    assert "elle est suivie par : Samira Amrani. Vous vouliez : Meryem Yıldız." in page.text


def test_the_second_of_two_deciders_is_told_who_and_what(
    meryem: Browser, samira: Browser, database: Database, reference: str
) -> None:
    path = f"/agents/dossiers/{reference}/decider"
    forms = [one.get(path).form(path) for one in (meryem, samira)]
    typed = {"decision": "accepted", "reason": "Bienvenue.", "then": "send"}
    samira.post(path, forms[1] | typed)
    late = meryem.post(path, forms[0] | {"decision": "rejected", "reason": "Trop loin.", "then": "send"}, 409)
    assert "Samira Amrani : acceptée" in late.text
    assert "Trop loin." in late.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestMessage)) == 1
