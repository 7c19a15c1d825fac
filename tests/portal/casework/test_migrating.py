"""Drafts from one version of a procedure to another: nothing made up, nothing lost without being told."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import check_all
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.migrating import Migration, migrate
from portal.casework.catalogue.service import archive_procedure, import_procedure, publish_procedure
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from tests.portal.casework.world import ANSWERS, World, document, fill

CHOICE = {"options": [{"code": "a", "label": {"fr": "A"}}, {"code": "b", "label": {"fr": "B"}}]}
# Name → field, with an answer that fits it.
POOL: dict[str, tuple[dict[str, Any], Any]] = {
    "nom": ({"concept": "person.family_name"}, "Lefèvre"),
    "prenom": ({"concept": "person.given_names", "required": False}, "Noé"),
    "courriel": ({"concept": "contact.email", "required": False}, "noe@exemple.example"),
    "ecole": ({"concept": "school.wished_school", **CHOICE}, "a"),
    "repas": ({"concept": "school.meal"}, True),
    "motif": ({"concept": "request.comment"}, "Mon travail"),
}
NAMES = sorted(POOL)


def page(slug: str, *names: str, **more: Any) -> dict[str, Any]:
    fields = [{**POOL[name][0], "name": name} for name in names]
    return {"slug": slug, "title": {"fr": slug}, "fields": fields, **more}


def version(*pages: dict[str, Any]) -> ProcedureDocument:
    return read_document(document(steps=list(pages)))


@st.composite
def versions(draw: st.DrawFn) -> ProcedureDocument:
    """Some of the questions, in any order, in one to three pages, one of which may be asked of each of several."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(1, len(names)), max_size=2)))
    groups = [group for start, end in zip([0, *cuts], [*cuts, len(names)], strict=True) if (group := names[start:end])]
    repeated = draw(st.integers(-1, len(groups) - 1))
    repeat = {"repeat": {"name": "plusieurs", "item": {"fr": "une réponse"}}}
    return version(
        *(page(f"page-{place}", *group, **(repeat if place == repeated else {})) for place, group in enumerate(groups))
    )


def flat(doc: ProcedureDocument, answers: Mapping[str, Any]) -> Counter[tuple[str, Any]]:
    """Every answer with the concept it is about, whatever page or row holds it."""
    found: Counter[tuple[str, Any]] = Counter()
    for step, field in doc.fields():
        rows = answers.get(step.repeat.name, []) if step.repeat else [answers]
        found.update((field.concept, row[field.name]) for row in rows if field.name in row)
    return found


@st.composite
def drafts(draw: st.DrawFn) -> tuple[ProcedureDocument, dict[str, Any], list[str]]:
    """A version, some answers to it, and the pages done."""
    doc = draw(versions())
    answers: dict[str, Any] = {}
    for step in doc.steps:
        rows = draw(st.integers(1, 3)) if step.repeat else 1
        row = {field.name: POOL[field.name][1] for field in step.fields if draw(st.booleans())}
        if step.repeat:
            answers[step.repeat.name] = [row] * rows
        else:
            answers |= row
    return doc, answers, [step.slug for step in doc.steps if draw(st.booleans())]


@given(drafts(), versions())
@settings(max_examples=150)
def test_nothing_is_made_up_and_nothing_is_lost_silently(
    draft: tuple[ProcedureDocument, dict[str, Any], list[str]], after: ProcedureDocument
) -> None:
    before, answers, done = draft
    moved = migrate(before, after, answers, done)
    had, has = flat(before, answers), flat(after, moved.answers)
    assert not has - had, "an answer nobody gave"
    lost = sum((had - has).values())
    assert len(moved.dropped) == lost, "each lost answer is told once"
    once, now = ({field.name: step.repeat for step, field in doc.fields()} for doc in (before, after))
    for _step, field in after.fields():
        if field.name in once and once[field.name] == now[field.name]:
            kept = [{key: count for key, count in all_of.items() if key[0] == field.concept} for all_of in (had, has)]
            assert kept[0] == kept[1], "the same question keeps its answer"
    assert set(moved.done_steps) <= {step.slug for step in after.steps}
    assert migrate(after, after, moved.answers, moved.done_steps).answers == moved.answers


@given(drafts())
@settings(max_examples=50)
def test_the_same_version_changes_nothing(draft: tuple[ProcedureDocument, dict[str, Any], list[str]]) -> None:
    doc, answers, _done = draft
    moved = migrate(doc, doc, answers, [step.slug for step in doc.steps])
    assert flat(doc, moved.answers) == flat(doc, answers)
    assert moved.dropped == ()
    assert moved.new == ()


def moved_to(after: ProcedureDocument, **answers: Any) -> Migration:
    before = version(page("vous", "nom", "prenom"), page("ecole", "ecole", "motif"))
    return migrate(before, after, answers, ["vous", "ecole"])


def test_each_thing_that_may_happen_to_an_answer() -> None:
    answers = {"nom": "Lefèvre", "ecole": "a", "motif": "Mon travail"}
    # In other pages, in another order: nothing to do again.
    same = moved_to(version(page("tout", "ecole", "nom", "motif", "prenom")), **answers)
    assert (same.answers, same.done_steps, same.is_harmless) == (answers, ("tout",), True)
    # A question more: its page is asked again, with what was answered.
    more = moved_to(version(page("vous", "nom", "prenom", "courriel"), page("ecole", "ecole", "motif")), **answers)
    assert (more.done_steps, more.new, more.redo) == (("ecole",), ("Adresse électronique",), ("vous",))
    # A question less: told, with its answer.
    less = moved_to(version(page("vous", "nom", "prenom"), page("ecole", "ecole")), **answers)
    assert [(one.name, one.text) for one in less.dropped] == [("motif", "Mon travail")]
    assert not less.is_harmless
    # Another name for the same datum: the answer follows.
    renamed = page("vous", "nom", "prenom")
    renamed["fields"][0]["name"] = "nom_de_naissance"
    kept = moved_to(version(renamed, page("ecole", "ecole", "motif")), **answers)
    assert kept.answers == {"nom_de_naissance": "Lefèvre", "ecole": "a", "motif": "Mon travail"}
    assert kept.done_steps == ("vous", "ecole")
    # A choice that is no longer offered: kept, doubtful, to be answered again.
    narrowed = page("ecole", "ecole", "motif")
    narrowed["fields"][0]["options"] = [{"code": "b", "label": {"fr": "B"}}]
    doubt = moved_to(version(page("vous", "nom", "prenom"), narrowed), **answers)
    assert [one.name for one in doubt.doubtful] == ["ecole"]
    assert (doubt.answers["ecole"], doubt.done_steps, doubt.redo) == ("a", ("vous",), ("ecole",))
    # The same name for another datum is another question.
    other = page("vous", "nom", "prenom")
    other["fields"][0]["concept"] = "household.child.family_name"
    changed = moved_to(version(other, page("ecole", "ecole", "motif")), **answers)
    assert "nom" not in changed.answers
    assert [one.text for one in changed.dropped] == ["Lefèvre"]
    # Asked of each of several from now on: what was said is said of the first.
    several = page("vous", "nom", "prenom", repeat={"name": "parents", "item": {"fr": "un parent"}})
    first = moved_to(version(several, page("ecole", "ecole", "motif")), **answers)
    assert first.answers["parents"] == [{"nom": "Lefèvre"}]


def test_a_hidden_answer_is_kept_and_not_sent() -> None:
    hidden = page("ecole", "ecole", "motif")
    hidden["fields"][1]["when"] = {"field": "ecole", "equals": "b"}
    moved = moved_to(version(page("vous", "nom", "prenom"), hidden), nom="Lefèvre", ecole="a", motif="Mon travail")
    after = version(page("vous", "nom", "prenom"), hidden)
    assert moved.answers["motif"] == "Mon travail"
    assert "motif" not in check_all(after, moved.answers)[0]
    assert moved.done_steps == ("vous", "ecole")


NEXT = document(
    steps=[
        {
            "slug": "vous",
            "title": {"fr": "Vous"},
            "fields": [
                {"concept": "person.family_name", "name": "nom"},
                {"concept": "contact.phone", "name": "telephone"},
            ],
        },
        document()["steps"][1],
    ]
)


def publish_next(database: Database, changes: dict[str, Any] = NEXT) -> None:
    with database.writing() as session:
        import_procedure(session, changes, publish=True, actor=SYSTEM)


def test_a_draft_is_offered_the_new_version_and_moves_once(database: Database, world: World) -> None:
    noe = world.resident()
    with database.writing() as session:
        draft = fill(session, noe, world.procedure)
        assert requests.offer_migration(session, noe, draft.id) is None
    publish_next(database)
    with database.writing() as session:
        offer = requests.offer_migration(session, noe, draft.id)
        assert offer is not None
        assert (offer.begun.version, offer.offered.version) == (1, 2)
        assert [one.name for one in offer.migration.dropped] == ["courriel"]
        assert offer.migration.new == ("Téléphone",)
        with pytest.raises(NotFound):
            requests.offer_migration(session, world.resident(world.ines), draft.id)
        for version_read, to in ((draft.version - 1, 2), (draft.version, 3), (draft.version, 1)):
            with pytest.raises(Conflict):
                requests.migrate_draft(session, noe, draft.id, version=version_read, to_version=to)
        moved = requests.migrate_draft(session, noe, draft.id, version=draft.version, to_version=2)
        assert (moved.procedure_version, moved.done_steps) == (2, ("ecole",))
        assert dict(moved.answers) == {"nom": "Lefèvre", "type": "first"}
        assert requests.offer_migration(session, noe, draft.id) is None
        with pytest.raises(Conflict, match="draft_changed"):
            requests.migrate_draft(session, noe, draft.id, version=draft.version, to_version=2)
        with pytest.raises(NotFound):
            requests.migrate_draft(session, world.resident(world.ines), draft.id, version=moved.version, to_version=2)


def test_the_old_version_may_be_sent_for_thirty_days(database: Database, world: World) -> None:
    noe, ines = world.resident(), world.resident(world.ines)
    with database.writing() as session:
        soon = fill(session, noe, world.procedure)
        late = fill(session, ines, world.procedure)
    publish_next(database)
    with database.writing() as session:
        sent = requests.submit(session, noe, soon.id, idempotency_key="tot", version=soon.version)
        view = requests.get_request(session, noe, sent.reference)
    assert view.procedure_version == 1, "a request keeps the version it was made under"
    assert set(ANSWERS) == {step.slug for step in view.steps}
    with clock.shifted(timedelta(days=31)), database.writing() as session:
        with pytest.raises(Conflict, match="version_over"):
            requests.submit(session, ines, late.id, idempotency_key="tard", version=late.version)
        moved = requests.migrate_draft(session, ines, late.id, version=late.version, to_version=2)
        with pytest.raises(Invalid) as refusal:
            requests.submit(session, ines, late.id, idempotency_key="tard", version=moved.version)
        assert set(refusal.value.fields) == {"telephone"}
        answers = {"nom": "N’Diaye", "telephone": "04 65 71 20 21"}
        whole = requests.save_step(session, ines, late.id, step="vous", answers=answers, version=moved.version)
        sent = requests.submit(session, ines, late.id, idempotency_key="tard", version=whole.version)
        assert requests.get_request(session, ines, sent.reference).procedure_version == 2


def test_a_closed_procedure_offers_nothing(database: Database, world: World) -> None:
    noe = world.resident()
    with database.writing() as session:
        draft = fill(session, noe, world.procedure)
        archive_procedure(session, world.procedure.id, actor=SYSTEM)
        assert requests.offer_migration(session, noe, draft.id) is None
        with pytest.raises(Conflict, match="procedure_closed"):
            requests.submit(session, noe, draft.id, idempotency_key="ferme", version=draft.version)
        with pytest.raises(Conflict):
            publish_procedure(session, world.procedure.id, 1, actor=SYSTEM)
