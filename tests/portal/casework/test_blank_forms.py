"""Blank forms: every question on paper, conditions as sentences, a tagged PDF that passes its checker."""

import io
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest
from flask import Flask
from flask_babel import Babel
from pdfua import validate

from portal.casework.blank_forms import service as blank_forms
from portal.casework.blank_forms.composing import compose_form, for_the_press
from portal.casework.blank_forms.jobs import print_waiting
from portal.casework.blank_forms.shapes import BlankForm
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import get_published, list_published
from portal.casework.receipts.service import print_form
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.people.accounts.service import AuthorityView
from tests.portal.casework.test_press import AUTHORITY
from tests.support.names import difficult_names
from tests.support.pdf_text import TaggedText
from tests.support.town import Town, app, town

__all__ = ["app", "town"]

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
OWN = {"id": "department.essai", "label": {"fr": "Essai"}, "type": "choice"}
OPTIONS = [{"code": "a", "label": {"fr": "Premier"}}, {"code": "b", "label": {"fr": "Second"}}]


def document(*steps: dict[str, Any], title: str = "Essai") -> ProcedureDocument:
    return ProcedureDocument.model_validate(
        {
            "format": 1,
            "slug": "essai",
            "title": {"fr": title},
            "summary": {"fr": "Un essai."},
            "theme": "papiers",
            "duration_minutes": 3,
            "department": "enfance",
            "steps": steps,
            "acknowledgement": {"missing_evidence": {"deadline_days": 30, "effect": {"fr": "Le délai s’arrête."}}},
            "retention_days": 730,
            "legal_basis": {"fr": "Mission d’intérêt public."},
        }
    )


def field(name: str, **more: Any) -> dict[str, Any]:
    return {"concept": "department.essai", "name": name, "label": {"fr": name}, "own": OWN, "options": OPTIONS, **more}


@pytest.fixture
def french() -> Any:
    bare = Flask(__name__)
    Babel(bare, default_locale="fr")
    with bare.test_request_context():
        yield


def composed(*steps: dict[str, Any], **more: Any) -> BlankForm:
    return compose_form(document(*steps, **more), 3, AUTHORITY)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"field": "un", "equals": "a"}, "vous avez répondu « Premier » à la question 1"),
        ({"field": "un", "not_equals": "a"}, "vous n’avez pas répondu « Premier » à la question 1"),
        ({"field": "un", "in": ["a", "b"]}, "vous avez répondu « Premier » ou « Second » à la question 1"),
        ({"field": "oui", "equals": True}, "vous avez répondu « oui » à la question 2"),
        ({"field": "oui", "filled": False}, "vous n’avez pas répondu à la question 2"),
        ({"not": {"field": "oui", "filled": True}}, "vous n’avez pas répondu à la question 2"),
        (
            {"not": {"all": [{"field": "un", "equals": "a"}, {"field": "oui", "equals": True}]}},
            "vous n’avez pas répondu « Premier » à la question 1 ou vous n’avez pas répondu « oui » à la question 2",
        ),
        (
            {"any": [{"field": "un", "equals": "b"}, {"field": "oui", "equals": False}]},
            "vous avez répondu « Second » à la question 1 ou vous avez répondu « non » à la question 2",
        ),
    ],
)
def test_a_condition_is_a_sentence(french: None, when: dict[str, Any], said: str) -> None:
    yes = {"concept": "department.oui", "own": {"id": "department.oui", "label": {"fr": "Oui ?"}, "type": "boolean"}}
    form = composed(
        {
            "slug": "vous",
            "title": {"fr": "Vous"},
            "fields": [field("un"), {**yes, "name": "oui"}, field("trois", when=when)],
        }
    )
    assert form.parts[0].questions[2].when == f"Répondez si {said}."


def test_a_repeated_page_is_printed_twice_and_says_what_to_do_with_more(french: None) -> None:
    repeat = {"name": "enfants", "item": {"fr": "un enfant"}, "at_most": 4}
    total = {"concept": "department.total", "own": {**OWN, "id": "department.total", "type": "text"}, "name": "total"}
    form = composed(
        {"slug": "enfant", "title": {"fr": "Enfant"}, "fields": [field("prenom")], "repeat": repeat},
        {
            "slug": "fin",
            "title": {"fr": "Fin"},
            "fields": [{**total, "formula": {"count": "enfants"}}, field("avis", required=False)],
        },
    )
    first, second, last = form.parts[:3]
    assert (first.title, second.title) == ("Enfant, fiche 1", "Enfant, fiche 2")
    assert "joignez une feuille" in second.notes[-1]
    assert [one.label for one in last.questions] == ["avis (facultatif)"], "what is worked out is not asked"
    said = " ".join(note for part in form.parts for note in part.notes)
    for words in ("L114-5", "30 jours", "2 ans", "Le délai s’arrête.", AUTHORITY.address):
        assert words in said
    assert form.code in form.closing
    other = AuthorityView(**{name: getattr(AUTHORITY, name) for name in AUTHORITY.__slots__} | {"address": "Ailleurs"})
    assert (
        compose_form(document({"slug": "a", "title": {"fr": "A"}, "fields": [field("b")]}), 3, other).code != form.code
    )


def test_the_pdf_is_tagged_says_what_the_page_says_and_takes_any_text(french: None) -> None:
    hostile = '#panic("x") $1/0$ \\u{0} <script> {{7*7}} ' + " ".join(list(difficult_names())[:25])
    step = {
        "slug": "vous",
        "title": {"fr": "Vous"},
        "lead": {"fr": hostile[:3000]},
        "fields": [field("un"), field("deux")],
    }
    form = composed(step, title="Ô’Œuvre")
    printed = print_form(for_the_press(form), made_at=AT)
    assert [one for one in validate_report(printed.pdf).outcomes if one.findings] == []
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        read = TaggedText(pdf)
    assert {"H1", "H2", "P"} <= set(read.roles)
    said = "".join(read.text.split())
    for words in ("Formulaire : Ô’Œuvre", '#panic("x") $1/0$', "{{7*7}}", "1. un", "Premier", form.closing):
        assert "".join(words.split()) in said
    assert printed.pdf == print_form(for_the_press(form), made_at=AT).pdf, "the same content, the same bytes"


def validate_report(pdf: bytes) -> Any:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return validate(file.name)


def test_the_worker_prints_what_is_published_once(app: Flask, database: Database, town: Town) -> None:
    slug = "carte-mediatheque"
    with database.reading() as session, pytest.raises(NotFound, match="form_not_ready"):
        blank_forms.read_form(session, slug)
    with app.app_context(), database.reading() as session:
        known = {one.id: one.slug for one in list_published(session)}
        [order, *_others] = [
            one for one in blank_forms.waiting_forms(session, limit=99) if known[one.procedure_id] == slug
        ]
        assert len(_others) == 0
    with database.writing() as session:
        blank_forms.keep_form(session, order, None)
    with app.app_context(), database.reading() as session:
        again = {one.procedure_id for one in blank_forms.waiting_forms(session, limit=99)}
        assert order.procedure_id not in again, "what the press refused waits for a day"
    with database.writing() as session:
        blank_forms.keep_form(session, order, blank_forms.print_order(order))
    with database.reading() as session:
        found = blank_forms.read_form(session, slug)
        assert found.name == "formulaire-carte-mediatheque-v1.pdf"
        assert found.pdf.startswith(b"%PDF-")
        assert blank_forms.form_size(session, get_published(session, slug)) == len(found.pdf)
        with pytest.raises(NotFound):
            blank_forms.read_form(session, "inconnue")


@pytest.mark.slow
def test_every_procedure_has_its_form(app: Flask, database: Database, town: Town) -> None:
    with database.reading() as session:
        slugs = [one.slug for one in list_published(session)]
    while print_waiting(database, app.app_context):
        pass
    with database.reading() as session:
        assert all(blank_forms.read_form(session, slug).pdf for slug in slugs)
