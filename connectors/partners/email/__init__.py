"""E-mails to people, over SMTP."""

from connectors.partners.email.connector import EmailConnector
from connectors.partners.email.settings import EmailSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(EmailConnector.manifest, EmailSettings, EmailConnector)
