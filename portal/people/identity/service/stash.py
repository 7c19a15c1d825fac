"""What was typed when a session ended in the middle of a form: sealed, kept 30 minutes, for the same person only.

The form must come from a browser whose session has just ended, so that its owner is known: on a shared computer the
next person to sign in finds nothing. It is released by a sign-in of that same account from that same browser.
"""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.vault.service import create_data_key, destroy_data_key, seal, unseal
from portal.people.identity.models import StashedForm
from portal.people.identity.policy import STASH_LIFE
from portal.people.identity.service.secrets import is_token, new_token, token_hash

MAX_BYTES = 64 * 1024
NEVER_KEPT = frozenset({"csrf_token"})


def stash_form(
    session: Session,
    *,
    path: str,
    fields: Mapping[str, Sequence[str]],
    browser: str,
    account_id: UUID | None = None,
    agent_id: UUID | None = None,
) -> str | None:
    """Put a form aside and return the token that asks for it back; None when it holds more than 64 KB.

    :param browser: the value of the short-lived cookie, which the answer must set.
    :param account_id: whose it is, when a resident typed it; ``agent_id`` when an agent did.
    """
    kept = {name: list(values) for name, values in fields.items() if name not in NEVER_KEPT}
    data = json.dumps(kept, ensure_ascii=False).encode()
    if len(data) > MAX_BYTES:
        return None
    token, row_id, at = new_token(), new_id(), now()
    key = create_data_key(session)
    session.add(
        StashedForm(
            id=row_id,
            token_hash=token_hash(token),
            browser_hash=token_hash(browser),
            account_id=account_id,
            agent_id=agent_id,
            path=path,
            data_key_id=key,
            sealed=seal(session, key, data, context=f"stashed_form:{row_id}"),
            created_at=at,
            expires_at=at + STASH_LIFE,
        )
    )
    session.flush()
    return token


def release_stashes(session: Session, *, browser_hash: str, owner_id: UUID) -> None:
    """At a sign-in: what this browser put aside for this account, or for this agent, may be read again."""
    session.execute(
        update(StashedForm)
        .where(
            StashedForm.browser_hash == browser_hash,
            or_(StashedForm.account_id == owner_id, StashedForm.agent_id == owner_id),
        )
        .values(released_at=now())
    )


def take_stash(session: Session, token: str, owner_id: UUID) -> dict[str, list[str]] | None:
    """What was typed, by field, for whoever typed it; None when there is nothing for them, or not any more.

    Reads only, so that the page can be reloaded: the content goes with :func:`drop_stash` or after 30 minutes.
    """
    row = _find(session, token)
    if row is None or owner_id not in {row.account_id, row.agent_id} or row.released_at is None:
        return None
    data = json.loads(unseal(session, row.data_key_id, row.sealed, context=f"stashed_form:{row.id}"))
    return {str(name): [str(value) for value in values] for name, values in data.items()}


def drop_stash(session: Session, token: str, owner_id: UUID) -> None:
    """Erase a form put aside, once what it held has been saved."""
    row = _find(session, token)
    if row is not None and owner_id in {row.account_id, row.agent_id}:
        _erase(session, row)


def is_stash_waiting(session: Session, token: str, browser: str | None) -> bool:
    """True when this browser put that form aside: the sign-in page may then say so."""
    row = _find(session, token)
    return row is not None and browser is not None and token_hash(browser) == row.browser_hash


def purge_stashes(session: Session) -> None:
    """Erase what nobody came back for."""
    for row in session.scalars(select(StashedForm).where(StashedForm.expires_at <= now())).all():
        _erase(session, row)


def _erase(session: Session, row: StashedForm) -> None:
    destroy_data_key(session, row.data_key_id)
    session.execute(delete(StashedForm).where(StashedForm.id == row.id))


def _find(session: Session, token: str) -> StashedForm | None:
    if not is_token(token):
        return None
    return session.scalars(
        select(StashedForm).where(StashedForm.token_hash == token_hash(token), StashedForm.expires_at > now())
    ).first()
