"""What an agent was writing when the session ended: given back to that agent alone, and never sent by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.service import AgentView
from portal.people.identity.service import release_stashes
from portal.people.identity.service.secrets import token_hash
from tests.support.client import Browser
from tests.support.town import Town

LATER = timedelta(minutes=61)
Sign = Callable[..., Browser]


def come_back(browser: Browser, database: Database, who: AgentView, suite: str) -> None:
    """Sign in again from the same browser, as identity does."""
    cookie = browser.http.get_cookie("parvis-essai-connexion", domain="127.0.0.1")
    assert cookie is not None
    with database.writing() as session:
        release_stashes(session, browser_hash=token_hash(cookie.value), owner_id=who.id)
    browser.sign_in(who)
    assert "reprise" in parse_qs(urlsplit(suite).query)


def sent_late(browser: Browser, path: str, form: dict[str, str]) -> str:
    """Send the form after the session ended; where the agent is asked to come back to."""
    answer = browser.post(path, form)
    assert answer.location.startswith("/agents/connexion?")
    assert "est gardé 30 minutes" in browser.get(answer.location).text
    return parse_qs(urlsplit(answer.location).query)["suite"][0]


@pytest.mark.parametrize("kind", ["message", "ask"])
def test_a_message_comes_back_and_is_not_sent(
    meryem: Browser, town: Town, database: Database, reference: str, kind: str
) -> None:
    base = f"/agents/dossiers/{reference}"
    with clock.shifted(LATER):
        suite = sent_late(meryem, f"{base}/messages", {"kind": kind, "text": "Bonjour, une question."})
        assert suite.startswith(f"{base}?reprise=")
        come_back(meryem, database, town.meryem, suite)
        page = meryem.get(suite)
        assert "Rien n’est parti" in page.text
        assert page.html.count("Bonjour, une question.</textarea>") == 1
        assert "Aucun message pour l’instant." in page.text


def test_a_decision_comes_back(meryem: Browser, town: Town, database: Database, reference: str) -> None:
    path = f"/agents/dossiers/{reference}/decider"
    form = meryem.get(path).form(path)
    with clock.shifted(LATER):
        suite = sent_late(meryem, path, {**form, "decision": "rejected", "reason": "Plus de place.", "then": "send"})
        come_back(meryem, database, town.meryem, suite)
        page = meryem.get(suite)
        assert page.form(path)["reason"] == "Plus de place."
        assert page.form(path)["decision"] == "rejected"
        assert meryem.get(f"/agents/dossiers/{reference}").text.count("Plus de place.") == 0


def test_another_agent_finds_nothing(
    meryem: Browser, sign_in: Sign, town: Town, database: Database, reference: str
) -> None:
    base = f"/agents/dossiers/{reference}"
    with clock.shifted(LATER):
        suite = sent_late(meryem, f"{base}/messages", {"kind": "message", "text": "Pour moi seule."})
        come_back(meryem, database, town.meryem, suite)
        samira = sign_in(town.commune.agents["s.amrani"])
        assert "Pour moi seule." not in samira.get(suite).html
        assert "Pour moi seule." in meryem.get(suite).html
