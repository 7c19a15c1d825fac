"""Going through a procedure as a person does: read the page, fill what it asks, press the button."""

from typing import Any

from portal.ground import clock
from portal.ground.dictionary.service import list_concepts
from tests.support.client import HTML, Browser, Page

# What is asked of days that are over; any other day asked is to come.
PAST = tuple(f"r_{one.id.replace('.', '_')}" for one in list_concepts() if one.period == "past")
XSS = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>& <b>"


def step_form(page: Page) -> dict[str, str]:
    """The fields of the step's form, as they stand."""
    forms = [one for one in page.all("form", method="post") if page.fields_of(one).get("vues") is not None]
    assert len(forms) == 1, page.title
    return page.fields_of(forms[0])


def answers_for(page: Page) -> dict[str, str]:
    """Something that fits each control of the page's form."""
    found: dict[str, str] = {}
    for one in page.main().iter():
        name = one.get("name") or ""
        if name.startswith("r_") and name not in found:
            value = _answer(one, name)
            if value:
                found[name] = value
    return found


def _answer(control: Any, name: str) -> str:
    if control.tag == HTML + "select":
        return next(option.get("value") for option in control.iter(HTML + "option") if option.get("value"))
    if control.get("type") in {"radio", "checkbox"}:
        return str(control.get("value"))
    if control.tag == HTML + "textarea":
        return "Depuis lundi, devant l’entrée.\nMerci."
    for part, value in _date_parts(name).items():
        if name.endswith(f"-{part}"):
            return value
    by_kind = {"email": "quelquun@exemple.example", "tel": "06 39 98 12 34"}
    if control.get("type") in by_kind:
        return by_kind[control.get("type")]
    return {"numeric": "38999", "decimal": "12"}.get(control.get("inputmode", ""), "Valmont")


def _date_parts(name: str) -> dict[str, str]:
    year = clock.today().year
    return {"day": "9", "month": "6", "year": str(year - 5 if name.startswith(PAST) else year + 1)}


def text_names(page: Page) -> list[str]:
    """The controls of the step where anything can be typed."""
    return [
        str(one.get("name"))
        for one in page.main().iter()
        if str(one.get("name", "")).startswith("r_")
        and (
            one.tag == HTML + "textarea" or (one.tag == HTML + "input" and one.get("type") in {"text", "email", "tel"})
        )
    ]


def open_step(browser: Browser, path: str, *, state: str = "") -> tuple[str, Page]:
    """A step and its address: where it is asked for each of several, its list, or the first item of it."""
    page = browser.get(path, expect=None, state=state)
    return (path, page) if page.status == 200 else (page.location, browser.follow(page))


def is_list(page: Page) -> bool:
    """Whether this is the list of a page asked for each of several, which has no question."""
    return not any("vues" in page.fields_of(one) for one in page.all("form", method="post"))


def fill_step(browser: Browser, path: str, **typed: str) -> Page:
    """Open a step, answer it (``typed`` by field name), continue; the redirection."""
    path, page = open_step(browser, path)
    if is_list(page):
        return browser.post(path, page.form(path))
    given = {**step_form(page), **answers_for(page), **{f"r_{name}": value for name, value in typed.items()}}
    answer = browser.post(path, given, expect=None)
    if answer.status == 200:  # a question more, which an answer has just opened
        answer = browser.post(path, {**step_form(answer), **answers_for(answer), **given, "vues": ""})
    assert answer.status == 303, answer.text
    return answer


def walk(browser: Browser, slug: str) -> Page:
    """From the start page to the check page."""
    here = browser.post(f"/demarches/{slug}/commencer")
    if here.location.endswith("/commencer"):  # a draft is there already
        here = browser.get(f"{here.location}?suite=oui", 303)
    for _step in range(16):
        if here.location.endswith("/verifier"):
            return browser.follow(here)
        here = fill_step(browser, here.location)
    raise AssertionError(f"no end to {slug}")


def send(browser: Browser, checked: Page, slug: str, **more: str) -> str:
    """Send from the check page; the reference."""
    sent = browser.post(f"/demarches/{slug}/envoyer", {**checked.form(f"/demarches/{slug}/envoyer"), **more})
    assert "/accuse" in sent.location, sent.location
    return sent.location.split("/")[2]
