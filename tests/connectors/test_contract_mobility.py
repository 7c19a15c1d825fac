from connectors.partners.mobility import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.mobility_doubles import MobilityDouble


class TestMobility(contract_suite(CONNECTOR, package="connectors.partners.mobility", open_double=MobilityDouble)):  # type: ignore[misc] # a class made for this connector
    """The partner keeps the contract."""
