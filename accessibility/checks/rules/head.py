"""The head of a page: its language, its direction, its title."""

import re
from collections.abc import Iterator

from accessibility.checks.document import Document, attribute, normal, shorten, words
from accessibility.checks.findings import Finding

LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$")
RIGHT_TO_LEFT = {"ar", "he", "fa", "ps", "ur"}
STEP = re.compile(r"Étape \d+ sur \d+")
ERROR = "Erreur : "
VAGUE = {"page", "accueil", "sans titre", "titre", "parvis", "index", "bienvenue", "formulaire", "none", ""}
SEPARATOR = " – "


def language(document: Document) -> Iterator[Finding]:
    """The page says its language and its direction, and they agree."""
    html = document.soup.html
    lang = attribute(html, "lang") if html else ""
    if not LANGUAGE.match(lang):
        yield Finding("lang", f"html[lang] is {lang!r}", criteria=("8.3", "8.4"))
        return
    direction = attribute(html, "dir") if html else ""
    expected = "rtl" if lang.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    if direction != expected:
        yield Finding("dir", f"html[dir] is {direction!r}, {lang} is read {expected}", criteria=("8.10",))
    for tag in document.select("body [lang], body [hreflang]"):
        for name in ("lang", "hreflang"):
            if tag.has_attr(name) and not LANGUAGE.match(attribute(tag, name)):
                yield Finding("lang", f"{name} is {attribute(tag, name)!r}", shorten(tag), ("8.8",))


def title_pattern(document: Document) -> Iterator[Finding]:
    """``[Erreur : ][Étape n sur m : ]page – [service – ]collectivité``, and the page's part says something."""
    if len(document.select("head > title")) != 1:
        yield Finding("title", "a page has one <title>", criteria=("8.5",))
        return
    page, *rest = document.title.removeprefix(ERROR).split(SEPARATOR)
    if not rest or not all(normal(part) for part in rest):
        yield Finding("title", f"{document.title!r} is not « page – collectivité »", criteria=("8.6",))
    bare = STEP.sub("", page).strip(" :–-").casefold()
    if bare in VAGUE:
        yield Finding("title", f"{document.title!r} does not say which page this is", criteria=("8.6",))


def title_echo(document: Document) -> Iterator[Finding]:
    """The title and the heading speak of the same thing."""
    if document.h1 is None or not document.title:
        return
    page = _plain(document.title.removeprefix(ERROR).split(SEPARATOR)[0])
    heading = _plain(words(document.h1))
    told, read = set(page.split()), set(heading.split())
    if heading not in page and page not in heading and len(told & read) * 2 < min(len(told), len(read)):
        yield Finding("title", f"{document.title!r} does not echo {words(document.h1)!r}", criteria=("8.6", "9.1"))


def title_state(document: Document) -> Iterator[Finding]:
    """The title tells errors and steps: it is what is heard first."""
    has_errors = document.soup.select_one(".sum") is not None
    if has_errors != document.title.startswith(ERROR):
        said = "has errors" if has_errors else "has no error"
        yield Finding("title-error", f"the page {said}, its title is {document.title!r}", criteria=("8.6", "11.10"))
    way = document.soup.select_one(".way")
    found = STEP.search(words(way)) if way is not None else None
    if found and found.group() not in document.title:
        yield Finding("title-step", f"{found.group()!r} is not in {document.title!r}", criteria=("8.6",))


def no_barrier(document: Document) -> Iterator[Finding]:
    """Zoom is left to the reader, and nothing reloads by itself."""
    for tag in document.select("meta[name=viewport]"):
        content = attribute(tag, "content").replace(" ", "")
        if "user-scalable=no" in content or "user-scalable=0" in content or "maximum-scale" in content:
            yield Finding("zoom", "the reader decides the zoom", shorten(tag), ("10.4",))
    if not document.select("meta[name=viewport]"):
        yield Finding("viewport", "a narrow screen needs meta viewport", criteria=("10.11",))
    for tag in document.select("meta[http-equiv]"):
        if attribute(tag, "http-equiv").lower() == "refresh":
            yield Finding("refresh", "a page does not reload or leave by itself", shorten(tag), ("13.1",))


def _plain(text: str) -> str:
    return normal(re.sub(r"[^\w]+", " ", text.casefold()))


RULES = (language, title_pattern, title_echo, title_state, no_barrier)
