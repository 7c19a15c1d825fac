"""What a first start writes, read back by the programs that need it."""

import stat
from pathlib import Path

import pytest

from connectors.sandbox.settings import read_settings as read_sandbox_settings
from portal.ground.settings import load_settings
from portal.launcher import instance, options
from portal.launcher.options import Options, parse


def first_start(data_dir: Path, *arguments: str) -> Options:
    chosen = parse(["--data-dir", str(data_dir), "--port", "9500", *arguments], {})
    instance.create_data_dir(data_dir)
    instance.write_first_settings(chosen)
    return chosen


def test_everything_is_readable_by_its_owner_alone(tmp_path: Path):
    data_dir = tmp_path / "instance"
    first_start(data_dir)
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in data_dir.rglob("*") if file.is_file()}
    assert modes == dict.fromkeys(["parvis.toml", "secrets.env", "master.key", "secret.key"], 0o600)


def test_no_secret_stands_in_the_settings(tmp_path: Path):
    first_start(tmp_path)
    text = (tmp_path / "parvis.toml").read_text(encoding="utf-8")
    values = instance.read_secrets(tmp_path)
    assert len(set(values.values())) == len(instance.SHARED_SECRETS)
    assert not [name for name, value in values.items() if value in text]


def test_the_portal_reads_what_was_written(tmp_path: Path):
    chosen = first_start(tmp_path)
    settled = options.read_settings(chosen.config_file)
    environment = instance.portal_environment(chosen, settled, {})
    settings = load_settings(None, environment)
    assert settings.public_url == "http://127.0.0.1:9500"
    assert settings.data_dir == tmp_path
    assert settings.egress_allow == ("127.0.0.1:9501", "127.0.0.1:9502")
    assert settings.resident.issuer == "http://127.0.0.1:9501/franceconnect/api/v2"
    assert settings.agent.issuer == "http://127.0.0.1:9501/proconnect/api/v2"
    assert settings.resident.client_secret.get_secret_value() == environment["PARVIS_RESIDENT_CLIENT_SECRET"]
    assert sorted(settings.connections) == [
        "adresses",
        "caf",
        "caf-courrier",
        "courriel",
        "demo",
        "ecoles",
        "mobilite",
        "sms",
    ]
    named = [variable for connection in settings.connections.values() for variable in connection.secrets.values()]
    assert named
    assert all(environment[variable] for variable in named)


def test_the_sandbox_holds_the_other_half_of_each_secret_and_nothing_more(tmp_path: Path):
    chosen = first_start(tmp_path)
    theirs = instance.sandbox_environment(chosen, {"PATH": "/bin", "PARVIS_MASTER_KEY": "secret"})
    ours = instance.portal_environment(chosen, options.read_settings(chosen.config_file), {})
    sandbox = read_sandbox_settings(["--data-dir", str(tmp_path / "bac")], theirs)
    settings = load_settings(None, ours)
    assert (sandbox.resident.id, sandbox.agent.id) == (settings.resident.client_id, settings.agent.client_id)
    assert sandbox.agent.secret == settings.agent.client_secret.get_secret_value()
    assert sandbox.school_api_key == ours["PARVIS_SECRET_ECOLES_API_KEY"]
    assert sandbox.school_webhook_secret == ours["PARVIS_SECRET_ECOLES_WEBHOOK_SECRET"]
    assert sandbox.authority == settings.connections["ecoles"].options["authority_code"]
    assert not [name for name in theirs if name.startswith("PARVIS_")]


def test_what_exists_is_never_written_again(tmp_path: Path):
    first_start(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    first_start(tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_the_environment_wins_over_the_secrets_of_the_folder(tmp_path: Path):
    chosen = first_start(tmp_path)
    environment = instance.portal_environment(chosen, {}, {"PARVIS_RESIDENT_CLIENT_SECRET": "fourni"})
    assert environment["PARVIS_RESIDENT_CLIENT_SECRET"] == "fourni"


def test_another_port_moves_a_local_public_address_and_no_other(tmp_path: Path):
    first_start(tmp_path)
    moved = parse(["--data-dir", str(tmp_path), "--port", "9600"], {})
    local = instance.portal_environment(moved, {"port": 9500, "public_url": "http://127.0.0.1:9500"}, {})
    public = instance.portal_environment(moved, {"port": 9500, "public_url": "https://services.exemple.fr"}, {})
    assert local["PARVIS_PUBLIC_URL"] == "http://127.0.0.1:9600"
    assert "PARVIS_PUBLIC_URL" not in public


def test_without_a_sandbox_no_provider_is_invented(tmp_path: Path):
    chosen = first_start(tmp_path, "--no-sandbox")
    settings = load_settings(None, instance.portal_environment(chosen, options.read_settings(chosen.config_file), {}))
    assert not settings.resident.configured
    assert not settings.agent.configured
    assert settings.sandbox_url is None
    assert not (tmp_path / "secrets.env").exists()


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path):
    (tmp_path / "fichier").touch()
    with pytest.raises(instance.DataDirError, match=r"^Le dossier de données .* avec --data-dir\.$"):
        instance.create_data_dir(tmp_path / "fichier" / "instance")
