"""« Modèles » : texts written with fields from a closed list, and the answers that start from them."""

from collections.abc import Callable

import pytest

from portal.ground.db import Database
from portal.screens.backoffice import texts
from tests.support.client import Browser, Page
from tests.support.town import Town, app, counted, sent_request, sign_in, town

__all__ = ["app", "sign_in", "town"]

HERE = "/agents/modeles"


def typed(page: Page, **changes: str) -> dict[str, str]:
    action = next(one.get("action") for one in page.all("form", method="post") if "text" in page.fields_of(one))
    return {**page.form(action), "then": "save", **changes}


def test_a_text_is_written_previewed_kept_and_archived(
    sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    chief = sign_in(town.commune.agents["s.amrani"])
    assert "Aucun modèle" in chief.get(HERE, state="empty").text
    new = chief.get(f"{HERE}/nouveau", state="plain")
    assert "{voie_recours}" in new.text
    department = options(new, "department")[0][0]
    written = typed(
        new,
        department=department,
        title="Refus <b>",
        kind="rejected",
        text="Demande {reference} de {prenom_nom}. {motif}",
    )
    shown = chief.post(f"{HERE}/nouveau", {**written, "then": "preview"}, 200, state="preview")
    assert "Demande EXE-7F3K-2M de Camille Exemple. [à compléter" in shown.text
    for wrong in ({"text": "{0.__class__}"}, {"kind": "x"}, {"department": "x"}, {"procedure": "x"}):
        refused = chief.post(f"{HERE}/nouveau", {**written, **wrong}, 422, state="error")
        assert refused.all("div", class_="sum")
    chief.post(f"{HERE}/nouveau", written)
    listed = chief.get(HERE, state="full")
    address = listed.links()["Refus <b>"]
    page = chief.get(address, state="plain")
    first = typed(page, text="Un {reference}")
    chief.post(address, first)
    late = chief.post(address, {**first, "text": "Deux {reference}"}, 409, state="conflict")
    assert "Deux {reference}" in "".join(late.all("textarea")[0].itertext()), "what was typed is kept"
    with counted(database) as statements:
        chief.get(HERE)
    assert len(statements) <= 8
    sign_in(town.claire).get(HERE, 403)
    chief.post(f"{address}/archiver")
    assert "archivé" in chief.get(HERE).text


def test_many_texts_are_read_page_after_page(
    sign_in: Callable[..., Browser], town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "PAGE", 2)
    chief = sign_in(town.commune.agents["s.amrani"])
    department = options(chief.get(f"{HERE}/nouveau"), "department")[0][0]
    for number in range(3):
        form = typed(
            chief.get(f"{HERE}/nouveau"),
            department=department,
            title=f"Texte {number}",
            kind="message",
            text="Bonjour {prenom_nom}",
        )
        chief.post(f"{HERE}/nouveau", form)
    first = chief.get(HERE, state="many")
    following = chief.get(first.links()["Voir la suite de la liste"])
    seen = [[words for words in page.links() if words.startswith("Texte")] for page in (first, following)]
    assert [len(words) for words in seen] == [2, 1]
    assert sorted(seen[0] + seen[1]) == ["Texte 0", "Texte 1", "Texte 2"]
    assert following.links()["Revenir au début de la liste"] == HERE
    assert "Texte" in chief.get(f"{HERE}?debut=%00").text, "an altered address is the first page"


def test_a_text_starts_an_answer(sign_in: Callable[..., Browser], town: Town, database: Database) -> None:
    chief = sign_in(town.commune.agents["s.amrani"])
    reference = sent_request(database, town.angela)
    base = f"/agents/dossiers/{reference}"
    agent = sign_in(town.meryem)
    assert f"{base}/modeles" in agent.get(base).links().values()
    assert "pas encore de modèle" in agent.get(f"{base}/modeles", state="empty").text
    departments = {words: value for value, words in options(chief.get(f"{HERE}/nouveau"), "department")}
    library = next(value for words, value in departments.items() if "diath" in words.lower())
    for kind, text in (
        ("rejected", "Refus pour {prenom_nom}, {voie_recours}, {date_recours}. {motif}"),
        ("message", "Bonjour {prenom_nom}, {agent}"),
    ):
        form = typed(chief.get(f"{HERE}/nouveau"), title=kind, kind=kind, department=library, text=text)
        chief.post(f"{HERE}/nouveau", form)
    with counted(database) as statements:
        found = agent.get(f"{base}/modeles", state="full").links()
    assert len(statements) <= 19
    decision = next(address for address in found.values() if "/decider?" in address)
    message = next(address for address in found.values() if address.endswith("#ecrire"))
    page = agent.get(decision)
    assert page.form()["decision"] == "rejected"
    said = page.form()["reason"]
    assert said.startswith("Refus pour Angela")
    assert "[à compléter : ce que vous écrirez vous-même]" in said
    gaps = agent.post(f"{base}/decider", {**page.form(), "then": "send"}, 422)
    assert "Complétez d’abord" in gaps.text
    assert "Bonjour Angela" in agent.get(message.partition("#")[0]).html
    whole = {**page.form(), "reason": said.split("[")[0] + "Hors secteur."}
    agent.post(f"{base}/decider", {**whole, "then": "send"})
    agent.get(f"{base}?modele=inconnu")
    paper = sign_in(town.angela).get(f"/demandes/{reference}/decision").text
    assert "En clair" in paper
    assert "Vous n’avez pas obtenu ce que vous demandiez" in paper


def options(page: Page, name: str) -> list[tuple[str, str]]:
    """The values and words of a list."""
    [select] = [one for one in page.all("select") if one.get("name") == name]
    return [(one.get("value", ""), "".join(one.itertext())) for one in select if one.get("value")]
