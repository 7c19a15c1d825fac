"""The resume code: drawn from the id of its row by a keyed fingerprint, and kept as another one.

The database alone gives no code back, and finds a draft from nothing but the right one.
"""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance.enums import Closing
from portal.casework.assistance.models import ResumeCode
from portal.casework.assistance.service.rows import end_open_of_draft
from portal.casework.assistance.shapes import CodeView
from portal.casework.requests.service import get_draft
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor
from portal.ground.vault.service import fingerprint


def make_code(session: Session, actor: Actor, draft_id: UUID) -> CodeView:
    """Give the resident's draft a code for two weeks. A former one ends, and puts out who used it.

    :raises Forbidden: not a resident.
    :raises NotFound: no such draft of theirs.
    """
    _check_owner(session, actor, draft_id)
    _end(session, draft_id)
    now = clock.now()
    row_id = new_id()
    row = ResumeCode(
        id=row_id,
        draft_id=draft_id,
        code_key=code_key(_letters_of(row_id)),
        created_at=now,
        expires_at=now + policy.RESUME_CODE_LIFE,
    )
    session.add(row)
    session.flush()
    record(session, actor, "resume_code_made")
    return _view(row)


def get_code(session: Session, actor: Actor, draft_id: UUID) -> CodeView | None:
    """The code of the resident's draft, to be read again; None when there is none, or it is over.

    :raises Forbidden: not a resident.
    :raises NotFound: no such draft of theirs.
    """
    _check_owner(session, actor, draft_id)
    row = find_code_of(session, draft_id)
    return _view(row) if row else None


def revoke_code(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Take the code back: nobody opens the draft with it, and the agent who did is stopped at the next click.

    :raises Forbidden: not a resident.
    :raises NotFound: no such draft of theirs.
    """
    _check_owner(session, actor, draft_id)
    _end(session, draft_id)
    record(session, actor, "resume_code_revoked")


def forget_code(session: Session, draft_id: UUID) -> None:
    """The draft is sent or given up: its code ends with it."""
    session.execute(delete(ResumeCode).where(ResumeCode.draft_id == draft_id))
    session.flush()


def find_code_of(session: Session, draft_id: UUID) -> ResumeCode | None:
    """The row of the code of a draft that still holds."""
    live = (ResumeCode.draft_id == draft_id, ResumeCode.expires_at > clock.now())
    return session.scalars(select(ResumeCode).where(*live)).one_or_none()


def find_draft_of(session: Session, typed: str) -> UUID | None:
    """The draft that a code opens now; None when it is wrong, revoked or over, without saying which."""
    letters = normalise_code(typed)
    if letters is None:
        return None
    live = (ResumeCode.code_key == code_key(letters), ResumeCode.expires_at > clock.now())
    return session.scalar(select(ResumeCode.draft_id).where(*live))


def normalise_code(typed: str) -> str | None:
    """The eight letters behind what was typed or heard (case, spaces and dashes aside); None when it is no code."""
    compact = "".join(char for char in typed[:40].upper() if char.isalnum())
    fits = len(compact) == policy.CODE_LENGTH and all(char in policy.LETTERS for char in compact)
    return compact if fits else None


def code_key(letters: str) -> str:
    """What is kept of a code."""
    return fingerprint(letters, sector="resume_code")


def _letters_of(row_id: UUID) -> str:
    number = int(fingerprint(str(row_id), sector="resume_code_letters"), 16)
    drawn = []
    for _place in range(policy.CODE_LENGTH):
        number, rest = divmod(number, len(policy.LETTERS))
        drawn.append(policy.LETTERS[rest])
    return "".join(drawn)


def _view(row: ResumeCode) -> CodeView:
    return CodeView(code_of(row.id), row.created_at, row.expires_at)


def code_of(row_id: UUID) -> str:
    """A code as it is said: two groups of four letters."""
    letters = _letters_of(row_id)
    return f"{letters[:4]}-{letters[4:]}"


def _check_owner(session: Session, actor: Actor, draft_id: UUID) -> None:
    if not actor.is_resident:
        raise Forbidden("resident_needed")
    get_draft(session, actor, draft_id)


def _end(session: Session, draft_id: UUID) -> None:
    forget_code(session, draft_id)
    end_open_of_draft(session, draft_id, Closing.REVOKED)
