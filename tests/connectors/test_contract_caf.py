from connectors.partners.caf import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.doubles import CafDouble


class TestCaf(contract_suite(CONNECTOR, package="connectors.partners.caf", open_double=CafDouble)):  # type: ignore[misc] # a class made for this connector
    """API Particulier keeps the contract."""
