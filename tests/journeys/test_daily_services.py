"""The daily services: declared, published as a whole, and their particular questions."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from journeys.daily_services.journey import JOURNEY
from portal.casework.catalogue.fields import visible_fields, visible_steps
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.journeys import ENTRY_POINTS, Journey, import_journey, journey_documents, load_journeys
from portal.casework.catalogue.service import list_published
from portal.ground.db import Database
from portal.ground.errors import Invalid
from portal.ground.permissions import SYSTEM
from tests.portal.casework.world import World

CONNECTIONS = {"ecoles", "demo", "courriel"}
DOCUMENTS = {document["slug"]: read_document(document) for document in journey_documents(JOURNEY)}
SLUGS = (
    "abonnement-stationnement-resident",
    "accompagnement-numerique",
    "acte-de-deces",
    "acte-de-mariage",
    "acte-de-naissance",
    "aide-energie",
    "attestation-accueil",
    "carte-mediatheque",
    "certificat-urbanisme",
    "changement-de-prenom",
    "conservatoire",
    "declaration-prealable",
    "enlevement-encombrants",
    "inscription-scolaire",
    "livret-de-famille",
    "pacs",
    "place-accueil-loisirs",
    "place-en-creche",
    "portage-repas",
    "pret-ordinateur",
    "recensement-citoyen",
    "registre-personnes-isolees",
    "rendez-vous-piece-identite",
    "signaler-un-probleme",
    "sports-du-mercredi",
    "stationnement-demenagement",
    "terrasse",
)


def test_its_procedures_are_there() -> None:
    assert tuple(sorted(DOCUMENTS)) == SLUGS
    assert str(JOURNEY.title) == "Au quotidien"
    assert isinstance(JOURNEY, Journey)


def test_the_declared_entry_point_is_the_journey() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    value = project["entry-points"][ENTRY_POINTS]["daily_services"]
    assert EntryPoint("daily_services", value, ENTRY_POINTS).load() is JOURNEY
    assert JOURNEY in load_journeys()


def test_all_are_published_and_importing_again_changes_nothing(database: Database, world: World) -> None:
    with database.writing() as session:
        first = import_journey(session, JOURNEY, actor=SYSTEM, connections=CONNECTIONS)
        again = import_journey(session, JOURNEY, actor=SYSTEM, connections=CONNECTIONS)
        assert {view.slug for view in list_published(session)} >= set(SLUGS)
    assert [(view.slug, view.version) for view in again] == [(view.slug, 1) for view in first]


def test_without_the_schools_connection_nothing_is_half_published(database: Database, world: World) -> None:
    with pytest.raises(Invalid, match="procedure_incomplete") as refusal, database.writing() as session:
        import_journey(session, JOURNEY, actor=SYSTEM, connections={"demo"})
    assert set(refusal.value.fields) == {"routing.ecoles"}
    with database.reading() as session:
        assert {view.slug for view in list_published(session)} == {"essai", "envoi"}


def test_a_derogation_asks_why(database: Database, world: World) -> None:
    document = DOCUMENTS["inscription-scolaire"]
    school = document.step("ecole")
    assert school is not None
    names = [field.name for field in visible_fields(document, school, {"school_enrolment_kind": "first"})]
    assert "request_comment" not in names
    names = [field.name for field in visible_fields(document, school, {"school_enrolment_kind": "derogation"})]
    assert names[-1] == "request_comment"


def test_the_school_is_sent_what_its_contract_needs(database: Database, world: World) -> None:
    concepts = {field.concept for _step, field in DOCUMENTS["inscription-scolaire"].fields()}
    assert {
        "household.child.family_name",
        "household.child.given_names",
        "household.child.birthdate",
        "household.child.gender",
        "guardian.role",
        "guardian.parental_authority",
        "school.year",
        "school.level",
        "school.enrolment_kind",
        "school.wished_school",
        "school.meal",
        "school.after_school",
    } <= concepts


def test_a_record_of_a_stranger_comes_without_the_parents() -> None:
    """Décret n° 2017-890, article 30: the full copy is for the person and their family."""
    document = DOCUMENTS["acte-de-naissance"]
    record = document.step("acte")
    assert record is not None
    assert "birth_record_kind" not in [
        field.name for field in visible_fields(document, record, {"birth_record_relation": "other"})
    ]
    own = {"birth_record_relation": "self", "birth_record_kind": "full"}
    assert [step.slug for step in visible_steps(document, own)] == ["vous", "acte", "naissance", "parents", "envoi"]
    strange = {"birth_record_relation": "other", "birth_record_kind": "full"}
    assert [step.slug for step in visible_steps(document, strange)] == ["vous", "acte", "personne", "envoi"]


def test_a_company_car_asks_whose_it_is() -> None:
    document = DOCUMENTS["abonnement-stationnement-resident"]
    car, papers = document.step("vehicule"), document.step("pieces")
    assert car is not None
    assert papers is not None
    for ownership, asked in (("own", False), ("lease", False), ("company", True)):
        answers = {"vehicle_ownership": ownership}
        names = [field.name for field in visible_fields(document, car, answers)]
        assert ("vehicle_holder" in names) is asked
        names = [field.name for field in visible_fields(document, papers, answers)]
        assert ("evidence_vehicle_use" in names) is (ownership != "own")
