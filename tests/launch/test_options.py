"""What ``bin/run`` understands."""

from pathlib import Path

import pytest

from portal.launcher import options
from portal.launcher.options import UsageError, parse


def test_without_anything_the_port_is_8070_and_the_data_in_the_checkout():
    chosen = parse([], {})
    assert chosen.data_dir == options.ROOT / "instance"
    assert chosen.sandbox_port == chosen.port + 1 or not chosen.first_start


def test_options_win_over_the_environment(tmp_path: Path):
    environ = {"PARVIS_PORT": "9100", "PARVIS_DATA_DIR": str(tmp_path / "env")}
    assert parse([], environ).port == 9100
    assert parse([], environ).data_dir == tmp_path / "env"
    chosen = parse(["--port=9200", "--data-dir", str(tmp_path / "option")], environ)
    assert (chosen.port, chosen.data_dir) == (9200, tmp_path / "option")


def test_a_relative_data_dir_is_the_caller_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert parse(["--data-dir", "ici"], {}).data_dir == tmp_path / "ici"


def test_a_later_start_keeps_the_port_and_the_sandbox_of_the_first(tmp_path: Path):
    (tmp_path / "parvis.toml").write_text(
        'port = 9300\nsandbox_url = "http://127.0.0.1:9301"\n'
        '[connections.courriel.options]\nhost = "127.0.0.1"\nport = 9302\n'
    )
    settled = parse(["--data-dir", str(tmp_path)], {})
    moved = parse(["--data-dir", str(tmp_path), "--port", "9400"], {})
    assert (settled.port, settled.first_start) == (9300, False)
    assert list(moved.wanted_ports()) == [9400, 9301, 9302]


def test_settings_without_a_sandbox_start_none(tmp_path: Path):
    (tmp_path / "parvis.toml").write_text("port = 9300\n")
    assert parse(["--data-dir", str(tmp_path)], {}).sandbox is False
    assert parse(["--data-dir", str(tmp_path / "neuf")], {}).sandbox is True
    assert parse(["--data-dir", str(tmp_path / "neuf"), "--no-sandbox"], {}).sandbox is False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prot", "9000"], "L’option « --prot » n’existe pas : voyez bin/run --help."),
        (["8070"], "L’option « 8070 » n’existe pas : voyez bin/run --help."),
        (["--no-sandbox=oui"], "L’option « --no-sandbox=oui » n’existe pas : voyez bin/run --help."),
        (["--port"], "L’option --port attend une valeur : voyez bin/run --help."),
        (["--data-dir", "--port"], "L’option --data-dir attend une valeur : voyez bin/run --help."),
        (["--port", "0"], "--port attend un numéro de port entre 1 et 65533, et non « 0 »."),
        (["--port", "٨٠٧٠"], "--port attend un numéro de port entre 1 et 65533, et non « ٨٠٧٠ »."),
        (["--port", "65534"], "--port attend un numéro de port entre 1 et 65533, et non « 65534 »."),
    ],
)
def test_what_is_not_understood_is_said_in_one_sentence(arguments: list[str], sentence: str):
    with pytest.raises(UsageError) as refused:
        parse(arguments, {})
    assert str(refused.value) == sentence


def test_a_port_of_the_environment_is_named_as_such():
    with pytest.raises(UsageError, match="PARVIS_PORT attend un numéro de port"):
        parse([], {"PARVIS_PORT": "huit mille"})


def test_unreadable_settings_are_said_in_one_sentence(tmp_path: Path):
    (tmp_path / "parvis.toml").write_text("port = = 3")
    with pytest.raises(UsageError, match=r"^Le fichier de réglages .*parvis\.toml n’est pas lisible"):
        parse(["--data-dir", str(tmp_path)], {})


def test_the_help_names_every_option():
    assert all(f"--{name}" in options.HELP for name in ("port", "data-dir", "no-sandbox", "help"))
    assert parse(["--help"], {}).help is True
