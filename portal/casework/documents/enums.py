"""Words of the room."""

from enum import StrEnum


class DocumentState(StrEnum):
    """Only what is clean is ever given out. Why a document was refused is its ``Refusal``."""

    PENDING = "pending"
    CLEAN = "clean"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a file is not taken. ``INFECTED`` (the scanner found something) is never confused with ``UNREADABLE``."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TYPE = "type"
    HEIC = "heic"
    ARCHIVE = "archive"
    MACROS = "macros"
    MISMATCH = "mismatch"
    UNREADABLE = "unreadable"
    IMAGE_TOO_LARGE = "image_too_large"
    PASSWORD = "password"  # noqa: S105  a protected file, not a secret
    ACTIVE = "active"
    ATTACHMENTS = "attachments"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_COMPLEX = "too_complex"
    INFECTED = "infected"
