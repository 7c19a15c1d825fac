"""The national address base, through a geocoder of the Géoplateforme's shape."""

from connectors.partners.ban.connector import BanConnector
from connectors.partners.ban.settings import BanSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(BanConnector.manifest, BanSettings, BanConnector)
