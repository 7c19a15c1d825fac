"""The agents' pages and the doors, each opened once through the client that checks them."""

from collections.abc import Callable

from portal.ground.db import Database
from portal.records.outbox import service as outbox
from tests.support.client import Browser
from tests.support.town import Town, counted, fail_delivery, sent_request
from tests.support.walking import XSS, send, walk

Sign = Callable[..., Browser]


def test_the_queue_of_an_agent(meryem: Browser, town: Town, database: Database) -> None:
    assert meryem.get("/agents/", 303).location == "/agents/dossiers"
    meryem.get("/agents/dossiers", state="empty")
    reference = sent_request(database, town.layla)
    assert reference in meryem.get("/agents/dossiers", state="full").text
    assert reference not in meryem.get("/agents/dossiers?q=personne", state="nothing found").text


def test_a_request_read_by_an_agent(meryem: Browser, sign_in: Sign, town: Town, database: Database) -> None:
    reference = sent_request(database, town.layla, adresse={"address_current_line": XSS})
    path = f"/agents/dossiers/{reference}"
    page = meryem.get(path, state="plain")
    assert XSS in page.text
    assert not page.all("img")
    meryem.get(f"{path}/accuse", state="plain")
    meryem.post(f"{path}/messages", {"text": "", "kind": "message"}, 422, state="error")
    sign_in(town.claire).get(path, 404)


def test_deciding_asks_twice(meryem: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    path = f"/agents/dossiers/{reference}/decider"
    meryem.get(path, state="plain")
    meryem.post(path, {"reason": ""}, 422, state="error")
    confirm = meryem.post(path, {"decision": "rejected", "reason": "Trop tard."}, 200, state="confirm")
    assert "Trop tard." in confirm.text


def test_what_a_restore_holds_is_told(sign_in: Sign, town: Town, database: Database) -> None:
    odile = sign_in(town.commune.agents["o.operateur"])
    with database.writing() as session:
        for number in range(2):
            outbox.enqueue(session, lane="ecoles", kind="forward", payload={}, idempotency_key=f"k{number}")
        outbox.hold_restored(session)
    with counted(database) as statements:
        assert "2 envois attendent depuis une restauration" in odile.get("/agents/connexions").text
    held = len(statements)
    with database.writing() as session:
        outbox.release_restored(session, "ecoles")
    with counted(database) as statements:
        assert "restauration" not in odile.get("/agents/connexions").text
    assert len(statements) == held


def test_the_pages_of_an_operator(sign_in: Sign, town: Town) -> None:
    odile = sign_in(town.commune.agents["o.operateur"])
    assert "Logiciel des écoles" in odile.get("/agents/connexions", state="plain").text
    odile.get("/agents/connexions/ecoles/pause", state="plain")
    odile.post("/agents/connexions/ecoles/pause", {"reason": ""}, 422, state="error")
    odile.get("/agents/dossiers", 403)


def test_dead_letters(angela: Browser, sign_in: Sign, town: Town, database: Database) -> None:
    samira = sign_in(town.commune.agents["s.amrani"])
    samira.get("/agents/envois", state="empty")
    reference = send(angela, walk(angela, "inscription-scolaire"), "inscription-scolaire")
    fail_delivery(database, reference, dead=True)
    page = samira.get("/agents/envois", state="full")
    assert reference in page.text
    assert "Envoi en échec Nouvelle" in samira.get(f"/agents/dossiers/{reference}").text
    operator = sign_in(town.commune.agents["o.operateur"])
    assert "Envois en échec à traiter" in operator.get("/agents/connexions").text
    close = next(address for address in page.links().values() if address.endswith("/clore"))
    samira.get(close, state="plain")


def test_the_doors(visitor: Browser) -> None:
    assert "FranceConnect" in visitor.get("/connexion", state="plain").text
    visitor.get("/agents/connexion", state="plain")
    for path in ("/connexion/usager/retour", "/connexion/agent/retour"):
        assert visitor.get(path, expect=None, state="problem").status in {200, 400, 403}


def test_signing_out_is_asked(angela: Browser, meryem: Browser) -> None:
    angela.get("/deconnexion", state="plain")
    meryem.get("/agents/deconnexion", state="plain")


def test_a_door_is_shut_to_the_other_realm(angela: Browser, meryem: Browser) -> None:
    assert angela.get("/agents/dossiers", 303).location.startswith("/agents/connexion")
    assert meryem.get("/mon-espace", 303).location.startswith("/connexion")
