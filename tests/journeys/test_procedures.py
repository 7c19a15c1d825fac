"""Every procedure of every journey: fit to publish, complete in law, simple to read, walkable to the end, and found."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.fields import asks_files, field_concept, field_label, field_options, visible_steps
from portal.casework.catalogue.service import get_published, list_published
from portal.casework.catalogue.simplified import public_texts, without_twin
from portal.casework.catalogue.trials import run_cases
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.dictionary.service import SIMPLIFIED, ConceptType, Sensitivity
from portal.ground.permissions import Actor
from portal.people.accounts.service import ResidentClaims, link_resident
from tests.journeys.procedures import CONNECTIONS, DOCUMENTS, publish_all, walk
from tests.portal.casework.world import DEPARTMENTS, World

# Health, and judgments about a family: only where a text says so (RGPD, articles 9 and 10).
WITH_A_BASIS = {("place-accueil-loisirs", "evidence.vaccinations")}
# The school's software is told which of its cases this is; the person only confirms it.
ONE_ANSWER = {("radiation-scolaire", "school.enrolment_kind")}
LONGEST_MEAN = 15
LONGEST_SENTENCE = 16


def test_there_is_a_procedure_for_most_of_what_people_come_for() -> None:
    assert len(DOCUMENTS) >= 40
    assert {document.theme for document in DOCUMENTS.values()} >= {
        "associations",
        "culture",
        "dechets",
        "enfance",
        "papiers",
        "rue",
        "solidarite",
        "sport",
        "urbanisme",
    }
    assert {document.department for document in DOCUMENTS.values()} <= set(DEPARTMENTS)


@pytest.mark.parametrize("slug", DOCUMENTS)
def test_it_is_fit_to_be_published_and_asks_what_people_can_answer(slug: str) -> None:
    document = DOCUMENTS[slug]
    assert problems_of(document, connections=CONNECTIONS) == {}
    for _step, field in document.fields():
        concept = field_concept(field)
        assert field_label(field)
        if concept.type in {ConceptType.CHOICE, ConceptType.SCHOOL_YEAR}:
            assert len(field_options(field)) >= 2 or (slug, field.concept) in ONE_ANSWER
        if asks_files(field):
            assert not field.required, "papers can always be brought later"
        if concept.sensitivity is Sensitivity.SPECIAL:
            assert (slug, field.concept) in WITH_A_BASIS
    for _path, text in public_texts(document):
        assert "'" not in "".join(text.root.values())


# A day of every kind: before and after the school year turns, and the one that most years lack.
DAYS = (
    datetime(2026, 7, 31, 12, tzinfo=UTC),
    datetime(2026, 8, 1, 12, tzinfo=UTC),
    datetime(2032, 2, 29, 12, tzinfo=UTC),
)


@pytest.mark.parametrize("slug", DOCUMENTS)
def test_its_recorded_trials_end_as_recorded_whatever_the_day(slug: str) -> None:
    document = DOCUMENTS[slug]
    assert len(document.cases) >= 2
    assert len({case.name for case in document.cases}) == len(document.cases)
    assert any(case.ends == "sent" for case in document.cases)
    exits = {one.slug for step in document.steps for one in step.exits}
    assert {case.exit for case in document.cases if case.exit} == exits, "each way out is tried"
    for day in (clock.now(), *DAYS):
        with clock.frozen(day):
            gaps = {one.case.name: one.gaps for one in run_cases(document) if not one.passes}
        assert gaps == {}


@pytest.mark.parametrize("slug", DOCUMENTS)
def test_its_simplified_twin_is_whole_and_simple(slug: str) -> None:
    """One idea a sentence. Words are not counted against a list: people who read it are the judges of that."""
    document = DOCUMENTS[slug]
    assert without_twin(document) == []
    twins = {path: text.root[SIMPLIFIED] for path, text in public_texts(document) if SIMPLIFIED in text.root}
    lengths = {path: [len(sentence.split()) for sentence in _sentences(text)] for path, text in twins.items()}
    every = [length for found in lengths.values() for length in found]
    assert sum(every) / len(every) <= LONGEST_MEAN
    assert {path: found for path, found in lengths.items() if max(found) > LONGEST_SENTENCE} == {}
    hard = {path: text for path, text in twins.items() if ";" in text or "(" in text or "/" in text}
    assert hard == {}
    assert all(text != document_text for text, document_text in _pairs(document))


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.?!])\s+", text) if sentence.strip(" .?!")]


def _pairs(document: ProcedureDocument) -> list[tuple[str, str]]:
    """Twin and text, where the text is long enough to need another one."""
    texts = [text.root for _path, text in public_texts(document) if len(str(text).split()) > 12]
    return [(text[SIMPLIFIED], text["fr"]) for text in texts]


@pytest.mark.parametrize("chosen", range(4))
def test_each_is_walked_to_a_complete_acknowledgement(database: Database, world: World, chosen: int) -> None:
    claims = ResidentClaims(family_name="MOREL", given_names=("Aya",), birthdate="1988-07-01")
    with database.writing() as session:
        publish_all(session)
        aya = link_resident(session, issuer="https://fc.exemple.example", sub="aya", claims=claims)
        for number, slug in enumerate(DOCUMENTS):  # nobody may send twenty requests in an hour
            _walk_to_the_end(session, world.resident((world.noe, world.ines, aya)[number % 3]), slug, chosen)


def _walk_to_the_end(session: Session, resident: Actor, slug: str, chosen: int) -> None:
    procedure = get_published(session, slug)
    document = procedure.document
    draft = requests.start_draft(session, resident, procedure)
    steps = walk(document, chosen)
    for step, given in steps.items():
        draft = requests.save_step(session, resident, draft.id, step=step, answers=given, version=draft.version)
    assert [step.slug for step in visible_steps(document, draft.answers)] == list(draft.done_steps), slug
    sent = requests.submit(session, resident, draft.id, idempotency_key=str(uuid4()), version=draft.version)
    data = requests.get_acknowledgement(session, resident, sent.reference).data
    view = requests.get_request(session, resident, sent.reference)
    contact = data.service
    assert all((contact.designation, contact.postal_address, contact.email, contact.phone)), slug
    assert data.received_at == view.submitted_at
    assert (data.applicant, data.subject) == (resident.label, procedure.title)
    _assert_silence_is_explained(data)
    assert {each.connection for each in view.forwardings} == {route.connection for route in document.routing}
    answered = [slug for slug, given in steps.items() if any(value is not None for value in given.values())]
    assert [step.slug for step in view.steps] == answered
    assert all(line.text for step in view.steps for line in step.lines)


def _assert_silence_is_explained(data: requests.AcknowledgementData) -> None:
    """CRPA R112-11-1, 3° to 6°."""
    if not data.is_request:
        assert (data.regime, data.implicit_decision_date) == (Regime.NONE, None)
        assert data.exemption
        return
    assert data.evidence_deadline_days
    assert data.evidence_effect
    if data.regime is Regime.NONE:
        assert data.exemption
        return
    assert data.implicit_decision_date is not None
    assert data.implicit_decision_date > clock.today()
    if data.regime is Regime.ACCEPTANCE:
        assert "attestation" in data.attestation
    else:
        assert data.recourse is not None
        assert data.recourse.address


# What people type → the procedure that must come first.
WORDS = {
    "cantine": "inscription-scolaire",
    "inscrire mon enfant à l’école": "inscription-scolaire",
    "creche": "place-en-creche",
    "lampadaire": "signaler-un-probleme",
    "nid de poule": "signaler-un-probleme",
    "demenagement camion": "stationnement-demenagement",
    "bibliotheque": "carte-mediatheque",
    "aide internet": "accompagnement-numerique",
    "je viens d’arriver": "rendez-vous-nouvel-arrivant",
    "voter": "inscription-liste-electorale-pieces",
    "liste électorale": "inscription-liste-electorale-pieces",
    "encombrants": "enlevement-encombrants",
    "badge decheterie": "carte-dechetterie",
    "recensement": "recensement-citoyen",
    "attestation pour le bac": "recensement-citoyen",
    "centre aéré": "place-accueil-loisirs",
    "mercredi vacances": "place-accueil-loisirs",
    "emprunter un ordinateur": "pret-ordinateur",
    "facture d’électricité": "aide-energie",
    "impayé de gaz": "aide-energie",
    "parking résident": "abonnement-stationnement-resident",
    "se garer": "abonnement-stationnement-resident",
    "acte de naissance": "acte-de-naissance",
    "copie intégrale": "acte-de-naissance",
    "budget participatif": "proposer-un-projet",
    "j’ai une idée pour mon quartier": "proposer-une-idee",
    "projet pour le budget": "proposer-un-projet",
    "louer une salle": "occupation-salle-association",
    "salle pour une assemblée générale": "occupation-salle-association",
    "payer ma facture de gaz": "aide-energie",
    "papiers pour voter": "inscription-liste-electorale-pieces",
    "garder une place pour le camion": "stationnement-demenagement",
    "mes gros déchets": "enlevement-encombrants",
    "une clé internet chez moi": "pret-ordinateur",
    "refaire mon passeport": "rendez-vous-piece-identite",
    "ma poubelle est cassée": "bac-a-ordures",
    "construire un abri de jardin": "declaration-prealable",
    "canicule": "registre-personnes-isolees",
    "cours de piano": "conservatoire",
    "argent pour mon association": "subvention-association",
    "buvette": "debit-de-boissons",
}


def test_people_find_with_their_own_words(database: Database, world: World) -> None:
    with database.writing() as session:
        publish_all(session)
        found = {words: next(iter(list_published(session, words)), None) for words in WORDS}
    assert {words: one.slug if one else None for words, one in found.items()} == WORDS
