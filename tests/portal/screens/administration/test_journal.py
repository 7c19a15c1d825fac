"""« Journal » : who watches over the data says why, sees acts and never contents, and is seen."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.audit.job import seal_journal
from portal.ground.audit.models import AuditEntry, JournalSearch
from portal.ground.audit.service import purge_searches
from portal.ground.db import Database, allow_changes, allow_truncation
from portal.ground.vault.models import DataKey
from tests.support.client import Browser
from tests.support.town import Town, app, counted, request_id_of, sent_request, sign_in, town

__all__ = ["app", "sign_in", "town"]

HERE = "/agents/journal"
WHY = "La personne a écrit le 3 mars : qui a lu son dossier ?"
MOST_NODES, MOST_STATEMENTS = 350, 8


def test_a_search_says_why_and_shows_no_content(
    sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    meryem, officer = sign_in(town.meryem), sign_in(town.commune.agents["d.quere"])
    for _turn in range(14):
        meryem.get(f"/agents/dossiers/{reference}")
        meryem.get(f"/agents/dossiers/{reference}/accuse")
    page = officer.get(HERE, state="plain")
    assert "Aucune recherche" in page.text
    form = {**page.form(HERE), "scope": "demande"}
    for wrong, field in (
        ({"reference": "VSI-0000-00", "reason": WHY}, "reference"),
        ({"reference": str(UUID(int=1)), "reason": WHY}, "reference"),
        ({"reference": reference, "reason": "voir"}, "reason"),
        ({"reference": reference, "reason": "x" * 501}, "reason"),
    ):
        refused = officer.post(HERE, {**form, **wrong}, 422, state="refused")
        assert f"#{field}" in refused.links().values(), wrong
    asked = {**form, "reference": reference.lower(), "reason": WHY}
    lines = officer.follow(officer.post(HERE, asked), state="plain")
    assert "Meryem Yıldız, Médiathèque de l’Iselle" in lines.text
    assert "Demande lue" in lines.text
    assert "quai des Moulins" not in lines.html
    assert "DUBOIS" not in lines.html
    assert len(list(lines.tree.iter())) <= MOST_NODES
    older = officer.get(lines.links()["Voir la suite de la liste"], state="following")
    with database.reading() as session:
        about = select(func.count()).where(AuditEntry.request_id == request_id_of(database, reference))
        assert len(older.all("tr")) + len(lines.all("tr")) - 2 == session.scalar(about), "each line is on one page"
    with counted(database) as statements:
        officer.get(HERE, state="searched")
    assert len(statements) <= MOST_STATEMENTS
    assert WHY in officer.get(HERE).text
    whole = {**form, "reference": str(town.angela.person_id), "scope": "personne", "reason": WHY}
    assert "Journal d’une personne" in officer.follow(officer.post(HERE, whole)).text
    told = sign_in(town.angela).get("/mon-espace/consultations").text
    assert "Recherche dans le journal de votre dossier" in told
    assert "Denis Quéré-Baptiste" in told
    assert WHY not in told
    with database.reading() as session:
        row = session.scalars(select(JournalSearch).order_by(JournalSearch.searched_at)).first()
        assert row is not None
        assert WHY.encode() not in row.sealed
        search_id = row.id
    sign_in(town.commune.agents["a.ngoma"]).get(HERE, 403)
    with clock.shifted(timedelta(hours=11)):
        back = sign_in(town.commune.agents["d.quere"])
        assert back.get(f"{HERE}/{search_id}").status == 200
    with clock.shifted(timedelta(hours=13)):
        back = sign_in(town.commune.agents["d.quere"])
        back.get(f"{HERE}/{search_id}", 404)


def test_a_search_is_of_who_made_it_and_goes_with_the_lines(
    sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    officer = sign_in(town.commune.agents["d.quere"])
    made = officer.post(HERE, {**officer.get(HERE).form(HERE), "reference": reference, "reason": WHY})
    with database.writing() as session:
        session.execute(text("UPDATE agent SET role = 'data_protection_officer' WHERE email LIKE 'o.operateur%'"))
    sign_in(town.commune.agents["o.operateur"]).get(made.location, 404)
    with database.writing() as session:
        key = session.scalars(select(JournalSearch.data_key_id)).one()
        assert purge_searches(session) == 0
    with clock.shifted(timedelta(days=366)), database.writing() as session:
        assert purge_searches(session) == 1
        assert session.get_one(DataKey, key).wrapped is None
        assert session.scalars(select(JournalSearch)).all() == []


def test_the_chain_is_read_again_and_a_change_is_named(
    sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        requests.assign(session, town.agent(town.meryem), reference, town.meryem.id)
    seal_journal(database)
    officer = sign_in(town.commune.agents["d.quere"])
    page = officer.post(f"{HERE}/verifier", expect=200, state="intact")
    assert "Le journal est intact" in page.text
    with database.writing() as session:
        lifted = (*allow_truncation("audit_entry", database.dialect), *allow_changes("audit_entry", database.dialect))
        for statement in lifted:
            session.execute(text(statement))
        line = session.scalars(select(AuditEntry).where(AuditEntry.request_id == request_id_of(database, reference)))
        line.all()[0].action = "nothing_done"
    altered = officer.post(f"{HERE}/verifier", expect=200, state="altered")
    assert "une ligne a été modifiée" in altered.text
    with database.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "journal_verified")).all()
        assert sorted(line.details["fault"] for line in noted) == ["altered", "none"]
