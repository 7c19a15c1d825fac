"""Letters, to an organisation that takes nothing else."""

from connectors.partners.letter.connector import LetterConnector
from connectors.partners.letter.settings import LetterSettings
from connectors.sdk import ConnectorType

CONNECTOR = ConnectorType(LetterConnector.manifest, LetterSettings, LetterConnector)
