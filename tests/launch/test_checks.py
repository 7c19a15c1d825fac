"""``bin/test`` itself: every step runs, and one that fails is not forgotten."""

import sys

import checks
import pytest
from checks import Step


def saying(title: str, text: str, code: int = 0) -> Step:
    """A step that writes a text and ends with a code."""
    return Step(title, [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"])


def test_a_failure_does_not_hide_what_follows_and_fails_the_whole(capfd: pytest.CaptureFixture[str]):
    code = checks.run([saying("un", "a", 1), saying("deux", "b"), Step("trois", function=lambda: True)])
    written = capfd.readouterr().out
    assert code == 1
    assert "\nb\n" in written
    assert written.endswith("Échec : un.\n")


def test_all_passed_is_said(capfd: pytest.CaptureFixture[str]):
    assert checks.run([saying("un", "a")]) == 0
    assert capfd.readouterr().out.endswith("Tout est réussi.\n")


def test_the_quick_run_leaves_out_browsers_and_slow_tests():
    (fast,) = [step for step in checks.quick_steps() if "pytest" in map(str, step.command)]
    assert "not browser and not slow" in fast.command
    titles = [step.title for step in checks.all_steps()]
    assert [step.title for step in checks.reading()] == titles[: len(checks.reading())]
    assert {"Tests (SQLite)", "Tests (PostgreSQL)", "Tests dans le navigateur"} <= set(titles)
