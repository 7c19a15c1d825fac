"""The press: tagged PDFs that hold the same text as the page, whatever people are called."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfua import validate

from connectors.sdk import ProtocolError, RetryableError
from portal.casework.catalogue.document import Delay, Recourse
from portal.casework.catalogue.enums import DelayUnit, Regime
from portal.casework.receipts import press, typesetter
from portal.casework.receipts.composing import compose_acknowledgement, for_the_press, say
from portal.casework.receipts.press import FOLDER_OF_FONTS, FONTS, TEMPLATE, print_paper
from portal.casework.receipts.service import draw_code
from portal.casework.receipts.typesetter import Typesetter
from portal.casework.requests.acknowledgements import AcknowledgedService, AcknowledgementData
from portal.casework.requests.enums import Channel
from portal.people.accounts.service import AuthorityView
from tests.support.names import difficult_names
from tests.support.pdf_text import TaggedText

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
DATA = AcknowledgementData(
    number="VSI-7F3K-2M",
    received_at=AT,
    channel=Channel.WEB,
    applicant="Éloïse D’EXEMPLE-ŒUVRARD",
    subject="Inscrire un enfant à l’école",
    procedure="inscription-scolaire",
    procedure_version=1,
    service=AcknowledgedService(
        designation="Service Enfance",
        postal_address="2 place du Parvis, 38999 Valmont-sur-Iselle",
        email="enfance@valmont-sur-iselle.example",
        phone="04 65 71 20 21",
    ),
    is_request=True,
    regime=Regime.REJECTION,
    delay=Delay(count=2, unit=DelayUnit.MONTHS),
    implicit_decision_date=date(2026, 5, 4),
    recourse=Recourse(court="Tribunal", address="2 place d’Essai", delay=Delay(count=2, unit=DelayUnit.MONTHS)),
    evidence_deadline_days=30,
    evidence_effect="Le délai est suspendu.",
    issued_at=AT,
    sent_to="eloise@exemple.example",
)
AUTHORITY = AuthorityView(
    id=UUID(int=1),
    name="Valmont-sur-Iselle",
    siret="21380999900019",
    insee_code="38999",
    reference_prefix="VSI",
    address="2 place du Parvis, 38999 Valmont-sur-Iselle",
    phone="04 65 71 20 10",
    email="mairie@valmont-sur-iselle.example",
    website="",
    privacy_email="",
    opening_hours={},
)
CODE = "22222-22222-2222Y"
ADDRESS = "https://services.valmont-sur-iselle.example/verifier"
CONTENT_OF_PDF_A = "{http://www.aiim.org/pdfa/ns/id/}"
SQUARE = "□"


@contextmanager
def french() -> Iterator[None]:
    app = Flask("tests")
    Babel(app, locale_selector=lambda: "fr")
    with app.app_context():
        yield


def content(**changes: Any) -> dict[str, Any]:
    """What is printed of the acknowledgement above."""
    with french():
        paper = compose_acknowledgement(
            DATA.model_copy(update=changes), "a" * 64, AUTHORITY, code=CODE, address=ADDRESS
        )
        return dict(for_the_press(paper, draw_code(f"{ADDRESS}?code={CODE}")))


def squeeze(text: str) -> str:
    """The text without its spaces: a line may end anywhere."""
    return "".join(text.split())


@pytest.fixture(scope="module")
def printed() -> bytes:
    """One acknowledgement."""
    return print_paper(content(), made_at=AT).pdf


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.Pdf.open(io.BytesIO(pdf))


def test_the_checker_finds_nothing(printed: bytes, tmp_path: Any) -> None:
    file = tmp_path / "accuse.pdf"
    file.write_bytes(printed)
    report = validate(str(file))
    assert list(report.findings) == []
    assert report.exit_code == 0


def test_it_is_tagged_in_french_with_its_title_shown(printed: bytes) -> None:
    with opened(printed) as pdf:
        root = pdf.Root
        assert root.MarkInfo.Marked is True
        assert str(root.Lang).startswith("fr")
        assert root.ViewerPreferences.DisplayDocTitle is True
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Accusé de réception VSI-7F3K-2M"
            assert metadata[f"{CONTENT_OF_PDF_A}part"] == "2"
            assert metadata[f"{CONTENT_OF_PDF_A}conformance"] == "A"
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        read = TaggedText(pdf)
    assert [role for role in read.roles if role.startswith("H")] == ["H1", "H2", "H2", "H2", "H2", "H2", "H2"]
    assert read.roles.count("LI") == 5
    assert read.alternatives == ["Code à scanner : il ouvre la page de vérification."]


def test_every_font_is_in_the_file(printed: bytes) -> None:
    with opened(printed) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "NotoSans" in str(descriptor.FontName)


def test_it_is_read_in_the_order_of_the_page(printed: bytes) -> None:
    said = content()
    expected = [
        *(span["text"] for one in said["letterhead"] for span in one),
        said["title"],
        *(span["text"] for one in said["lead"] for span in one),
    ]
    for section in said["sections"]:
        expected.append(section["title"])
        for fact in section["facts"]:
            expected.extend([fact["term"], *(span["text"] for one in fact["lines"] for span in one)])
        expected.extend(span["text"] for paragraph in section["paragraphs"] for one in paragraph for span in one)
    expected.extend(span["text"] for one in said["closing"] for span in one)
    with opened(printed) as pdf:
        assert squeeze(TaggedText(pdf).text) == squeeze("".join(expected))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("14\u00a0h\u00a005 ", "14\u00a0h\u00a005 "),
        (" a  b\tc ", " a b c "),
        ("\u202eab\u0007\u00ad", "ab"),
        (" ", " "),
        ("", ""),
        ("e\u0301", "é"),
    ],
)
def test_what_no_eye_can_see_is_left_out(written: str, said: str) -> None:
    assert say(written).text == said


def test_the_same_content_gives_the_same_bytes(printed: bytes) -> None:
    assert print_paper(content(), made_at=AT).pdf == printed
    assert print_paper(content(applicant="Autre"), made_at=AT).pdf != printed


def test_what_people_write_is_never_run(printed: bytes) -> None:
    hostile = '#panic("Essai") *gras* @ref <label> $x$ #sys.inputs'
    with opened(print_paper(content(applicant=hostile), made_at=AT).pdf) as pdf:
        assert squeeze(hostile) in squeeze(TaggedText(pdf).text)


def test_a_character_without_a_glyph_is_noted_and_the_paper_made() -> None:
    made = print_paper(content(applicant="Essai 李明"), made_at=AT)
    assert made.missing == ("U+660E", "U+674E")
    with opened(made.pdf) as pdf:
        text = squeeze(TaggedText(pdf).text)
    assert f"Essai{SQUARE}{SQUARE}" in text
    assert "uncarrélesremplace" in text


@pytest.mark.parametrize("name", ["Ελένη", "Мария", "ליلى", "שרה", "Հայկ", "ნინო", "தமிழ்", "देवी", "Ệ", "e\u0301"])
def test_these_scripts_have_their_letters(name: str) -> None:
    assert print_paper(content(applicant=name), made_at=AT).missing == ()


def typeset(name: str) -> tuple[bytes, set[str]]:
    """The same work as the program's, in this process: starting two hundred programs is not what is tried."""
    said = {**content(applicant=name), "fonts": FONTS}
    job = {"template": str(TEMPLATE), "fonts": str(FOLDER_OF_FONTS), "timestamp": 1_772_543_100, "content": said}
    typesetter_ = Typesetter(json.loads(json.dumps(job)))
    return typesetter_.set_paper(), typesetter_.missing


@pytest.mark.parametrize("count", [30, pytest.param(240, marks=pytest.mark.slow)])
def test_nobody_is_refused_for_a_name(count: int) -> None:
    names = difficult_names(count)
    assert len(set(names)) == count
    with_missing = 0
    for name in names:
        pdf, missing = typeset(name)
        assert pdf.startswith(b"%PDF-"), name
        with_missing += bool(missing)
    assert count // 12 < with_missing < count // 2, "some letters have no glyph, most have one"


@pytest.mark.parametrize("name", ["0\u0e33", "0 \u0e33", "0\u0e33\u0e32", "a\u0eb3", "<\u0e33"])
def test_half_a_vowel_on_a_figure_leaves_the_drawing_alone(name: str) -> None:
    pdf, missing = typeset(name)
    assert pdf.startswith(b"%PDF-")
    assert "0" not in missing, "the figures of the reference and of the dates are all there"


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_no_text_whatever_is_refused(name: str) -> None:
    assert typeset(name)[0].startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("text", "kept"),
    [("e\u0301\u20dd", "e\u0301"), ("e\u20dd\u0488", "e"), ("👩\u200d🚒", f"{SQUARE}{SQUARE}")],
)
def test_a_letter_survives_the_signs_that_cannot_be_drawn_on_it(text: str, kept: str) -> None:
    with opened(typeset(f"[{text}] eé")[0]) as pdf:
        found = TaggedText(pdf).text
    assert f"[{kept}]" in squeeze(found).replace("é", "e\u0301")


def test_too_many_unknown_characters_end_in_squares_not_in_a_refusal() -> None:
    pdf, missing = typeset("".join(chr(0x4E00 + number) for number in range(typesetter.ROUNDS + 30)))
    assert pdf.startswith(b"%PDF-")
    assert len(missing) == typesetter.ROUNDS + 30


def test_a_refused_document_says_nothing_of_its_content(capfd: pytest.CaptureFixture[str]) -> None:
    broken = content()
    broken["sections"][0]["title"] = 7
    broken["applicant"] = "Secret"
    with pytest.raises(ProtocolError) as refused:
        print_paper(broken, made_at=AT)
    assert refused.value.code == "paper_refused"
    assert "Secret" not in "".join(capfd.readouterr())


def test_a_press_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(RetryableError) as stopped:
        print_paper(content(), made_at=AT, patience=0.001)
    assert stopped.value.code == "press_timeout"


def test_a_press_that_wants_too_much_memory_dies_alone() -> None:
    with pytest.raises(RetryableError) as stopped:
        print_paper(content(), made_at=AT, memory=60 * 1024 * 1024)
    assert stopped.value.code == "press_stopped"


def test_the_program_limits_itself() -> None:
    program = (
        "import importlib.util, resource, sys\n"
        "spec = importlib.util.spec_from_file_location('t', sys.argv[1]); t = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(t); t.limit_oneself()\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, typesetter.__file__], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [str(typesetter.MEMORY), str(typesetter.SECONDS)]
    assert press.PATIENCE > typesetter.SECONDS
