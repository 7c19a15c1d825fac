"""One sandbox program for the whole run, everything working at the start of each test."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.connectors.sandbox.support import BROWSERS, Program, Receiver, School, SignIn


@pytest.fixture(scope="session")
def receiver_server() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory, receiver_server: Receiver) -> Iterator[Program]:
    names = ("school", "mobility", "sms")
    hooks = tuple(word for name in names for word in (f"--{name}-webhook-url", receiver_server.url))
    started = Program(tmp_path_factory.mktemp("bac"), hooks).start()
    yield started
    code, said = started.stop()
    assert (code, said) == (0, "")


@pytest.fixture(autouse=True)
def _close_browsers() -> Iterator[None]:
    yield
    while BROWSERS:
        BROWSERS.pop().close()


@pytest.fixture
def bac(program: Program) -> Program:
    program.reset()
    return program


@pytest.fixture
def receiver(receiver_server: Receiver) -> Receiver:
    receiver_server.clear()
    return receiver_server


@pytest.fixture(params=["franceconnect", "proconnect"])
def sign_in(request: pytest.FixtureRequest, bac: Program) -> SignIn:
    return SignIn(bac.address, request.param)


@pytest.fixture
def resident(bac: Program) -> SignIn:
    return SignIn(bac.address)


@pytest.fixture
def agent(bac: Program) -> SignIn:
    return SignIn(bac.address, "proconnect")


@pytest.fixture
def school(bac: Program) -> Iterator[School]:
    caller = School(bac.address)
    yield caller
    caller.http.close()


@pytest.fixture
def visitor(bac: Program) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=bac.address, verify=False) as browser:
        yield browser
