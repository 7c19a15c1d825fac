"""Mobility operator: shared bikes (GBFS), and closing a season pass through the exchange contract mobility-pass/1."""

from connectors.partners.mobility.connector import MobilityConnector
from connectors.partners.mobility.settings import MobilitySettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(MobilityConnector.manifest, MobilitySettings, MobilityConnector)
