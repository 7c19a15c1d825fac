"""The sample commune: made through the services, inhabited, and never twice."""

import json
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sandbox.addresses.geocoder import search
from connectors.sandbox.addresses.towns import TOWNS
from connectors.sandbox.identity.people import load_residents
from connectors.sandbox.identity.profiles import resident_subject
from connectors.sandbox.mobility.stations import STATIONS
from portal.app import create_app
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.models import Appointment
from portal.casework.catalogue.service import list_published
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.settings import ConnectionSettings, Settings
from portal.people.accounts.models import Account, Agent
from portal.people.accounts.service import declared_by, get_agent
from portal.records.outbox.service import lane_counts
from portal.records.territory.service import PlaceKind, distance_metres, find_communes, list_places
from portal.screens.myspace.queries.messages import latest_received
from portal.screens.myspace.queries.requests import home_requests
from portal.seed import plant
from portal.seed.families import FAMILIES, Family
from portal.seed.spaces import subject_of
from portal.seed.territory import settle_territory
from tests.support.client import Browser
from tests.support.databases import migrate

SCHOOL = ConnectionSettings(connector="school", title="Écoles")


# Who looks at which page of a first start, and what stands there.
SHOWN: Final = (
    ("k.haddad", "/agents/dossiers", "Remplies avec un agent"),
    ("k.haddad", "/agents/contacts", "personne rattachée"),
    ("k.haddad", "/agents/avis", "Demander le portage de repas"),
    ("k.haddad", "/agents/guichet/mandats", "Aimée Fictive-Rosier"),
    ("k.haddad", "/agents/guichet/mandats?vue=attente", "EXEMPLEIRA"),
    ("k.haddad", "/agents/guichet/mandats?vue=finis", "Ferdinand Essai-Lambda"),
    ("s.amrani", "/agents/contacts", "Retard"),
    ("s.amrani", "/agents/contacts?vue=repondus", "dans « Mon espace »"),
    ("s.amrani", "/agents/contacts?vue=a-poster", "M. et Mme Essai-Duval"),
    ("s.amrani", "/agents/vues", "Partagée avec Maison France Services"),
    ("s.amrani", "/agents/repartition", "Tournées de la semaine"),
    ("s.amrani", "/agents/dossiers/transmises", "Demander une aide pour payer l’énergie"),
    ("s.amrani", "/agents/rendez-vous?jours=31", "Pris"),
    ("s.amrani", "/agents/rendez-vous/lieux", "Maison France Services"),
    ("s.amrani", "/agents/rendez-vous/types", "Aide au numérique"),
    ("s.amrani", "/agents/rendez-vous/horaires", "lundi"),
    ("s.amrani", "/agents/rendez-vous/fermetures", "Réunion de service"),
    ("s.amrani", "/agents/pilotage", "Reçues :"),
    ("s.amrani", "/agents/pilotage/avis", "Rapide et clair, merci."),
)


@pytest.mark.slow
def test_the_commune_of_a_first_start_is_inhabited(settings: Settings, database: Database) -> None:
    settings = settings.model_copy(update={"connections": {"ecoles": SCHOOL}})
    made = plant(settings, database, size="town")
    with database.reading() as session:
        rows = session.scalars(select(ServiceRequest)).all()
        session.expunge_all()
        waiting = lane_counts(session)
    assert made is not None
    assert len(rows) >= made >= 60, "journeys may add their own"
    statuses = Counter(row.status for row in rows)
    assert {RequestStatus.SUBMITTED, RequestStatus.IN_PROGRESS, RequestStatus.ACCEPTED} <= statuses.keys()
    assert {RequestStatus.WAITING_FOR_RESIDENT, RequestStatus.REJECTED} <= statuses.keys()
    with database.reading() as session:
        open_ones = {one.id for one in list_published(session)}
    asked = Counter(row.procedure_id for row in rows)
    assert asked.keys() == open_ones
    assert min(asked.values()) >= made // len(open_ones) - 1, "no procedure is forgotten"
    assert len({row.channel for row in rows}) >= 3
    assert len({row.department_id for row in rows}) >= 7
    assert len({row.applicant_name for row in rows}) >= 15
    assert max(row.submitted_at for row in rows) <= clock.now()
    assert (clock.now() - min(row.submitted_at for row in rows)).days >= 60
    assert set(waiting) <= {"ecoles", "papiers"}, "mails of the past are not sent again"
    with database.reading() as session:
        states = Counter(session.scalars(select(Appointment.state)))
        assert states.keys() == set(AppointmentState), "appointments in every state"
        booked = session.scalars(
            select(Appointment.starts_at).where(Appointment.state == AppointmentState.BOOKED)
        ).all()
        assert min(booked) < clock.now(), "one is over, and nobody noted who came"
        for family in FAMILIES:
            check_space(session, family, settings.resident.client_id)
        agents = {one.email.partition("@")[0]: get_agent(session, one.id) for one in session.scalars(select(Agent))}
    app = create_app(settings, database, propagate=True)
    for login, path, words in SHOWN:
        assert words in Browser(app, settings, database).sign_in(agents[login]).get(path).text, path
    check_figures(Browser(app, settings, database))
    assert plant(settings, database) is None


def check_figures(visitor: Browser) -> None:
    """Everybody reads how long several procedures take, and what people think of them."""
    levels = json.loads(visitor.get("/qualite-de-service.json").html)
    told = [one for one in levels["procedures"] if one["median_days"] is not None]
    assert len([one for one in told if one["obtained_percent"] is not None]) >= 4
    assert levels["total"]["obtained_percent"] not in {None, 100}
    page = visitor.get("/qualite-de-service").text
    assert "Obtenir une carte de la médiathèque" in page


def check_space(session: Session, family: Family, client_id: str) -> None:
    """What somebody finds who signs in for the first time."""
    sub = subject_of(family.claims, client_id)
    account = session.scalars(select(Account).where(Account.sub == sub)).one()
    declared = declared_by(session, account.person_id)
    assert len(declared.members) == len(family.members)
    assert {one.facts.kind for one in declared.addresses} == {kind for kind, _facts in family.addresses}
    found = home_requests(session, account.id)
    assert found.waiting or found.moving
    received, _unread = latest_received(session, account.id)
    assert received, family.claims.family_name


def test_the_inhabited_spaces_open_with_the_simulated_provider() -> None:
    people = load_residents().values()
    for family in FAMILIES:
        [person] = [one for one in people if one.claims["family_name"] == family.claims.family_name]
        assert resident_subject(person, "essai") == subject_of(family.claims, "essai")
        assert person.claims["email"] == family.claims.email
        assert person.claims.get("preferred_username", "") == family.claims.preferred_name


@pytest.mark.slow
def test_planting_twice_gives_the_same_commune(settings: Settings, database: Database, tmp_path: Path) -> None:
    """Whatever the day, chance is drawn from the same seed: what was asked, by whom, and how far it got."""
    other = Database(f"sqlite:///{tmp_path / 'jumelle.sqlite3'}")
    migrate(other.url)

    def told(where: Database) -> list[tuple[str, str, str]]:
        plant(settings, where, size="tiny")
        with where.reading() as session:
            rows = session.scalars(select(ServiceRequest).order_by(ServiceRequest.submitted_at, ServiceRequest.id))
            return [(row.applicant_name, str(row.status), str(row.channel)) for row in rows]

    with clock.frozen(clock.now()):
        assert told(database) == told(other)
    other.dispose()


def test_without_connections_only_what_can_be_processed_is_published(settings: Settings, database: Database) -> None:
    assert plant(settings, database, size="empty") == 0
    with database.reading() as session:
        slugs = {one.slug for one in list_published(session)}
    assert "inscription-scolaire" not in slugs
    assert "signaler-un-probleme" in slugs


@pytest.mark.parametrize("path", ["/", "/demarches", "/connexion"])
def test_before_any_authority_the_portal_says_it_is_not_ready(
    settings: Settings, database: Database, path: str, tmp_path: Path
) -> None:
    client = create_app(settings, database).test_client()
    answer = client.get(path, headers={"Host": "127.0.0.1"})
    assert answer.status_code == 503
    assert "momentanément indisponible" in answer.text
    assert str(tmp_path) not in answer.text


def test_the_ground_of_the_sample_agrees_with_the_simulated_partners(database: Database) -> None:
    """Places are where the simulated address base puts them, stops are the stations of the simulated network."""
    for _twice in range(2):
        with database.writing() as session:
            settle_territory(session)
    with database.reading() as session:
        places = list_places(session)
        communes = {one.code for one in find_communes(session, "389")}
    assert communes == {town.code for town in TOWNS}
    assert len(places) >= 25
    stops = {(one.name, one.latitude, one.longitude) for one in places if one.kind is PlaceKind.STOP}
    assert stops == {(one.name, one.latitude, one.longitude) for one in STATIONS}
    for one in places:
        if one.kind is not PlaceKind.STOP:
            house = search(one.line, limit=1, city_code="38999")[0]
            assert distance_metres(one.latitude, one.longitude, house.latitude, house.longitude) < 30, one.name
