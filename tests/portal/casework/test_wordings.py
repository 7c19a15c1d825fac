"""Texts with fields from a closed list: hostile fields are refused, values are never read again, versions are kept."""

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.casework.wordings import service as wordings
from portal.casework.wordings.models import WordingVersion
from portal.casework.wordings.service import WordingDraft, WordingKind
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from tests.support.town import Town, app, town

__all__ = ["app", "town"]

HOSTILE = (
    "{{7*7}}", "{% for x in y %}", "{0.__class__}", "{reference.__class__}", "{reference!r}", "{reference:>99999999}",
    "{}", "{", "}", "{ reference }", "{REFERENCE}", "{inconnu}", "{__init__}", "${reference",
    "{reference", "{{reference}}",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_field_that_is_not_on_the_list_is_refused_with_the_list(app: Flask, text: str) -> None:
    draft = WordingDraft(uuid4(), WordingKind.MESSAGE, "Titre", f"Bonjour {text} fin")
    with app.app_context(), pytest.raises(Invalid) as refused:
        wordings.check_draft(draft)
    assert "{voie_recours}" in refused.value.fields["text"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_a_value_holds_is_never_read_again(before: str, value: str) -> None:
    text = before.replace("{", "").replace("}", "") + "{prenom_nom}"
    filled = wordings.fill(text, {"prenom_nom": value or "x", "reference": "JAMAIS"})
    assert filled == text.replace("{prenom_nom}", value or "x")
    assert wordings.fill("{prenom_nom}", {"prenom_nom": "{reference}", "reference": "JAMAIS"}) == "{reference}"


def test_a_field_of_which_nothing_is_known_leaves_a_gap(app: Flask) -> None:
    with app.app_context():
        filled = wordings.fill("Motif : {motif}. Dossier {reference}.", {"reference": "VSI-1"})
        assert wordings.gaps_in(filled) == [wordings.gap("motif")]
        assert "Dossier VSI-1." in filled
        assert wordings.gaps_in("Tout est écrit.") == []


def test_a_text_has_versions_and_two_agents_do_not_overwrite_each_other(
    app: Flask, database: Database, town: Town
) -> None:
    agent = town.agent(town.commune.agents["s.amrani"])
    department = next(iter(agent.department_ids))
    draft = WordingDraft(department, WordingKind.REJECTED, "Hors secteur", "Demande {reference} : {motif}")
    with app.app_context(), database.writing() as session:
        made = wordings.create_wording(session, agent, draft)
        wordings.revise_wording(session, agent, made, replace(draft, text="Nouveau {reference}"), version=1)
        with pytest.raises(Conflict, match="wording_changed"):
            wordings.revise_wording(session, agent, made, replace(draft, text="Ancien"), version=1)
        assert wordings.get_wording(session, agent, made).text == "Nouveau {reference}"
        assert session.scalars(select(WordingVersion.text).order_by(WordingVersion.version)).all() == [
            "Demande {reference} : {motif}",
            "Nouveau {reference}",
        ]
        kinds = {WordingKind.REJECTED}
        assert wordings.proposed_wordings(session, agent, department, "autre", kinds)
        wordings.archive_wording(session, agent, made)
        assert wordings.proposed_wordings(session, agent, department, "autre", kinds) == []
        with pytest.raises(Conflict, match="wording_archived"):
            wordings.revise_wording(session, agent, made, draft, version=2)


def test_a_text_belongs_to_its_department(app: Flask, database: Database, town: Town) -> None:
    agent, other = town.agent(town.commune.agents["s.amrani"]), town.agent(town.meryem)
    apart = next(one for one in agent.department_ids if one not in other.department_ids)
    draft = WordingDraft(apart, WordingKind.MESSAGE, "Titre", "Texte")
    with app.app_context(), database.writing() as session:
        made = wordings.create_wording(session, agent, draft)
        with pytest.raises(NotFound):
            wordings.get_wording(session, other, made)
        with pytest.raises(Forbidden):
            wordings.create_wording(session, other, draft)
        with pytest.raises(Forbidden):
            wordings.create_wording(session, replace(agent, permissions=frozenset()), draft)
        for wrong in (replace(draft, title=" "), replace(draft, title="x" * 121), replace(draft, text="")):
            with pytest.raises(Invalid):
                wordings.create_wording(session, agent, wrong)
