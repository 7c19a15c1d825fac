"""Reading the settings from the file, then the environment."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from portal.ground.errors import SettingsError
from portal.ground.settings.keys import ENCRYPTING, KEY_FILES, is_encryption_key, read_key_files
from portal.ground.settings.model import ProviderSettings, Settings

PREFIX = "PARVIS_"
# Names with our prefix that belong to the commands and not to the portal.
RESERVED = frozenset(
    {
        "CONFIG", "PYTHON", "VENV", "TOOLS_DIR", "SPECS_DIR", "TEST_DATABASE", "TEST_POSTGRESQL_URL", "KILL_REQUESTS",
        "BACKUP_PASSPHRASE",
    }
)  # fmt: skip
SCALARS = frozenset(
    {
        "database_url", "public_url", "port", "production", "instance_id", "secret_key", "master_key", "mail_from",
        "mail_connection", "sandbox_url", "clamd", "trusted_proxies", "sign_in_limit", "previous_master_key",
        "fingerprint_key", "erasures_dir", "agent_names",
    }
)  # fmt: skip
LISTS = frozenset({"agent_sirets", "egress_allow", "journeys"})
PROVIDERS = ("resident", "agent")
PROVIDER_FIELDS = frozenset({*ProviderSettings.model_fields, "private_key_file"})
SECRET_PREFIX = "SECRET_"  # noqa: S105  the beginning of names of variables, not a secret


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration.

    :param path: the TOML file; by default ``PARVIS_CONFIG``, else ``parvis.toml`` in the data folder when it exists.
    :param environ: the environment, ``os.environ`` by default.
    :raises SettingsError: with one French sentence naming the setting at fault.
    """
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("PARVIS_DATA_DIR") or "instance").absolute()
    file = path or (Path(env["PARVIS_CONFIG"]) if env.get("PARVIS_CONFIG") else data_dir / "parvis.toml")
    values = _read_file(file, required=path is not None or bool(env.get("PARVIS_CONFIG")))
    values.setdefault("data_dir", str(data_dir))
    if env.get("PARVIS_DATA_DIR"):
        values["data_dir"] = str(data_dir)
    _apply_environment(values, env)
    _resolve_provider_secrets(values, env)
    _load_keys(values, Path(values["data_dir"]))
    try:
        found = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    _check_secrets(found)
    return found


def _check_secrets(found: Settings) -> None:
    for provider in PROVIDERS:
        one: ProviderSettings = getattr(found, provider)
        if one.configured and one.private_key is None and not one.client_secret.get_secret_value():
            raise SettingsError(
                f"Le réglage {provider}.client_secret_env manque : le fournisseur demande au portail de s’identifier."
            )


def _read_file(file: Path, *, required: bool) -> dict[str, Any]:
    if not file.exists():
        if required:
            raise SettingsError(f"Le fichier de configuration {file} est introuvable.")
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"Le fichier de configuration {file} n’est pas lisible : {error}.") from None


def _apply_environment(values: dict[str, Any], env: Mapping[str, str]) -> None:
    for name, raw in env.items():
        if not name.startswith(PREFIX):
            continue
        key = name[len(PREFIX) :]
        if key == "DATA_DIR" or key in RESERVED or (key.startswith(SECRET_PREFIX) and key != "SECRET_KEY"):
            continue
        low = key.lower()
        provider, _, field = low.partition("_")
        if low in SCALARS:
            values[low] = raw
        elif low in LISTS:
            values[low] = [part for part in raw.replace(",", " ").split() if part]
        elif provider in PROVIDERS and field in PROVIDER_FIELDS:
            values.setdefault(provider, {})[field] = raw
        else:
            raise SettingsError(f"Le réglage {name} n’existe pas : corrigez son nom ou retirez-le de l’environnement.")


def _resolve_provider_secrets(values: dict[str, Any], env: Mapping[str, str]) -> None:
    """``client_secret_env`` and ``private_key_env`` name the variables that hold the secrets.

    ``private_key_file`` names a file; a relative one is looked for in the data folder.
    """
    for provider in PROVIDERS:
        table = values.get(provider)
        if table is None:
            continue
        if not isinstance(table, dict):
            raise SettingsError(f"Le réglage {provider} doit être une table, par exemple [{provider}].")
        defaults = Settings.model_fields[provider].default.model_dump()
        for field in ("client_secret", "private_key"):
            variable = table.pop(f"{field}_env", None)
            if variable and field not in table:
                if not env.get(variable):
                    raise SettingsError(f"La variable {variable}, citée par {provider}.{field}_env, est vide.")
                table[field] = env[variable]
        _read_private_key_file(provider, table, Path(values["data_dir"]))
        values[provider] = {**defaults, **table}


def _read_private_key_file(provider: str, table: dict[str, Any], data_dir: Path) -> None:
    name = table.pop("private_key_file", None)
    if not name:
        return
    if "private_key" in table:
        raise SettingsError(
            f"Les réglages private_key_file et private_key_env de {provider} se contredisent : gardez-en un seul."
        )
    try:
        table["private_key"] = (data_dir / str(name)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(f"Le fichier {name}, cité par {provider}.private_key_file, n’est pas lisible.") from None


def _load_keys(values: dict[str, Any], data_dir: Path) -> None:
    """Keys live outside the database: in the environment, or in files of the data folder's ``keys``."""
    given = {name for name in KEY_FILES if values.get(name)}
    for name, text in read_key_files(data_dir / "keys").items():
        # A master key of the environment says by itself what the previous one is.
        if not values.get(name) and not (name == "previous_master_key" and "master_key" in given):
            values[name] = text
    for name in ENCRYPTING:
        if values.get(name) and not is_encryption_key(str(values[name])):
            raise SettingsError(f"Le réglage {name} doit contenir 32 octets en base64.")
    if len(str(values.get("secret_key") or "")) < 32:
        raise SettingsError("Le réglage secret_key manque ou fait moins de 32 caractères.")
    if not values.get("master_key"):
        raise SettingsError("Le réglage master_key manque : sans lui, les réponses ne peuvent pas être chiffrées.")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"Le réglage {where} n’existe pas : corrigez son nom ou retirez-le du fichier."
    reason = first["msg"].removeprefix("Value error, ")
    return f"Le réglage {where} n’est pas utilisable : {reason}." if where else f"{reason[:1].upper()}{reason[1:]}."
