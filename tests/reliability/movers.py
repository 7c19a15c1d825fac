"""Residents who move house through the pages, and press again until each page says that it is done."""

import http.client
import re
import threading
import time
from html import unescape
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from portal.ground.clock import today
from portal.ground.db import new_id
from portal.people.accounts.service import ResidentClaims, link_resident
from portal.people.identity.service import Evidence, open_session
from tests.support.moving import child, facts, in_days

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
GIVE_UP_AFTER = 150.0  # seconds, on a machine that starts programs slowly because it does other things
BASE = "/je-demenage"


def sign_people_in(database, cookie_name, count):
    """A session for each of so many residents: number, account and cookie."""
    seated = []
    with database.writing() as session:
        for number in range(count):
            claims = ResidentClaims(
                family_name=f"DEMENAGE{'ABCDEFGHIJKLMNOP'[number]}",
                given_names=("Camille",),
                birthdate="1985-04-12",
                email=f"demenage{number}@exemple.example",
            )
            account = link_resident(session, issuer="https://id.example", sub=f"mover-{number}", claims=claims)
            token = open_session(session, who=account, evidence=Evidence(attempt_id=new_id(), id_token=""))
            seated.append((number, account, f"{cookie_name}={token}"))
    return seated


class Mover(threading.Thread):
    """One person: facts, a child, three consents, a date put off; half of them give the move up at the end."""

    def __init__(self, url, number, account, cookie, *, gives_up):
        super().__init__(daemon=True)
        self.url, self.number, self.account, self.cookie = urlsplit(url), number, account, cookie
        self.gives_up = gives_up
        self.file = ""
        self.setbacks = 0
        self.failure = None
        self.first_date, self.last_date = in_days(30), in_days(45)
        self.pass_number = f"VAL-{number:04d}-{today():%d%m}"

    def run(self):
        try:
            self._move()
        except BaseException as error:  # noqa: BLE001 - read by the test, in its own thread
            self.failure = error

    def _move(self):
        told = facts(mobility_pass_number=self.pass_number, move_date=self.first_date)
        told["contact_email"] = self.account.email
        sent = self._press(f"{BASE}/nouveau", {"cle": str(uuid4()), "version": "0", **typed(told)})
        self.file = urlsplit(sent).path
        son = child(f"Nour{'ABCDEFGHIJKLMNOP'[self.number]}")
        self._press(f"{self.file}/enfants/ajouter", {"version": "1", **typed(son)})
        for key in ("ecole-1", "caf", "transport"):
            self._press(f"{self.file}/{key}", {"accord": "oui", "version": "2", "cle": str(uuid4())})
        told["move_date"] = self.last_date
        self._press(f"{self.file}/modifier", {"version": "2", **typed(told)})

    def give_up(self):
        """Cancel the move."""
        self._press(f"{self.file}/annuler", {})

    def read(self, path=""):
        """The words of a page of the file."""
        page = self._until(lambda: self._call("GET", self.file + path, {}), {200})[2]
        text = unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]))
        return " ".join(text.split())

    def _press(self, path, fields):
        """Take the token of a page, then send until the answer says where to go."""
        jar = {}
        page = self._until(lambda: self._call("GET", f"{BASE}/nouveau", jar), {200})[2]
        body = urlencode({**fields, "csrf_token": dict(HIDDEN.findall(page))["csrf_token"]})
        return self._until(lambda: self._call("POST", path, jar, body), {303})[1]

    def _until(self, call, wanted):
        deadline = time.monotonic() + GIVE_UP_AFTER
        while True:
            try:
                answer = call()
                if answer[0] in wanted:
                    return answer
                assert answer[0] >= 500 or answer[0] == 429, f"{self.file} answered {answer[0]}: {answer[2][-3000:]}"
            except (OSError, http.client.HTTPException):
                pass
            self.setbacks += 1
            assert time.monotonic() < deadline, "no answer in time"
            time.sleep(0.15)

    def _call(self, method, path, jar, body=None):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=15)
        headers = {"Cookie": "; ".join([self.cookie, *jar.values()]), "Host": self.url.netloc}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"{self.url.scheme}://{self.url.netloc}{path}"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    pair = value.split(";")[0]
                    jar[pair.split("=")[0]] = pair
            return response.status, response.getheader("Location", ""), text
        finally:
            connection.close()


def typed(told):
    """Facts as a browser sends them."""
    sent = {}
    for name, value in told.items():
        if name.endswith(("move_date", "birthdate")):
            for part, piece in zip(("year", "month", "day"), str(value).split("-"), strict=True):
                sent[f"r_{name}-{part}"] = piece
        else:
            sent[f"r_{name}"] = {True: "oui", False: "non"}[value] if isinstance(value, bool) else value
    return sent
