"""Appointments on screen: chosen and booked with or without an account, moved, cancelled, wished for earlier."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Audience, Means
from portal.casework.appointments.service import Booking, KindFacts, KindView, PlaceFacts, PlaceView, RuleFacts, Span
from portal.casework.catalogue.service import import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.service import Said
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from tests.portal.casework.appointments.test_requests import WORKFLOW as INVITING
from tests.portal.casework.world import document, send
from tests.support.client import Browser, Page
from tests.support.town import Town, counted

START, OWN, FOLLOW = "/rendez-vous", "/mon-espace/rendez-vous", "/rendez-vous/suivre"
HELP = f"{START}/aide-numerique"
GUEST = {"name": "Lou Passant-Essai", "email": "lou@usagers.example", "means": "on_site"}


@pytest.fixture
def desk(database: Database, town: Town) -> tuple[PlaceView, KindView]:
    """One place open every day from 9 to 12, one desk, half an hour each; a second one without any hour."""
    head = town.agent(town.commune.agents["s.amrani"])
    department = min(head.department_ids, key=str)
    with database.writing() as session:
        place = appointments.save_place(
            session,
            head,
            PlaceFacts(
                department,
                "Maison des services",
                "4 rue du Pont, 38999 Valmont",
                "Sans marche.",
                "Bus 3",
                "04 76 00 00 00",
            ),
        )
        kind = appointments.save_kind(
            session,
            head,
            KindFacts(
                department_id=department,
                slug="aide-numerique",
                title={"fr": "Aide au numérique"},
                bring={"fr": "Votre téléphone.\nVos mots de passe."},
                minutes=30,
                means=(Means.ON_SITE, Means.PHONE),
                notice_hours=0,
                horizon_days=30,
            ),
        )
        for weekday in range(7):
            about = RuleFacts(place.id, frozenset({kind.id}), weekday, time(9), time(12), clock.today())
            appointments.save_rule(session, head, about)
    return place, kind


def page_id(path: str) -> UUID:
    """The id in the address of an appointment."""
    return UUID(path.rpartition("/")[2])


def nodes(page: Page) -> int:
    """How many elements the page has."""
    return sum(1 for _one in page.tree.iter())


def first_time(browser: Browser, nth: int = 0) -> str:
    """The address of a free time: of the second day that is offered, for the first may be nearly over."""
    page = browser.get(HELP)
    days = [address for words, address in page.links().items() if "libre" in words]
    times = [one for one in browser.get(days[1]).links().values() if "/reserver?" in one]
    return times[nth]


def booked(browser: Browser, **typed: str) -> Page:
    """Book the first time, up to the page of the appointment."""
    form = browser.get(first_time(browser)).form() | {"means": "on_site"} | typed
    return browser.follow(browser.post(f"{HELP}/reserver", form))


def test_a_signed_in_resident_books_moves_and_cancels(
    angela: Browser, desk: tuple[PlaceView, KindView], database: Database
) -> None:
    assert "Aide au numérique" in angela.get(START, state="some").links()
    shown = angela.get(HELP, state="days")
    assert "Vos mots de passe." in shown.text
    assert "Sans marche." in shown.text
    page = booked(angela)
    assert "Votre rendez-vous est pris" in page.text
    assert "Maison des services" in page.text
    here = page.response.request.path
    assert here.startswith(OWN)
    assert "Aide au numérique" in angela.get(OWN, state="some").text
    before = page.text
    times = [one for one in angela.get(f"{here}/deplacer", state="times").links().values() if "heure=" in one]
    chosen = angela.get(times[-1], state="chosen")
    assert "Nouvelle heure" in chosen.text
    moved = angela.follow(angela.post(f"{here}/deplacer", chosen.form()))
    assert "Votre rendez-vous est déplacé." in moved.text
    assert moved.text != before
    unread = angela.post(f"{here}/deplacer", {"version": "1", "heure": "demain"}, expect=422, state="no time")
    assert "Rien n’a changé" in unread.text
    unkept = angela.post(f"{here}/accepter", expect=409, state="no offer")
    assert "n’est plus gardée pour vous" in unkept.text
    stale = angela.post(f"{here}/annuler", {"version": "1"}, expect=409, state="changed meanwhile")
    assert "a changé entre-temps" in stale.text
    over = angela.follow(angela.post(f"{here}/annuler", angela.get(f"{here}/annuler", state="sure").form()))
    assert "Votre rendez-vous est annulé." in over.text
    assert "Passés ou annulés" in angela.get(OWN, state="over").text
    refused = angela.get(f"{here}/deplacer", expect=403, state="too late")
    assert "trop tard" in refused.text


def test_without_an_account_a_code_opens_moves_and_cancels(visitor: Browser, desk: tuple[PlaceView, KindView]) -> None:
    address = first_time(visitor)
    form = visitor.get(address, state="empty").form()
    refused = visitor.post(f"{HELP}/reserver", form | {"remark": "Une place assise"}, expect=422, state="means")
    assert "Choisissez comment nous nous parlons." in refused.text
    refused = visitor.post(f"{HELP}/reserver", form | {"means": "phone"}, expect=422, state="phone")
    assert "Donnez le numéro auquel vous appeler." in refused.text
    refused = visitor.post(f"{HELP}/reserver", form | {"means": "on_site", "email": "lou@"}, expect=422, state="bad")
    assert "Écrivez votre nom et votre prénom" in refused.text
    assert refused.form()["email"] == "lou@", "what was typed is kept"
    page = visitor.follow(visitor.post(f"{HELP}/reserver", form | GUEST))
    code, reference = re.search(r"Code de suivi : (\w{4}-\w{4})", page.text), page.response.request.path.split("/")[-1]
    assert code, page.text
    again = visitor.follow(visitor.post(f"{HELP}/reserver", form | GUEST))
    assert again.response.request.path == page.response.request.path, "the same form is the same appointment"
    assert visitor.get(f"{FOLLOW}/{reference}.ics").response.mimetype == "text/calendar"
    visitor.post(f"{FOLLOW}/{reference}/fermer")
    assert visitor.get(f"{FOLLOW}/{reference}", expect=303).location.startswith(FOLLOW)
    empty = visitor.post(FOLLOW, {"reference": "", "code": ""}, expect=422, state="empty")
    assert "Écrivez la référence du rendez-vous." in empty.text
    wrong = visitor.post(FOLLOW, {"reference": reference, "code": "ZZZZ-ZZZZ"}, expect=422, state="wrong")
    assert "ne vont pas ensemble" in wrong.text
    opened = visitor.follow(visitor.post(FOLLOW, {"reference": reference, "code": code[1]}), state="followed")
    assert "Aide au numérique" in opened.text
    assert code[1] not in opened.text, "the code is shown where it was given only"
    here = f"{FOLLOW}/{reference}"
    waiting = visitor.follow(visitor.post(f"{here}/attendre", visitor.get(here).form(f"{here}/attendre")))
    assert "Vous attendez une heure plus tôt." in waiting.text
    assert "Me prévenir" in visitor.follow(visitor.post(f"{here}/cesser")).text
    answered = visitor.post(f"{here}/accepter", expect=409, state="no offer")
    assert "n’est plus gardée pour vous" in answered.text
    assert "heure libre" in visitor.get(f"{here}/deplacer", state="times").text.replace("heures libres", "heure libre")
    unread = visitor.post(f"{here}/deplacer", {"version": "1", "heure": "demain"}, expect=422, state="no time")
    assert "Rien n’a changé" in unread.text
    stale = visitor.post(f"{here}/annuler", {"version": "0"}, expect=409, state="changed meanwhile")
    assert "a changé entre-temps" in stale.text
    sure = visitor.get(f"{here}/annuler", state="sure")
    done = visitor.follow(visitor.post(f"{here}/annuler", sure.form(f"{here}/annuler")))
    assert "Votre rendez-vous est annulé." in done.text


def test_a_time_taken_meanwhile_keeps_what_was_typed(
    visitor: Browser, angela: Browser, desk: tuple[PlaceView, KindView]
) -> None:
    form = visitor.get(first_time(visitor)).form()
    booked(angela)
    refused = visitor.post(f"{HELP}/reserver", form | GUEST, expect=409, state="taken")
    assert "Cette heure vient d’être prise" in refused.text
    kept = refused.form()
    assert (kept["name"], kept["email"], kept["means"]) == tuple(GUEST[name] for name in ("name", "email", "means"))
    others = [one.get("value") for one in refused.all("input", type="radio", name="heure")]
    assert others
    assert form["heure"] not in others
    page = visitor.follow(visitor.post(f"{HELP}/reserver", kept | {"heure": str(others[0])}))
    assert "Votre rendez-vous est pris" in page.text


def test_a_second_one_of_the_same_kind_shows_the_first(angela: Browser, desk: tuple[PlaceView, KindView]) -> None:
    first = booked(angela).response.request.path
    refused = angela.post(
        f"{HELP}/reserver",
        angela.get(first_time(angela)).form() | {"means": "on_site"},
        expect=409,
        state="one of each",
    )
    assert "Vous avez déjà un rendez-vous de ce type" in refused.text
    assert refused.links()["Voir ce rendez-vous"] == first


def test_somebody_elses_appointment_looks_like_none(
    angela: Browser, visitor: Browser, sign_in: Callable[..., Browser], town: Town, desk: tuple[PlaceView, KindView]
) -> None:
    here = booked(angela).response.request.path
    karim = sign_in(town.commune.agents["k.haddad"])
    assert karim.get(here, expect=None).status in {303, 403}
    assert visitor.get(here, expect=303).location.startswith("/connexion")
    angela.get(f"{OWN}/{uuid4()}", expect=404)
    for act in ("annuler", "deplacer", "attendre", "accepter"):
        angela.post(f"{OWN}/{uuid4()}/{act}", {"version": "1", "heure": "2026-01-01T10:00+01:00"}, expect=404)


@pytest.mark.parametrize("bad", ["", "hier", "2026-13-45T99:00", "2026-12-01T10:00", "9" * 400])
def test_a_time_that_is_none_leads_back_to_the_times(
    visitor: Browser, desk: tuple[PlaceView, KindView], bad: str
) -> None:
    assert visitor.get(f"{HELP}/reserver?heure={bad}", expect=303).location == HELP
    assert visitor.post(f"{HELP}/reserver", GUEST | {"heure": bad}, expect=303).location == HELP
    visitor.get(f"{HELP}?jour={bad}&du={bad}&lieu={bad}")


def test_what_a_department_closes_is_said_and_another_time_is_asked(
    angela: Browser, desk: tuple[PlaceView, KindView], database: Database, town: Town
) -> None:
    here = booked(angela).response.request.path
    place, _kind = desk
    head = town.agent(town.commune.agents["s.amrani"])
    with database.writing() as session:
        seen = appointments.get_own(session, town.resident(town.angela), page_id(here))
        span = Span(seen.starts_at, seen.ends_at)
        concerned = appointments.list_concerned(session, head, place.id, span, journal=session)
        expected = {one.id: one.version for one in concerned}
        appointments.close_period(session, head, place.id, span, "Une panne de chauffage.", concerned=expected)
    page = angela.get(here, state="displaced")
    assert "Une panne de chauffage." in page.text
    assert page.links()["Choisir une autre heure"] == f"{here}/deplacer"


def test_an_earlier_time_that_is_kept_is_taken_in_one_press(
    angela: Browser, desk: tuple[PlaceView, KindView], database: Database, town: Town
) -> None:
    place, kind = desk
    with database.reading() as session:
        early = appointments.free_slots(session, kind.id, place.id, clock.today(), 7)[-12].starts_at
        late = appointments.free_slots(session, kind.id, place.id, clock.today(), 9)[-1].starts_at
    other, mine = town.resident(town.layla), town.resident(town.angela)
    with database.writing() as session:
        theirs = appointments.book(
            session, other, Booking(kind.id, place.id, early, Means.ON_SITE), idempotency_key=str(uuid4())
        )
        view = appointments.book(
            session, mine, Booking(kind.id, place.id, late, Means.ON_SITE), idempotency_key=str(uuid4())
        )
        appointments.wait_for_earlier(session, mine, view.id, version=view.version)
    with database.writing() as session:
        appointments.cancel(session, other, theirs.id, version=theirs.version)
    with database.writing() as session:
        assert appointments.offer_next(session)
    here = f"{OWN}/{view.id}"
    assert "Une heure plus tôt est gardée pour vous" in angela.get(here, state="offered").text
    assert "L’heure est à vous" in angela.follow(angela.post(f"{here}/accepter")).text
    with database.reading() as session:
        now = appointments.get_own(session, mine, view.id)
    assert now.starts_at < late
    assert now.state is AppointmentState.BOOKED


def fill(database: Database, town: Town, desk: tuple[PlaceView, KindView]) -> None:
    """Close the place for as long as one may book: no time is free."""
    head, now = town.agent(town.commune.agents["s.amrani"]), clock.now()
    with database.writing() as session:
        span = Span(now, now + timedelta(days=40))
        appointments.close_period(session, head, desk[0].id, span, "Des travaux.", concerned={})


def reopen(database: Database, town: Town) -> None:
    """Take the closures away, then offer what is free as the worker does."""
    head = town.agent(town.commune.agents["s.amrani"])
    with database.writing() as session:
        for one in appointments.list_closures(session, head):
            appointments.reopen(session, head, one.id)
    with database.writing() as session:
        assert appointments.offer_next(session)


def test_who_finds_no_time_waits_and_takes_the_one_that_frees(
    angela: Browser, desk: tuple[PlaceView, KindView], database: Database, town: Town
) -> None:
    fill(database, town, desk)
    to = angela.get(HELP).links()["Être prévenu quand une heure se libère"]
    form = angela.get(to).form() | {"means": "on_site"}
    page = angela.follow(angela.post(f"{HELP}/attendre", form))
    here = page.response.request.path
    assert "Nous vous préviendrons dès qu’une heure se libère" in page.text
    assert "En attente d’une heure" in angela.get(here, state="awaited").text
    assert "au plus tard le" in angela.get(OWN).text
    for nothing in (f"{here}.ics", f"{here}/annuler"):
        assert angela.get(nothing, expect=303).location == here
    again = angela.post(f"{HELP}/attendre", form | {"cle": str(uuid4())}, expect=409, state="one of each")
    assert again.links()["Voir ce rendez-vous"] == here
    reopen(database, town)
    offered = angela.get(here, state="freed")
    assert "Une heure est gardée pour vous" in offered.text
    assert "L’heure est à vous" in angela.follow(angela.post(f"{here}/accepter")).text
    with database.reading() as session:
        now = appointments.get_own(session, town.resident(town.angela), page_id(here))
    assert (now.state, now.wait) == (AppointmentState.BOOKED, None)


def test_a_visitor_waits_by_code_and_leaves_the_line(
    visitor: Browser, desk: tuple[PlaceView, KindView], database: Database, town: Town
) -> None:
    fill(database, town, desk)
    to = f"{HELP}/attendre"
    form = visitor.get(to, state="empty").form() | GUEST
    unread = visitor.post(to, form | {"until": "999"}, expect=422, state="until")
    assert "Choisissez jusqu’à quand attendre." in unread.text
    assert unread.form()["name"] == GUEST["name"]
    visitor.post(to, form | {"means": ""}, expect=422, state="means")
    visitor.post(to, form | {"email": "lou@"}, expect=422, state="bad")
    page = visitor.follow(visitor.post(to, form))
    assert "Code de suivi" in page.text
    here = page.response.request.path
    assert here.startswith(FOLLOW)
    left = visitor.follow(visitor.post(f"{here}/cesser"))
    assert "Vous n’attendez plus." in left.text
    with database.writing() as session:
        assert not appointments.offer_next(session)


def test_an_invited_resident_reaches_the_times_from_the_request(
    angela: Browser, desk: tuple[PlaceView, KindView], database: Database, town: Town
) -> None:
    place, kind = desk
    head, department = town.agent(town.commune.agents["s.amrani"]), kind.facts.department_id
    slug = next(slug for slug, one in town.commune.departments.items() if one.id == department)
    with database.writing() as session:
        facts = replace(kind.facts, slug="entretien", title={"fr": "Entretien"}, audience=Audience.INVITED)
        talk = appointments.save_kind(session, head, facts)
        about = RuleFacts(place.id, frozenset({talk.id}), 0, time(9), time(12), clock.today())
        for weekday in range(7):
            appointments.save_rule(session, head, replace(about, weekday=weekday))
        described = document(slug="suivi", department=slug, workflow=INVITING)
        sent = send(
            session, town.resident(town.angela), import_procedure(session, described, publish=True, actor=SYSTEM)
        )
        requests.move(session, head, sent.reference, "invite", Said("Voyez."), state="received", idempotency_key="i")
    page = angela.get(f"/demandes/{sent.reference}")
    times = angela.get(page.links()["Entretien"])
    first = next(address for address in times.links().values() if "/reserver?" in address)
    asked = angela.get(first)
    there = f"{START}/entretien/reserver"
    made = angela.follow(angela.post(there, asked.form(there) | {"means": "on_site"}))
    assert "Entretien" in made.text
    after = angela.get(f"/demandes/{sent.reference}")
    assert "Rendez-vous pris" in after.text
    assert "Entretien" not in after.links()


def test_days_at_the_ends_of_the_calendar_are_no_fault(visitor: Browser, desk: tuple[PlaceView, KindView]) -> None:
    for year in ("0001", "9999"):
        visitor.get(f"{HELP}/reserver?heure={year}-12-31T23:59:00%2B00:00", 303)
        visitor.get(f"{HELP}?du={year}-12-31")


def test_nobody_waits_uninvited(
    visitor: Browser, desk: tuple[PlaceView, KindView], database: Database, town: Town
) -> None:
    head = town.agent(town.commune.agents["s.amrani"])
    kind = desk[1]
    with database.writing() as session:
        facts = replace(kind.facts, audience=Audience.INVITED)
        appointments.save_kind(session, head, facts, kind_id=kind.id, version=kind.version)
    assert "Être prévenu quand une heure se libère" not in visitor.get(HELP).text
    visitor.get(f"{HELP}/attendre", expect=403, state="invited")
    visitor.post(f"{HELP}/attendre", GUEST | {"until": "1"}, expect=403)


def test_pages_ask_a_constant_number_of_statements_and_stay_light(
    angela: Browser, visitor: Browser, desk: tuple[PlaceView, KindView], database: Database
) -> None:
    address = first_time(visitor)
    here = booked(angela).response.request.path
    most = {
        (visitor, START): 2,
        (visitor, HELP): 6,
        (visitor, address): 3,
        (visitor, f"{HELP}/attendre"): 3,
        (visitor, FOLLOW): 1,
        (angela, OWN): 6,
        (angela, here): 6,
        (angela, f"{here}/deplacer"): 11,
    }
    for (browser, path), limit in most.items():
        browser.get(path)
        with counted(database) as statements:
            page = browser.get(path)
        assert len(statements) <= limit, (path, len(statements))
        assert nodes(page) <= 230, (path, nodes(page))


def test_nothing_to_book_says_whom_to_call(visitor: Browser) -> None:
    assert "Aucun rendez-vous ne se prend en ligne" in visitor.get(START, state="empty").text
    visitor.get(f"{START}/nulle-part", expect=404)
