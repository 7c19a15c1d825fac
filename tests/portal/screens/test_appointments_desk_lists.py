"""What agents see around their appointments: the next day that has some, and how many people wait."""

from datetime import timedelta
from uuid import uuid4

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Means
from portal.casework.appointments.service import Booking, Contact
from portal.ground import clock
from portal.ground.permissions import ANONYMOUS
from tests.portal.screens.test_appointments_desk import HOME, listed, now, slot
from tests.support.client import Browser
from tests.support.desk_hours import Desk
from tests.support.town import Town


def test_an_empty_day_leads_to_the_next_one_that_has_appointments(desk: Desk, karim: Browser) -> None:
    empty = karim.get(HOME)
    assert "Prochain jour" not in empty.text
    made = desk.book()
    day = clock.local(made.starts_at).date()
    page = karim.get(HOME, state="empty today")
    assert "Aucun rendez-vous aujourd’hui." in page.text
    (there,) = [address for words, address in page.links().items() if words.endswith("(1 rendez-vous)")]
    assert "Lou Passant-Essai" in karim.get(there).text
    missed = karim.get(f"{HOME}?etat=missed")
    assert "Prochain jour" not in missed.text
    after = karim.get(f"{HOME}?jour={(day + timedelta(days=1)).isoformat()}")
    assert "Aucun rendez-vous sur cette période." in after.text
    assert "Prochain jour" not in after.text
    with desk.database.writing() as session:
        appointments.cancel(session, desk.head, made.id, reason="Au téléphone.", version=made.version)
    assert "Prochain jour" not in karim.get(HOME).text


def test_agents_see_how_many_wait_and_may_give_a_time(desk: Desk, karim: Browser, town: Town) -> None:
    assert "Personne n’attend." in karim.get(f"{HOME}/attente", state="empty").text
    until = appointments.end_of(clock.today() + timedelta(days=7))
    wish = Booking(
        desk.kind.id, desk.place.id, until, Means.ON_SITE, Contact("Lou Passant-Essai", "lou@exemple.example")
    )
    with desk.database.writing() as session:
        made = appointments.wait_for_any(session, ANONYMOUS, wish, idempotency_key=str(uuid4()))
    to = karim.get(HOME).links()["Qui attend une heure"]
    cells = [cell.text for cell in karim.get(to, state="full").all("td")]
    assert cells == ["Aide d’essai", "1", "0"]
    assert "Lou Passant" not in karim.get(listed(made)).text
    page = karim.get(f"{HOME}/{made.id}", state="awaited")
    assert "Annuler le rendez-vous" not in page.links()
    chosen = karim.get(page.links()["Donner une heure"]).form(f"{HOME}/{made.id}/deplacer") | {"creneau": slot(desk, 1)}
    karim.post(f"{HOME}/{made.id}/deplacer", chosen)
    assert now(desk, made).state is AppointmentState.BOOKED
