"""The program itself: start, memory over restarts, stop, refusals to start."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.connectors.sandbox.support import ENVIRONMENT, Program, School, SignIn, enrolment, header_of
from tests.connectors.sandbox.test_mail import letter, post


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Program]:
    """A sandbox of this test alone."""
    program = Program(tmp_path / "bac", ("--school-webhook-url", "http://127.0.0.1:9/hooks/ecoles"))
    yield program
    if program.process is not None and program.process.poll() is None:
        program.stop()


def start_by_hand(*arguments: str, without: str = "") -> subprocess.CompletedProcess:
    environ = {**os.environ, **{name: value for name, value in ENVIRONMENT.items() if name != without}}
    command = [sys.executable, "-W", "error", "-m", "connectors.sandbox", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30, check=False)


def test_everything_survives_a_restart(fresh: Program) -> None:
    fresh.start()
    school, body = School(fresh.address), enrolment()
    first = school.submit(body, "cle-1").json()
    school.move(first["enrolment_id"], "under_review")
    flow = SignIn(fresh.address)
    kid = header_of(flow.tokens()["id_token"])["kid"]
    subject = flow.read(SignIn(fresh.address).tokens()["id_token"])["sub"]
    post(fresh, letter("reste@usagers.example"))
    fresh.incident("ecoles", "down", delay=7)
    assert fresh.stop() == (0, "")
    school.http.close()

    again = Program(fresh.data_dir, fresh.options).start()
    fresh.process, fresh.http = again.process, again.http
    school = School(again.address)
    assert school.submit(body, "cle-1").status_code == 503
    assert again.http.get(f"{again.address}/incidents.json").json()["ecoles"]["delay"] == 7
    again.reset()
    assert school.submit(body, "cle-1").json() == first
    assert school.http.get(f"/enrolments/{first['enrolment_id']}").json()["status"] == "under_review"
    assert school.counts()["max_records_per_key"] == 1
    school.http.close()
    flow = SignIn(again.address)
    tokens = flow.tokens()
    assert header_of(tokens["id_token"])["kid"] == kid
    assert flow.read(tokens["id_token"])["sub"] == subject
    mails = flow.browser.get(f"{again.address}/courriels.json", params={"destinataire": "reste@"}).json()
    assert mails["total"] == 1


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_with_open_connections(fresh: Program, sent: signal.Signals) -> None:
    fresh.start()
    fresh.http.get(f"{fresh.address}/healthz")
    mail = smtplib.SMTP("127.0.0.1", fresh.smtp_port, timeout=10)
    mail.ehlo()
    for _ in range(20):  # an impatient person
        fresh.process.send_signal(sent)
    assert fresh.stop() == (0, "")
    mail.close()


@pytest.mark.parametrize("option", ["--port", "--smtp-port"])
def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path, option: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = str(holder.getsockname()[1])
        other = "--smtp-port" if option == "--port" else "--port"
        ended = start_by_hand("--data-dir", str(tmp_path), option, taken, other, "0")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"Le bac à sable ne peut pas écouter sur le port {taken}")
    assert ended.stderr.count("\n") == 1


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    ended = start_by_hand("--data-dir", str(tmp_path), without="SANDBOX_DEMO_API_KEY")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "SANDBOX_DEMO_API_KEY" in ended.stderr


@pytest.mark.parametrize("secret", ["whsec_court", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "whsec_é"])
def test_a_webhook_secret_of_another_shape_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("SANDBOX_SCHOOL_WEBHOOK_SECRET", secret)
    ended = start_by_hand("--data-dir", str(tmp_path), without="SANDBOX_SCHOOL_WEBHOOK_SECRET")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "whsec_" in ended.stderr


def test_it_listens_on_the_loopback_only_and_stays_light(program: Program) -> None:
    process = psutil.Process(program.process.pid)
    listening = {
        (place.laddr.ip, place.laddr.port) for place in process.net_connections() if place.status == psutil.CONN_LISTEN
    }
    assert listening == {
        ("127.0.0.1", int(program.address.rpartition(":")[2])),
        ("127.0.0.1", program.smtp_port),
    }
    assert process.memory_info().rss <= 70 * 1024 * 1024


def test_it_knows_nothing_of_the_portal() -> None:
    code = "import sys, connectors.sandbox.__main__; print(*sorted(sys.modules))"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    foreign = ("portal", "journeys", "connectors.sdk", "connectors.partners", "sqlalchemy", "httpx2")
    assert not [name for name in names if name.startswith(foreign)]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /demo/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /demo/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000\r\n\r\n", b"413"),
        (b"POST /demo/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"n'importe quoi\r\n\r\n", b"400"),
    ],
)
def test_a_body_it_cannot_measure_is_refused_at_once(program: Program, head: bytes, status: bytes) -> None:
    port = int(program.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        raw.sendall(head)
        assert status in raw.recv(1000).split(b"\r\n")[0]
        while raw.recv(4096):
            pass


def test_a_client_that_asks_first_may_send_its_body(program: Program) -> None:
    port = int(program.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        raw.sendall(
            b"POST /demo/requests HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert raw.recv(1000).startswith(b"HTTP/1.1 100")
        raw.sendall(b"{}")
        assert raw.recv(1000).startswith(b"HTTP/1.1 401")


def test_a_head_request_has_no_body(visitor: httpx2.Client) -> None:
    answer = visitor.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert visitor.get("/healthz").json() == {"status": "ok"}
