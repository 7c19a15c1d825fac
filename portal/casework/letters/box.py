"""The letter box that the worker lends to a connector: outside any transaction of its caller, in units of its own."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from connectors.sdk import LetterDraft, PermanentError, RetryableError
from portal.casework.letters import service
from portal.casework.receipts.service import Printed, print_content
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.vault.service import VaultDestroyed


@dataclass(frozen=True, slots=True)
class DatabaseLetterBox:
    """Keeps the letters of one connection.

    :param around: entered to write a letter, for translations (``app.app_context``).
    """

    database: Database
    around: Callable[[], AbstractContextManager[Any]]
    connection: str

    def deposit(self, draft: LetterDraft) -> str:
        """Make the letter and keep it to be posted; its number. The same key twice is one letter.

        :raises RetryableError: the press failed, or another letter of the request was made at the same moment.
        :raises PermanentError: ``request_erased``, or ``letter_unknown``: nothing to cite.
        """
        known = self.find(draft.idempotency_key)
        if known is not None:
            return known
        made_at = clock.now()
        try:
            with self.around(), self.database.reading() as session:
                number = service.next_number(session, draft.reference)
                content = dict(service.draft_content(session, draft, number, made_at))
            printed: Printed = print_content(content, made_at=made_at)
            with self.database.writing() as session:
                service.keep_letter(session, self.connection, draft, number, printed, made_at)
        except VaultDestroyed:
            raise PermanentError("request_erased") from None
        except NotFound as missing:
            raise PermanentError(missing.code) from None
        except IntegrityError:
            raise RetryableError("letter_number_taken") from None
        return number

    def find(self, idempotency_key: str) -> str | None:
        """The number of the letter deposited under this key."""
        with self.database.reading() as session:
            return service.find_letter(session, self.connection, idempotency_key)

    def cancel(self, reference: str) -> bool:
        """Take back the letters of this request that are not posted. True when none of them ever was.

        :raises PermanentError: no such request.
        """
        try:
            with self.database.writing() as session:
                return service.cancel_unposted(session, self.connection, reference)
        except NotFound as missing:
            raise PermanentError(missing.code) from None
