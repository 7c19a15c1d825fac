"""Pages a person reads: valid, labelled, inert; and what every answer carries."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import httpx2
import pytest

from tests.connectors.sandbox.support import Program, School, SignIn, enrolment
from tests.connectors.sandbox.test_mail import letter, post

CSS = Path("connectors/sandbox/static/bac.css").read_text(encoding="utf-8")
PAIRS = [
    ("ink", "paper", 4.5),
    ("ink", "stone", 4.5),
    ("ink", "bad-soft", 4.5),
    ("ink-soft", "paper", 4.5),
    ("brand", "paper", 4.5),
    ("brand", "stone", 4.5),
    ("brand-strong", "paper", 4.5),
    ("brand-strong", "stone", 4.5),
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-strong", 4.5),
    ("on-accent", "accent", 4.5),
    ("ok", "paper", 4.5),
    ("wait", "paper", 4.5),
    ("bad", "paper", 4.5),
    ("bad", "bad-soft", 4.5),
    ("edge", "paper", 3),
]


def read(text: str) -> Element:
    """The page, parsed by a parser that accepts no fault."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def check_page(text: str) -> Element:
    page = read(text)
    every = list(page.iter())
    ids = [element.get("id") for element in every if element.get("id")]
    assert page.get("lang") == "fr"
    assert len(ids) == len(set(ids))
    assert len(list(page.iter("h1"))) == 1
    assert len(list(page.iter("main"))) == 1
    assert words(page.find(".//title")).endswith(" – Bac à sable")
    assert words(next(page.iter("h1"))) in words(page.find(".//title"))
    assert "Simulation." in words(page.find(".//header"))
    assert not list(page.iter("script"))
    assert not list(page.iter("style"))
    assert not any(name.startswith("on") or name == "style" for element in every for name in element.attrib)
    check_references(every, set(ids))
    check_fields(page)
    return page


def check_references(every: list[Element], ids: set[str]) -> None:
    for element in every:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set((element.get(name) or "").split()) <= ids, (element.tag, element.attrib)
        if (element.get("href") or "").startswith("#"):
            assert element.get("href")[1:] in ids


def check_fields(page: Element) -> None:
    labelled = {label.get("for") for label in page.iter("label")}
    for tag in ("input", "select", "textarea"):
        for control in page.iter(tag):
            assert control.get("type") == "hidden" or control.get("id") in labelled, control.attrib
    for button in page.iter("button"):
        assert words(button)
    headings = [int(element.tag[1]) for element in page.iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    first = headings.index(1)
    assert all(after - before <= 1 for before, after in zip(headings[first:], headings[first + 1 :], strict=False))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/incidents", 200),
        ("/incidents?fait=ecoles", 200),
        ("/ecoles/dossiers", 200),
        ("/ecoles/dossiers?page=2", 200),
        ("/courriels", 200),
        ("/courriels?page=2&destinataire=personne", 200),
        ("/nulle-part", 404),
        ("/telephone", 200),
        ("/courriels/999999", 404),
        ("/ecoles/dossiers/inconnu", 404),
        ("/franceconnect/api/v2/authorize", 400),
        ("/franceconnect/api/v2/interaction/inconnue", 400),
        ("/proconnect/api/v2/erreur?code=Y049E20B&id=<b>", 200),
        ("/proconnect/api/v2/token", 405),
    ],
)
def test_each_page_is_valid_and_labelled(visitor: httpx2.Client, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    check_page(answer.text)


def test_the_sign_in_page_in_its_three_states(sign_in: SignIn) -> None:
    page = f"{sign_in.address}{sign_in.authorize().headers['Location']}"
    fresh = check_page(sign_in.browser.get(page).text)
    assert len([radio for radio in fresh.iter("input") if radio.get("type") == "radio"]) >= (
        12 if sign_in.resident else 5
    )
    wrong = check_page(sign_in.browser.post(page, data={"choix": "continuer"}).text)
    assert words(wrong.find(".//title")).startswith("Erreur : ")
    sign_in.browser.post(page, data={"choix": "continuer", "personne": "angela" if sign_in.resident else "k.haddad"})
    if sign_in.resident:
        known = sign_in.browser.get(f"{sign_in.address}{sign_in.authorize().headers['Location']}")
        check_page(known.text)


def test_a_file_in_each_state(school: School) -> None:
    enrolment_id = school.submit(enrolment(external_ref="VSI-<b>")).json()["enrolment_id"]
    for status, form in (
        ("incomplete", {"piece": "radiation"}),
        ("under_review", {}),
        ("assigned", {"ecole": "0389901A"}),
    ):
        check_page(school.http.get(f"/dossiers/{enrolment_id}").text)
        check_page(school.move(enrolment_id, "refused").text)
        assert school.move(enrolment_id, status, **form).status_code == 303
    school.move(enrolment_id, "cancelled")
    text = school.http.get(f"/dossiers/{enrolment_id}", params={"fait": "cancelled"}).text
    assert "VSI-<b>" not in text
    assert "birth_date" in text
    assert "sector_school_uai" not in text  # the portal did not send it
    check_page(text)
    check_page(school.http.get("/dossiers").text)
    check_page(school.http.post("/dossiers/automatique", data={"secondes": "x"}).text)


def test_a_mail_page(bac: Program, visitor: httpx2.Client) -> None:
    post(bac, letter("page@usagers.example"))
    newest = visitor.get("/courriels.json").json()["items"][0]
    check_page(visitor.get(f"/courriels/{newest['id']}").text)
    check_page(visitor.get("/courriels").text)


def test_the_switches_refuse_what_does_not_exist(bac: Program, visitor: httpx2.Client) -> None:
    for data in ({"scenario": "inventé"}, {"delay": "nan"}, {"delay": "601"}, {"delay": "long"}, {"fail_rate": "2"}):
        answer = visitor.post("/incidents/ecoles", data=data)
        assert answer.status_code == 422
        assert words(check_page(answer.text).find(".//title")).startswith("Erreur : ")
    assert bac.incident("inconnu", "ok").status_code == 404
    assert bac.incident("courriel", "alg_none").status_code == 422
    told = visitor.post("/incidents/demo", data={"scenario": "down"}, headers={"Accept": "application/json"})
    assert told.json() == {"scenario": "down", "once": False, "delay": 12.0, "fail_rate": 0.0}
    assert "En panne" in visitor.get("/").text
    assert visitor.post("/incidents/retablir").status_code == 303
    assert {choice["scenario"] for choice in visitor.get("/incidents.json").json().values()} == {"ok"}


def test_every_answer_carries_its_headers(visitor: httpx2.Client) -> None:
    for path in ("/", "/healthz", "/bac.css", "/demo/ping", "/nulle-part", "/proconnect/api/v2/jwks"):
        headers = visitor.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "form-action 'self' http://127.0.0.1:8070" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == ("max-age=3600" if path == "/bac.css" else "no-store")
    assert visitor.get("/healthz").json() == {"status": "ok"}
    assert visitor.get("/bac.css").headers["Content-Type"].startswith("text/css")


def test_foreign_hosts_and_foreign_forms_are_refused(visitor: httpx2.Client) -> None:
    assert visitor.get("/", headers={"Host": "ailleurs.example"}).status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/incidents/demo", data={"scenario": "down"}, headers=foreign).status_code == 403
    assert visitor.get("/incidents.json").json()["demo"]["scenario"] == "ok"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_contrast(front: str, back: str, least: float, dark: bool) -> None:
    light_part, _, rest = CSS.partition("@media (prefers-color-scheme: dark)")
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", light_part))
    if dark:
        tokens |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", rest.partition("\n}\n")[0]))
    lights = sorted((luminance(tokens[front]), luminance(tokens[back])))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= least


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
