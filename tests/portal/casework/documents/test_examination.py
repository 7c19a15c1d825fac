"""What is taken and what is refused, file by file, and what an examination costs."""

import io
import resource

import pytest
from PIL import Image

from portal.casework.documents.enums import Refusal
from portal.casework.documents.examiner import MAX_BYTES, examine
from portal.casework.documents.inspection.__main__ import inspect
from portal.casework.documents.inspection.refused import Refused
from portal.casework.documents.kinds import MAX_NAME, clean_name
from portal.casework.documents.wording import REFUSALS
from portal.ground.dictionary.files import FileKind
from tests.portal.casework.documents.corpus import BY_INSIDE, BY_TYPE, DOCX, HOSTILE, INFECTED, ODT, PDF, Case
from tests.support import files

ALL = tuple(FileKind)


def name_of(case: Case) -> str:
    return f"{HOSTILE.index(case)}-{case[0]}" if case in HOSTILE else case[0]


def test_the_corpus_is_large_enough_and_every_refusal_has_its_sentence() -> None:
    assert len(HOSTILE) + len(INFECTED) >= 60
    assert {case[3] for case in HOSTILE} | {Refusal.INFECTED} == set(Refusal)
    assert set(REFUSALS) == set(Refusal)


@pytest.mark.parametrize("case", BY_TYPE, ids=name_of)
def test_a_file_that_is_not_what_we_ask_for_is_refused_before_it_is_opened(case: Case) -> None:
    name, declared, make, expected = case
    with pytest.raises(Refused) as refused:
        examine(io.BytesIO(make()), name=name, declared=declared, accepts=ALL)
    assert refused.value.code is expected


@pytest.mark.parametrize("case", BY_INSIDE, ids=name_of)
def test_a_file_is_refused_for_what_is_inside(case: Case) -> None:
    name, _declared, make, expected = case
    kind = {"jpg": "jpeg"}.get(name.rpartition(".")[2], name.rpartition(".")[2])
    with pytest.raises(Refused) as refused:
        inspect(make(), kind)
    assert refused.value.code is expected


@pytest.mark.parametrize(
    ("name", "declared", "content"),
    [
        ("facture.pdf", PDF, files.pdf()),
        ("FACTURE.PDF", "", files.pdf(pages=200)),
        ("lien.pdf", PDF, files.pdf(files.with_annotation(Subtype=files.Name.Link))),
        ("photo.jpeg", "image/jpeg", files.photo()),
        ("photo.jpg", "application/octet-stream", files.photo((3_000, 2_000))),
        ("scan.png", "image/png", files.photo(kind="PNG", mode="1")),
        ("lettre.docx", DOCX, files.docx()),
        (
            "lien.docx",
            DOCX,
            files.docx_with("word/_rels/a.xml.rels", files.relationship("hyperlink", "https://a.example")),
        ),
        ("lettre.odt", ODT, files.odt()),
    ],
)
def test_what_people_really_send_is_taken(name: str, declared: str, content: bytes) -> None:
    examined = examine(io.BytesIO(content), name=name, declared=declared, accepts=ALL)
    assert examined.name == name
    assert examined.content


def test_a_kind_that_the_procedure_does_not_take_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        examine(io.BytesIO(files.docx()), name="lettre.docx", declared=DOCX, accepts=(FileKind.PDF,))
    assert refused.value.code is Refusal.TYPE


def test_a_photo_loses_where_it_was_taken_and_stands_upright() -> None:
    data = files.photo((400, 300), where=True)
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    examined = examine(io.BytesIO(data), name="photo.jpg", declared="image/jpeg", accepts=ALL)
    kept = Image.open(io.BytesIO(examined.content))
    assert kept.size == (300, 400)
    assert not dict(kept.getexif())
    assert b"Fanny" not in examined.content


def test_what_is_glued_behind_a_picture_is_lost() -> None:
    data = files.photo() + files.archive({"a.exe": b"MZ"})
    examined = examine(io.BytesIO(data), name="photo.jpg", declared="image/jpeg", accepts=ALL)
    assert b"PK\x03\x04" not in examined.content
    assert b"MZ" not in examined.content


@pytest.mark.slow
def test_a_pdf_that_unpacks_to_gigabytes_harms_only_the_process_that_reads_it() -> None:
    bomb = files.pdf_bomb()
    assert len(bomb) < MAX_BYTES
    with pytest.raises(Refused) as refused:
        examine(io.BytesIO(bomb), name="facture.pdf", declared=PDF, accepts=ALL)
    assert refused.value.code in {Refusal.TOO_COMPLEX, Refusal.UNREADABLE}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert peak < 800, f"{peak} MB"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("C:\\Users\\fanny\\facture.pdf", "facture.pdf"),
        ("../../etc/passwd", "passwd"),
        ("fac\u202etur\x00e\n.pdf", "facture .pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        (None, "document"),
        ("   ", "document"),
        ("...", "document"),
    ],
)
def test_names_are_cleaned(raw: str | None, kept: str) -> None:
    assert clean_name(raw) == kept


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_name("a" * 500 + ".pdf")
    assert len(name) == MAX_NAME
    assert name.endswith("a.pdf")
