"""The two programs of the system that the complete run of the tests needs: Chromium and a Java runtime."""

import os
import shutil
import subprocess

NEEDED = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "default-jre-headless": ("java",)}


class PackagesMissing(Exception):
    """Programs are missing and cannot be installed from here; the message is one French sentence."""


def missing() -> list[str]:
    """The Debian packages whose programs are not found."""
    return [package for package, names in NEEDED.items() if not any(shutil.which(name) for name in names)]


def ensure() -> list[str]:
    """Install what is missing, when that can be done without asking; returns what was installed.

    :raises PackagesMissing: when it cannot.
    """
    wanted = missing()
    if not wanted:
        return []
    by_hand = f"sudo apt-get install {' '.join(wanted)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise PackagesMissing(f"Il manque des programmes pour tout vérifier ; installez-les : « {by_hand} ».")
    install = ("install", "-y", "--no-install-recommends", *wanted)
    if _apt(*install) is not None:
        _apt("update")  # the lists of a new machine are empty or old
        failure = _apt(*install)
        if failure is not None:
            raise PackagesMissing(f"{failure}\nL’installation par apt a échoué ; essayez vous-même : « {by_hand} ».")
    return wanted


def _apt(*arguments: str) -> str | None:
    """Run apt-get without a question; returns None when it did it, else what it wrote."""
    outcome = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return None if outcome.returncode == 0 else outcome.stdout.strip()
