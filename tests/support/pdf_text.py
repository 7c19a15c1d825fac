"""Reading a tagged PDF as assistive technology does: the text in the order of its structure."""

import re
from typing import Any

import pikepdf

_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)


class TaggedText:
    """The roles and the text of a PDF, element by element, in structure order."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pages = {page.objgen: _marked_text(page) for page in pdf.pages}
        self._first = pdf.pages[0].objgen
        self.roles: list[str] = []
        self.alternatives: list[str] = []
        self.pieces: list[str] = []
        self._walk(pdf.Root.StructTreeRoot.K, self._first)

    @property
    def text(self) -> str:
        """Everything that is read aloud, without the alternatives of drawings."""
        return " ".join(self.pieces)

    def _walk(self, node: Any, page: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:
                self._walk(one, page)
        elif isinstance(node, int):
            self.pieces.append(self._pages[page].get(node, ""))
        elif node.get("/Type") == "/MCR":
            self.pieces.append(self._pages[node.Pg.objgen].get(int(node.MCID), ""))
        else:
            self._element(node, page)

    def _element(self, node: Any, page: Any) -> None:
        role = str(node.get("/S", ""))[1:]
        self.roles.append(role)
        if "/Alt" in node:
            self.alternatives.append(str(node.Alt))
        if "/Pg" in node:
            page = node.Pg.objgen
        if "/ActualText" in node:
            self.pieces.append(str(node.ActualText))
        elif role != "Figure" and "/K" in node:
            self._walk(node.K, page)


def _marked_text(page: Any) -> dict[int, str]:
    """Marked content id → its text."""
    fonts = {name: _letters(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
    found: dict[int, str] = {}
    stack: list[tuple[int | None, bool]] = []
    letters: dict[bytes, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        word = str(operator)
        if word in {"BDC", "BMC"}:
            properties = operands[1] if word == "BDC" else {}
            mcid = int(properties["/MCID"]) if "/MCID" in properties else (stack[-1][0] if stack else None)
            actual = "/ActualText" in properties
            if actual and mcid is not None:
                found[mcid] = found.get(mcid, "") + str(properties["/ActualText"])
            artifact = str(operands[0]) == "/Artifact"
            stack.append((None if artifact else mcid, actual or bool(stack and stack[-1][1])))
        elif word == "EMC":
            stack.pop()
        elif word == "Tf":
            letters = fonts[str(operands[0])]
        elif word in {"Tj", "TJ"} and stack and stack[-1][0] is not None and not stack[-1][1]:
            mcid = stack[-1][0]
            found[mcid] = found.get(mcid, "") + _decoded(operands[0], letters)
    return found


def _decoded(shown: Any, letters: dict[bytes, str]) -> str:
    strings = (
        [bytes(one) for one in shown if isinstance(one, pikepdf.String)]
        if isinstance(shown, pikepdf.Array)
        else [bytes(shown)]
    )
    codes = b"".join(strings)
    return "".join(letters.get(codes[at : at + 2], "") for at in range(0, len(codes), 2))


def _letters(font: Any) -> dict[bytes, str]:
    """The two-byte codes of a font → the text they stand for (ToUnicode), one by one or in ranges."""
    table = font.ToUnicode.read_bytes()
    found = {
        bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _PAIR.findall(_RANGES.sub(b"", table))
        if len(code) == 4
    }
    for first, last, start in (one for part in _RANGES.findall(table) for one in _RANGE.findall(part)):
        for step, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
            found[code.to_bytes(2, "big")] = chr(int(start, 16) + step)
    return found
