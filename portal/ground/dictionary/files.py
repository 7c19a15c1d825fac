"""Kinds of files that a procedure may ask for."""

from enum import StrEnum


class FileKind(StrEnum):
    """What a supporting document may be."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"
    ODT = "odt"
