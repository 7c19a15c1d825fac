from connectors.partners.sms import CONNECTOR
from connectors.sdk.testing import contract_suite
from tests.connectors.doubles import SmsDouble


class TestSms(contract_suite(CONNECTOR, package="connectors.partners.sms", open_double=SmsDouble)):  # type: ignore[misc] # a class made for this connector
    """The SMS gateway keeps the contract."""
