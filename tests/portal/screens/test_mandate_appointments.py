"""Appointments under a mandate: in its themes alone, by the rules of residents, told to the person."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Means
from portal.casework.appointments.service import AppointmentView, Booking
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Theme
from portal.casework.mandates.service import MandateView
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor
from tests.portal.screens.test_mandates import given
from tests.support.client import Browser
from tests.support.desk_hours import Desk
from tests.support.town import Town, counted

MINE = "/mon-espace/rendez-vous"


@pytest.fixture
def agent(town: Town) -> Actor:
    return town.agent(town.commune.agents["k.haddad"])


@pytest.fixture
def mandate(database: Database, town: Town) -> MandateView:
    """Angela lets the house act for her, for leisure: the desk's kind is about the library card."""
    return given(database, town, Theme.LEISURE)


def booking(desk: Desk, rank: int = 5, **changes: Any) -> Booking:
    found = desk.free()[rank]
    about = {"kind_id": desk.kind.id, "place_id": found.place_id, "starts_at": found.starts_at, "means": Means.ON_SITE}
    return Booking(**{**about, **changes})


def book(desk: Desk, agent: Actor, mandate: MandateView, **changes: Any) -> AppointmentView:
    with desk.database.writing() as session:
        return appointments.book_mandated(
            session, agent, mandate.id, booking(desk, **changes), idempotency_key=str(uuid4())
        )


def seen(desk: Desk, town: Town, appointment_id: UUID) -> AppointmentView:
    with desk.database.reading() as session:
        return appointments.get_own(session, town.resident(town.angela), appointment_id)


def taken_by_another(desk: Desk, place_and_time: str) -> None:
    place, _, at = place_and_time.partition("|")
    for _desk in range(2):
        desk.book(place_id=UUID(place), starts_at=datetime.fromisoformat(at))


def test_an_agent_books_moves_and_cancels_and_the_person_reads_it(
    desk: Desk, karim: Browser, angela: Browser, mandate: MandateView, town: Town
) -> None:
    card = karim.get(f"/agents/guichet/mandats/{mandate.id}")
    base = card.links()["Ses rendez-vous"]
    shown = karim.get(base, state="empty")
    assert "Aucun rendez-vous à venir dans les domaines du mandat." in shown.text
    form = karim.get(shown.links()["Aide d’essai"], state="times")
    times = [one.get("value") for one in form.all("input", type="radio", name="creneau")]
    typed = form.form(base) | {"creneau": str(times[5]), "facon": "on_site"}
    booked = karim.follow(karim.post(base, typed), state="booked")
    assert "Le rendez-vous est pris." in booked.text
    assert karim.post(base, typed).location == f"{base}?fait=pris"
    with desk.database.reading() as session:
        (made,) = appointments.list_own(session, town.resident(town.angela))
    assert made.account_id == town.angela.id
    assert made.booked_by == town.commune.agents["k.haddad"].id
    told = angela.get(f"{MINE}/{made.id}").text
    assert re.search(r"Karim Haddad, [^.]*France Services[^.]*, a pris ce rendez-vous pour vous\.", told)
    used = angela.get(f"/mon-espace/mandats/{mandate.id}").text
    assert len(re.findall(r"a pris un rendez-vous", used)) == 1
    move = karim.get(f"{base}/{made.id}/deplacer", state="plain")
    other = [str(one.get("value")) for one in move.all("input", type="radio", name="creneau")][7]
    to = f"{base}/{made.id}/deplacer"
    assert "Le rendez-vous est déplacé." in karim.follow(karim.post(to, move.form(to) | {"creneau": other})).text
    assert seen(desk, town, made.id).starts_at.isoformat() in other
    sure = karim.get(f"{base}/{made.id}/annuler", state="plain")
    assert "Pourquoi" not in sure.text
    done = karim.follow(karim.post(f"{base}/{made.id}/annuler", sure.form(f"{base}/{made.id}/annuler")))
    assert "Le rendez-vous est annulé." in done.text
    assert seen(desk, town, made.id).state is AppointmentState.CANCELLED
    told = angela.get(f"{MINE}/{made.id}").text
    assert "a déplacé ce rendez-vous pour vous." in told
    assert "a annulé ce rendez-vous pour vous." in told
    with desk.database.reading() as session:
        notices = session.scalars(text("SELECT event FROM notification ORDER BY created_at, id")).all()
        lines = session.execute(
            text(
                "SELECT DISTINCT actor_id, subject_id, mandate_id FROM audit_entry WHERE action = 'appointment_booked'"
            )
        ).all()
    assert [one for one in notices if one.startswith("appointment")] == [
        "appointment_booked",
        "appointment_moved",
        "appointment_cancelled",
    ]
    assert [UUID(str(one)) for one in lines[0]] == [
        town.commune.agents["k.haddad"].id,
        town.angela.person_id,
        mandate.id,
    ]


def test_what_changed_meanwhile_is_said_and_nothing_is_lost(
    desk: Desk, karim: Browser, agent: Actor, mandate: MandateView, town: Town
) -> None:
    base = f"/agents/guichet/mandats/{mandate.id}/rendez-vous"
    form = karim.get(f"{base}?type={desk.kind.facts.slug}")
    times = [str(one.get("value")) for one in form.all("input", type="radio", name="creneau")]
    unread = karim.post(base, form.form(base) | {"remarque": "Besoin d’un siège"}, 422, state="error")
    assert unread.form(base)["remarque"] == "Besoin d’un siège"
    taken_by_another(desk, times[2])
    typed = form.form(base) | {"creneau": times[2], "facon": "on_site", "remarque": "Besoin d’un siège"}
    refused = karim.post(base, typed, 409, state="taken")
    assert "Cette heure vient d’être prise" in refused.text
    assert refused.form(base)["remarque"] == "Besoin d’un siège"
    karim.post(base, typed | {"type": "ailleurs"}, 404)
    made = book(desk, agent, mandate)
    to = f"{base}/{made.id}/deplacer"
    move = karim.get(to).form(to)
    karim.post(to, move, 422, state="error")
    assert "vient d’être prise" in karim.post(to, move | {"creneau": times[2]}, 409, state="taken").text
    sure = karim.get(f"{base}/{made.id}/annuler").form(f"{base}/{made.id}/annuler")
    karim.post(to, move | {"creneau": times[-1]})
    stale = karim.post(f"{base}/{made.id}/annuler", sure, 409, state="changed")
    assert "n’est plus comme vous l’aviez vu" in stale.text
    karim.get(f"{base}/{uuid4()}/annuler", 404)
    assert seen(desk, town, made.id).state is AppointmentState.BOOKED


def test_a_mandate_that_is_stopped_refuses_the_save(
    desk: Desk, karim: Browser, agent: Actor, mandate: MandateView, town: Town
) -> None:
    made = book(desk, agent, mandate)
    base = f"/agents/guichet/mandats/{mandate.id}/rendez-vous"
    form = karim.get(f"{base}/{made.id}/annuler").form(f"{base}/{made.id}/annuler")
    with desk.database.writing() as session:
        mandates.revoke_mandate(session, town.resident(town.angela), mandate.id)
    karim.post(f"{base}/{made.id}/annuler", form, 404)
    karim.get(base, 404)
    with pytest.raises(NotFound):
        book(desk, agent, mandate, rank=9)
    assert seen(desk, town, made.id).state is AppointmentState.BOOKED


def test_pages_ask_a_constant_number_of_statements_and_stay_light(
    desk: Desk, karim: Browser, agent: Actor, mandate: MandateView
) -> None:
    base = f"/agents/guichet/mandats/{mandate.id}/rendez-vous"
    empty = spent(desk, karim, base)
    made = book(desk, agent, mandate)
    assert spent(desk, karim, base) <= empty + 1  # the procedures of the kinds that are held
    assert spent(desk, karim, f"{base}?type={desk.kind.facts.slug}") <= empty + 4
    assert spent(desk, karim, f"{base}/{made.id}/deplacer") <= empty + 8


def spent(desk: Desk, karim: Browser, path: str) -> int:
    """How many statements a page asks; it has at most 350 elements."""
    karim.get(path)
    with counted(desk.database) as statements:
        page = karim.get(path)
    assert sum(1 for _one in page.tree.iter()) <= 350
    return len(statements)


def test_another_theme_opens_no_appointment(
    desk: Desk, database: Database, karim: Browser, agent: Actor, town: Town
) -> None:
    mandate = given(database, town, Theme.PAPERS)
    own = desk.book(town.resident(town.angela))
    shown = karim.get(f"/agents/guichet/mandats/{mandate.id}/rendez-vous")
    assert "Aucun type de rendez-vous n’est dans les domaines du mandat." in shown.text
    assert own.reference not in shown.text
    with pytest.raises(NotFound):
        book(desk, agent, mandate)
    with database.writing() as session, pytest.raises(NotFound):
        appointments.cancel_mandated(session, agent, mandate.id, own.id, version=own.version)


def test_an_agent_who_helps_has_the_time_of_residents_and_nobody_elses_appointments(
    desk: Desk, agent: Actor, mandate: MandateView, town: Town
) -> None:
    layla = desk.book(town.resident(town.layla))
    with desk.database.writing() as session, pytest.raises(NotFound):
        appointments.cancel_mandated(session, agent, mandate.id, layla.id, version=layla.version)
    made = book(desk, agent, mandate)
    soon = clock.frozen(made.starts_at - timedelta(minutes=30))
    with soon, desk.database.writing() as session, pytest.raises(Forbidden) as late:
        appointments.cancel_mandated(session, agent, mandate.id, made.id, version=made.version)
    assert late.value.code == "too_late"
    resident = town.resident(town.angela)
    with desk.database.writing() as session, pytest.raises(Forbidden):
        appointments.book_mandated(session, resident, mandate.id, booking(desk), idempotency_key=str(uuid4()))
