from connectors.partners.ban import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.mobility_doubles import BanDouble


class TestBan(contract_suite(CONNECTOR, package="connectors.partners.ban", open_double=BanDouble)):  # type: ignore[misc] # a class made for this connector
    """The partner keeps the contract."""
