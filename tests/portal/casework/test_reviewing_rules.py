"""What is said of a procedure before it is published: remarks, differences, trials, recipients."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.casework.catalogue.checking import Rule, review
from portal.casework.catalogue.difference import NAMES, compare_documents, write_changes
from portal.casework.catalogue.disclosure import Partner, disclosures_of, lookups_of
from portal.casework.catalogue.document import AcknowledgementRule, Field, ProcedureDocument, Step
from portal.casework.catalogue.interchange import as_data, read_document
from portal.casework.catalogue.journeys import journey_documents, load_journeys
from portal.casework.catalogue.proposing.service import own_concepts
from portal.casework.catalogue.publishing.service import fingerprint, get_edited, list_versions, publish_reviewed
from portal.casework.catalogue.reading import hard_sentences
from portal.casework.catalogue.saying import say_when
from portal.casework.catalogue.service import import_procedure
from portal.casework.catalogue.trials import record_case, run_case, settle, walk
from portal.ground.db import Database
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from tests.portal.casework.test_races import together
from tests.portal.casework.world import World, document


def own(label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """A question of the department's own, at the end of the second page."""
    return {"id": "department.x", "label": {"fr": label}, "type": kind, **more}


def with_field(concept: dict[str, Any], **more: Any) -> ProcedureDocument:
    data = document()
    data["steps"][1]["fields"].append({"concept": concept["id"], "name": "champ", "own": concept, **more})
    return read_document(data)


def rules(doc: ProcedureDocument, *, at: str | None = None) -> set[Rule]:
    return {remark.rule for remark in review(doc) if at is None or remark.path == at}


CHAMP = "fields.champ"
WARNED: dict[str, tuple[Callable[[], ProcedureDocument], str, Rule]] = {
    "known twin": (lambda: with_field(own("Nom de naissance")), CHAMP, Rule.KNOWN),
    "special": (lambda: with_field(own("Handicap", "boolean", sensitivity="special")), CHAMP, Rule.SENSITIVE),
    "repeated label": (lambda: with_field(own("Nom de naissance")), CHAMP, Rule.LABELS),
    "format": (lambda: with_field(own("Numéro de contrat")), CHAMP, Rule.HINT),
    "pattern": (lambda: with_field(own("Plaque"), pattern="[A-Z]{2}"), CHAMP, Rule.HINT),
    "files": (lambda: with_field(own("Attestation", "files")), CHAMP, Rule.HINT),
    "closed question": (lambda: with_field(own("Avez-vous un chien ?")), CHAMP, Rule.FREE_TEXT),
    "either": (lambda: with_field(own("Garçon ou fille ?")), CHAMP, Rule.FREE_TEXT),
    "one alternative": (lambda: read_document(document()), "alternatives", Rule.ALTERNATIVES),
    "nowhere else": (lambda: read_document(document()), "conditions", Rule.ALTERNATIVES),
}
FINE: dict[str, tuple[Callable[[], ProcedureDocument], str, Rule]] = {
    "hint given": (lambda: with_field(own("Numéro de contrat", hint={"fr": "Ex. : A12"})), CHAMP, Rule.HINT),
    "article 9": (
        lambda: read_document(
            as_data(with_field(own("Handicap", "boolean", sensitivity="special")))
            | {"legal_basis": {"fr": "Aide sociale (RGPD, article 9-2 b)."}}
        ),
        CHAMP,
        Rule.SENSITIVE,
    ),
    "child with a text": (lambda: with_field(own("Allergie", "text", sensitivity="child")), CHAMP, Rule.SENSITIVE),
    "open question": (lambda: with_field(own("Race du chien")), CHAMP, Rule.FREE_TEXT),
}


@pytest.mark.parametrize("case", WARNED)
def test_each_remark_is_made_where_it_belongs(case: str) -> None:
    make, path, rule = WARNED[case]
    assert rule in rules(make(), at=path)


@pytest.mark.parametrize("case", FINE)
def test_what_is_right_is_left_alone(case: str) -> None:
    make, path, rule = FINE[case]
    assert rule not in rules(make(), at=path)


def test_what_a_partner_can_answer_is_not_asked() -> None:
    data = document()
    data["steps"][1]["fields"].append({"concept": "caf.family_quotient", "name": "quotient", "required": False})
    doc = read_document(data)
    found = [one for one in review(doc, fetchable={"caf.family_quotient": "la CAF"}) if one.rule is Rule.KNOWN]
    assert [one.path for one in found] == ["fields.quotient"]
    assert "la CAF" in found[0].sentence
    asked = data["steps"][1]["fields"][-1]
    asked["fetch"] = {"connection": "caf", "provider": {"fr": "la CAF"}, "purpose": {"fr": "le tarif"}}
    again = review(read_document(data), fetchable={"caf.family_quotient": "la CAF"})
    assert Rule.KNOWN not in {one.rule for one in again}


def test_an_unfinished_draft_is_read_too() -> None:
    data = document()
    data["steps"][0]["fields"].append({"concept": "person.shoe_size", "name": "pointure"})
    remarks = review(read_document(data))
    assert [one.path for one in remarks if one.refuses] == ["fields.pointure"]
    assert compare_documents(read_document(document()), read_document(data))


HARD = {
    "long": ("mot " * 31, "mots"),
    "words": ("Une réglementation administrativement incompréhensible extraordinairement", "mots longs"),
    "passive": ("Le dossier est étudié par la commission.", "passive"),
    "initials": ("Le SIAO vous appelle.", "SIAO"),
}


@pytest.mark.parametrize("case", HARD)
def test_a_hard_sentence_is_named_with_its_reason(case: str) -> None:
    text, reason = HARD[case]
    found = list(hard_sentences(f"C’est simple. {text}"))
    assert [one.sentence for one in found] == [text.strip()]
    assert reason in " ".join(found[0].reasons)


def test_plain_sentences_are_left_alone() -> None:
    plain = "La mairie vous répond. Le service intégré (SIAO) appelle. SIAO : c’est tout. Envoyez un PDF à la CAF."
    assert list(hard_sentences(plain)) == []
    long_enough = "Vous avez " + "un mot " * 9
    assert list(hard_sentences(long_enough)) == []
    assert list(hard_sentences(long_enough, simplified=True))


def test_the_shipped_procedures_can_be_published_as_they_are() -> None:
    for journey in load_journeys():
        for data in journey_documents(journey):
            assert not [one for one in review(read_document(data)) if one.refuses], data["slug"]


CHANGED: dict[str, Any] = {
    "title": {"fr": "Autre titre"},
    "audience": ["company"],
    "keywords": ["mot"],
    "duration_minutes": 4,
    "channels": ["web", "mail"],
    "needs": [{"fr": "Un stylo"}],
    "fee": {"bands": [{"who": {"fr": "Tous"}, "euros": "2.50"}]},
    "usual_delay": {"count": 16, "unit": "days"},
    "retention_days": 30,
    "legal_basis": {"fr": "Autre base."},
    "legal_references": [],
    "routing": [{"connection": "ecoles", "recipient": {"fr": "les écoles"}}],
    "cases": [{"name": "Un essai", "answers": {}, "ends": "refused"}],
    "unsigned": True,
    "next": {"fr": "Ensuite.", "fr@falc": "Après."},
}


@pytest.mark.parametrize("part", CHANGED)
def test_every_part_that_changes_is_told(part: str) -> None:
    before = read_document(document())
    after = read_document(document() | {part: CHANGED[part]})
    changes = compare_documents(before, after)
    assert len(changes) == 1, changes
    assert "  " not in changes[0].sentence
    assert write_changes(changes).startswith(f"- {changes[0].sentence}")
    assert compare_documents(after, after) == ()


def test_every_attribute_has_a_name() -> None:
    """No officer reads the name of a variable."""
    apart = {"format", "slug", "name", "steps", "fields", "cases", "routing", "acknowledgement", "workflow"}
    for part in (ProcedureDocument, Step, Field, AcknowledgementRule):
        assert set(part.model_fields) - apart <= set(NAMES), part


def change_steps(change: Callable[[list[dict[str, Any]]], None]) -> list[str]:
    data = document()
    change(data["steps"])
    return [one.sentence for one in compare_documents(read_document(document()), read_document(data))]


def test_changes_of_pages_and_questions_are_sentences() -> None:
    def label(steps: list[dict[str, Any]]) -> None:
        steps[0]["fields"][0]["label"] = {"fr": "Votre nom"}

    def move(steps: list[dict[str, Any]]) -> None:
        steps[1]["fields"].append(steps[0]["fields"].pop())

    def simplified(steps: list[dict[str, Any]]) -> None:
        steps[0]["title"] = {"fr": "Vous", "fr@falc": "Toi"}

    assert change_steps(label) == ["Question « Votre nom » : le libellé a changé."]
    assert change_steps(move) == ["La question « Adresse électronique » a été déplacée à la page « L’école »."]
    assert change_steps(lambda steps: steps.reverse()) == ["L’ordre des pages a changé."]
    assert change_steps(lambda steps: steps[0]["fields"].reverse()) == [
        "Page « Vous » : l’ordre des questions a changé."
    ]
    assert change_steps(simplified) == ["Page « Vous » : le titre a changé."]
    assert change_steps(lambda steps: steps.pop()) == [
        "La page « L’école » a été retirée.",
        "La question « Type d’inscription » a été retirée de la page « L’école ».",
        "La question « Précisions » a été retirée de la page « L’école ».",
    ]


def test_conditions_are_said() -> None:
    doc = read_document(document())
    nested = {
        "any": [
            {"all": [{"field": "type", "in": ["first", "derogation"]}, {"field": "nom", "filled": False}]},
            {"not": {"field": "inconnu", "equals": True}},
        ]
    }
    data = deepcopy(document())
    data["steps"][1]["fields"][1]["when"] = nested
    said = say_when(read_document(data).steps[1].fields[1].when, doc)
    kinds = "“Première inscription dans la commune”, “Demande d’une autre école que celle du secteur”"
    first = f"(“Type d’inscription” est l’une de ces réponses : {kinds} et “Nom de naissance” est sans réponse)"
    assert said == f"si {first} ou “inconnu” n’est pas “oui”"
    assert say_when(None, doc) == "toujours"


def test_a_trial_written_from_its_own_day_does_not_age() -> None:
    leap = date(2032, 2, 29)
    assert settle({"jour": {"in_days": 1}, "ans": [{"naissance": {"years_ago": 4}}]}, leap) == {
        "jour": "2032-03-01",
        "ans": [{"naissance": "2028-02-28"}],
    }
    assert settle({"school_year": 0}, date(2026, 7, 31)) == "2025-2026"
    assert settle({"school_year": 1}, date(2026, 8, 1)) == "2027-2028"
    kept = [
        {"day": "1", "month": "2", "year": "2030"},
        {"in_days": "40"},
        {"in_days": 1, "years_ago": 1},
        {"years_ago": 9_999},
        True,
    ]
    assert settle(kept, leap) == kept, "what is typed stays as it is"


EXIT = {
    "slug": "ailleurs",
    "when": {"field": "type", "equals": "derogation"},
    "title": {"fr": "Écrivez à l’inspection"},
    "text": {"fr": "La dérogation se demande ailleurs."},
}
FULL = {"nom": "Lefèvre", "courriel": "noe@exemple.example", "type": "first"}


def test_a_trial_tells_where_it_ends() -> None:
    doc = read_document(document())
    assert walk(doc, FULL).ends == "sent"
    stopped = walk(doc, FULL | {"courriel": "noe@"})
    assert (stopped.ends, stopped.steps, set(stopped.refused)) == ("refused", ("vous",), {"courriel"})
    data = document()
    data["steps"][1]["exits"] = [EXIT]
    with_exit = read_document(data)
    answers = FULL | {"type": "derogation", "motif": "Travail"}
    assert walk(with_exit, answers).exit == with_exit.steps[1].exits[0]
    case = record_case(doc, "Dérogation", answers)
    assert (case.ends, run_case(doc, case).passes) == ("sent", True)
    verdict = run_case(with_exit, case)
    assert not verdict.passes
    assert "Écrivez à l’inspection" in verdict.gaps[0]
    assert run_case(with_exit, record_case(with_exit, "Sortie", answers)).passes
    assert not run_case(doc, record_case(with_exit, "Sortie", answers)).passes
    longer = document()
    longer["steps"].append({"slug": "fin", "title": {"fr": "Fin"}, "fields": [{"concept": "school.meal"}]})
    assert "choisissez une réponse" in run_case(read_document(longer), case).gaps[0]
    optional = deepcopy(longer)
    optional["steps"][2]["fields"][0]["required"] = False
    assert (
        "Pages attendues : Vous, L’école. Pages vues : Vous, L’école, Fin."
        in run_case(read_document(optional), case).gaps
    )


def test_a_trial_of_a_repeated_page_and_of_files() -> None:
    data = document()
    data["steps"][0]["repeat"] = {"name": "parents", "item": {"fr": "un parent"}, "at_most": 2}
    data["steps"].append(
        {
            "slug": "pieces",
            "title": {"fr": "Pièces"},
            "fields": [{"concept": "evidence.proof_of_address", "name": "piece"}],
        }
    )
    doc = read_document(data)
    rows = [{"nom": "Lefèvre"}, {"nom": "N’Diaye"}]
    assert walk(doc, {"parents": rows, "type": "first", "piece": "oui"}).ends == "sent"
    assert set(walk(doc, {"parents": rows, "type": "first"}).refused) == {"piece"}
    for wrong in ([], [*rows, *rows], "rien", None, [3], [{"nom": ""}]):
        assert walk(doc, {"parents": wrong, "type": "first"}).ends == "refused", wrong


def test_who_receives_what() -> None:
    partner = Partner(
        "Les écoles",
        "inscrire",
        "la loi",
        "un an",
        sent=frozenset({"person.family_name", "school.enrolment_kind", "school.level", "person.birthdate"}),
        needed=frozenset({"school.level"}),
    )
    fetch = {"connection": "caf", "provider": {"fr": "la CAF"}, "purpose": {"fr": "le tarif"}}
    data = document(routing=[{"connection": name, "recipient": {"fr": name}} for name in ("ecoles", "inconnue")])
    data["steps"][1]["fields"].append(
        {"concept": "caf.family_quotient", "name": "quotient", "required": False, "fetch": fetch}
    )
    doc = read_document(data)
    schools, unknown = disclosures_of(doc, {"ecoles": partner})
    assert [one.concept for one in schools.receives] == ["person.family_name", "school.enrolment_kind"]
    assert {one.concept for one in schools.withheld} == {"contact.email", "request.comment", "caf.family_quotient"}
    assert [one.concept for one in schools.missing] == ["school.level"]
    assert [one.concept for one in schools.unused] == ["person.birthdate"]
    assert unknown.partner is None
    caf = Partner(
        "CAF", "tarif", "la loi", "rien", frozenset({"person.family_name"}), answers=frozenset({"caf.family_quotient"})
    )
    (asked,) = lookups_of(doc, {"caf": caf})
    assert (asked.answered, [one.concept for one in asked.tells]) == (True, ["person.family_name"])
    assert not lookups_of(doc, {"caf": partner})[0].answered
    assert lookups_of(doc, {})[0].partner is None


def test_two_procedures_may_describe_the_same_datum_otherwise() -> None:
    one, two = with_field(own("Rayon")), with_field(own("Rayon préféré"))
    (found,) = own_concepts([one, one])
    assert (found.concept.id, found.used_in, found.agrees) == ("department.x", ("Démarche d’essai",), True)
    assert not own_concepts([one, two])[0].agrees


def test_what_was_read_is_what_is_published(database: Database, world: World) -> None:
    def attempt(session: Session, **changes: Any) -> int:
        edited = get_edited(session, "essai").latest
        how = {"version": edited.version, "reviewed": fingerprint(edited.document), "note": "Plus court."} | changes
        return publish_reviewed(session, SYSTEM, "essai", **how).version

    with database.writing() as session:
        with pytest.raises(NotFound):
            get_edited(session, "inconnue")
        with pytest.raises(Conflict, match="already_published"):
            attempt(session)
        import_procedure(session, document(duration_minutes=2), publish=False, actor=SYSTEM)
        for wrong, code in (({"version": 1}, "already_published"), ({"reviewed": "x"}, "draft_changed")):
            with pytest.raises(Conflict, match=code):
                attempt(session, **wrong)
        with pytest.raises(Invalid) as refused:
            attempt(session, note="x" * 1001)
        assert set(refused.value.fields) == {"note"}
        assert attempt(session) == 2
        lines = list_versions(session, "essai")
        assert [(one.version, one.state.value, one.note) for one in lines] == [
            (2, "published", "Plus court."),
            (1, "archived", ""),
        ]
        incomplete = document(legal_references=[])
        import_procedure(session, incomplete, publish=False, actor=SYSTEM)
        with pytest.raises(Invalid) as refused:
            attempt(session)
        assert refused.value.code == "procedure_incomplete"
        failing = document(cases=[{"name": "Faux", "answers": {}, "ends": "sent"}])
        import_procedure(session, failing, publish=False, actor=SYSTEM)
        with pytest.raises(Invalid) as refused:
            attempt(session)
        assert (refused.value.code, set(refused.value.fields)) == ("cases_fail", {"cases.Faux"})
        assert get_edited(session, "essai").published.version == 2  # type: ignore[union-attr]


def test_two_officers_at_the_same_instant(database: Database, world: World) -> None:
    with database.writing() as session:
        import_procedure(session, document(duration_minutes=2), publish=False, actor=SYSTEM)
        mark = fingerprint(get_edited(session, "essai").latest.document)

    def publish(session: Session) -> int:
        return publish_reviewed(session, SYSTEM, "essai", version=2, reviewed=mark).version

    assert sorted(map(str, together(database, [publish] * 4))) == ["2"] + ["already_published"] * 3
