"""School software of the municipality, through the exchange contract school-enrolment/1."""

from connectors.partners.school.connector import SchoolConnector
from connectors.partners.school.settings import SchoolSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(SchoolConnector.manifest, SchoolSettings, SchoolConnector)
