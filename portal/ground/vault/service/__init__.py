"""The door of the vault. Everything flushes and nothing commits."""

from portal.ground.settings import Settings
from portal.ground.vault.service import keyring
from portal.ground.vault.service.erasures import (
    append_erasures,
    keep_erasures_in,
    read_erasures,
    record_missing_erasures,
    replay_erasures,
)
from portal.ground.vault.service.keyring import (
    VaultError,
    attest,
    fingerprint,
    fingerprint_key_of,
    install_master_key,
    master_key_id,
)
from portal.ground.vault.service.rotation import (
    KeyCounts,
    check_keys,
    count_data_keys,
    count_left,
    introduce_master_key,
    retire_master_keys,
    rewrap_batch,
)
from portal.ground.vault.service.sealing import (
    VaultDestroyed,
    create_data_key,
    destroy_data_key,
    hold_data_keys,
    seal,
    seal_json,
    unseal,
    unseal_json,
    with_data_keys,
)

__all__ = [
    "KeyCounts",
    "VaultDestroyed",
    "VaultError",
    "append_erasures",
    "attest",
    "check_keys",
    "count_data_keys",
    "count_left",
    "create_data_key",
    "destroy_data_key",
    "fingerprint",
    "fingerprint_key_of",
    "hold_data_keys",
    "install_keys",
    "install_master_key",
    "introduce_master_key",
    "keep_erasures_in",
    "master_key_id",
    "read_erasures",
    "record_missing_erasures",
    "replay_erasures",
    "retire_master_keys",
    "rewrap_batch",
    "seal",
    "seal_json",
    "unseal",
    "unseal_json",
    "with_data_keys",
]


def install_keys(settings: Settings) -> None:
    """Give this process its keys, and the place of the list of erasures. Called once by the composition root."""
    keyring.install_keys(settings)
    keep_erasures_in(settings.resolved_erasures_dir)
