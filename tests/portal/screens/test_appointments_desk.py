"""« Rendez-vous » for agents: the day, one appointment, booking for somebody, places, kinds, hours and closures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.service import AppointmentView
from portal.ground import clock
from tests.portal.screens.test_desk_files import open_file
from tests.support.client import Browser, Page
from tests.support.desk_hours import Desk
from tests.support.town import Town, counted, sent_request

HOME = "/agents/rendez-vous"


def now(desk: Desk, made: AppointmentView) -> AppointmentView:
    with desk.database.writing() as session:
        return appointments.get_kept(session, desk.head, made.id, journal=session)


def listed(made: AppointmentView, days: int = 1, **more: str) -> str:
    told = {"jour": clock.local(made.starts_at).date().isoformat(), "jours": str(days), **more}
    return f"{HOME}?" + "&".join(f"{name}={value}" for name, value in told.items())


def slot(desk: Desk, rank: int) -> str:
    found = desk.free()[rank]
    return f"{found.place_id}|{found.starts_at.isoformat()}"


def test_the_day_is_listed_and_who_came_is_noted_then_taken_back(desk: Desk, karim: Browser, town: Town) -> None:
    assert "Aucun rendez-vous aujourd’hui." in karim.get(HOME, state="empty").text
    made = desk.book(town.resident(town.angela))
    page = karim.get(listed(made), state="full")
    assert "Angela DUBOIS" in page.text
    assert "Aide d’essai" in page.text
    assert "presence" not in page.html
    with clock.frozen(made.starts_at + timedelta(minutes=10)):
        karim.sign_in(town.commune.agents["k.haddad"])
        page = karim.get(listed(made), state="to note")
        form = page.form(f"{HOME}/{made.id}/presence")
        after = karim.follow(karim.post(f"{HOME}/{made.id}/presence", form | {"presence": "absent"}), state="noted")
        assert "Elle est prévenue." in after.text
        assert "1 rendez-vous manqué ce mois-ci." in after.text
        assert now(desk, made).state is AppointmentState.MISSED
        old = form | {"presence": "venu"}
        assert (
            "n’est plus comme vous l’aviez vu"
            in karim.post(f"{HOME}/{made.id}/presence", old, 409, state="changed").text
        )
        form = after.form(f"{HOME}/{made.id}/presence")
        back = karim.follow(karim.post(f"{HOME}/{made.id}/presence", form | {"presence": "retirer"}))
        assert "La note est retirée." in back.text
        assert now(desk, made).state is AppointmentState.BOOKED
        karim.post(f"{HOME}/{made.id}/presence", form | {"presence": "autre"}, 404)
        page = karim.get(f"{HOME}/{made.id}")
        form = page.form(f"{HOME}/{made.id}/presence")
        shown = karim.follow(karim.post(f"{HOME}/{made.id}/presence", form | {"presence": "venu"}))
        assert "Retirer la note" in shown.text
        form = shown.form(f"{HOME}/{made.id}/presence") | {"presence": "retirer", "retour": "https://ailleurs.example/"}
        assert karim.post(f"{HOME}/{made.id}/presence", form).location.startswith(f"{HOME}/{made.id}")


def test_one_finds_by_reference_place_and_state_and_takes_the_list_away(desk: Desk, karim: Browser) -> None:
    made = desk.book(remark="Secret")
    assert made.reference in karim.get(f"{HOME}/{made.id}").text
    found = karim.get(f"{HOME}?reference={made.reference.lower()}", state="found")
    assert "Lou Passant-Essai" in found.text
    assert "Aucun rendez-vous ne correspond." in karim.get(f"{HOME}?reference=VSIR-ZZZZ", state="not found").text
    assert "Lou Passant" in karim.get(listed(made, lieu=str(desk.place.id), etat="booked")).text
    assert "Lou Passant" not in karim.get(listed(made, etat="missed")).text
    for hostile in (
        "jour=demain",
        "jour=99/99/2026",
        "jour=1/2",
        "jour=9999-99-99",
        "jours=400",
        "lieu=x",
        "etat=x",
        "suite=-1",
        "suite=9" * 9,
    ):
        karim.get(f"{HOME}?{hostile}")
    file = karim.http.get(listed(made).replace("?", "/liste.csv?"), base_url=karim.settings.public_url)
    content = file.get_data(as_text=True)
    assert made.reference in content
    assert "Secret" not in content
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'appointment_exported'")) == 1


def test_a_name_like_a_formula_is_text_in_the_list(desk: Desk, karim: Browser) -> None:
    contact = appointments.Contact("=HYPERLINK(1)", "f@usagers.example")
    made = desk.book(contact=contact)
    file = karim.http.get(listed(made).replace("?", "/liste.csv?"), base_url=karim.settings.public_url)
    assert ";'=HYPERLINK(1);" in file.get_data(as_text=True)


def test_a_long_day_is_read_a_page_at_a_time_for_the_same_price(desk: Desk, karim: Browser) -> None:
    first = desk.book()
    karim.get(listed(first, days=7))
    with counted(karim.database) as few:
        karim.get(listed(first, days=7))
    for _number in range(14):
        desk.book()
    with counted(karim.database) as many:
        page = karim.get(listed(first, days=7), state="full page")
    assert len(many) == len(few) <= 9
    assert "15 rendez-vous" in page.text
    after = karim.get(listed(first, days=7) + "&suite=12", state="last page")
    assert after.text.count("Aide d’essai") == 3


def test_other_departments_see_nothing(desk: Desk, sign_in: Callable[..., Browser], town: Town) -> None:
    made = desk.book()
    meryem = sign_in(town.meryem)
    assert "Lou Passant" not in meryem.get(listed(made)).text
    meryem.get(f"{HOME}/{made.id}", 404)
    meryem.get(f"{HOME}/lieux", 403)


def test_one_appointment_is_read_noted_given_and_its_history_told(desk: Desk, karim: Browser, town: Town) -> None:
    made = desk.book(remark="Je viens avec mon fils.")
    page = karim.get(f"{HOME}/{made.id}", state="plain")
    assert "Je viens avec mon fils." in page.text
    form = page.form(f"{HOME}/{made.id}/note") | {"note": "Préparer la salle."}
    page = karim.follow(karim.post(f"{HOME}/{made.id}/note", form), state="noted")
    assert "Préparer la salle." in page.html
    refused = karim.post(
        f"{HOME}/{made.id}/note", page.form(f"{HOME}/{made.id}/note") | {"note": "x" * 2_001}, 422, state="error"
    )
    assert "2000" in refused.text.replace("\u202f", "").replace("\xa0", "") or "caractères au plus" in refused.text
    assert "Rien n’est changé" in karim.post(f"{HOME}/{made.id}/note", form, 409, state="changed").text
    form = karim.get(f"{HOME}/{made.id}").form(f"{HOME}/{made.id}/agent")
    me = str(town.commune.agents["k.haddad"].id)
    page = karim.follow(karim.post(f"{HOME}/{made.id}/agent", form | {"agent": me}))
    assert now(desk, made).assigned_agent_id == town.commune.agents["k.haddad"].id
    form = page.form(f"{HOME}/{made.id}/agent") | {"agent": str(town.meryem.id)}
    karim.post(f"{HOME}/{made.id}/agent", form, 404)
    assert "Agent qui reçoit, changé" in page.text


def test_it_is_cancelled_with_a_reason_that_the_person_reads(desk: Desk, karim: Browser, town: Town) -> None:
    made = desk.book(town.resident(town.angela))
    page = karim.get(f"{HOME}/{made.id}/annuler", state="plain")
    form = page.form(f"{HOME}/{made.id}/annuler")
    refused = karim.post(f"{HOME}/{made.id}/annuler", form, 422, state="error")
    assert "Écrivez pourquoi" in refused.text
    done = karim.follow(karim.post(f"{HOME}/{made.id}/annuler", form | {"reason": "Le médiateur est malade."}))
    assert "Le rendez-vous est annulé." in done.text
    assert "Le médiateur est malade." in done.text
    assert karim.post(f"{HOME}/{made.id}/deplacer", {"creneau": slot(desk, 0), "version": "2"}, 409)
    with desk.database.reading() as session:
        mine = appointments.list_own(session, town.resident(town.angela))
    assert mine[0].reason == "Le médiateur est malade."


def test_it_is_moved_and_a_time_that_was_taken_gives_others(desk: Desk, karim: Browser) -> None:
    made = desk.book()
    page = karim.get(f"{HOME}/{made.id}/deplacer", state="plain")
    assert page.links()["Voir des heures plus tard"]
    karim.get(page.links()["Voir des heures plus tard"])
    form = page.form(f"{HOME}/{made.id}/deplacer")
    assert "Choisissez une heure" in karim.post(f"{HOME}/{made.id}/deplacer", form, 422, state="error").text
    wanted = slot(desk, 3)
    desk.book(rank=3)
    desk.book(rank=3) if slot(desk, 3) == wanted else None
    taken = karim.post(f"{HOME}/{made.id}/deplacer", form | {"creneau": wanted}, 409, state="taken")
    assert "Cette heure vient d’être prise." in taken.text
    done = karim.follow(karim.post(f"{HOME}/{made.id}/deplacer", form | {"creneau": slot(desk, 5)}))
    assert "Le rendez-vous est déplacé." in done.text
    assert now(desk, made).sequence == 1


def begin(karim: Browser, desk: Desk, **told: str) -> Page:
    more = "".join(f"&{name}={value}" for name, value in told.items())
    return karim.get(f"{HOME}/nouveau?type={desk.kind.facts.slug}{more}")


def test_somebody_who_calls_gets_a_reference_and_a_code(desk: Desk, karim: Browser) -> None:
    assert "Aide d’essai" in karim.get(f"{HOME}/nouveau", state="kinds").text
    form = begin(karim, desk).form(f"{HOME}/nouveau")
    empty = karim.post(f"{HOME}/nouveau", form, 422, state="error")
    assert "Choisissez une heure dans la liste." in empty.text
    typed = form | {"creneau": slot(desk, 0), "facon": "phone", "nom": "Lou Passant-Essai", "remarque": "À midi ?"}
    refused = karim.post(f"{HOME}/nouveau", typed, 422)
    assert "Donnez une adresse de courriel" in refused.text
    assert "À midi ?" in refused.html
    given = karim.post(f"{HOME}/nouveau", typed | {"phone": "06 39 98 12 34"}, 200, state="given")
    again = karim.post(f"{HOME}/nouveau", typed | {"phone": "06 39 98 12 34"}, 200)
    assert given.text == again.text
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM appointment")) == 1
    karim.post(f"{HOME}/nouveau", typed | {"type": "inconnu"}, 404)


def test_a_time_taken_meanwhile_keeps_what_was_typed(desk: Desk, karim: Browser) -> None:
    form = begin(karim, desk).form(f"{HOME}/nouveau")
    wanted = slot(desk, 0)
    desk.book()
    desk.book()
    typed = form | {
        "creneau": wanted,
        "facon": "phone",
        "nom": "Lou",
        "phone": "06 39 98 12 34",
        "remarque": "Fauteuil",
    }
    taken = karim.post(f"{HOME}/nouveau", typed, 409, state="taken")
    assert "vient d’être prise" in taken.text
    assert "Fauteuil" in taken.html


def test_for_the_person_whose_file_is_open_and_only_while_it_is(desk: Desk, karim: Browser, town: Town) -> None:
    file = open_file(karim)
    link = karim.get(file).links()["Prendre un rendez-vous pour cette personne"]
    page = karim.get(link, state="file open")
    assert "Angela DUBOIS" in page.text
    page = karim.get(page.links()["Aide d’essai"])
    form = page.form(f"{HOME}/nouveau") | {"creneau": slot(desk, 0), "facon": "on_site"}
    done = karim.follow(karim.post(f"{HOME}/nouveau", form), state="booked")
    assert "Le rendez-vous est pris." in done.text
    with desk.database.reading() as session:
        (mine,) = appointments.list_own(session, town.resident(town.angela))
    assert mine.booked_by == town.commune.agents["k.haddad"].id
    again = form | {"cle": "autre", "creneau": slot(desk, 1)}
    assert "déjà un rendez-vous de ce type" in karim.post(f"{HOME}/nouveau", again, 409).text
    karim.post(f"{file}/fermer")
    assert karim.get(link, 303).location == file
    assert karim.post(f"{HOME}/nouveau", again).location == file


def test_from_a_request_of_ones_department(desk: Desk, samira: Browser, town: Town) -> None:
    reference = sent_request(desk.database, town.angela)
    link = samira.get(f"/agents/dossiers/{reference}").links()["Prendre un rendez-vous"]
    page = samira.get(samira.get(link).links()["Aide d’essai"])
    form = page.form(f"{HOME}/nouveau") | {"creneau": slot(desk, 0), "facon": "on_site"}
    done = samira.follow(samira.post(f"{HOME}/nouveau", form))
    assert done.links()[reference] == f"/agents/dossiers/{reference}"
    assert "Rendez-vous pris" in samira.get(f"/agents/dossiers/{reference}").text


def test_a_place_is_made_changed_and_withdrawn(desk: Desk, samira: Browser) -> None:
    assert "Maison d’essai" in samira.get(f"{HOME}/lieux", state="full").text
    form = samira.get(f"{HOME}/lieux/nouveau", state="plain").form(f"{HOME}/lieux/nouveau")
    refused = samira.post(f"{HOME}/lieux/nouveau", form, 422, state="error")
    assert "Choisissez un de vos services." in refused.text
    typed = form | {"name": "Annexe", "service": str(desk.place.facts.department_id), "address": "1 rue Haute"}
    assert "Dites comment on entre" in samira.post(f"{HOME}/lieux/nouveau", typed, 422).text
    done = samira.follow(samira.post(f"{HOME}/lieux/nouveau", typed | {"access": "Rampe."}), state="saved")
    address = done.links()["Annexe"]
    form = samira.get(address, state="plain").form(address)
    samira.post(address, form | {"name": "Annexe haute"})
    changed = samira.post(address, form | {"name": "Annexe basse"}, 409, state="changed")
    assert "Annexe basse" in changed.html
    samira.get(f"{HOME}/lieux/{desk.kind.id}", 404)


def test_a_kind_is_made_and_changed(desk: Desk, samira: Browser) -> None:
    assert "Aide d’essai" in samira.get(f"{HOME}/types", state="full").text
    form = samira.get(f"{HOME}/types/nouveau", state="plain").form(f"{HOME}/types/nouveau")
    refused = samira.post(f"{HOME}/types/nouveau", form | {"minutes": "sept"}, 422, state="error")
    assert "Écrivez un nombre, en chiffres." in refused.text
    typed = form | {"title-fr": "Atelier", "slug": "atelier", "service": str(desk.place.facts.department_id)}
    assert "Choisissez au moins une façon" in samira.post(f"{HOME}/types/nouveau", typed, 422).text
    done = samira.follow(samira.post(f"{HOME}/types/nouveau", typed | {"means": "on_site"}), state="saved")
    address = done.links()["Atelier"]
    form = samira.get(address, state="plain").form(address)
    samira.post(address, form | {"means": "phone", "minutes": "45"})
    assert samira.get(address).field("minutes")["value"] == "45"
    assert "Rien n’est enregistré" in samira.post(address, form | {"means": "phone"}, 409, state="changed").text


def test_hours_are_made_changed_and_stopped(desk: Desk, samira: Browser) -> None:
    made = desk.book()
    page = samira.get(f"{HOME}/horaires", state="full")
    assert "Maison d’essai, lundi" in page.text
    form = samira.get(f"{HOME}/horaires/nouveau", state="plain").form(f"{HOME}/horaires/nouveau")
    refused = samira.post(f"{HOME}/horaires/nouveau", form, 422, state="error")
    assert "Écrivez l’heure de début" in refused.text
    typed = form | {"place": str(desk.place.id), "weekday": "0", "opens": "14h", "closes": "16h30"}
    assert "Choisissez au moins un type" in samira.post(f"{HOME}/horaires/nouveau", typed, 422).text
    kept = samira.post(f"{HOME}/horaires/nouveau", typed | {"kinds": str(desk.kind.id)})
    assert "L’horaire est enregistré." in samira.follow(kept, state="saved").text
    address = f"{HOME}/horaires/{desk.rule.id}"
    form = samira.get(address, state="plain").form(address) | {"kinds": str(desk.kind.id)}
    samira.post(address, form | {"desks": "3"})
    assert "Rien n’est enregistré" in samira.post(address, form, 409, state="changed").text
    stop = samira.get(f"{HOME}/horaires").form(f"{address}/arreter")
    assert "s’arrête ce soir" in samira.follow(samira.post(f"{address}/arreter", stop)).text
    assert "un collègue a modifié" in samira.follow(samira.post(f"{address}/arreter", stop)).text
    assert now(desk, made).state is AppointmentState.BOOKED


def closing_form(page: Page, desk: Desk, made: AppointmentView) -> dict[str, Any]:
    day = clock.local(made.starts_at).date()
    parts = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    typed = page.form(f"{HOME}/fermetures") | {"place": str(desk.place.id), "reason": "Formation"}
    for name in ("from-day", "until-day"):
        typed |= {f"{name}-{part}": value for part, value in parts.items()}
    return typed


def test_who_is_concerned_is_seen_before_a_place_closes(desk: Desk, samira: Browser, town: Town) -> None:
    made = desk.book(town.resident(town.angela))
    page = samira.get(f"{HOME}/fermetures", state="empty")
    refused = samira.post(f"{HOME}/fermetures", page.form(f"{HOME}/fermetures") | {"from": "midi"}, 422, state="error")
    assert "Choisissez un lieu." in refused.text
    typed = closing_form(page, desk, made)
    check = samira.post(f"{HOME}/fermetures", typed, 200, state="concerned")
    assert "1 personne est concernée" in check.text
    assert "Angela DUBOIS" in check.text
    confirm = check.form(f"{HOME}/fermetures/confirmer")
    desk.book()
    again = samira.post(f"{HOME}/fermetures/confirmer", confirm, 409, state="changed")
    assert "2 personnes sont concernées" in again.text
    assert now(desk, made).state is AppointmentState.BOOKED
    altered = again.form(f"{HOME}/fermetures/confirmer") | {"until-day-year": "1"}
    samira.post(f"{HOME}/fermetures/confirmer", altered, 422, state="error")
    done = samira.follow(
        samira.post(f"{HOME}/fermetures/confirmer", again.form(f"{HOME}/fermetures/confirmer")), state="closed"
    )
    assert "Chaque personne concernée est prévenue" in done.text
    assert now(desk, made).state is AppointmentState.DISPLACED
    assert "À replacer" in samira.get(listed(made), state="displaced").text
    (address,) = [form.get("action", "") for form in done.all("form") if form.get("action", "").endswith("/rouvrir")]
    assert "C’est rouvert" in samira.follow(samira.post(address)).text
    samira.post(address, expect=404)


def test_nobody_is_concerned(desk: Desk, samira: Browser) -> None:
    made = desk.book()
    with desk.database.writing() as session:
        appointments.cancel(session, desk.head, made.id, reason="Essai", version=made.version)
    page = samira.get(f"{HOME}/fermetures")
    check = samira.post(f"{HOME}/fermetures", closing_form(page, desk, made), 200, state="nobody")
    assert "Personne n’a rendez-vous pendant ce temps." in check.text


def test_a_diary_reads_a_place_without_any_name_until_it_is_stopped(
    desk: Desk, karim: Browser, visitor: Browser
) -> None:
    desk.book()
    page = karim.get(f"{HOME}/agenda-externe", state="plain")
    made = karim.post(
        f"{HOME}/agenda-externe", page.form(f"{HOME}/agenda-externe") | {"place": str(desk.place.id)}, 200, state="made"
    )
    (code,) = made.all("code")
    address = "".join(code.itertext())
    path = address.removeprefix(karim.settings.public_url.rstrip("/"))
    file = visitor.http.get(path, base_url=karim.settings.public_url)
    assert file.mimetype == "text/calendar"
    content = file.get_data(as_text=True)
    assert "Aide d’essai" in content
    assert "Passant" not in content
    listed_page = karim.get(f"{HOME}/agenda-externe", state="one")
    assert address not in listed_page.html
    (stop,) = [
        form.get("action", "") for form in listed_page.all("form") if form.get("action", "").endswith("/arreter")
    ]
    assert "L’adresse ne marche plus." in karim.follow(karim.post(stop)).text
    visitor.get(path, 404)
    karim.post(f"{HOME}/agenda-externe", {"place": "x"}, 404)
