"""Servers that play partners, on real sockets."""

from collections.abc import Iterator

import pytest

from tests.connectors.fake_http import FakeHttpServer

pytest.register_assert_rewrite("connectors.sdk.testing")


@pytest.fixture
def server() -> Iterator[FakeHttpServer]:
    """An HTTP server that says 200 ``{}`` until told otherwise."""
    opened = FakeHttpServer()
    yield opened
    opened.close()
