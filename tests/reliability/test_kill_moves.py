"""A move told to three organisations survives kills at every stage: each is told once, and the page stays true."""

import pytest

from tests.portal.engine.exchanges.outside import Outside
from tests.portal.engine.exchanges.portal_edge import ENVIRON
from tests.reliability.movers import Mover, sign_people_in
from tests.reliability.processes import Killer
from tests.reliability.residents import cookie_name_for
from tests.reliability.test_kill import CONFIG, Place, cut_a_backend, free_port, rows, wait_while
from tests.support.moving import open_procedures
from tests.support.town import town

__all__ = ["town"]

MOVERS = 4
KILLS = 5
PATIENCE = 300  # on a machine that does other things too; some twenty seconds on a quiet one
MOBILITY = {"MOBILITY_KEY": "mobility-api-key-for-tests", "MOBILITY_WEBHOOK": ENVIRON["SCHOOL_WEBHOOK"]}
MORE = """
[connections.mobilite]
connector = "mobility"
title = "Transports"
secrets = {{ api_key = "MOBILITY_KEY", webhook_secret = "MOBILITY_WEBHOOK" }}
[connections.mobilite.options]
gbfs_url = "{sandbox}/velos/gbfs/3.0/gbfs.json"
pass_url = "{sandbox}/mobilite"
operator_code = "trans-iselle"

[connections.caf-courrier]
connector = "letter"
title = "CAF, par courrier"
options = {{ recipient = ["Caisse d’allocations familiales", "38999 Valmont-sur-Iselle Cedex"] }}
"""


@pytest.fixture
def place(tmp_path, database_url, settings, monkeypatch):
    monkeypatch.setenv("SANDBOX_MOBILITY_API_KEY", MOBILITY["MOBILITY_KEY"])
    monkeypatch.setenv("SANDBOX_MOBILITY_WEBHOOK_SECRET", MOBILITY["MOBILITY_WEBHOOK"])
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    outside = Outside(tmp_path / "sandbox", portal_url=url)
    config = tmp_path / "parvis.toml"
    config.write_text((CONFIG + MORE).format(sandbox=outside.url, smtp=outside.smtp_port), encoding="utf-8")
    environ = {
        **ENVIRON,
        **MOBILITY,
        "PATH": "/usr/bin:/bin",
        "PARVIS_CONFIG": str(config),
        "PARVIS_DATA_DIR": str(tmp_path / "data"),
        "PARVIS_DATABASE_URL": database_url,
        "PARVIS_MASTER_KEY": settings.master_key.get_secret_value(),
        "PARVIS_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PARVIS_PUBLIC_URL": url,
        "PARVIS_PORT": str(port),
    }
    yield Place(url, port, outside, environ, tmp_path)
    outside.stop()


@pytest.mark.slow
def test_each_organisation_is_told_once_and_the_page_stays_true(place, town, database):
    open_procedures(database)
    seated = sign_people_in(database, cookie_name_for(place.settings), MOVERS)
    movers = [Mover(place.url, *one, gives_up=one[0] % 2 == 1) for one in seated]
    with place.running() as (web, workers):
        killer = Killer(place.url, web, workers, also=cut_a_backend(database), pause=(0.1, 0.6), most=KILLS + 4)
        with killer:
            for mover in movers:
                mover.start()
            for mover in movers:
                mover.join(PATIENCE)
            assert [mover.failure for mover in movers if mover.failure] == []
            wait_while(lambda: min(len(refs(database, lane)) for lane in ("ecoles", "mobilite")) < MOVERS, PATIENCE)
            # what is given up or settled is not corrected any more, and a letter not yet made never is: both have to
            # be there before
            wait_while(lambda: corrected(database) < 2 * MOVERS or unsettled(database) > 0, PATIENCE)
            for mover in movers:
                if mover.gives_up:
                    mover.give_up()
                else:
                    school, pass_ = (refs(database, lane)[mover.account.id.hex] for lane in ("ecoles", "mobilite"))
                    place.outside.move(school, "under_review")
                    place.outside.move(school, "accepted")
                    place.outside.post(f"/mobilite/dossiers/{pass_}", etat="pass_closed")
            killer.wait_for(KILLS)
        wait_while(lambda: unsettled(database) > 0, PATIENCE)
        wait_while(lambda: not all(is_told(mover) for mover in movers), PATIENCE)

        assert sum(mover.setbacks for mover in movers) > 0, "nobody was disturbed: nothing was proven"
        for partner in ("ecoles", "mobilite"):
            counts = place.outside.get(f"/{partner}/comptes")
            assert (counts["records"], counts["max_records_per_key"]) == (MOVERS, 1), partner
        assert rows(database, "SELECT count(*) FROM life_event") == [(MOVERS,)]
        told = "SELECT count(*), count(DISTINCT request_id) FROM life_event_transfer"
        assert rows(database, told) == [(3 * MOVERS, 3 * MOVERS)]
        assert rows(database, "SELECT count(*) FROM service_request") == [(3 * MOVERS,)]
        assert rows(database, "SELECT count(*) FROM draft") == [(0,)]
        letters = "SELECT count(*), count(DISTINCT request_id) FROM letter WHERE purpose = 'request'"
        assert rows(database, letters) == [(MOVERS, MOVERS)]
        for mover in movers:
            said = place.outside.text(f"/mobilite/dossiers/{refs(database, 'mobilite')[mover.account.id.hex]}")
            assert mover.last_date in said
            assert mover.first_date not in said
            check_recap(mover, database)


def check_recap(mover, database):
    """Each reference is in the recap once, with the state that the partner is in."""
    recap = mover.read("/recapitulatif")
    query = (
        "SELECT reference FROM service_request r JOIN life_event_transfer t ON t.request_id = r.id"
        " JOIN life_event e ON e.id = t.life_event_id WHERE e.form_key IS NOT NULL"
    )
    own = [reference for (reference,) in rows(database, query) if reference in recap]
    assert len(own) == 3
    assert all(recap.count(reference) == 1 for reference in own)
    assert recap.count("Annulé") == (3 if mover.gives_up else 0)
    assert recap.count("Pris en compte") >= (0 if mover.gives_up else 2)


def is_told(mover):
    """Whether what the partners did last has reached the page."""
    page = mover.read()
    if mover.gives_up:
        return page.count("confirme avoir arrêté") >= 2
    return page.count("Pris en compte") >= 2


def refs(database, lane):
    """By account, what a partner calls its file."""
    query = (
        "SELECT r.account_id, f.external_ref FROM forwarding f JOIN service_request r ON r.id = f.request_id"
        f" WHERE f.connection = '{lane}' AND f.external_ref IS NOT NULL"
    )
    return {str(account).replace("-", ""): ref for account, ref in rows(database, query)}


def corrected(database):
    """How many requests have reached a partner with the new date, sent as a correction or from the start."""
    query = "SELECT count(*) FROM forwarding WHERE connection IN ('ecoles', 'mobilite') AND carried_amendment >= 1"
    return rows(database, query)[0][0]


def unsettled(database):
    """Messages for the two partners that are not settled; those nobody carries are a person's."""
    query = (
        "SELECT count(*) FROM outbox_message WHERE lane IN ('ecoles', 'mobilite', 'caf-courrier')"
        " AND settled_at IS NULL AND dead_at IS NULL"
    )
    return rows(database, query)[0][0]
