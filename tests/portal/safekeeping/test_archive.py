"""An archive is refused as soon as one byte of it is not what was written; its names lead nowhere else."""

import hashlib
import io
import json
import random
import tarfile

import pytest

from portal.ground.vault.service import attest, master_key_id
from portal.safekeeping.archive import open_archive
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.manifest import MAGIC, TRAILER_BYTES, is_safe
from portal.safekeeping.sealed_keys import COST_LIMIT, open_keys, seal_keys
from portal.safekeeping.writing import ArchiveWriter
from tests.portal.safekeeping.conftest import PASSPHRASE

SAID = {
    "archive_id": "a",
    "created_at": "2026-03-03T13:05:00+00:00",
    "software": "0.1.0",
    "engine": "sqlite",
    "revision": "0001",
    "with_keys": False,
    "counts": {"draft": 1},
}


def write(file, members):
    with file.open("wb") as stream:
        writer = ArchiveWriter(stream)
        for path, data in members.items():
            writer.add_bytes(path, data)
        writer.close({**SAID, "master_key_id": master_key_id()}, master_key_id())
    return file


@pytest.fixture
def archive(tmp_path):
    members = {"database/parvis.sqlite3": b"base", "documents/ab/1": b"x" * 5_000, "documents/ab/é 2": b""}
    return write(tmp_path / "a.tar", members)


def test_what_was_written_is_read_back(archive, tmp_path):
    opened = open_archive(archive)
    opened.check_seal()
    assert opened.unpack(lambda path: tmp_path / "out" / path) == 3
    assert (tmp_path / "out" / "documents" / "ab" / "1").read_bytes() == b"x" * 5_000
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "out").rglob("*") if file.is_file()} == {0o600}
    assert opened.read("database/parvis.sqlite3") == b"base"
    assert [member.path for member in opened.manifest.files_below("documents")] == [
        "documents/ab/1",
        "documents/ab/é 2",
    ]
    with tarfile.open(archive) as tar:  # the ordinary tool reads it too
        assert "documents/ab/1" in tar.getnames()


def test_any_flipped_byte_is_refused(archive):
    whole = archive.read_bytes()
    draw = random.Random(7)
    for place in [0, 130, 512, len(whole) - 1, len(whole) - 70, len(whole) - 140, *draw.sample(range(len(whole)), 60)]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << draw.randrange(8)
        archive.write_bytes(damaged)
        with pytest.raises(SafekeepingError, match="incomplète ou a été altérée"):
            open_archive(archive).check_seal()


@pytest.mark.parametrize("kept", [0, 10, 138, 139, 4_000, -1])
def test_a_cut_archive_is_refused(archive, kept):
    archive.write_bytes(archive.read_bytes()[:kept])
    with pytest.raises(SafekeepingError, match="incomplète"):
        open_archive(archive)


def test_an_archive_made_by_somebody_else_is_refused(archive):
    body = archive.read_bytes()[:-TRAILER_BYTES]
    body = body.replace(b"x" * 10, b"y" * 10, 1)
    digest = hashlib.sha256(body).digest()
    archive.write_bytes(body + b" ".join((MAGIC, digest.hex().encode(), b"0" * 64)) + b"\n")
    with pytest.raises(SafekeepingError, match="altérée"):
        open_archive(archive).check_seal()


def forged(file, entries, manifest):
    """An archive whose closing line is right, although its content is not what we would write."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for entry, data in [*entries, (tarfile.TarInfo("manifest.json"), json.dumps(manifest).encode())]:
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    digest = hashlib.sha256(stream.getvalue()).digest()
    seal = attest(digest, by=master_key_id())
    words = b" ".join((MAGIC, digest.hex().encode(), seal.hex().encode())) + b"\n"
    file.write_bytes(stream.getvalue() + words)
    return file


def manifest_of(*members):
    listed = [{"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for path, data in members]
    return {**SAID, "master_key_id": master_key_id(), "format": 1, "vanished": 0, "members": listed}


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/evil", "documents/../../evil", "documents", "keys/master.key", "documents/./a", "other/a"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, path):
    assert not is_safe(path)
    made = forged(tmp_path / "f.tar", [(tarfile.TarInfo(path), b"evil")], manifest_of((path, b"evil")))
    with pytest.raises(SafekeepingError, match="altérée"):
        open_archive(made).unpack(lambda name: tmp_path / "out" / name)
    assert [file.name for file in tmp_path.iterdir()] == ["f.tar"]


def test_links_are_refused(tmp_path):
    link = tarfile.TarInfo("documents/a")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    made = forged(tmp_path / "f.tar", [(link, b"")], manifest_of(("documents/a", b"")))
    with pytest.raises(SafekeepingError, match="altérée"):
        open_archive(made).unpack(lambda name: tmp_path / "out" / name)
    assert not (tmp_path / "out").exists()


def test_what_the_manifest_does_not_say_is_refused_and_what_it_says_is_awaited(tmp_path):
    entry = tarfile.TarInfo("documents/a")
    foreign = forged(tmp_path / "f.tar", [(entry, b"1")], manifest_of())
    missing = forged(tmp_path / "g.tar", [], manifest_of(("documents/a", b"1")))
    twice = forged(tmp_path / "h.tar", [(entry, b"1"), (entry, b"1")], manifest_of(("documents/a", b"1")))
    other = forged(tmp_path / "i.tar", [(entry, b"2")], manifest_of(("documents/a", b"1")))
    for made in (foreign, missing, twice, other):
        with pytest.raises(SafekeepingError, match="altérée"):
            open_archive(made).unpack(lambda _path: None)


def test_another_format_is_told(tmp_path):
    made = forged(tmp_path / "f.tar", [], {**manifest_of(), "format": 2})
    with pytest.raises(SafekeepingError, match="autre version"):
        open_archive(made)


def test_nonsense_is_refused(tmp_path):
    for manifest in ({"format": 1}, {**manifest_of(), "members": [{"path": 1}]}, []):
        with pytest.raises(SafekeepingError, match="altérée"):
            open_archive(forged(tmp_path / "f.tar", [], manifest))


def test_no_such_file_is_told(tmp_path):
    with pytest.raises(SafekeepingError, match="n’existe pas"):
        open_archive(tmp_path / "absent.tar")


def test_keys_open_with_their_passphrase_and_in_their_archive_only():
    sealed = seal_keys({"keys/master.key": "abc"}, PASSPHRASE, "archive 1")
    assert b"abc" not in sealed
    assert open_keys(sealed, PASSPHRASE, "archive 1") == {"keys/master.key": "abc"}
    for passphrase, archive_id in ((PASSPHRASE + "x", "archive 1"), (PASSPHRASE, "archive 2")):
        with pytest.raises(SafekeepingError, match="phrase secrète"):
            open_keys(sealed, passphrase, archive_id)
    with pytest.raises(SafekeepingError, match="inconnue"):
        open_keys(json.dumps({**json.loads(sealed), "n": COST_LIMIT * 2}).encode(), PASSPHRASE, "archive 1")
    with pytest.raises(SafekeepingError, match="12 caractères"):
        seal_keys({}, "short", "archive 1")
