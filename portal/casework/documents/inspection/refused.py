"""How an inspection says no."""

from portal.casework.documents.enums import Refusal


class Refused(Exception):
    """The file is not taken; ``code`` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code
