"""A partner that does not exist, to try deliveries and their incidents."""

from connectors.partners.demo.connector import DemoConnector
from connectors.partners.demo.settings import DemoSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(DemoConnector.manifest, DemoSettings, DemoConnector)
