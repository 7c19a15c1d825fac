"""Family quotient of the CAF and the MSA, through API Particulier v3."""

from connectors.partners.caf.connector import CafConnector
from connectors.partners.caf.settings import CafSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(CafConnector.manifest, CafSettings, CafConnector)
