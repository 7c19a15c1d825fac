"""Two sign-ins of one person: found, proven by a code, joined. Never on an equal e-mail address, never by itself.

A provider changes what it calls a person (``sub``) when the civil status changes, or when the portal is registered
anew. The new sign-in then opens an empty account. A code read in one place and typed in another proves that both are
in the same hands: sent to the e-mail address known of the former account, or shown in one session and typed in the
session of the other, or said to an agent who checks an identity document. The identities must agree besides.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.ground.audit.service import record
from portal.ground.clock import local, now
from portal.ground.db import new_id
from portal.ground.errors import Busy, Conflict, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import fingerprint, seal, unseal
from portal.people.accounts.enums import LinkProof
from portal.people.accounts.models import Account, AccountClaim, DeclaredContact, Person, PersonSearch
from portal.people.accounts.policy import CLAIM_KEPT, CODE_LIFE, masked_address, may_be_same_person, same_pivot
from portal.people.accounts.service.contacts import get_contacts, list_contacts
from portal.people.accounts.service.indexing import forget_keys
from portal.people.accounts.service.moving import move_declared
from portal.people.accounts.service.residents import get_account, keep_identity, read_identity
from portal.people.accounts.shapes import AccountView

CODES_A_DAY = 5
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
LENGTH = 10


@dataclass(frozen=True, slots=True)
class FormerAccount:
    """An account with the same identity as somebody's who has just signed in. ``address`` is masked, or empty."""

    id: UUID
    address: str
    since: date


@dataclass(frozen=True, slots=True)
class AccountCode:
    """A code to be shown or sent. ``recipient`` is empty when it is shown."""

    claim_id: UUID
    code: str
    expires_at: datetime
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """What a code would join: ``joined`` opens ``kept`` from then on."""

    claim_id: UUID
    kept: AccountView
    joined: AccountView
    proof: LinkProof


def find_former_account(session: Session, account_id: UUID) -> FormerAccount | None:
    """The other account with exactly the same identity; None when there is none, or more than one."""
    mine = session.get_one(Account, account_id)
    claims = read_identity(session, mine)
    search = session.get_one(PersonSearch, mine.person_id)
    rows = session.scalars(
        select(Account)
        .join(PersonSearch, PersonSearch.person_id == Account.person_id)
        .where(
            PersonSearch.family_key == search.family_key,
            PersonSearch.birthdate == search.birthdate,
            Account.id != mine.id,
            Account.merged_into_id.is_(None),
        )
    ).all()
    same = [row for row in rows if same_pivot(claims, read_identity(session, row))]
    if len(same) != 1:
        return None
    address = _address(session, same[0])
    return FormerAccount(same[0].id, masked_address(address), local(same[0].created_at).date())


def send_code(session: Session, actor: Actor, target_id: UUID) -> UUID:
    """Make the code that goes to the former account's address; the id that the letter is written from.

    :raises NotFound: this account is not the actor's former one, or no address is known of it.
    :raises Busy: too many codes since yesterday.
    """
    account_id = _own(actor)
    former = find_former_account(session, account_id)
    if former is None or former.id != target_id or not former.address:
        raise NotFound("former_account_unknown")
    _check_rate(session, AccountClaim.target_id == target_id)
    return _make_claim(session, account_id, target_id).claim_id


def show_code(session: Session, actor: Actor) -> AccountCode:
    """Make a code to be typed in the session of one's other account, or said to an agent.

    :raises Busy: too many codes since yesterday.
    """
    account_id = _own(actor)
    _check_rate(session, AccountClaim.account_id == account_id)
    return _make_claim(session, account_id, None)


def read_code_to_send(session: Session, claim_id: UUID) -> AccountCode | None:
    """The code of a claim and where it goes; None when it is over, or nobody can be written to."""
    row = session.get(AccountClaim, claim_id)
    if row is None or row.sealed is None or row.target_id is None or row.settled_at or row.expires_at <= now():
        return None
    target = session.get_one(Account, row.target_id)
    code = unseal(session, _key(session, target), row.sealed, context=_context(row.id)).decode()
    recipient = _address(session, target)
    return AccountCode(row.id, code, row.expires_at, recipient) if recipient else None


def read_code(session: Session, actor: Actor, typed: str) -> Joining:
    """What the code typed by a resident would join.

    A code sent by e-mail is typed by who asked for it, and joins them to the former account. A code shown elsewhere is
    typed in the account that stays.

    :raises NotFound: the code is wrong, over, used, or not for this account.
    :raises Conflict: the two identities cannot be one person's.
    """
    account_id, row = _own(actor), _find(session, typed)
    if row.target_id is not None:
        if row.account_id != account_id:
            raise NotFound("code_unknown")
        return _joining(session, row, kept_id=row.target_id, proof=LinkProof.EMAIL_CODE)
    if row.account_id == account_id:
        raise NotFound("code_unknown")
    return _joining(session, row, kept_id=account_id, proof=LinkProof.BOTH_SESSIONS)


def read_code_for_agent(session: Session, typed: str, kept_id: UUID) -> Joining:
    """What the code said to an agent would join to the account whose papers the agent has checked.

    :raises NotFound: the code is wrong, over or used, or of that same account.
    :raises Conflict: the two identities cannot be one person's.
    """
    row = _find(session, typed)
    if row.target_id is not None or row.account_id == kept_id:
        raise NotFound("code_unknown")
    return _joining(session, row, kept_id=kept_id, proof=LinkProof.AGENT_CHECK)


def join(session: Session, actor: Actor, joining: Joining) -> None:
    """Make the joined sign-in open the kept account. What other rooms hold is theirs to move, in the same unit.

    :raises Conflict: one of the two accounts has been joined meanwhile.
    """
    kept, joined = session.get_one(Account, joining.kept.id), session.get_one(Account, joining.joined.id)
    if kept.merged_into_id is not None or joined.merged_into_id is not None:
        raise Conflict("account_already_joined")
    if joined.confirmed_at > kept.confirmed_at:
        keep_identity(session, kept, session.get_one(Person, kept.person_id), read_identity(session, joined))
    _move_contacts(session, joined.person_id, kept.person_id)
    move_declared(session, joined.person_id, kept.person_id)
    forget_keys(session, joined.person_id)
    session.execute(delete(PersonSearch).where(PersonSearch.person_id == joined.person_id))
    session.execute(update(Account).where(Account.merged_into_id == joined.id).values(merged_into_id=kept.id))
    joined.merged_into_id, joined.link_proof, joined.linked_at = kept.id, joining.proof, now()
    both = (kept.id, joined.id)
    session.execute(
        update(AccountClaim)
        .where(AccountClaim.account_id.in_(both) | AccountClaim.target_id.in_(both), AccountClaim.settled_at.is_(None))
        .values(settled_at=now(), sealed=None)
    )
    record(session, actor, "accounts_joined", subject_id=kept.person_id, details={"proof": joining.proof.value})
    session.flush()


def purge_claims(session: Session) -> None:
    """Forget the codes that ended a day ago; until then they are counted."""
    session.execute(delete(AccountClaim).where(AccountClaim.expires_at < now() - CLAIM_KEPT))


def _own(actor: Actor) -> UUID:
    if not actor.is_resident or actor.id is None or actor.mandate_id is not None:
        raise NotFound("account_unknown")
    return actor.id


def _check_rate(session: Session, whose: object) -> None:
    since = now() - CLAIM_KEPT
    made = select(func.count()).select_from(AccountClaim).where(whose, AccountClaim.created_at > since)  # type: ignore[arg-type]
    if (session.scalar(made) or 0) >= CODES_A_DAY:
        raise Busy("rate_account_code", retry_after=3600)


def _make_claim(session: Session, account_id: UUID, target_id: UUID | None) -> AccountCode:
    """A new code; those asked before for the same purpose are worth nothing any more."""
    at, row_id = now(), new_id()
    session.execute(
        update(AccountClaim)
        .where(AccountClaim.account_id == account_id, AccountClaim.settled_at.is_(None))
        .values(settled_at=at, sealed=None)
    )
    code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    sealed = None
    if target_id is not None:
        key = _key(session, session.get_one(Account, target_id))
        sealed = seal(session, key, code.encode(), context=_context(row_id))
    row = AccountClaim(
        id=row_id,
        account_id=account_id,
        target_id=target_id,
        digest=_digest(code),
        sealed=sealed,
        created_at=at,
        expires_at=at + CODE_LIFE,
    )
    session.add(row)
    session.flush()
    return AccountCode(row_id, code, row.expires_at)


def _find(session: Session, typed: str) -> AccountClaim:
    code = "".join(letter for letter in typed.upper() if letter.isalnum())[: LENGTH + 1]
    row = session.scalars(
        select(AccountClaim).where(
            AccountClaim.digest == _digest(code), AccountClaim.settled_at.is_(None), AccountClaim.expires_at > now()
        )
    ).one_or_none()
    if row is None:
        raise NotFound("code_unknown")
    return row


def _joining(session: Session, row: AccountClaim, *, kept_id: UUID, proof: LinkProof) -> Joining:
    kept, joined = session.get_one(Account, kept_id), session.get_one(Account, row.account_id)
    if kept.merged_into_id is not None or joined.merged_into_id is not None:
        raise NotFound("code_unknown")
    if not may_be_same_person(read_identity(session, kept), read_identity(session, joined)):
        raise Conflict("identities_differ")
    return Joining(row.id, get_account(session, kept.id), get_account(session, joined.id), proof)


def _move_contacts(session: Session, from_id: UUID, to_id: UUID) -> None:
    """Contacts that the kept person had not declared; they are sealed anew, under that person's key."""
    known, key = get_contacts(session, to_id), session.get_one(Person, to_id).data_key_id
    for row, value in list_contacts(session, from_id):
        if not getattr(known, row.kind.value):
            row.sealed = seal(session, key, value.encode(), context=f"declared_contact:{row.id}")
            row.person_id = to_id
    session.flush()
    session.execute(delete(DeclaredContact).where(DeclaredContact.person_id == from_id))


def _address(session: Session, account: Account) -> str:
    return get_contacts(session, account.person_id).email or read_identity(session, account).email


def _key(session: Session, account: Account) -> UUID:
    return session.get_one(Person, account.person_id).data_key_id


def _digest(code: str) -> str:
    return fingerprint(code, sector="account_claim")


def _context(claim_id: UUID) -> str:
    return f"account_claim:{claim_id}"
