"""Short messages to people's phones, over sms-gateway/1."""

from connectors.partners.sms.connector import SmsConnector
from connectors.partners.sms.settings import SmsSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(SmsConnector.manifest, SmsSettings, SmsConnector)
