"""Versions, publication, exchange and search of procedures."""

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import VersionState
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.service import (
    archive_procedure,
    dump_document,
    export_procedure,
    get_published,
    get_version,
    import_procedure,
    list_published,
    parse_document,
    publish_procedure,
    slugs_and_titles,
    titles,
)
from portal.ground.db import Database
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from tests.portal.casework.world import LEGAL, ROUTE, World, document


def legal(*without: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (LEGAL | changes).items() if key not in without}


def service(**changes: Any) -> dict[str, Any]:
    return legal(service={k: v for k, v in (LEGAL["service"] | changes).items() if v is not None})


ACCEPTANCE = {"regime": "acceptance", "attestation": {"fr": "Attestation."}}
MISSING: dict[str, tuple[dict[str, Any], str]] = {
    "designation": (service(designation=None), "acknowledgement.service.designation"),
    "any address": (service(postal_address=None, email=None), "acknowledgement.service.address"),
    "phone": (service(phone=None), "acknowledgement.service.phone"),
    "regime": (legal("regime"), "acknowledgement.regime"),
    "delay of a rejection": (legal("delay"), "acknowledgement.delay"),
    "delay of an acceptance": (legal("delay", **ACCEPTANCE), "acknowledgement.delay"),
    "recourse": (legal("recourse"), "acknowledgement.recourse"),
    "attestation": (legal("recourse", regime="acceptance"), "acknowledgement.attestation"),
    "why no decision": (legal("recourse", "delay", regime="none"), "acknowledgement.exemption"),
    "missing evidence": (legal("missing_evidence"), "acknowledgement.missing_evidence"),
    "silence of what is no request": (legal(is_request=False), "acknowledgement.regime"),
}


@pytest.mark.parametrize("mention", MISSING)
def test_a_missing_mention_forbids_publication(session: Session, world: World, mention: str) -> None:
    acknowledgement, place = MISSING[mention]
    draft = import_procedure(
        session, document(slug="incomplet", acknowledgement=acknowledgement), publish=False, actor=SYSTEM
    )
    with pytest.raises(Invalid) as refusal:
        publish_procedure(session, draft.id, draft.version, actor=SYSTEM)
    assert list(refusal.value.fields) == [place]
    assert refusal.value.fields[place].endswith((".", ")."))
    with pytest.raises(NotFound):
        get_published(session, "incomplet")


def test_all_missing_mentions_are_listed_at_once() -> None:
    bare = read_document(document(acknowledgement={}))
    assert set(problems_of(bare)) == {
        "acknowledgement.service.designation",
        "acknowledgement.service.address",
        "acknowledgement.service.phone",
        "acknowledgement.regime",
        "acknowledgement.missing_evidence",
    }


def test_the_electronic_address_is_enough_online_only() -> None:
    by_mail_only = service(postal_address=None)
    assert problems_of(read_document(document(acknowledgement=by_mail_only))) == {}
    at_the_counter = document(acknowledgement=by_mail_only, channels=["web", "counter"])
    assert set(problems_of(read_document(at_the_counter))) == {"acknowledgement.service.postal_address"}


def step(slug: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"slug": slug, "title": {"fr": slug}, "fields": list(fields), **more}


NAME = {"concept": "person.family_name", "name": "nom"}
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown concept": ({"steps": [step("un", {"concept": "person.shoe_size"})]}, "fields.person_shoe_size"),
    "step twice": ({"steps": [step("un", NAME), step("un", {"concept": "school.meal"})]}, "steps.un"),
    "taken slug": ({"steps": [step("envoyer", NAME)]}, "steps.envoyer"),
    "field twice": ({"steps": [step("un", NAME, {"concept": "school.meal", "name": "nom"})]}, "fields.nom"),
    "concept twice": ({"steps": [step("un", NAME, NAME | {"name": "autre"})]}, "concepts.person.family_name"),
    "condition on nothing": (
        {"steps": [step("un", NAME | {"when": {"field": "absent", "filled": True}})]},
        "fields.nom.when",
    ),
    "condition on what comes later": (
        {"steps": [step("un", NAME, when={"field": "nom", "filled": True})]},
        "steps.un.when",
    ),
    "choice without answers": (
        {"steps": [step("un", {"concept": "school.wished_school"})]},
        "fields.school_wished_school",
    ),
    "answers to a text": (
        {"steps": [step("un", NAME | {"options": [{"code": "a", "label": {"fr": "A"}}]})]},
        "fields.nom",
    ),
    "unknown connection": ({"routing": [ROUTE | {"connection": "inconnue"}]}, "routing.inconnue"),
    "route twice": ({"routing": [ROUTE, ROUTE]}, "routing.ecoles"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_document_is_not_published(session: Session, world: World, fault: str) -> None:
    changes, place = FAULTS[fault]
    with pytest.raises(Invalid) as refusal:
        import_procedure(session, document(slug="faux", **changes), publish=True, actor=SYSTEM, connections={"ecoles"})
    assert place in refusal.value.fields


def test_what_a_partner_may_be_asked_stays_optional() -> None:
    fetch = {"connection": "caf", "provider": {"fr": "la CAF"}, "purpose": {"fr": "calculer le tarif"}}
    asked = {"concept": "caf.family_quotient", "name": "quotient", "fetch": fetch}
    forced = document(steps=[step("un", NAME, asked)])
    assert set(problems_of(read_document(forced))) == {"fields.quotient.fetch"}
    free = document(steps=[step("un", NAME, asked | {"required": False})])
    assert problems_of(read_document(free), connections=set()) == {}, "without the connection it is simply typed"


def test_a_condition_cannot_be_bottomless() -> None:
    condition: dict[str, Any] = {"field": "nom", "filled": True}
    for _level in range(12):
        condition = {"not": condition}
    deep = document(steps=[step("un", NAME, {"concept": "school.meal", "name": "repas", "when": condition})])
    assert set(problems_of(read_document(deep))) == {"fields.repas.when"}


def test_versions_follow_each_other(session: Session, world: World) -> None:
    first = get_published(session, "essai")
    assert import_procedure(session, document(), publish=True, actor=SYSTEM) == first
    draft = import_procedure(session, document(title={"fr": "Deux"}), publish=False, actor=SYSTEM)
    assert (draft.version, draft.state) == (2, VersionState.DRAFT)
    assert get_published(session, "essai") == first
    redone = import_procedure(session, document(title={"fr": "Trois"}), publish=False, actor=SYSTEM)
    assert (redone.version, redone.title) == (2, "Trois")
    published = publish_procedure(session, redone.id, 2, actor=SYSTEM)
    assert get_published(session, "essai") == published
    assert get_version(session, first.id, 1).state is VersionState.ARCHIVED
    with pytest.raises(Conflict):
        publish_procedure(session, first.id, 1, actor=SYSTEM)
    keys = {(first.id, 1), (first.id, 2)}
    assert titles(session, keys) == {(first.id, 1): "Démarche d’essai", (first.id, 2): "Trois"}
    assert slugs_and_titles(session, keys)[first.id, 2] == ("essai", "Trois")
    assert titles(session, set()) == {}
    with pytest.raises(NotFound):
        get_version(session, first.id, 9)


def test_closing_hides_without_erasing(session: Session, world: World) -> None:
    archive_procedure(session, world.procedure.id, actor=SYSTEM)
    assert [each.slug for each in list_published(session)] == ["envoi"]
    assert get_version(session, world.procedure.id, 1).state is VersionState.ARCHIVED
    with pytest.raises(NotFound):
        archive_procedure(session, world.procedure.id, actor=SYSTEM)


def test_export_and_import_are_the_same_procedure(session: Session, world: World) -> None:
    exported = export_procedure(session, world.routed.id, 1)
    assert read_document(exported) == world.routed.document
    assert read_document(parse_document(json.dumps(exported))) == world.routed.document
    assert read_document(parse_document(dump_document(world.routed.document))) == world.routed.document


BOMB = "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n"


@pytest.mark.parametrize(
    "text", ["", "- liste", "a: [", "!!python/object/apply:os.system ['true']", BOMB, "x" * 500_001, "[" * 5000, "\x00"]
)
def test_an_unreadable_file_is_said_so(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_document(text)
    assert set(refusal.value.fields) == {"document"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"title": {"en": "Only English"}}, "title"),
        ({"surprise": 1}, "surprise"),
        ({"slug": "Pas un slug"}, "slug"),
        ({"format": 2}, "format"),
        ({"department": "inconnu"}, "department"),
        ({"steps": []}, "steps"),
        ({"channels": ["pigeon"]}, "channels.0"),
    ],
)
def test_a_wrong_shape_is_located(session: Session, world: World, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        import_procedure(session, document(**changes), publish=False, actor=SYSTEM)
    assert place in refusal.value.fields


def test_search_forgives_accents_endings_and_unfinished_words(session: Session, world: World) -> None:
    def add(slug: str, title: str, summary: str, *keywords: str) -> None:
        changed = document(slug=slug, title={"fr": title}, summary={"fr": summary}, keywords=list(keywords))
        import_procedure(session, changed, publish=True, actor=SYSTEM)

    add("ecole", "Inscription scolaire", "Pour l’école maternelle.", "cantine")
    add("livres", "Carte de la médiathèque", "Emprunter des livres. Inscription gratuite.", "bibliothèque")

    def found(q: str) -> list[str]:
        return [each.slug for each in list_published(session, q)]

    assert found("mediatheque") == ["livres"]
    assert found("MÉDIATHÈQUES") == ["livres"]
    assert found("écoles maternelles") == ["ecole"]
    assert found("inscrip") == ["ecole", "livres"]
    assert found("inscription des livres") == ["livres", "ecole"]
    assert found("cantine") == ["ecole"]
    assert found("zzz") == []
    assert found("pour la") == []
    assert len(found("   ")) == len(list_published(session)) == 4


def test_the_document_knows_its_steps_and_fields() -> None:
    made = ProcedureDocument.model_validate(document())
    assert made.step("ecole") is made.steps[1]
    assert made.step("absent") is None
    field = made.field("motif")
    assert field is not None
    assert field.concept == "request.comment"
    assert made.field("absent") is None


def test_a_publication_that_was_rolled_back_says_nothing_of_the_next(database: Database, world: World) -> None:
    """A published document is kept in memory: one whose publication was never committed must not be shown again."""
    first, second = ({"fr": "Premier titre"}, {"fr": "Second titre"})
    with database.writing() as session:
        draft = import_procedure(session, document(slug="essai", title=first), publish=False, actor=SYSTEM)
    session = database.open_writing()
    publish_procedure(session, draft.id, draft.version, actor=SYSTEM)
    assert "Premier titre" in [one.title for one in list_published(session)]
    session.rollback()
    session.close()
    with database.writing() as session:
        import_procedure(session, document(slug="essai", title=second), publish=True, actor=SYSTEM)
    with database.reading() as session:
        assert "Second titre" in [one.title for one in list_published(session)]
        assert get_published(session, "essai").title == "Second titre"
        assert get_published(session, "essai").version == draft.version
