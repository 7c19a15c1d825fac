"""A browser for tests: every page it opens is checked, whatever the test is about.

With PARVIS_PAGE_DUMP, each distinct state of a page is written to that folder, to be validated in one batch afterwards.
"""

import os
import re
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import html5lib
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from accessibility.checks import Finding, check_page
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.people.accounts.service import AccountView, AgentView
from portal.people.identity.cookies import session_cookie_name
from portal.people.identity.enums import Realm
from portal.people.identity.service import Evidence, open_session
from tests.support.states import is_registered

HTML = "{http://www.w3.org/1999/xhtml}"
_VARIABLE = re.compile(r'(nonce|value|content)="[^"]{20,}"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]*)"')
_CHECKED: dict[str, list[Finding]] = {}


def shape_of(html: str) -> str:
    """The page without what differs each time it is opened: nonces, tokens."""
    return _VARIABLE.sub("", html)


def findings_of(html: str) -> list[Finding]:
    """What the page's rules see; each shape of a page is looked at once, and no engine of database changes it."""
    if os.environ.get("PARVIS_TEST_DATABASE", "sqlite") != "sqlite":
        return []
    key = sha256(shape_of(html).encode()).hexdigest()
    if key not in _CHECKED:
        _CHECKED[key] = check_page(html)
    return _CHECKED[key]


class Page:
    """What came back, and what a person can do with it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
        self.html = "" if is_file else response.get_data(as_text=True)
        self.is_page = response.mimetype == "text/html" and not 300 <= self.status < 400

    @cached_property
    def tree(self) -> Any:
        """The page as elements; parsed when first asked for."""
        assert self.is_page, "not a page"
        return html5lib.parse(self.html, treebuilder="etree")

    @property
    def location(self) -> str:
        """Where a redirection leads, without the host."""
        return self.response.headers.get("Location", "")

    @property
    def text(self) -> str:
        """Every word of the page, with single spaces."""
        return _words(self.main())

    @property
    def title(self) -> str:
        """The title of the page."""
        return _words(self.all("title")[0])

    @property
    def h1(self) -> str:
        """The heading of the page."""
        return _words(self.all("h1")[0])

    def main(self) -> Any:
        """The main landmark."""
        return self.all("main")[0]

    def all(self, tag: str, **attributes: str) -> list[Any]:
        """Every element with this tag and these attributes (``class_`` for ``class``)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            one for one in self.tree.iter(HTML + tag) if all(one.get(name) == value for name, value in wanted.items())
        ]

    def words_of(self, id_: str) -> str:
        """The words of the element with this id."""
        return next(_words(one) for one in self.tree.iter() if one.get("id") == id_)

    def links(self) -> dict[str, str]:
        """Words → address of the links of the main part."""
        return {_words(one): one.get("href", "") for one in self.main().iter(HTML + "a")}

    def form(self, action: str | None = None) -> dict[str, str]:
        """The fields of the form that posts to ``action`` (by default the only one), as a browser sends them."""
        forms = [one for one in self.all("form", method="post") if action is None or one.get("action") == action]
        assert len(forms) == 1, [one.get("action") for one in forms]
        return _fields(forms[0])

    def fields_of(self, form: Any) -> dict[str, str]:
        """The fields of one form element, as a browser would send them."""
        return _fields(form)

    def field(self, name: str) -> dict[str, str]:
        """The attributes of a control."""
        return next(dict(one.attrib) for one in self.tree.iter() if one.get("name") == name)


def _file(content: Any, name: str, media_type: str) -> FileStorage:
    return FileStorage(content, filename=name, content_type=media_type)


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _fields(form: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in form.iter():
        name = one.get("name")
        if not name:
            continue
        if one.tag == HTML + "textarea":
            found[name] = (one.text or "").removeprefix("\n")
        elif one.tag == HTML + "select":
            chosen = [option.get("value", "") for option in one.iter(HTML + "option") if "selected" in option.attrib]
            found[name] = chosen[0] if chosen else ""
        elif one.tag == HTML + "input" and (one.get("type") not in {"radio", "checkbox"} or "checked" in one.attrib):
            found[name] = one.get("value", "")
    return found


class Browser:
    """One browser, signed in or not. Each page is checked as it opens."""

    def __init__(self, app: Flask, settings: Settings, database: Database) -> None:
        self.app = app
        self.settings = settings
        self.database = database
        self.http = app.test_client()
        self.token = ""
        self.who: AccountView | AgentView | None = None

    def sign_in(self, who: AccountView | AgentView, acr: str | None = None) -> "Browser":
        """Open a session as this person, as identity does after a checked sign-in at that level of assurance.

        Agents come with two factors unless told otherwise, as most do.
        """
        self.who = who
        realm = Realm.AGENT if isinstance(who, AgentView) else Realm.RESIDENT
        with self.database.writing() as session:
            level = acr if acr is not None else ("eidas1-mfa" if realm is Realm.AGENT else "")
            evidence = Evidence(attempt_id=uuid4(), id_token="id-token-of-tests", acr=level)
            token = open_session(session, who=who, evidence=evidence)
        self.http.set_cookie(session_cookie_name(self.settings, realm), token, domain="127.0.0.1")
        return self

    def get(self, path: str, expect: int | None = 200, *, state: str = "") -> Page:
        """Open a page; ``state`` names what it shows, when it is not its plain form."""
        return self._opened(self.http.get(path, base_url=self.settings.public_url), path, expect, state)

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, expect: int | None = 303, *, state: str = ""
    ) -> Page:
        """Send a form, with the token of the last page opened unless ``data`` has one."""
        sent = dict(data or {})
        sent.setdefault("csrf_token", self.token or self._fresh_token())
        how: dict[str, Any] = {"data": sent}
        if any(isinstance(value, tuple) for value in sent.values()):  # a file: its content, its name, its type
            boundary, body = encode_multipart(
                {name: _file(*value) if isinstance(value, tuple) else value for name, value in sent.items()}
            )
            how = {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}
        return self._opened(self.http.post(path, base_url=self.settings.public_url, **how), path, expect, state)

    def follow(self, page: Page, expect: int = 200, *, state: str = "") -> Page:
        """Go where a redirection leads."""
        assert page.status in {302, 303}, page.status
        return self.get(page.location, expect, state=state)

    def _fresh_token(self) -> str:
        """A token as Flask-WTF signs them, for a browser that has not seen a form yet."""
        with self.http.session_transaction(base_url=self.settings.public_url) as kept:
            raw = kept.setdefault("csrf_token", token_hex(20))
        return str(URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw))

    def _endpoint(self, path: str, response: TestResponse) -> str:
        adapter = self.app.url_map.bind("127.0.0.1")
        endpoint: str = adapter.match(urlsplit(path).path, method=response.request.method)[0]
        return endpoint

    def _opened(self, response: TestResponse, path: str, expect: int | None, state: str) -> Page:
        page = Page(response)
        assert expect in {None, page.status}, (
            f"{path}: {page.status} instead of {expect}: {page.location or page.html[:2000]}"
        )
        if page.is_page:
            assert "&lt;Macro" not in page.html, f"{path}: a piece of a template is shown in the place of a value"
            findings = findings_of(page.html)
            assert not findings, f"{path} ({page.title}): {findings}"
            if state:
                endpoint = self._endpoint(path, response)
                assert is_registered(endpoint, state), (
                    f"state {state!r} of {endpoint} is not in tests/support/states.py"
                )
            token = _TOKEN.search(page.html)
            self.token = token[1] if token else self.token
            _dump(page)
        return page


def _dump(page: Page) -> None:
    folder = os.environ.get("PARVIS_PAGE_DUMP")
    if not folder:
        return
    shape = shape_of(page.html)
    name = re.sub(r"[^a-z0-9]+", "-", page.title.lower()).strip("-")[:60]
    target = Path(folder) / f"{name}-{page.status}-{sha256(shape.encode()).hexdigest()[:10]}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.html, encoding="utf-8")
