"""Voting: one ballot for each person, sealed as it comes in. Everything flushes and nothing commits.

The mark and the ballot are written in one transaction, so that neither is ever without the other; the ballot goes to a
buffer, from which :mod:`journeys.participation.service.urn` takes it by shuffled batches.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from journeys.participation import policy
from journeys.participation.enums import Refusal
from journeys.participation.models import BufferedBallot, ElectoralMark, Poll
from journeys.participation.sealed_box import close_ballot, tracking_code
from journeys.participation.service.arranging import mark_key_place
from journeys.participation.service.reading import read_turnout, view_of
from journeys.participation.shapes import PollView, Receipt, Voter
from portal.ground.clock import today
from portal.ground.errors import Invalid, NotFound, ParvisError
from portal.ground.logs import get_logger
from portal.ground.permissions import Actor
from portal.ground.vault.service import unseal
from portal.people.accounts.service import AccountView, get_account, name_key, person_ids_of

log = get_logger("participation")
ID_BYTES = 16


class Refused(ParvisError):
    """The ballot is not taken. ``day``: of the ballot already cast by the same person, when there is one."""

    status = 409

    def __init__(self, reason: Refusal, day: date | None = None) -> None:
        super().__init__(f"ballot_{reason.value}")
        self.reason = reason
        self.day = day


class UrnBroken(ParvisError):
    """There is not one ballot for each mark: nothing more is written."""


def voter_of(session: Session, actor: Actor) -> Voter:
    """The person behind a signed-in resident, whatever the account or the sign-in.

    :raises NotFound: the actor is not a resident.
    """
    if not actor.is_resident or actor.id is None:
        raise NotFound("account_unknown")
    account = get_account(session, actor.id)
    return Voter(
        names=_names(session, actor.id, account.person_id),
        identity=_identity(account),
        birthdate=account.birthdate,
        on_behalf=actor.mandate_id is not None,
    )


def guest(token: str) -> Voter:
    """Whoever uses the device that holds this token."""
    return Voter(names=(f"guest:{token}",))


def find_own_vote(session: Session, poll: PollView, actor: Actor) -> date | None:
    """The day on which this resident voted, by this account or by one joined to it; None when they did not."""
    if not actor.is_resident or actor.id is None or actor.subject is None:
        return None
    return _find_named(session, poll, _names(session, actor.id, actor.subject))


def find_guest_vote(session: Session, poll: PollView, token: str) -> date | None:
    """The day on which this device voted; None when it did not."""
    return _find_named(session, poll, guest(token).names)


def check_vote(session: Session, poll: PollView, voter: Voter, answers: Sequence[int], *, concerned: bool) -> None:
    """What would keep this ballot from being taken, before the person confirms it.

    :raises Refused: this person may not vote, or not now, or has voted.
    :raises Invalid: an answer is not one of the choices; fields are ``question_1`` and so on.
    """
    _check(poll, voter, answers, concerned=concerned)
    _refuse_second(session, poll.id, *_marks(session, poll, voter))


def cast(session: Session, poll_id: UUID, voter: Voter, answers: Sequence[int], *, concerned: bool = False) -> Receipt:
    """Put a ballot in the urn.

    :param concerned: what the person declared about living, or working, in the commune.
    :raises Refused: this person may not vote, or not now, or has voted.
    :raises Invalid: an answer is not one of the choices.
    :raises UrnBroken: ballots and marks do not agree.
    """
    # Shared with other voters, refused to whoever closes the urn: no ballot comes in behind its back.
    row = session.scalars(
        select(Poll).where(Poll.id == poll_id).with_for_update(read=True).execution_options(populate_existing=True)
    ).one()
    poll = view_of(row)
    _check(poll, voter, answers, concerned=concerned)
    marks, identity = _marks(session, poll, voter)
    _refuse_second(session, row.id, marks, identity)
    assert row.public_key is not None  # noqa: S101  a published poll has its keys
    sealed = close_ballot(row.public_key, answers, poll=row.id.bytes)
    try:
        with session.begin_nested():
            session.add(ElectoralMark(poll_id=row.id, voter=marks[0], identity=identity, day=today()))
            session.flush()
    except IntegrityError:  # another window was faster
        raise Refused(Refusal.ALREADY_VOTED, today()) from None
    session.add(BufferedBallot(poll_id=row.id, id=secrets.token_hex(ID_BYTES), sealed=sealed))
    session.flush()
    check_urn(session, row.id)
    return Receipt(tracking_code(sealed), today())


def check_urn(session: Session, poll_id: UUID) -> None:
    """Before each commit that touches an urn: one ballot for each mark.

    :raises UrnBroken: it is not so; the unit is to be rolled back.
    """
    if not read_turnout(session, poll_id).is_sound:
        log.error("urn_broken")
        raise UrnBroken("urn_broken")


def _check(poll: PollView, voter: Voter, answers: Sequence[int], *, concerned: bool) -> None:
    reason = policy.why_not_now(poll.phase) or policy.why_not_eligible(
        poll.terms, voter, concerned=concerned, today=today()
    )
    if reason is not None:
        raise Refused(reason)
    questions = poll.terms.questions
    wrong = {
        f"question_{place}": "unknown"
        for place, question in enumerate(questions, start=1)
        if place > len(answers) or answers[place - 1] not in question.codes
    }
    if wrong or len(answers) != len(questions):
        raise Invalid(wrong)


def _marks(session: Session, poll: PollView, voter: Voter) -> tuple[list[str], str | None]:
    key = open_mark_key(session, poll)
    identity = _mark(key, f"identity:{voter.identity}") if voter.identity else None
    return [_mark(key, name) for name in voter.names], identity


def _refuse_second(session: Session, poll_id: UUID, marks: list[str], identity: str | None) -> None:
    day = _find(session, poll_id, marks, identity)
    if day is not None:
        raise Refused(Refusal.ALREADY_VOTED, day)


def _find_named(session: Session, poll: PollView, names: Sequence[str]) -> date | None:
    if poll.mark_key is None:
        return None
    key = open_mark_key(session, poll)
    return _find(session, poll.id, [_mark(key, name) for name in names], None)


def _find(session: Session, poll_id: UUID, marks: list[str], identity: str | None) -> date | None:
    same: list[ColumnElement[bool]] = [ElectoralMark.voter.in_(marks)]
    if identity is not None:
        same.append(ElectoralMark.identity == identity)
    wanted = select(ElectoralMark.day).where(ElectoralMark.poll_id == poll_id, or_(*same))
    return session.scalars(wanted.limit(1)).first()


def open_mark_key(session: Session, poll: PollView) -> bytes:
    """The key that turns voters into marks, for the journey's own services."""
    assert poll.mark_key is not None  # noqa: S101  a published poll has its keys
    held = poll.mark_key
    return unseal(session, held.data_key_id, held.sealed, context=mark_key_place(poll.id))


def _mark(key: bytes, name: str) -> str:
    return hmac.digest(key, name.encode(), "sha256").hex()


def _names(session: Session, account_id: UUID, person_id: UUID) -> tuple[str, ...]:
    """The person's own name first, then those of the persons whose accounts were joined to this one."""
    others = sorted(set(person_ids_of(session, account_id)) - {person_id})
    return tuple(f"person:{one}" for one in (person_id, *others))


def _identity(account: AccountView) -> str:
    """The civil identity that an identity provider vouches for, when it is whole; empty otherwise."""
    parts = (name_key(account.family_name), name_key(account.given_names), account.birthdate)
    place = account.birth_place or account.birth_country
    if not all(parts) or not place or "-00" in account.birthdate or account.birthdate.startswith("0000"):
        return ""
    return "\x1f".join((*parts, account.gender, place))
