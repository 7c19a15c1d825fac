"""Settings: environment last, and one clear sentence when they cannot be used."""

import base64
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, RSAKey

from portal.ground.errors import SettingsError
from portal.ground.settings import command_environment, load_settings

KEYS = {
    "PARVIS_MASTER_KEY": base64.urlsafe_b64encode(b"m" * 32).decode(),
    "PARVIS_SECRET_KEY": "s" * 40,
}


def refused(environ: dict[str, str], text: str = "", tmp_path: Path | None = None) -> str:
    path = None
    if tmp_path is not None:
        path = tmp_path / "parvis.toml"
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(path, KEYS | {"PARVIS_DATA_DIR": str(tmp_path or "/nonexistent")} | environ)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "parvis.toml"
    file.write_text('port = 8100\n[resident]\nissuer = "https://a.example"\nclient_id = "x"\n', encoding="utf-8")
    found = load_settings(
        file, KEYS | {"PARVIS_PORT": "8200", "PARVIS_RESIDENT_ACR": "", "PARVIS_RESIDENT_CLIENT_SECRET": "x"}
    )
    assert found.port == 8200
    assert found.resident.issuer == "https://a.example"
    assert found.resident.acr == ""
    assert found.resident.signing_alg == "ES256"


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    assert "PARVIS_PROT" in refused({"PARVIS_PROT": "1"})
    assert "colour" in refused({}, 'colour = "red"\n', tmp_path)
    assert "PARVIS_RESIDENT_NICK" in refused({"PARVIS_RESIDENT_NICK": "x"})


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"PARVIS_PORT": "eighty"}, "port"),
        ({"PARVIS_PUBLIC_URL": "ftp://x"}, "public_url"),
        ({"PARVIS_PRODUCTION": "true"}, "https://"),
        ({"PARVIS_PRODUCTION": "true", "PARVIS_PUBLIC_URL": "https://a.example", "PARVIS_SANDBOX_URL": "x"}, "essai"),
        ({"PARVIS_MASTER_KEY": "short"}, "master_key"),
        ({"PARVIS_SECRET_KEY": "short"}, "secret_key"),
        ({"PARVIS_RESIDENT_ISSUER": "https://a.example"}, "client_id"),
        ({"PARVIS_AGENT_SIGNING_ALG": "HS256"}, "agent"),
        ({"PARVIS_AGENT_SCOPES": "email"}, "openid"),
        ({"PARVIS_AGENT_LOGOUT_URL": "javascript:alert(1)"}, "logout_url"),
        ({"PARVIS_RESIDENT_ISSUER": "https://a.example", "PARVIS_RESIDENT_CLIENT_ID": "x"}, "client_secret"),
        (
            {
                "PARVIS_PRODUCTION": "true",
                "PARVIS_PUBLIC_URL": "https://a.example",
                "PARVIS_AGENT_ISSUER": "http://b.example",
                "PARVIS_AGENT_CLIENT_ID": "x",
                "PARVIS_AGENT_CLIENT_SECRET": "y",
            },
            "issuer",
        ),
        (
            {
                f"PARVIS_{realm}_{name}": value
                for realm in ("RESIDENT", "AGENT")
                for name, value in (("ISSUER", "https://a.example"), ("CLIENT_ID", "x"), ("CLIENT_SECRET", "y"))
            },
            "client_id",
        ),
    ],
)
def test_contradictions_are_refused(environ: dict[str, str], word: str) -> None:
    assert word in refused(environ)


def test_secrets_are_named_in_the_file_and_given_by_the_environment(tmp_path: Path) -> None:
    text = '[agent]\nissuer = "https://a.example"\nclient_id = "x"\nclient_secret_env = "PARVIS_SECRET_A"\n'
    assert "PARVIS_SECRET_A" in refused({}, text, tmp_path)
    found = load_settings(tmp_path / "parvis.toml", KEYS | {"PARVIS_SECRET_A": "hush-hush"})
    assert found.agent.client_secret.get_secret_value() == "hush-hush"
    assert "hush-hush" not in repr(found)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    assert "parvis.toml" in refused({}, "port = = 3", tmp_path)


def test_key_files_are_read_and_the_environment_wins(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    key = {letter: base64.urlsafe_b64encode(letter.encode() * 32).decode() for letter in "abc"}
    for name, letter in (("master", "a"), ("previous", "b"), ("fingerprint", "c")):
        (keys / f"{name}.key").write_text(key[letter] + "\n")
    (keys / "secret.key").write_text("s" * 40)
    found = load_settings(environ={"PARVIS_DATA_DIR": str(tmp_path)})
    assert found.master_key.get_secret_value() == key["a"]
    assert found.previous_master_key.get_secret_value() == key["b"]
    assert found.fingerprint_key.get_secret_value() == key["c"]
    found = load_settings(environ={"PARVIS_DATA_DIR": str(tmp_path), **KEYS})
    assert found.master_key.get_secret_value() == KEYS["PARVIS_MASTER_KEY"]
    assert found.previous_master_key.get_secret_value() == ""  # of another pair


@pytest.mark.parametrize("name", ["PARVIS_PREVIOUS_MASTER_KEY", "PARVIS_FINGERPRINT_KEY"])
def test_a_short_key_is_named(name: str) -> None:
    assert name.removeprefix("PARVIS_").lower() in refused({name: "short"})


def test_a_command_knows_the_secrets_of_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets.env").write_text("# made at random\nPARVIS_SECRET_A=file\nPARVIS_SECRET_B = b=1 \nnonsense\n")
    monkeypatch.setenv("PARVIS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PARVIS_SECRET_A", "environment")
    found = command_environment()
    assert (found["PARVIS_SECRET_A"], found["PARVIS_SECRET_B"]) == ("environment", "b=1")
    assert "nonsense" not in found


PEM = {
    "ES256": ECKey.generate_key("P-256").as_pem(private=True).decode(),
    "P-384": ECKey.generate_key("P-384").as_pem(private=True).decode(),
    "RS256": RSAKey.generate_key(2048).as_pem(private=True).decode(),
    "public": ECKey.generate_key("P-256").as_pem(private=False).decode(),
    "locked": ECKey.generate_key("P-256").as_pem(private=True, password="secret").decode(),
    "broken": "-----BEGIN NOTHING-----",
}
PROVIDER = '[agent]\nissuer = "https://a.example"\nclient_id = "x"\ntoken_auth_method = "private_key_jwt"\n'


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_private_key_may_be_a_file_of_the_data_folder(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "agent.pem").write_text(PEM[algorithm], encoding="utf-8")
    file = tmp_path / "parvis.toml"
    more = f'private_key_file = "keys/agent.pem"\nprivate_key_kid = "parvis-1"\nprivate_key_alg = "{algorithm}"\n'
    file.write_text(PROVIDER + more, encoding="utf-8")
    agent = load_settings(file, KEYS | {"PARVIS_DATA_DIR": str(tmp_path)}).agent
    assert agent.private_key is not None
    assert (agent.private_key.get_secret_value(), agent.private_key_kid) == (PEM[algorithm], "parvis-1")
    assert PEM[algorithm][40:60] not in repr(agent)


@pytest.mark.parametrize(
    ("key", "more", "word"),
    [
        ("P-384", "", "P-256"),
        ("public", "", "clé publique"),
        ("locked", "", "sans mot de passe"),
        ("broken", "", "n’est pas lisible"),
        ("ES256", 'private_key_alg = "RS256"\n', "signe en ES256"),
        ("ES256", 'private_key_alg = "PS512"\n', "private_key_alg"),
        ("ES256", 'private_key_env = "PARVIS_SECRET_KEY_OF_AGENT"\n', "se contredisent"),
    ],
)
def test_a_private_key_that_cannot_serve_refuses_to_start(tmp_path: Path, key: str, more: str, word: str) -> None:
    (tmp_path / "agent.pem").write_text(PEM[key], encoding="utf-8")
    text = f'{PROVIDER}private_key_file = "agent.pem"\n{more}'
    sentence = refused({"PARVIS_SECRET_KEY_OF_AGENT": PEM["ES256"]}, text, tmp_path)
    assert word in sentence
    assert "BEGIN" not in sentence


def test_a_private_key_without_its_method_or_its_file_refuses_to_start(tmp_path: Path) -> None:
    assert "agent.pem" in refused({}, f'{PROVIDER}private_key_file = "agent.pem"\n', tmp_path)
    assert "private_key manque" in refused({}, PROVIDER, tmp_path)
    assert "token_auth_method" in refused({"PARVIS_AGENT_PRIVATE_KEY": PEM["ES256"]})
