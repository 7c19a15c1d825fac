"""Server-side sessions: opened by a sign-in, closed by a sign-out, by time, or by the authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.errors import NotFound
from portal.ground.logs import get_logger
from portal.ground.vault.service import (
    VaultError,
    create_data_key,
    destroy_data_key,
    seal_json,
    unseal_json,
    with_data_keys,
)
from portal.people.accounts.service import AccountView, AgentView, get_agent, hold_authority, with_authority
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginSession
from portal.people.identity.policy import ABSOLUTE, STASH_LIFE, TOUCH_EVERY, is_session_over
from portal.people.identity.service.secrets import is_token, new_token, token_hash

log = get_logger("identity")

_BY_TOKEN = select(LoginSession).where(
    LoginSession.token_hash == bindparam("hashed"), LoginSession.realm == bindparam("realm")
)
# What every page of a signed-in person begins by: built once.
_OPENED = with_authority(with_data_keys(_BY_TOKEN, LoginSession.data_key_id.expression))


@dataclass(frozen=True, slots=True)
class SessionView:
    """A live session. ``agent`` is re-read from its record at each request, so that disabling takes effect at once."""

    id: UUID
    realm: Realm
    account_id: UUID | None
    person_id: UUID | None
    agent: AgentView | None
    label: str
    acr: str
    amr: tuple[str, ...]
    browser_family: str
    system_family: str
    attempt_id: UUID
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the provider said of the sign-in itself, kept with the session."""

    attempt_id: UUID
    id_token: str
    acr: str = ""
    amr: tuple[str, ...] = ()
    browser_family: str = ""
    system_family: str = ""


def open_session(
    session: Session, *, who: AccountView | AgentView, evidence: Evidence, previous_cookie: str | None = None
) -> str:
    """Open a session and return the value of its cookie, always a new one.

    The session that the same browser had behind the same door is ended, so that nothing given before a sign-in is worth
    anything after it.
    """
    realm = Realm.AGENT if isinstance(who, AgentView) else Realm.RESIDENT
    if previous_cookie is not None:
        end_session(session, previous_cookie, realm)
    token, row_id, at = new_token(), new_id(), now()
    key = create_data_key(session)
    content = {"id_token": evidence.id_token, "label": who.display_name}
    session.add(
        LoginSession(
            id=row_id,
            token_hash=token_hash(token),
            realm=realm,
            account_id=who.id if isinstance(who, AccountView) else None,
            person_id=who.person_id if isinstance(who, AccountView) else None,
            agent_id=who.id if isinstance(who, AgentView) else None,
            attempt_id=evidence.attempt_id,
            data_key_id=key,
            sealed=seal_json(session, key, content, context=_context(row_id)),
            acr=evidence.acr,
            amr=list(evidence.amr),
            browser_family=evidence.browser_family,
            system_family=evidence.system_family,
            created_at=at,
            last_seen_at=at,
            expires_at=at + ABSOLUTE,
        )
    )
    session.flush()
    return token


def resolve_session(session: Session, raw_cookie: str | None, realm: Realm) -> SessionView | None:
    """The live session behind a cookie of this realm; None when unknown, idle, over, or when the agent is disabled."""
    if raw_cookie is None or not is_token(raw_cookie):
        return None
    found = session.execute(_OPENED, {"hashed": token_hash(raw_cookie), "realm": realm})
    row, _key, authority = found.one_or_none() or (None, None, None)
    if authority is not None:
        hold_authority(session, authority)
    if row is None or is_session_over(row.realm, row.last_seen_at, row.expires_at, now()):
        return None
    agent = _agent(session, row.agent_id)
    if row.agent_id is not None and (agent is None or not agent.active):
        return None
    content = _content(session, row)
    if content is None:
        return None
    return _view(row, agent, agent.display_name if agent is not None else content["label"])


def touch_session(session: Session, view: SessionView) -> None:
    """Note that the session has just been used."""
    at = now()
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == view.id, LoginSession.last_seen_at < at)
        .values(last_seen_at=at)
        .execution_options(synchronize_session=False)
    )


def is_touch_due(view: SessionView) -> bool:
    """True when the last use noted is a minute old: reading pages write no more often than that."""
    return now() - view.last_seen_at >= TOUCH_EVERY


def owner_of_ended_session(session: Session, raw_cookie: str | None, realm: Realm) -> UUID | None:
    """The account or the agent whose session has run out behind this cookie; None when unknown or still alive."""
    row = _find(session, raw_cookie, realm)
    if row is None or not is_session_over(row.realm, row.last_seen_at, row.expires_at, now()):
        return None
    return row.account_id or row.agent_id


def end_session(session: Session, raw_cookie: str | None, realm: Realm) -> str | None:
    """Delete a session; return its id_token, which the provider asks for at sign-out. None when there was none."""
    row = _find(session, raw_cookie, realm)
    if row is None:
        return None
    content = _content(session, row)
    _erase(session, [row])
    return content["id_token"] if content is not None else None


def move_session(session: Session, raw_cookie: str | None, account: AccountView) -> str | None:
    """Go on in another account of the same person: the value of a new cookie; None when there is no live session."""
    view = resolve_session(session, raw_cookie, Realm.RESIDENT)
    id_token = end_session(session, raw_cookie, Realm.RESIDENT)
    if view is None or id_token is None:
        return None
    evidence = Evidence(view.attempt_id, id_token, view.acr, view.amr, view.browser_family, view.system_family)
    return open_session(session, who=account, evidence=evidence)


def end_all_sessions(session: Session, *, account_id: UUID | None = None, agent_id: UUID | None = None) -> int:
    """Delete every session of one account or one agent; return how many there were."""
    rows = session.scalars(select(LoginSession).where(_owned(account_id, agent_id))).all()
    _erase(session, rows)
    return len(rows)


def end_every_session(session: Session) -> int:
    """Delete every session of everybody, after a restore: some of them had been ended since. Return how many."""
    rows = session.scalars(select(LoginSession)).all()
    _erase(session, rows)
    return len(rows)


def list_sessions(
    session: Session, *, account_id: UUID | None = None, agent_id: UUID | None = None
) -> list[SessionView]:
    """The live sessions of one account or one agent, last used first: people may end those they do not know."""
    owned = select(LoginSession).where(_owned(account_id, agent_id))
    rows = session.scalars(owned.order_by(LoginSession.last_seen_at.desc(), LoginSession.id))
    at = now()
    return [
        _view(row, None, "") for row in rows if not is_session_over(row.realm, row.last_seen_at, row.expires_at, at)
    ]


def end_own_session(
    session: Session, session_id: UUID, *, account_id: UUID | None = None, agent_id: UUID | None = None
) -> None:
    """Delete one session of this account or this agent.

    :raises NotFound: there is none with this id, or it is somebody else's.
    """
    row = session.scalars(
        select(LoginSession).where(LoginSession.id == session_id, _owned(account_id, agent_id))
    ).one_or_none()
    if row is None:
        raise NotFound("session_unknown")
    _erase(session, [row])


def purge_sessions(session: Session) -> None:
    """Delete the sessions past their absolute end, and half an hour: until then they tell whose form is put aside."""
    over = LoginSession.expires_at <= now() - STASH_LIFE
    _erase(session, session.scalars(select(LoginSession).where(over)).all())


def _owned(account_id: UUID | None, agent_id: UUID | None) -> ColumnElement[bool]:
    if (account_id is None) == (agent_id is None):
        raise ValueError("one of account_id and agent_id is needed")
    return LoginSession.account_id == account_id if account_id is not None else LoginSession.agent_id == agent_id


def _erase(session: Session, rows: Sequence[LoginSession]) -> None:
    for row in rows:
        destroy_data_key(session, row.data_key_id)
        session.execute(delete(LoginSession).where(LoginSession.id == row.id))


def _find(session: Session, raw_cookie: str | None, realm: Realm) -> LoginSession | None:
    if raw_cookie is None or not is_token(raw_cookie):
        return None
    return session.scalars(_BY_TOKEN, {"hashed": token_hash(raw_cookie), "realm": realm}).one_or_none()


def _agent(session: Session, agent_id: UUID | None) -> AgentView | None:
    if agent_id is None:
        return None
    try:
        return get_agent(session, agent_id)
    except NotFound:
        return None


def _content(session: Session, row: LoginSession) -> dict[str, str] | None:
    """What the session seals; None when it cannot be opened any more: another master key, or an altered row."""
    try:
        content: dict[str, str] = unseal_json(session, row.data_key_id, row.sealed, context=_context(row.id))
    except VaultError as error:
        log.warning("session_unreadable", code=error.code)
        return None
    return content


def _context(session_id: UUID) -> str:
    return f"session:{session_id}"


def _view(row: LoginSession, agent: AgentView | None, label: str) -> SessionView:
    return SessionView(
        id=row.id,
        realm=row.realm,
        account_id=row.account_id,
        person_id=row.person_id,
        agent=agent,
        label=label,
        acr=row.acr,
        amr=tuple(row.amr),
        browser_family=row.browser_family,
        system_family=row.system_family,
        attempt_id=row.attempt_id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )
