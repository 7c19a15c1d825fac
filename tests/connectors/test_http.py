"""The guarded client against real sockets: pinning, limits, no redirect."""

import gzip
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.sdk import ConfigurationError, EgressPolicy, ProtocolError, RetryableError, Timeouts
from connectors.sdk.http import Client, SafeTransport, guarded, open_client
from tests.connectors.certificates import Authority
from tests.connectors.fake_http import Answer, FakeHttpServer

QUICK = Timeouts(connect=1.0, read=0.3, total=0.8)


def client_of(server: FakeHttpServer, **options: object) -> Client:
    return open_client(EgressPolicy([server.address]), base_url=server.url, **options)  # type: ignore[arg-type] # passed on


def test_request_arrives_and_answer_comes_back(server: FakeHttpServer) -> None:
    server.respond = lambda request: Answer(201, request.body, {"X-Seen": "yes"})
    with client_of(server, headers={"authorization": "Bearer k"}) as client:
        response = client.post("/things?x=1", json={"name": "Ñandú"})
    assert (response.status_code, response.json(), response.headers["x-seen"]) == (201, {"name": "Ñandú"}, "yes")
    (request,) = server.requests
    assert (request.path, request.query) == ("/things", {"x": ["1"]})
    assert request.headers["authorization"] == "Bearer k"
    assert request.headers["host"] == server.address


def test_name_is_resolved_once_and_the_socket_goes_to_the_checked_address(server: FakeHttpServer) -> None:
    """DNS rebinding: a second resolution would have given another address, and there is none."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    policy = EgressPolicy([f"partner.example:{server.port}"], resolver=rebinding)
    with open_client(policy, base_url=f"http://partner.example:{server.port}") as client:
        client.get("/one")
        client.get("/two")  # same connection
    assert asked == ["partner.example"]
    assert [request.headers["host"] for request in server.requests] == [f"partner.example:{server.port}"] * 2
    with (
        open_client(policy, base_url=f"http://partner.example:{server.port}") as client,
        pytest.raises(ConfigurationError) as caught,
    ):
        client.get("/three")
    assert caught.value.code == "egress_address_refused"
    assert len(server.requests) == 2


def test_next_address_is_tried_when_one_refuses(server: FakeHttpServer) -> None:
    policy = EgressPolicy(["127.0.0.0/8"], resolver=lambda _h, _p: ["127.0.0.2", "127.0.0.1"])
    with open_client(policy, base_url=f"http://partner.example:{server.port}") as client:
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:1/", "egress_address_refused"),
        ("https://127.0.0.1/", "egress_address_refused"),
        ("https://[::1]/", "egress_address_refused"),
        ("https://[::ffff:127.0.0.1]/", "egress_address_refused"),
        ("https://[64:ff9b::7f00:1]/", "egress_address_refused"),
        ("https://2130706433/", "egress_host_refused"),
        ("https://0x7f.1/", "egress_host_refused"),
        ("https://017700000001/", "egress_host_refused"),
        ("https://0/", "egress_host_refused"),
        ("https://127。0。0。1/", "egress_address_refused"),
        ("https://localhost/", "egress_address_refused"),
        ("http://8.8.8.8/", "egress_https_required"),
        ("https://8.8.8.8:8443/", "egress_port_refused"),
        ("ftp://8.8.8.8/", "egress_scheme_refused"),
        ("ws://127.0.0.1/", "egress_scheme_refused"),
    ],
)
def test_forbidden_address_is_a_configuration_matter(address: str, code: str) -> None:
    with open_client(EgressPolicy()) as client, pytest.raises(ConfigurationError) as caught, guarded():
        client.get(address)
    assert caught.value.code == code


def test_redirect_is_an_answer_and_is_not_followed(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data"})
    with client_of(server) as client:
        response = client.get("/")
    assert response.status_code == 302
    assert len(server.requests) == 1


def test_even_a_client_that_follows_redirects_is_checked_at_each_hop(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data"})
    transport = SafeTransport(EgressPolicy([server.address]))
    following = Client(transport=transport, follow_redirects=True, trust_env=False)
    with following as client, pytest.raises(ConfigurationError) as caught:
        client.get(server.url)
    assert caught.value.code == "egress_address_refused"


def test_proxy_variables_are_not_heard(server: FakeHttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with client_of(server) as client:
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("size", [5_000_000, 5_000_001])
def test_body_is_counted_while_it_comes(server: FakeHttpServer, size: int) -> None:
    whole, rest = divmod(size, 100_000)
    chunks = [b"x" * 100_000] * whole + [b"x" * rest]
    server.respond = lambda _request: Answer(200, chunks=chunks)
    with client_of(server) as client:
        if size <= 5_000_000:
            assert len(client.get("/").content) == size
            return
        with pytest.raises(ProtocolError) as caught:
            client.get("/")
        assert caught.value.code == "body_too_large"


def test_endless_body_is_cut(server: FakeHttpServer) -> None:
    sent = itertools.count()
    server.respond = lambda _request: Answer(200, chunks=(b"x" * 100_000 for _ in sent))
    with client_of(server) as client, pytest.raises(ProtocolError):
        client.get("/")
    assert next(sent) < 400  # what the sockets' buffers hold, at most


def test_oversized_error_keeps_its_status(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(401, chunks=[b"x" * 100_000] * 60)
    with client_of(server) as client:
        response = client.get("/")
    assert (response.status_code, response.content) == (401, b"")


def test_compressed_body_is_refused_and_never_asked_for(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(200, gzip.compress(b"0" * 1_000_000), {"Content-Encoding": "gzip"})
    with client_of(server) as client, pytest.raises(ProtocolError) as caught:
        client.get("/", headers={"accept-encoding": "gzip, br"})
    assert caught.value.code == "encoding_refused"
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_total_time_is_enforced_on_a_body_that_drips(server: FakeHttpServer) -> None:
    """Each byte comes well within the reading limit; all together they do not."""
    server.respond = lambda _request: Answer(200, chunks=[b"."] * 100, pause=0.1)
    before = time.monotonic()
    with client_of(server, timeout=QUICK) as client, pytest.raises(RetryableError) as caught, guarded():
        client.post("/")
    assert 0.7 < time.monotonic() - before < 1.5
    assert (caught.value.code, caught.value.ambiguous) == ("answer_timeout", True)


def test_total_time_is_enforced_on_headers_that_drip() -> None:
    with raw_server([b"HTTP/1.1 200 OK\r\n", *[b"X-Wait: 1\r\n"] * 50], pause=0.1) as port:
        before = time.monotonic()
        policy = EgressPolicy([f"127.0.0.1:{port}"])
        with open_client(policy, timeout=QUICK) as client, pytest.raises(RetryableError) as caught, guarded():
            client.get(f"http://127.0.0.1:{port}/")
    assert time.monotonic() - before < 1.5
    assert caught.value.code == "answer_timeout"


def test_total_time_is_enforced_on_a_reader_that_drips() -> None:
    """A server that never reads what we send."""
    with raw_server([], pause=0, reads=False) as port:
        policy = EgressPolicy([f"127.0.0.1:{port}"])
        before = time.monotonic()
        with open_client(policy, timeout=QUICK) as client, pytest.raises(RetryableError) as caught, guarded():
            client.post(f"http://127.0.0.1:{port}/", content=b"x" * 30_000_000)
        assert time.monotonic() - before < 1.8
    assert caught.value.ambiguous


def test_silent_partner_is_ambiguous_after_the_reading_limit(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(delay=3.0)
    before = time.monotonic()
    with client_of(server, timeout=QUICK) as client, pytest.raises(RetryableError) as caught, guarded():
        client.post("/")
    assert time.monotonic() - before < 0.7
    assert (caught.value.code, caught.value.ambiguous) == ("answer_timeout", True)


def test_slow_resolution_counts_in_the_attempt() -> None:
    def slow(_host: str, _port: int) -> Sequence[str]:
        time.sleep(1.0)
        return ["127.0.0.1"]

    policy = EgressPolicy(["127.0.0.0/8"], resolver=slow)
    limits = Timeouts(connect=0.1, read=0.3, total=0.8)
    with open_client(policy, timeout=limits) as client, pytest.raises(RetryableError) as caught, guarded():
        client.get("http://partner.example:80/")
    assert (caught.value.code, caught.value.ambiguous) == ("name_resolution_slow", False)


def test_refused_connection_is_not_ambiguous(server: FakeHttpServer) -> None:
    with client_of(server) as client:
        server.close()
        with pytest.raises(RetryableError) as caught, guarded():
            client.get("/")
    assert (caught.value.code, caught.value.ambiguous) == ("connection_failed", False)


@pytest.mark.parametrize(
    "answer", [[], [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"], [b"\x00\xff garbage\r\n\r\n"]]
)
def test_answer_cut_short_is_ambiguous(answer: list[bytes]) -> None:
    with raw_server(answer) as port:
        policy = EgressPolicy([f"127.0.0.1:{port}"])
        with open_client(policy) as client, pytest.raises(RetryableError) as caught, guarded():
            client.post(f"http://127.0.0.1:{port}/", json={})
    assert (caught.value.code, caught.value.ambiguous) == ("connection_lost", True)


def test_request_that_cannot_be_written_is_a_configuration_matter(server: FakeHttpServer) -> None:
    with client_of(server) as client:
        with pytest.raises(ConfigurationError), guarded():
            client.get("/", headers={"x": "a\r\nb: c"})
        with pytest.raises(ConfigurationError), guarded():
            client.get("http://[oops/")
    assert server.requests == []


def test_partner_that_closed_an_idle_connection_is_reached_again(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(200, b"{}", {"Connection": "close"})
    with client_of(server) as client:
        assert [client.get("/").status_code for _ in range(3)] == [200, 200, 200]
    assert server.connections == 3


def test_one_client_serves_several_threads_each_with_its_own_deadline(server: FakeHttpServer) -> None:
    server.respond = lambda request: Answer(delay=3.0 if request.path == "/slow" else 0.05)

    def outcome(client: Client, path: str) -> str:
        try:
            with guarded():
                return str(client.get(path).status_code)
        except RetryableError as error:
            return error.code

    with client_of(server, timeout=QUICK) as client, ThreadPoolExecutor(6) as pool:
        paths = ["/slow", *["/quick"] * 12, "/slow"]
        outcomes = list(pool.map(lambda path: outcome(client, path), paths))
    assert outcomes == ["answer_timeout", *["200"] * 12, "answer_timeout"]


def test_host_name_is_kept_for_tls_and_the_certificate_is_checked() -> None:
    authority = Authority()
    seen: list[str | None] = []
    server = FakeHttpServer(tls=authority.server_context("partner.example", on_name=seen.append))
    policy = EgressPolicy(
        [f"partner.example:{server.port}", f"other.example:{server.port}"], resolver=lambda _h, _p: ["127.0.0.1"]
    )
    try:
        with Client(transport=SafeTransport(policy, ssl_context=authority.client_context())) as client:
            assert client.get(f"https://partner.example:{server.port}/").status_code == 200
            with pytest.raises(RetryableError) as caught, guarded():
                client.get(f"https://other.example:{server.port}/")
        assert (caught.value.code, caught.value.ambiguous) == ("connection_failed", False)
        with open_client(policy) as client, pytest.raises(RetryableError), guarded():
            client.get(f"https://partner.example:{server.port}/")  # an authority the system does not know
    finally:
        server.close()
    assert seen == ["partner.example", "other.example", "partner.example"]
    assert [request.headers["host"] for request in server.requests] == [f"partner.example:{server.port}"]


def test_certificate_variables_are_not_heard(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", authority.write(str(tmp_path)))
    server = FakeHttpServer(tls=authority.server_context("partner.example"))
    policy = EgressPolicy([f"partner.example:{server.port}"], resolver=lambda _h, _p: ["127.0.0.1"])
    try:
        with open_client(policy) as client, pytest.raises(RetryableError), guarded():
            client.get(f"https://partner.example:{server.port}/")
    finally:
        server.close()
    assert server.requests == []


class raw_server:  # noqa: N801 - reads as a function
    """Accepts one connection, writes these bytes whatever is asked, then closes."""

    def __init__(self, parts: Sequence[bytes], pause: float = 0.0, *, reads: bool = True) -> None:
        self.parts, self.pause, self.reads = parts, pause, reads
        self.released = threading.Event()

    def __enter__(self) -> int:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return int(self.listening.getsockname()[1])

    def _serve(self) -> None:
        connected, _address = self.listening.accept()
        with connected:
            if not self.reads:
                self.released.wait(5)
                return
            connected.recv(65536)
            for part in self._paced():
                try:
                    connected.sendall(part)
                except OSError:
                    return  # the client has left

    def _paced(self) -> Iterator[bytes]:
        for part in self.parts:
            yield part
            self.released.wait(self.pause)

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self.thread.join(5)
        self.listening.close()


def test_system_trust_checks_names_and_certificates() -> None:
    from connectors.sdk.http.transport import _system_trust

    context = _system_trust()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
