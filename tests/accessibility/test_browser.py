"""The gallery in Chromium: axe, keyboard, narrow screens, large and spaced text, dark, forced colours, no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from accessibility.checks.browser import check_everything, check_keyboard, check_reflow, run_axe, tab_walk
from accessibility.checks.findings import tell
from accessibility.checks.tools import find_package
from accessibility.htmx import respond
from tests.accessibility.conftest import Opener
from tests.accessibility.gallery import pages

pytestmark = pytest.mark.browser

# The error pages differ by a sentence: one of them is enough for the browser.
NAMES = [page.name for page in pages() if not page.name.startswith("erreur-") or page.name == "erreur-404"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_the_browser(gallery: dict[str, str], open_page: Opener, name: str) -> None:
    found = check_everything(open_page(gallery, name))
    assert not found, tell(found)


@pytest.mark.parametrize("name", ["champs-refuses", "dossier-courant", "liste", "choix"])
def test_dark_colours_keep_their_contrast(gallery: dict[str, str], open_page: Opener, name: str) -> None:
    found = run_axe(open_page(gallery, name, color_scheme="dark"))
    assert not found, tell(found)


@pytest.mark.parametrize("name", ["champs-refuses", "liste"])
def test_the_focus_is_seen_in_forced_colours(gallery: dict[str, str], open_page: Opener, name: str) -> None:
    found = check_keyboard(open_page(gallery, name, forced_colors="active"))
    assert not found, tell(found)


@pytest.mark.parametrize("name", ["champs-refuses", "dossier-courant"])
def test_the_page_holds_without_script(gallery: dict[str, str], open_page: Opener, name: str) -> None:
    page = open_page(gallery, name, java_script_enabled=False)
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_role("contentinfo").get_by_role("link", name="Accessibilité : non conforme").is_visible()


def test_errors_take_the_focus_and_lead_to_their_field(gallery: dict[str, str], open_page: Opener) -> None:
    page = open_page(gallery, "champs-refuses")
    assert page.evaluate("document.activeElement.id") == "erreurs"
    for words, expected in (
        ("Saisissez le nom de naissance", "nom"),
        ("Saisissez la date de naissance", "naissance"),
        ("Choisissez votre lien", "lien"),
    ):
        page.locator(".sum").get_by_role("link", name=words).press("Enter")
        assert page.evaluate("document.activeElement.id") == expected


def test_a_group_of_radios_is_one_stop(gallery: dict[str, str], open_page: Opener) -> None:
    walked = [stop.key for stop in tab_walk(open_page(gallery, "champs"))]
    assert len(walked) == len(set(walked))
    assert sum(key.startswith("radio") for key in walked) == 2


def test_a_form_is_sent_once(gallery: dict[str, str], open_page: Opener) -> None:
    page = open_page(gallery, "un-champ")
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # nothing to show: the browser stays on the page

    page.route("**/messages", answer)
    page.get_by_role("button", name="Envoyer le message").evaluate("b => { b.click(); b.click(); }")
    page.wait_for_timeout(500)
    assert sent == ["POST"]
    assert page.locator("form[aria-busy=true]").count() == 1


def test_a_narrow_list_scrolls_inside_its_region(gallery: dict[str, str], open_page: Opener) -> None:
    page = open_page(gallery, "liste", viewport={"width": 320, "height": 640})
    assert not check_reflow(page)
    region = page.get_by_role("region", name="Demandes à traiter, par échéance")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")


def test_nothing_is_refused_by_the_security_policy(gallery: dict[str, str], open_page: Opener) -> None:
    page = open_page(gallery, "champs")
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.reload()
    check_everything(page)
    assert refused == []


def test_a_fragment_says_its_title_and_is_announced(gallery: dict[str, str], open_page: Opener) -> None:
    fragment = respond(
        is_htmx=True,
        page=str,
        fragment=lambda: "<p>Une demande</p>",
        title="1 demande – Valmont-sur-Iselle",
        announcement="1 demande trouvée",
    )
    script = '<script src="/static/htmx.js" nonce="nonce-of-the-gallery"></script></head>'
    asked = '<h1><button class="btn" type="button" data-hx-get="/fragment" data-hx-target="#ici">Chercher</button>'
    html = (
        gallery["vide"].replace("</head>", script).replace("<h1>", asked).replace("</h1>", '</h1><div id="ici"></div>')
    )
    htmx = (find_package("htmx.org") / "dist" / "htmx.min.js").read_text(encoding="utf-8")
    page = open_page({"vide": html, "fragment": fragment.body, "static/htmx.js": htmx}, "vide")
    page.evaluate("window.before = document.getElementById('status')")
    page.get_by_role("button", name="Chercher").click()
    page.locator("#ici", has_text="Une demande").wait_for()
    page.wait_for_function("document.title.startsWith('1 demande')")
    assert page.locator("#status").inner_text() == "1 demande trouvée"
    assert page.evaluate("window.before === document.getElementById('status')"), "the region must not be replaced"
    assert page.evaluate("document.activeElement.textContent") == "Chercher"
