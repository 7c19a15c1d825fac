"""The hostile corpus: (name, declared type, how to make it, what must be said of it)."""

import io
from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Encryption, Name
from PIL import Image

from portal.casework.documents.enums import Refusal
from tests.support import files as f

R = Refusal

PDF, JPEG, PNG, ANY = "application/pdf", "image/jpeg", "image/png", "application/octet-stream"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
Case = tuple[str, str, Callable[[], bytes], R]


def _image(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def _action(kind: str, **more: Any) -> Callable[[], bytes]:
    return lambda: f.pdf(f.with_action({"/S": Name(kind), **more}))


def _instruction(*parts: str) -> bytes:
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in parts)
    return f"<w:document><w:body><w:p>{runs}</w:p></w:body></w:document>".encode()


def _protected() -> bytes:
    return f.pdf(encryption=Encryption(user="secret", owner="secret"))


def _owner_protected() -> bytes:
    return f.pdf(encryption=Encryption(user="", owner="secret"))


def _scripted(made: Any) -> None:
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", Dictionary(S=Name.JavaScript, JS="x()")])))


def _additional(made: Any) -> None:
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="x()"))


def _hidden(made: Any) -> None:
    made.pages[0].PieceInfo = Dictionary(Any=Array([Dictionary(Inner=Dictionary(S=Name.Launch, F="calc.exe"))]))


def _next_action(made: Any) -> None:
    made.Root.OpenAction = Dictionary(
        S=Name.GoTo, D=Array([made.pages[0].obj, Name.Fit]), Next=Dictionary(S=Name.JavaScript, JS="x()")
    )


def _no_pages() -> bytes:
    return f.pdf(pages=0)


def _office_bomb() -> bytes:
    return f.docx_with("word/media/image1.bin", bytes(99 * 1024 * 1024))


def _office_huge() -> bytes:
    return f.archive({"word/document.xml": f.WORDS, **{f"word/{n}.bin": bytes(30 * 1024 * 1024) for n in range(4)}})


def _encrypted_entry() -> bytes:
    data = bytearray(f.docx())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    first = data.index(b"PK\x03\x04")
    data[first + 6] |= 1
    return bytes(data)


def _twice_the_same() -> bytes:
    data = f.docx_with("word/documenu.xml", f.WORDS)
    return data.replace(b"word/documenu.xml", b"word/document.xml")


def _cut(data: bytes, share: float = 0.5) -> bytes:
    return data[: int(len(data) * share)]


def _heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)


def _rel(kind: str, target: str) -> Callable[[], bytes]:
    return lambda: f.docx_with("word/_rels/document.xml.rels", f.relationship(kind, target))


BY_TYPE: list[Case] = [
    ("vide.pdf", PDF, lambda: b"", R.EMPTY),
    ("gros.pdf", PDF, lambda: f.pdf() + bytes(10 * 1024 * 1024), R.TOO_LARGE),
    ("limite.jpg", JPEG, lambda: f.photo() + bytes(10 * 1024 * 1024 + 1 - len(f.photo())), R.TOO_LARGE),
    ("page.html", "text/html", lambda: b"<script>alert(1)</script>", R.TYPE),
    ("dessin.svg", "image/svg+xml", lambda: b"<svg onload='alert(1)'/>", R.TYPE),
    ("programme.exe", ANY, lambda: b"MZ" + bytes(200), R.TYPE),
    ("script.js", "text/javascript", lambda: b"alert(1)", R.TYPE),
    ("sans-extension", PDF, f.pdf, R.TYPE),
    ("animation.gif", "image/gif", lambda: _image("GIF"), R.TYPE),
    ("photo.webp", "image/webp", lambda: _image("WEBP"), R.TYPE),
    ("scan.tiff", "image/tiff", lambda: _image("TIFF"), R.TYPE),
    ("facture.pdf.exe", PDF, f.pdf, R.TYPE),
    ("facture.pdf\u202eexe.", PDF, f.pdf, R.TYPE),
    ("..pdf", PDF, f.pdf, R.TYPE),
    ("photo.heic", "image/heic", _heic, R.HEIC),
    ("photo.jpg", JPEG, _heic, R.HEIC),
    ("dossier.zip", "application/zip", lambda: f.archive({"a.pdf": b"x"}), R.ARCHIVE),
    ("dossier.7z", ANY, lambda: b"7z\xbc\xaf\x27\x1c" + bytes(50), R.ARCHIVE),
    ("dossier.tar.gz", "application/gzip", lambda: b"\x1f\x8b" + bytes(50), R.ARCHIVE),
    ("lettre.docm", "application/vnd.ms-word.document.macroEnabled.12", f.docx, R.MACROS),
    ("tableau.xlsm", ANY, f.docx, R.MACROS),
    ("facture.pdf", PDF, lambda: f.archive({"a": b"b"}), R.MISMATCH),
    ("photo.png", PNG, lambda: b"<html><script>alert(1)</script></html>", R.MISMATCH),
    ("photo.png", PNG, f.photo, R.MISMATCH),
    ("photo.jpg", JPEG, lambda: f.photo(kind="PNG"), R.MISMATCH),
    ("facture.pdf", "text/html", f.pdf, R.MISMATCH),
    ("facture.pdf", JPEG, f.pdf, R.MISMATCH),
    ("facture.pdf", PDF, lambda: b" " * 500 + f.pdf(), R.MISMATCH),
    ("facture.pdf", PDF, lambda: b"GIF89a/*" + f.pdf(), R.MISMATCH),
    ("facture.pdf", PDF, lambda: b"MZ" + bytes(300), R.MISMATCH),
    ("virus.pdf", PDF, lambda: f.EICAR, R.MISMATCH),
    ("lettre.docx", DOCX, f.pdf, R.MISMATCH),
]
BY_INSIDE: list[Case] = [
    ("enorme.png", PNG, lambda: f.claimed_png(30_000, 30_000), R.IMAGE_TOO_LARGE),
    ("enorme.jpg", JPEG, lambda: f.claimed_jpeg(30_000, 30_000), R.IMAGE_TOO_LARGE),
    ("haute.png", PNG, lambda: f.claimed_png(26_000, 1_000), R.IMAGE_TOO_LARGE),
    ("fausse.png", PNG, lambda: f.claimed_png(4_000, 4_000), R.UNREADABLE),
    ("coupee.jpg", JPEG, lambda: _cut(f.photo((400, 300))), R.UNREADABLE),
    ("coupee.png", PNG, lambda: _cut(f.photo((400, 300), kind="PNG"), 0.3), R.UNREADABLE),
    ("entete.jpg", JPEG, lambda: b"\xff\xd8\xff\xe0" + bytes(100), R.UNREADABLE),
    ("entete.png", PNG, lambda: b"\x89PNG\r\n\x1a\n" + b"A" * 100, R.UNREADABLE),
    ("entete.pdf", PDF, lambda: b"%PDF-1.7\nrien\n%%EOF", R.UNREADABLE),
    ("sans-fin.pdf", PDF, lambda: f.pdf().replace(b"%%EOF", b"%%FIN"), R.UNREADABLE),
    ("sans-page.pdf", PDF, _no_pages, R.UNREADABLE),
    ("long.pdf", PDF, lambda: f.pdf(pages=201), R.TOO_MANY_PAGES),
    ("motdepasse.pdf", PDF, _protected, R.PASSWORD),
    ("verrou.pdf", PDF, _owner_protected, R.PASSWORD),
    ("script.pdf", PDF, lambda: f.pdf(_scripted), R.ACTIVE),
    ("ouverture-js.pdf", PDF, _action("/JavaScript", **{"/JS": "app.alert(1)"}), R.ACTIVE),
    ("ouverture-lance.pdf", PDF, _action("/Launch", **{"/F": "calc.exe"}), R.ACTIVE),
    ("ouverture-lien.pdf", PDF, _action("/URI", **{"/URI": "https://exemple.example"}), R.ACTIVE),
    ("ouverture-suite.pdf", PDF, lambda: f.pdf(_next_action), R.ACTIVE),
    ("page-aa.pdf", PDF, lambda: f.pdf(_additional), R.ACTIVE),
    ("cache.pdf", PDF, lambda: f.pdf(_hidden), R.ACTIVE),
    ("envoi.pdf", PDF, lambda: f.pdf(f.with_annotation(A=Dictionary(S=Name.SubmitForm, F="x"))), R.ACTIVE),
    ("film.pdf", PDF, lambda: f.pdf(f.with_annotation(Subtype=Name.RichMedia)), R.ACTIVE),
    ("ecran.pdf", PDF, lambda: f.pdf(f.with_annotation(Subtype=Name.Screen)), R.ACTIVE),
    ("relief.pdf", PDF, lambda: f.pdf(f.with_annotation(Subtype=Name("/3D"))), R.ACTIVE),
    ("xfa.pdf", PDF, lambda: f.pdf(f.with_form), R.ACTIVE),
    ("porteur.pdf", PDF, lambda: f.pdf(f.with_file), R.ATTACHMENTS),
    ("trombone.pdf", PDF, lambda: f.pdf(f.with_annotation(Subtype=Name.FileAttachment)), R.ATTACHMENTS),
    ("profond.pdf", PDF, lambda: f.pdf(f.with_deep), R.TOO_COMPLEX),
    ("double.pdf", PDF, lambda: f.pdf() + f.archive({"a": b"b"}), R.MISMATCH),
    ("queue.pdf", PDF, lambda: f.pdf() + b"<script>alert(1)</script>" * 100, R.MISMATCH),
    ("macro.docx", DOCX, lambda: f.docx_with("word/vbaProject.bin", b"x"), R.MACROS),
    ("macro-type.docx", DOCX, lambda: f.docx_with("word/settings.xml", b"<a t='macroEnabled'/>"), R.MACROS),
    ("active.docx", DOCX, lambda: f.docx_with("word/activeX/activeX1.xml", b"<a/>"), R.MACROS),
    ("gabarit.docx", DOCX, _rel("attachedTemplate", "https://exemple.example/t.dotm"), R.ACTIVE),
    ("cadre.docx", DOCX, _rel("frame", "file://serveur/partage"), R.ACTIVE),
    ("dde.docx", DOCX, lambda: f.docx_with("word/document.xml", _instruction("DDEAUTO c:\\calc.exe")), R.ACTIVE),
    ("dde-coupe.docx", DOCX, lambda: f.docx_with("word/document.xml", _instruction("D", "DE", " c:\\a")), R.ACTIVE),
    ("objet.docx", DOCX, lambda: f.docx_with("word/embeddings/oleObject1.bin", b"x"), R.ATTACHMENTS),
    ("entite.docx", DOCX, lambda: f.docx_with("word/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), R.UNREADABLE),
    ("codage.docx", DOCX, lambda: f.docx_with("word/a.xml", "<a/>".encode("utf-16")), R.UNREADABLE),
    ("dehors.docx", DOCX, lambda: f.docx_with("../../etc/passwd", b"x"), R.UNREADABLE),
    ("coupe.docx", DOCX, lambda: _cut(f.docx()), R.UNREADABLE),
    ("deux-fois.docx", DOCX, _twice_the_same, R.MISMATCH),
    ("autre.docx", DOCX, lambda: f.archive({"a.txt": b"b"}), R.MISMATCH),
    ("protege.docx", DOCX, _encrypted_entry, R.PASSWORD),
    ("bombe.docx", DOCX, _office_bomb, R.TOO_COMPLEX),
    ("enorme.docx", DOCX, _office_huge, R.TOO_COMPLEX),
    ("nombreux.docx", DOCX, lambda: f.archive({f"word/{n}": b"" for n in range(2_001)}), R.TOO_COMPLEX),
    ("basic.odt", ODT, lambda: f.odt(Basic__script=b"x"), R.MACROS),
    (
        "ecouteur.odt",
        ODT,
        lambda: f.archive({"mimetype": ODT.encode(), "content.xml": b"<script:event-listener/>"}),
        R.MACROS,
    ),
    ("dde.odt", ODT, lambda: f.archive({"mimetype": ODT.encode(), "content.xml": b"<text:dde-connection/>"}), R.ACTIVE),
    (
        "tableur.odt",
        ODT,
        lambda: f.archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        R.MISMATCH,
    ),
]
HOSTILE = [*BY_TYPE, *BY_INSIDE]


def _noted(made: Any) -> None:
    made.Root.Note = made.make_stream(f.EICAR)


# Nothing wrong with their shape: only the antivirus can tell.
INFECTED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("virus-texte.pdf", PDF, lambda: f.pdf(_noted, compress_streams=False)),
    ("virus-commentaire.pdf", PDF, lambda: f.pdf().replace(b"%%EOF", b"%" + f.EICAR + b"\n%%EOF")),
    ("virus.docx", DOCX, lambda: f.archive({"word/document.xml": f.WORDS, "word/media/a.png": f.EICAR}, 0)),
    ("virus.odt", ODT, lambda: f.archive({"mimetype": ODT.encode(), "content.xml": b"<a/>", "a.png": f.EICAR}, 0)),
]
