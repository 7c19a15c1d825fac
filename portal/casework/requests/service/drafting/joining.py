"""Two sign-ins of one person become one account: requests, drafts and lists go with it, in the same unit."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.casework.checklists.service import move_checklists
from portal.casework.notifications.service import move_notices
from portal.casework.requests.models import Draft, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.drafting.discarding import move_discarded
from portal.casework.requests.service.drafting.drafts import erase_draft
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import Joining, join, read_code_for_agent


def join_accounts(session: Session, actor: Actor, joining: Joining) -> int:
    """Join two accounts whose proof has been read, and bring everything under the kept one; how many requests moved.

    The person that a moved request was made for stays written on it: what partners know the applicant by does not
    change. Of two drafts of one procedure, the one saved last stays.

    :raises Conflict: one of the accounts has been joined meanwhile.
    """
    join(session, actor, joining)
    kept, joined = joining.kept.id, joining.joined.id
    _move_drafts(session, joined, kept)
    move_discarded(session, joined, kept)
    move_checklists(session, joining.joined.person_id, joining.kept.person_id)
    moved = session.scalars(
        update(ServiceRequest)
        .where(ServiceRequest.account_id == joined)
        .values(account_id=kept)
        .returning(ServiceRequest.id)
    ).all()
    session.flush()
    move_notices(session, joined, kept)
    return len(moved)


def read_code_for_request(session: Session, actor: Actor, reference: str, typed: str) -> Joining:
    """What a code said at the counter would join to the account of this request, whose applicant stands there.

    :raises Forbidden: the agent does not hold the permission.
    :raises NotFound: the request is none of the agent's, or the code is worth nothing.
    :raises Conflict: the two identities cannot be one person's.
    """
    if not actor.can(Permission.ACCOUNTS_JOIN):
        raise Forbidden("permission")
    account_id = find_readable(session, actor, reference).account_id
    if account_id is None:
        raise NotFound("account_unknown")
    return read_code_for_agent(session, typed, account_id)


def _move_drafts(session: Session, joined: UUID, kept: UUID) -> None:
    rows = session.scalars(select(Draft).where(Draft.account_id.in_((joined, kept))).with_for_update()).all()
    theirs = {row.procedure_id: row for row in rows if row.account_id == kept}
    for row in (one for one in rows if one.account_id == joined):
        other = theirs.get(row.procedure_id)
        if other is not None and other.updated_at >= row.updated_at:
            erase_draft(session, row)
            continue
        if other is not None:
            erase_draft(session, other)
        row.account_id = kept
        session.flush()
