from connectors.partners.demo import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.doubles import DemoDouble


class TestDemo(contract_suite(CONNECTOR, package="connectors.partners.demo", open_double=DemoDouble)):  # type: ignore[misc] # a class made for this connector
    """The demonstration partner keeps the contract."""
