"""Every kind of question, from what is typed to what is kept, shown, corrected and handed over."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.exits import exit_for
from portal.casework.catalogue.fields import check_all, check_item, check_step, visible_fields
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.service import dump_document, import_procedure, parse_document
from portal.casework.requests import service as requests
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.forwarding.partners import payload_of
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from tests.portal.casework.world import World
from tests.support.many_kinds import ANSWERS, KEPT, STEPS, flat_answers, many_kinds

DOCUMENT = read_document(many_kinds())
TODAY = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Ages do not hang on the day the tests are run."""
    with clock.frozen(TODAY):
        yield


def _step(slug: str) -> Any:
    found = DOCUMENT.step(slug)
    assert found is not None
    return found


def test_the_document_is_complete_and_round_trips() -> None:
    assert problems_of(DOCUMENT) == {}
    assert ProcedureDocument.model_validate(parse_document(dump_document(DOCUMENT))) == DOCUMENT


def test_every_type_is_read_as_people_write_it() -> None:
    values, errors = check_all(DOCUMENT, flat_answers())
    assert errors == {}
    assert values == KEPT
    again, errors = check_all(DOCUMENT, values)
    assert (again, errors) == (values, {}), "what is kept is accepted again, and stays as it is"


@pytest.mark.parametrize(
    ("step", "name", "raw", "says"),
    [
        ("foyer", "parts", "0", "au moins 1"),
        ("foyer", "parts", "21", "au plus 20"),
        ("foyer", "parts", "douze", "nombre"),
        ("foyer", "parts", "1e9", "nombre"),
        ("foyer", "loyer", "-3", "montant"),
        ("foyer", "loyer", "3,999", "montant"),
        ("foyer", "aides", ["caf", "rsa"], "parmi les réponses"),
        ("foyer", "aides", [{"caf": 1}], "lisible"),
        ("foyer", "aides", [], "au moins une réponse"),
        ("foyer", "activite", "judo", "choisissez une des réponses"),
        ("foyer", "licence", "ab1234", "deux lettres majuscules"),
        ("lieux", "adresse", "38999", "la rue et la commune"),
        ("lieux", "adresse", "a\nb\nc\nd\ne\nf", "cinq lignes"),
        ("lieux", "commune", "12", "nom de la commune"),
        ("lieux", "endroit", "devant\n95.0, 5.0", "de nouveau"),
        ("lieux", "endroit", "12", "décrivez"),
        ("lieux", "proche", "R2D2", "lettres"),
        ("lieux", "siret", "732 829 320 00075", "quatorze chiffres"),
        ("lieux", "nir", "1 85 05 78 006 084 92", "quinze chiffres"),
        ("compte", "honneur", None, "cochez la case"),
        ("compte", "honneur", "non", "cochez la case"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(step: str, name: str, raw: Any, says: str) -> None:
    before = {key: value for key, value in KEPT.items() if key not in ANSWERS[step]}
    _values, errors = check_step(DOCUMENT, _step(step), {**ANSWERS[step], name: raw}, before)
    assert list(errors) == [name]
    assert says in errors[name]


def test_hidden_questions_are_neither_missed_nor_kept() -> None:
    raw = {**ANSWERS["foyer"], "aides": ["caf"]}
    values, errors = check_step(DOCUMENT, _step("foyer"), raw, {})
    assert errors == {}
    assert "apl_depuis" not in values
    asked = [one.name for one in visible_fields(DOCUMENT, _step("foyer"), {})]
    assert "activite" not in asked, "a linked list waits for the list that limits it"


def test_items_are_numbered_in_the_errors_and_counted() -> None:
    step = _step("enfants")
    rows = [{"prenom": "Noé", "naissance": "2012-05-01"}, {"prenom": "", "naissance": "2020-05-01"}]
    _values, errors = check_step(DOCUMENT, step, {"enfants": rows}, KEPT)
    assert set(errors) == {"enfants.1.argent", "enfants.2.prenom"}
    assert check_step(DOCUMENT, step, {}, KEPT)[1] == {"enfants": "Ajoutez un enfant pour continuer."}
    too_many = check_step(DOCUMENT, step, {"enfants": [{"prenom": "A", "naissance": "2020-05-01"}] * 4}, KEPT)[1]
    assert "3 fiches au plus" in too_many["enfants"]
    assert check_step(DOCUMENT, step, {"enfants": "Noé"}, KEPT)[1].keys() == {"enfants"}, "not a list: nobody"


def test_exits_hold_of_one_item_and_only_where_it_was_said() -> None:
    assert exit_for(DOCUMENT, KEPT) is None
    grown = {**KEPT, "enfants": [*KEPT["enfants"], {"prenom": "Ana", "naissance": "2001-01-01"}]}
    found = exit_for(DOCUMENT, grown)
    assert found is not None
    assert (found[0].slug, found[1].slug) == ("enfants", "majeur")
    assert exit_for(DOCUMENT, grown, {"foyer"}) is None
    large = exit_for(DOCUMENT, {"parts": "15"})
    assert large is not None
    assert large[1].slug == "grand-foyer"


def _begin(session: Session, world: World) -> requests.DraftView:
    procedure = import_procedure(session, many_kinds(), publish=True, actor=SYSTEM)
    draft = requests.start_draft(session, world.resident(), procedure)
    for step in ("foyer", "lieux"):
        draft = requests.save_step(
            session, world.resident(), draft.id, step=step, answers=ANSWERS[step], version=draft.version
        )
    return draft


def _item(session: Session, world: World, draft: requests.DraftView, number: int, row: Any) -> requests.DraftView:
    return requests.save_item(
        session, world.resident(), draft.id, step="enfants", number=number, answers=row, version=draft.version
    )


def test_items_are_saved_one_by_one(database: Database, world: World) -> None:
    rows = ANSWERS["enfants"]["enfants"]
    with database.writing() as session:
        draft = _begin(session, world)
        for number, row in enumerate(rows, start=1):
            draft = _item(session, world, draft, number, row)
        assert draft.answers["enfants"] == KEPT["enfants"]
        assert "enfants" not in draft.done_steps
        stale = draft
        draft = _item(session, world, draft, 2, {**rows[1], "prenom": "Lina Rose"})
        with pytest.raises(Conflict) as conflict:
            _item(session, world, stale, 1, rows[0])
        assert conflict.value.theirs.answers["enfants"][1]["prenom"] == "Lina Rose"  # type: ignore[attr-defined]
        for number in (0, 4):
            with pytest.raises(NotFound):
                _item(session, world, draft, number, rows[0])
        draft = _item(session, world, draft, 3, rows[1])
        with pytest.raises(Invalid) as full:
            _item(session, world, draft, 4, rows[0])
        assert "3 fiches au plus" in full.value.fields["enfants"]
        with pytest.raises(Invalid) as empty:
            _item(session, world, draft, 1, {})
        assert set(empty.value.fields) == {"prenom", "naissance"}

        def take_away(number: int) -> requests.DraftView:
            return requests.remove_item(
                session, world.resident(), draft.id, step="enfants", number=number, version=draft.version
            )

        told = {"enfants": draft.answers["enfants"]}
        draft = requests.save_step(
            session, world.resident(), draft.id, step="enfants", answers=told, version=draft.version
        )
        draft = take_away(1)
        assert "enfants" in draft.done_steps
        draft = take_away(2)
        draft = take_away(1)
        assert "enfants" not in draft.answers
        assert "enfants" not in draft.done_steps, "too few are left: to be done again"
        with pytest.raises(NotFound):
            take_away(1)
        with pytest.raises(NotFound):
            requests.get_draft(session, world.resident(world.ines), draft.id)


def _send(session: Session, world: World, draft: requests.DraftView) -> str:
    for step in ("enfants", "compte"):
        draft = requests.save_step(
            session, world.resident(), draft.id, step=step, answers=ANSWERS[step], version=draft.version
        )
    return requests.submit(
        session, world.resident(), draft.id, idempotency_key=str(uuid4()), version=draft.version
    ).reference


def test_a_request_shows_corrects_and_hands_over_what_was_asked_for_each(database: Database, world: World) -> None:
    who = world.resident()
    with database.writing() as session:
        reference = _send(session, world, _begin(session, world))
        view = requests.get_request(session, who, reference)
        titles = [step.title for step in view.steps]
        assert "Vos enfants, 1 sur 2" in titles
        shown = {line.label: line.text for step in view.steps for line in step.lines}
        assert shown["Loyer"] == "1\u202f250,50\xa0€"
        assert shown["Aides reçues"] == "CAF, APL"
        assert shown["Je déclare que tout est exact"] == "Oui, déclaré"
        assert "À savoir" not in shown

        changed = deepcopy(KEPT["enfants"])
        changed[1]["prenom"] = "Lina Rose"
        rows = [*changed, {"prenom": "Adam", "naissance": "2022-01-01"}]
        requests.amend(session, who, reference, {"enfants": rows}, idempotency_key="a")
        requests.amend(session, who, reference, {"loyer": "1000"}, idempotency_key="b")
        first, second = requests.get_request(session, who, reference).amendments
        assert {(one.label, one.before, one.after) for one in first.changes} == {
            ("Vos enfants, 2 : Prénoms de l’enfant", "Lina", "Lina Rose"),
            ("Vos enfants, 3 : Prénoms de l’enfant", "", "Adam"),
            ("Vos enfants, 3 : Date de naissance de l’enfant", "", "1 janvier 2022"),
            ("Vos enfants, 3 : Âge", "", "4"),
            ("Nombre d’enfants", "2", "3"),
        }
        assert ("Total", "1\u202f260,50\xa0€", "1\u202f010\xa0€") in {
            (one.label, one.before, one.after) for one in second.changes
        }
        with pytest.raises(Invalid) as refused:
            requests.amend(session, who, reference, {"enfants": [{}]}, idempotency_key="c")
        assert "enfants.1.prenom" in refused.value.fields

        request = find_readable(session, who, reference)
        sent = payload_of(session, request, {"household.child.given_names", "department.argent", "address.any"})
        assert sent == {
            "address.any": KEPT["adresse"],
            "household.child.given_names": ["Noé", "Lina Rose", "Adam"],
            "department.argent": ["10.00", None, None],
        }


def test_nothing_is_sent_while_an_exit_holds(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = _begin(session, world)
        draft = _item(session, world, draft, 1, {"prenom": "Ana", "naissance": "2001-01-01", "argent": "0"})
        told = {"enfants": draft.answers["enfants"]}
        draft = requests.save_step(
            session, world.resident(), draft.id, step="enfants", answers=told, version=draft.version
        )
        draft = requests.save_step(
            session, world.resident(), draft.id, step="compte", answers=ANSWERS["compte"], version=draft.version
        )
        with pytest.raises(Conflict) as refused:
            requests.submit(session, world.resident(), draft.id, idempotency_key="k" * 9, version=draft.version)
        assert refused.value.code == "not_eligible"


def _with(step: int, field: int | None = None, **changes: Any) -> dict[str, str]:
    steps = deepcopy(STEPS)
    (steps[step] if field is None else steps[step]["fields"][field]).update(changes)
    return problems_of(read_document(many_kinds(steps=steps)))


@pytest.mark.parametrize(
    ("place", "changes", "path"),
    [
        ((0, 1), {"when": {"field": "parts", "filled": True}}, "fields.parts.when"),
        ((0, 1), {"when": {"field": "loyer", "at_least": 3}}, "fields.parts.when"),
        ((0, 1), {"at_least": 30}, "fields.parts"),
        ((0, 6), {"linked_to": "activite"}, "fields.activite.linked_to"),
        ((0, 6), {"linked_to": "loyer"}, "fields.activite.linked_to"),
        ((0, 6), {"linked_to": None}, "fields.activite.linked_to"),
        ((0, 5), {"options": [SPORT := {"code": "eau", "label": {"fr": "Eau"}}]}, "fields.activite.options.judo"),
        ((0, 7), {"pattern": "(a)\\1"}, "fields.licence.pattern"),
        ((0, 7), {"pattern": "(((x{900}){900}){900}){900}"}, "fields.licence.pattern"),
        ((0, 7), {"pattern_says": None}, "fields.licence.pattern_says"),
        ((0, 2), {"pattern": "x", "pattern_says": {"fr": "x"}}, "fields.loyer.pattern"),
        ((1, 5), {"nir_basis": None}, "fields.nir.nir_basis"),
        ((2, 2), {"formula": {"years_since": "age"}}, "fields.age.formula"),
        ((2, 2), {"formula": None}, "fields.age.formula"),
        ((3, 0), {"formula": {"count": "prenom"}}, "fields.nombre.formula"),
        ((3, 1), {"formula": {"total": ["total"]}}, "fields.total.formula"),
        ((3, 1), {"when": {"field": "prenom", "filled": True}}, "fields.total.when"),
        ((3, 3), {"required": False}, "fields.honneur.required"),
        ((0, 3), {"concept": "department.autre"}, "fields.aides.own"),
        ((0, 1), {"concept": "form.inconnu"}, "fields.parts"),
        ((2, None), {"repeat": {"name": "loyer", "item": {"fr": "un"}}}, "fields.loyer"),
        (
            (2, None),
            {"repeat": {"name": "e", "item": {"fr": "un"}, "at_least": 3, "at_most": 2}},
            "steps.enfants.repeat",
        ),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(place: Any, changes: Any, path: str) -> None:
    problems = _with(*place, **changes)
    assert path in problems, problems
    assert problems[path].endswith((".", ")"))


def test_files_are_asked_for_each_beside_a_question_that_tells_of_whom() -> None:
    file = {"concept": "evidence.identity_document", "required": False}
    assert _with(2, fields=[*STEPS[2]["fields"], file]) == {}
    assert "steps.enfants.repeat" in _with(2, fields=[file])


def _big(fields: int) -> dict[str, Any]:
    def page(number: int) -> dict[str, Any]:
        names = [f"q{number}_{one}" for one in range(60)]
        questions = [{"concept": "form.number", "name": name} for name in names]
        return {"slug": f"page-{number}", "title": {"fr": "Page"}, "fields": questions}

    return many_kinds(steps=[page(number) for number in range(fields // 60)])


def test_hostile_definitions_are_refused_by_their_size() -> None:
    assert problems_of(read_document(_big(180))) == {}
    for count in (240, 1200, 1860):
        with pytest.raises(Invalid) as too_many:
            read_document(_big(count))
        assert set(too_many.value.fields) == {"steps"}
    for text in (
        "a: &a [x, x]\nb: [*a, *a]",
        "x" * 500_001,
        "[" * 20_000,
        "{a: " * 3_000,
    ):
        with pytest.raises(Invalid) as refused:
            parse_document(text)
        assert "document" in refused.value.fields
    for nested in (9, 200, 2_000):
        condition: dict[str, Any] = {"field": "parts", "filled": True}
        for _level in range(nested):
            condition = {"not": condition}
        nested_deep = many_kinds()
        nested_deep["steps"][1]["when"] = condition
        try:
            problems = problems_of(read_document(nested_deep))
        except Invalid:
            problems = {"steps.lieux.when": "refused as it is read"}
        assert "steps.lieux.when" in problems


def test_an_expression_that_would_never_end_ends() -> None:
    steps = deepcopy(STEPS)
    steps[0]["fields"][7]["pattern"] = "(a+)+b"
    document = read_document(many_kinds(steps=steps))
    raw = {**ANSWERS["foyer"], "licence": "a" * 200}
    first = document.step("foyer")
    assert first is not None
    assert set(check_item(document, first, raw, {})[1]) == {"licence"}
