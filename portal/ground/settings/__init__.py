"""Settings: ``parvis.toml`` and the environment, environment last. Unknown or contradictory ones refuse to start."""

from portal.ground.settings.keys import (
    ENCRYPTING,
    KEY_FILES,
    SECRETS_FILE,
    KeyFolder,
    command_environment,
    is_encryption_key,
    read_key_files,
    read_secrets,
)
from portal.ground.settings.load import load_settings
from portal.ground.settings.model import ConnectionSettings, ProviderSettings, Settings

__all__ = [
    "ENCRYPTING",
    "KEY_FILES",
    "SECRETS_FILE",
    "ConnectionSettings",
    "KeyFolder",
    "ProviderSettings",
    "Settings",
    "command_environment",
    "is_encryption_key",
    "load_settings",
    "read_key_files",
    "read_secrets",
]
