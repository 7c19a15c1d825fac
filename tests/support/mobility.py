"""Connections to a fake geocoder and a fake operator of bikes, for tests of what calls them."""

from collections.abc import Iterable, Iterator

import pytest

from portal.ground.settings import ConnectionSettings, Settings
from tests.connectors.doubles import HttpDouble
from tests.connectors.mobility_doubles import BanDouble, MobilityDouble


@pytest.fixture
def ban() -> Iterator[BanDouble]:
    """A geocoder."""
    double = BanDouble()
    yield double
    double.close()


@pytest.fixture
def mobility() -> Iterator[MobilityDouble]:
    """An operator of bikes."""
    double = MobilityDouble()
    yield double
    double.close()


def connected(settings: Settings, **doubles: HttpDouble) -> Settings:
    """Settings with a connection to each double: its name → the double, without its secrets.

    Only what asks for no key can be called: addresses (``ban``) and bikes (``mobility``).
    """
    kinds = {"adresses": ("ban", ("base_url",)), "mobilite": ("mobility", ("gbfs_url",))}
    connections = {
        name: ConnectionSettings(
            connector=kinds[name][0], title=name, options={key: double.options[key] for key in kinds[name][1]}
        )
        for name, double in doubles.items()
    }
    allowed: Iterable[str] = [one for double in doubles.values() for one in double.egress_allow]
    return settings.model_copy(
        update={
            "connections": {**settings.connections, **connections},
            "egress_allow": [*settings.egress_allow, *allowed],
        }
    )
