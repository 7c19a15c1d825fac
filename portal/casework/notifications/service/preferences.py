"""What a person chose: by which channel for each kind of event, and when to be left in peace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.casework.notifications import policy
from portal.casework.notifications.enums import NoticeKind, Way
from portal.casework.notifications.models import NotificationPreference
from portal.casework.notifications.shapes import PreferenceView
from portal.ground.clock import now
from portal.ground.dictionary.service import FRENCH, SIMPLIFIED
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import Actor
from portal.ground.web.languages import written_in

HOURS = range(24)
LANGUAGES = (FRENCH, SIMPLIFIED)


def get_preferences(session: Session, account_id: UUID) -> PreferenceView:
    """What this account chose; the defaults where it chose nothing. One statement."""
    query = select(NotificationPreference).where(NotificationPreference.account_id == account_id)
    return view_of(session.scalars(query.execution_options(populate_existing=True)).one_or_none())


def view_of(row: NotificationPreference | None) -> PreferenceView:
    """A row, or the defaults, for the room's own use."""
    if row is None:
        return PreferenceView(dict(policy.DEFAULTS), policy.QUIET_FROM, policy.QUIET_UNTIL)
    known = {kind: _read(row.ways.get(kind.value), kind) for kind in NoticeKind}
    return PreferenceView(
        known,
        row.quiet_from,
        row.quiet_until,
        digest=row.digest,
        language=row.language,
        phone_digest=row.phone_digest,
    )


@contextmanager
def words_of(session: Session, account_id: UUID | None) -> Iterator[None]:
    """Inside the block, what is written is in the words that this account chose; French for who has none.

    A sentence that has no simplified twin stays in plain French.
    """
    language = get_preferences(session, account_id).language if account_id else FRENCH
    with written_in(language):
        yield


def save_preferences(
    session: Session,
    actor: Actor,
    *,
    ways: Mapping[NoticeKind, str],
    quiet_from: int,
    quiet_until: int,
    digest: bool,
    sms: bool,
    language: str = FRENCH,
) -> None:
    """Keep what the person chose.

    :param sms: whether a verified number can be reached: without one, no kind can be told by SMS.
    :raises Forbidden: the actor is not a resident acting for themselves.
    :raises Invalid: a choice that is not offered; ``fields`` has the kind, ``quiet`` or ``language``, as its key.
    """
    account_id = own_account(actor)
    faults = {
        kind.value: _("Choisissez une des réponses proposées.")
        for kind in NoticeKind
        if ways.get(kind) not in policy.ways_open(kind, sms=sms)
    }
    if quiet_from not in HOURS or quiet_until not in HOURS:
        faults["quiet"] = _("Choisissez une heure dans la liste.")
    if language not in LANGUAGES:
        faults["language"] = _("Choisissez une des réponses proposées.")
    if faults:
        raise Invalid(faults)
    keep(
        session,
        account_id,
        ways={kind.value: Way(ways[kind]).value for kind in NoticeKind},
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        digest=digest,
        language=language,
    )


def keep(session: Session, account_id: UUID, **values: object) -> None:
    """Write some of the columns of an account's row, for the room's own use; two at once make one row."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    first: dict[str, object] = {
        "ways": {kind.value: way.value for kind, way in policy.DEFAULTS.items()},
        "quiet_from": policy.QUIET_FROM,
        "quiet_until": policy.QUIET_UNTIL,
        "digest": False,
        "language": FRENCH,
    }
    changed = {**values, "updated_at": now()}
    row = insert(NotificationPreference).values(account_id=account_id, **{**first, **changed})
    session.execute(row.on_conflict_do_update(index_elements=["account_id"], set_=changed))


def own_account(actor: Actor) -> UUID:
    """The account of a resident who acts for themselves.

    :raises Forbidden: the actor is somebody else.
    """
    if not actor.is_resident or actor.id is None or actor.mandate_id is not None:
        raise Forbidden("preferences_not_yours")
    return actor.id


def _read(kept: str | None, kind: NoticeKind) -> Way:
    return Way(kept) if kept in set(Way) else policy.DEFAULTS[kind]
