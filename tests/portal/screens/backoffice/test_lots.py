"""One act on many requests: chosen, confirmed, done by the worker one by one, with what was left and why."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.worklists import service as worklists
from portal.casework.worklists.models import BulkItem
from portal.casework.worklists.service import BulkKind, BulkOrder, BulkState, Left, Skipped
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.people.accounts.service import set_agent_departments
from portal.records.timeline.models import TimelineEvent
from portal.screens.backoffice.jobs import act_on_lots
from tests.portal.screens.backoffice.conftest import crowd
from tests.support.client import Browser
from tests.support.town import Town, sent_request

LOT = "/agents/dossiers/lot"
Sign = Callable[..., Browser]


def start(database: Database, town: Town, order: BulkOrder, references: list[str], who: str = "meryem") -> object:
    agent = town.agent(town.meryem if who == "meryem" else town.commune.agents[who])
    with database.writing() as session:
        return worklists.start_bulk(session, agent, order, references, form_key=str(uuid4()))


def view_of(database: Database, town: Town, lot_id: object, who: str = "meryem") -> worklists.BulkView:
    agent = town.agent(town.meryem if who == "meryem" else town.commune.agents[who])
    with database.reading() as session:
        return worklists.get_bulk(session, agent, lot_id)  # type: ignore[arg-type]


def test_ten_requests_are_given_at_once(meryem: Browser, jonas: Browser, database: Database, town: Town) -> None:
    references = crowd(database, town, 10)
    page = meryem.get("/agents/dossiers/choisir?tri=depot", state="full")
    assert len(page.all("input", type="checkbox")) == 11
    chosen = "&".join(f"demande={one}" for one in references)
    form = meryem.get(f"{LOT}?{chosen}", state="plain").form(LOT)
    typed = form | {"acte": "assign", "agent": str(town.meryem.id), "then": "check"}
    check = meryem.post(LOT, typed, 200, state="check")
    assert "10 demandes seront traitées" in check.text
    confirmed = check.form(LOT) | {"then": "do"}
    address = meryem.post(LOT, confirmed).location
    assert meryem.post(LOT, confirmed).location == address  # the same form again is the same lot
    jonas.get(address, 404)
    assert "10 à faire" in meryem.get(address, state="running").text
    act_on_lots(database, nullcontext)
    done = meryem.get(address, state="done")
    assert "10 demandes : confiées. 0 laissée telle quelle." in done.text
    with database.reading() as session:
        given = select(func.count()).where(ServiceRequest.assigned_agent_id == town.meryem.id)
        assert session.scalar(given) == 10
        lines = select(func.count()).where(AuditEntry.action == "request_assigned")
        assert session.scalar(lines) == 10
    file = meryem.http.get(f"{address}/resultat.csv", base_url=meryem.settings.public_url)
    assert file.get_data(as_text=True).count("confiées") == 10


def test_the_whole_view_is_a_lot_and_what_stands_against_is_foreseen(
    meryem: Browser, database: Database, town: Town, reference: str
) -> None:
    references = crowd(database, town, 20)
    with database.writing() as session:
        ended = ServiceRequest.reference == references[0]
        session.execute(update(ServiceRequest).where(ended).values(status=RequestStatus.ACCEPTED))
        mine = ServiceRequest.reference == references[1]
        session.execute(update(ServiceRequest).where(mine).values(assigned_agent_id=town.meryem.id))
    page = meryem.get(f"{LOT}?toutes=oui&tri=depot")
    assert "20 demandes choisies" in page.text
    form = page.form(LOT)
    form["demandes"] += f" {references[0]}"
    check = meryem.post(LOT, form | {"acte": "assign", "agent": str(town.meryem.id), "then": "check"}, 200)
    assert "19 demandes seront traitées" in check.text
    assert f"Déjà terminée.{references[0]}" in check.text
    assert f"C’est déjà le cas.{references[1]}" in check.text


def test_nothing_ticked_is_said(meryem: Browser) -> None:
    assert "Aucune demande n’est choisie" in meryem.get(LOT, 422, state="nothing").text


def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    meryem: Browser, database: Database, town: Town, reference: str
) -> None:
    form = meryem.get(f"{LOT}?demande={reference}").form(LOT)
    for wrong, said in (
        ({"acte": ""}, "Choisissez ce que vous voulez faire"),
        ({"acte": "assign"}, "Choisissez à qui confier"),
        ({"acte": "transfer", "mots": "Erreur."}, "Choisissez le service"),
        ({"acte": "message", "mots": ""}, "Écrivez ce que les personnes liront"),
        ({"acte": "message", "mots": "Bonjour {{7*7}}"}, "ce champ n’existe pas"),
        ({"acte": "close", "mots": "x" * 4001}, "4000 caractères"),
    ):
        page = meryem.post(LOT, form | wrong | {"then": "do"}, 422, state="error")
        assert said in page.text
    assert page.form(LOT)["mots"] == "x" * 4001
    meryem.post(LOT, form | {"mots": "gardé", "then": "text"}, 200, state="text")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BulkItem)) == 0


def test_each_act_is_done_by_its_own_door(database: Database, town: Town, app: object) -> None:
    references = [sent_request(database, town.angela), sent_request(database, town.layla)]
    roads = town.commune.departments["voirie"].id
    for order in (
        BulkOrder(BulkKind.MESSAGE, words="Bonjour {prenom_nom}, votre demande {reference}."),
        BulkOrder(BulkKind.MESSAGE, words="Bonjour, {motif}."),
        BulkOrder(BulkKind.ASSIGN, agent_id=town.meryem.id),
        BulkOrder(BulkKind.ASSIGN, agent_id=town.claire.id),
        BulkOrder(BulkKind.GIVE_BACK),
        BulkOrder(BulkKind.CLOSE, words="Sans suite."),
    ):
        lot_id = start(database, town, order, references[:1])
        act_on_lots(database, app.app_context)  # type: ignore[attr-defined]
        view = view_of(database, town, lot_id)
        left = order.agent_id == town.claire.id or "{motif}" in order.words
        assert (view.done, len(view.skipped)) == ((0, 1) if left else (1, 0)), order
    lot_id = start(
        database, town, BulkOrder(BulkKind.TRANSFER, department_id=roads, words="C’est la voirie."), references
    )
    act_on_lots(database, app.app_context)  # type: ignore[attr-defined]
    view = view_of(database, town, lot_id)
    assert [(one.reference, one.why) for one in view.skipped] == [(references[0], Skipped.ENDED)]
    assert view.references == (references[1],)
    jonas = town.agent(town.commune.agents["j.ferrand"])
    with database.writing() as session:
        assert requests.get_request(session, jonas, references[1], journal=session).department.id == roads


def test_what_changed_since_is_left_and_nobody_is_given_twice(database: Database, town: Town) -> None:
    first, second = crowd(database, town, 2)
    samira = town.agent(town.commune.agents["s.amrani"])
    lot_id = start(database, town, BulkOrder(BulkKind.ASSIGN, agent_id=town.meryem.id), [first, second])
    with database.writing() as session:
        requests.assign(session, samira, first, samira.id)
    other = start(database, town, BulkOrder(BulkKind.ASSIGN, agent_id=samira.id), [second], "s.amrani")
    act_on_lots(database, nullcontext)
    view, theirs = view_of(database, town, lot_id), view_of(database, town, other, "s.amrani")
    assert [(one.reference, one.why) for one in view.skipped] == [(first, Skipped.CHANGED)]
    assert [(one.reference, one.why) for one in theirs.skipped] == [(second, Skipped.CHANGED)]
    with database.reading() as session:
        rows = select(ServiceRequest.reference, ServiceRequest.assigned_agent_id)
        given = {row.reference: row.assigned_agent_id for row in session.execute(rows)}
        assert (given[first], given[second]) == (samira.id, town.meryem.id)


def test_an_agent_removed_from_the_department_in_the_middle_goes_no_further(database: Database, town: Town) -> None:
    references = crowd(database, town, 4)
    lot_id = start(database, town, BulkOrder(BulkKind.ASSIGN, agent_id=town.meryem.id), references)
    with database.writing() as session:
        for _time in range(2):
            found = worklists.next_item(session)
            assert found
            worklists.do_item(session, *found)
        set_agent_departments(session, town.meryem.id, [])
    act_on_lots(database, nullcontext)
    view = view_of(database, town, lot_id)
    assert (view.done, [one.why for one in view.skipped]) == (2, [Skipped.NOT_YOURS] * 2)


def test_a_worker_killed_in_the_middle_does_nothing_twice_and_another_goes_on(
    database: Database, town: Town, app: object
) -> None:
    references = [sent_request(database, one) for one in (town.angela, town.layla, town.yves)]
    lot_id = start(database, town, BulkOrder(BulkKind.MESSAGE, words="Bonjour."), references)

    class Killed(BaseException):
        """What no code catches."""

    found: list[UUID] = []

    def work(commit: bool) -> None:
        with app.app_context(), database.writing() as session:  # type: ignore[attr-defined]
            found[:] = worklists.next_item(session) or ()
            worklists.do_item(session, *found)
            if commit:
                session.commit()
            raise Killed

    for commit in (False, True):  # before its unit is committed, then just after
        with pytest.raises(Killed):
            work(commit)
    with app.app_context(), database.writing() as session:  # type: ignore[attr-defined]
        worklists.do_item(session, *found)  # handed to another worker all the same
    act_on_lots(database, app.app_context)  # type: ignore[attr-defined]
    view = view_of(database, town, lot_id)
    assert (view.state, view.done) == (BulkState.DONE, 3)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestMessage)) == 3
        told = select(func.count()).where(TimelineEvent.type == "message_posted")
        assert session.scalar(told) == 3


def test_a_lot_is_stopped_and_says_what_was_left(meryem: Browser, database: Database, town: Town) -> None:
    references = crowd(database, town, 3)
    lot_id = start(database, town, BulkOrder(BulkKind.ASSIGN, agent_id=town.meryem.id), references)
    with database.writing() as session:
        found = worklists.next_item(session)
        assert found
        worklists.do_item(session, *found)
    meryem.post(f"/agents/lots/{lot_id}/arreter", {})
    page = meryem.get(f"/agents/lots/{lot_id}", state="stopped")
    assert "1 demande : confiées. 2 laissées telles quelles." in page.text
    assert "Vous avez arrêté avant son tour" in page.text
    assert act_on_lots(database, nullcontext) == 0


def test_a_lot_is_bounded_owned_and_forgotten(database: Database, town: Town, reference: str) -> None:
    order = BulkOrder(BulkKind.ASSIGN, agent_id=town.meryem.id)
    meryem, claire = town.agent(town.meryem), town.agent(town.claire)
    with database.writing() as session:
        with pytest.raises(Invalid):
            worklists.start_bulk(session, claire, order, [reference], form_key="a")
        with pytest.raises(Forbidden):
            worklists.start_bulk(session, town.resident(town.angela), order, [reference], form_key="a")
        lot_id = worklists.start_bulk(session, meryem, order, [reference], form_key="a")
        with pytest.raises(NotFound):
            worklists.stop_bulk(session, claire, lot_id)
        set_agent_departments(session, town.meryem.id, [])
        found = worklists.next_item(session)
        assert found
        with pytest.raises(Left):
            worklists.do_item(session, *found)
    with clock.shifted(timedelta(days=31)), database.writing() as session:
        assert worklists.purge_bulk(session) == 1


def test_a_search_made_to_choose_is_in_the_journal_as_any_other(sign_in: Sign, town: Town, database: Database) -> None:
    reference, meryem = sent_request(database, town.angela), sign_in(town.meryem)
    meryem.get("/agents/dossiers/choisir")
    with database.reading() as session:
        searched = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "queue_searched")
        assert session.scalar(searched) == 0
    assert reference in meryem.get("/agents/dossiers/choisir?q=dub").text
    with database.reading() as session:
        assert session.scalar(searched) == 1
        found = select(AuditEntry.subject_id).where(AuditEntry.action == "request_found")
        assert session.scalars(found).all() == [town.angela.person_id]
