"""Whether the embedded database is already at the version of the code, asked without loading the portal."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.launcher.options import ROOT

VERSIONS = (ROOT / "portal" / "migrations" / "versions", *sorted(ROOT.glob("journeys/*/migrations")))
REVISION = re.compile(r"^revision\b[^=]*= *[\"']([^\"']+)[\"']", re.MULTILINE)
PARENTS = re.compile(r"^(?:down_revision|depends_on)\b[^=]*= *(.*)$", re.MULTILINE)


def is_current(data_dir: Path, environment: Mapping[str, str], settled: Mapping[str, object]) -> bool:
    """True when nothing is to be migrated; False as soon as that is not sure."""
    file = data_dir / "parvis.sqlite3"
    if environment.get("PARVIS_DATABASE_URL") or settled.get("database_url") or not file.is_file():
        return False
    return versions_in(file) == heads()


def heads(folders: Sequence[Path] = VERSIONS) -> set[str]:
    """The migrations that no other one follows or depends on: the portal's, and those of the journeys."""
    texts = [file.read_text(encoding="utf-8") for folder in folders for file in folder.glob("*.py")]
    revisions = {found for text in texts for found in REVISION.findall(text)}
    followed = " ".join(line for text in texts for line in PARENTS.findall(text))
    return {revision for revision in revisions if not re.search(rf"[\"']{re.escape(revision)}[\"']", followed)}


def versions_in(file: Path) -> set[str] | None:
    """The versions that an SQLite database says it is at; None when it does not say."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    try:
        return {str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.Error:
        return None
    finally:
        connection.close()
