from connectors.partners.school import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.doubles import SchoolDouble


class TestSchool(contract_suite(CONNECTOR, package="connectors.partners.school", open_double=SchoolDouble)):  # type: ignore[misc] # a class made for this connector
    """The school software keeps the contract."""
