"""Residents with a session and a finished draft, who press « Envoyer » until they are told that it is done."""

import http.client
import re
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from portal.casework.requests import service as requests
from portal.ground.db import new_id
from portal.ground.permissions import Actor, ActorKind
from portal.people.identity.enums import Realm
from portal.people.identity.service import Evidence, open_session
from tests.portal.engine.exchanges.commune import enrolment_answers, translations

PAGE = "/demarches/inscription-essai"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
GIVE_UP_AFTER = 150.0  # with what kills on one side and a slow machine on the other; some seconds on a quiet one


@dataclass(frozen=True)
class Sitting:
    """One resident in front of the check page."""

    number: int
    cookie: str


def seat_residents(commune, cookie_name) -> list[Sitting]:
    """A session and a finished draft for each account."""
    sittings = []
    with translations(), commune.database.writing() as session:
        for number, account in enumerate(commune.accounts):
            resident = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)
            draft = requests.start_draft(session, resident, commune.procedure)
            for step, answers in enrolment_answers(account, number):
                draft = requests.save_step(
                    session, resident, draft.id, step=step, answers=answers, version=draft.version
                )
            token = open_session(session, who=account, evidence=Evidence(attempt_id=new_id(), id_token=""))
            sittings.append(Sitting(number, f"{cookie_name}={token}"))
    return sittings


class Crowd:
    """Residents who all send at the same time, from a few threads."""

    def __init__(self, url, sittings, *, threads=6):
        self._url = urlsplit(url)
        self._left = list(sittings)
        self._lock = threading.Lock()
        self.acknowledged: dict[int, str] = {}
        self.setbacks = 0
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def join(self, seconds):
        """Until everybody has their acknowledgement."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        assert not self.failures, [repr(one) for one in self.failures]
        assert not any(thread.is_alive() for thread in self._threads), "not everybody could send in time"

    def _run(self):
        try:
            while (sitting := self._next()) is not None:
                reference = self._send(sitting)
                with self._lock:
                    self.acknowledged[sitting.number] = reference
        except BaseException as error:  # noqa: BLE001 - raised again by join(), in the test's own thread
            self.failures.append(error)

    def _next(self):
        with self._lock:
            return self._left.pop() if self._left else None

    def _send(self, sitting) -> str:
        """Open the page, then press until the answer says where the acknowledgement is."""
        jar = {"": sitting.cookie}
        page = self._until(lambda: self._call("GET", f"{PAGE}/verifier", jar), {200})
        form = page[2].partition(f'action="{PAGE}/envoyer"')[2].partition("</form>")[0]
        fields = dict(HIDDEN.findall(form))
        assert {"cle", "dossier", "version"} <= fields.keys(), "the page has no form to send"
        body = urlencode(fields)
        answer = self._until(lambda: self._call("POST", f"{PAGE}/envoyer", jar, body), {303})
        found = re.match(r"/demandes/([A-Z0-9-]+)/accuse", urlsplit(answer[1]).path)
        assert found, f"sent to {answer[1]}"
        return found[1]

    def _until(self, call, wanted):
        deadline = time.monotonic() + GIVE_UP_AFTER
        while True:
            try:
                answer = call()
                if answer[0] in wanted:
                    return answer
                assert answer[0] >= 500 or answer[0] == 429, f"answered {answer[0]}"
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, AssertionError):
                    raise
            with self._lock:
                self.setbacks += 1
            assert time.monotonic() < deadline, "no answer, however long one waited"
            time.sleep(0.15)

    def _call(self, method, path, jar, body=None):
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=15)
        headers = {"Cookie": "; ".join(jar.values()), "Host": self._url.netloc}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"{self._url.scheme}://{self._url.netloc}{path}"
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


def cookie_name_for(settings) -> str:
    """The name of the residents' cookie."""
    from portal.people.identity.cookies import session_cookie_name

    return session_cookie_name(settings, Realm.RESIDENT)
