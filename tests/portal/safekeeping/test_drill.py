"""The whole drill, small: a rotation and a backup are killed, the machine is destroyed, and nothing is missing."""

import shutil
import signal
import time
from datetime import timedelta

import pytest

from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.vault.service import fingerprint
from tests.support.town import Town, sent_request

REQUESTS = 50
BIG = 150 * 1024 * 1024


def kill_during_backup(portal, folder, passphrase_file):
    """The command is killed while it writes the archive; what it had written is returned."""
    command = portal.start("backup", folder, "--passphrase-file", passphrase_file)
    deadline = time.monotonic() + 60
    written = 0
    while written < 1024 * 1024:
        assert time.monotonic() < deadline
        assert command.poll() is None, "it ended before it was killed: nothing was proven"
        written = max((file.stat().st_size for file in folder.glob(".parvis-*/archive")), default=0)
        time.sleep(0.002)
    command.send_signal(signal.SIGKILL)
    command.communicate()
    assert command.returncode == -signal.SIGKILL
    return written


@pytest.mark.slow
def test_nothing_is_missing_after_the_drill(portal, elsewhere, database, town, passphrase_file, tmp_path):
    references = []
    for number in range(REQUESTS):
        with clock.shifted(timedelta(hours=number - REQUESTS)):  # a person may not send more in an hour
            references.append(sent_request(database, town.angela))
    documents = {f"documents/{number % 256:02x}/{number}": bytes([number]) * 3_000 for number in range(REQUESTS)}
    for path, data in documents.items():
        portal.store(path, data)
    pseudonym = fingerprint(str(town.angela.person_id), sector="ecoles")
    copies = tmp_path / "copies"
    copies.mkdir()

    portal.run("keys", "rotate")
    portal.store("documents/ff/big", b"")
    with (portal.data_dir / "documents/ff/big").open("r+b") as stream:
        stream.truncate(BIG)
    kill_during_backup(portal, copies, passphrase_file)
    assert [file.name for file in copies.iterdir() if not file.name.startswith(".")] == []
    (portal.data_dir / "documents/ff/big").unlink()

    portal.run("keys", "rotate", "--finish")
    portal.run("backup", copies / "parvis.tar", "--passphrase-file", passphrase_file)
    assert [file.name for file in copies.iterdir()] == ["parvis.tar"]
    database.dispose()
    shutil.rmtree(portal.data_dir)

    elsewhere.run("restore", copies / "parvis.tar", "--passphrase-file", passphrase_file)
    restored = elsewhere.open()
    assert fingerprint(str(town.angela.person_id), sector="ecoles") == pseudonym
    assert {path: (elsewhere.data_dir / path).read_bytes() for path in documents} == documents
    with restored.reading() as session:
        for reference in references:
            found = requests.get_request(session, Town.resident(town.angela), reference)
            assert found.reference == reference
            assert "DUBOIS" in {line.text for step in found.steps for line in step.lines}
    restored.dispose()
