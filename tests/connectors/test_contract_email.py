from connectors.partners.email import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.fake_smtp import SmtpDouble


class TestEmail(contract_suite(CONNECTOR, package="connectors.partners.email", open_double=SmtpDouble)):  # type: ignore[misc] # a class made for this connector
    """The mail server keeps the contract."""
