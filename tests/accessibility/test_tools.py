"""A checker that is not installed fails, saying how to get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from accessibility.checks.tools import ToolMissing, find_chromium, find_java, find_node, find_package


def test_programs_that_are_missing_say_how_to_install_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"apt-get install .*chromium"):
        find_chromium()
    with pytest.raises(ToolMissing, match="default-jre-headless"):
        find_java()


def test_a_package_that_is_missing_says_which(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_TOOLS_DIR", str(tmp_path))
    with pytest.raises(ToolMissing, match="no-such-package"):
        find_package("no-such-package")


def test_the_chosen_folder_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = tmp_path / "node_modules" / "axe-core"
    chosen.mkdir(parents=True)
    node = tmp_path / "node" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.write_text("", encoding="utf-8")
    monkeypatch.setenv("PARVIS_TOOLS_DIR", str(tmp_path))
    assert find_package("axe-core") == chosen
    assert find_node() == str(node)
