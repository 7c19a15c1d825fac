"""An event from its first facts to its last: opened, changed, cancelled. Those already told are told again."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.catalogue.fields import check_all
from portal.casework.life_events import policy
from portal.casework.life_events.declaration import Declaration, Questions
from portal.casework.life_events.enums import EventStatus
from portal.casework.life_events.models import LifeEvent
from portal.casework.life_events.service.reading import read_event
from portal.casework.life_events.service.rows import account_of, facts_of, own_event, seal_facts
from portal.casework.life_events.service.telling import tell_changes, withdraw_all
from portal.casework.life_events.shapes import Changed, Facts
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.dictionary.service import Value
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key

MAX_FORM_KEY = 255
MAX_OPEN = 10


def check_facts(declaration: Declaration, raw: Mapping[str, object]) -> dict[str, Value]:
    """The facts as they are kept.

    :param raw: by field name, unchecked.
    :raises Invalid: by field name, in French.
    """
    values, errors = check_all(declaration.facts, raw)
    window = declaration.window
    late = policy.date_error(window, values, clock.today()) if window.field not in errors else ""
    if late:
        errors[window.field] = late
    if errors:
        raise Invalid(errors)
    return values


def check_entry(declaration: Declaration, raw: Mapping[str, object]) -> dict[str, Value]:
    """The facts of one entry as they are kept.

    :raises Invalid: by field name, in French.
    :raises NotFound: the event has no entries.
    """
    values, errors = check_all(_entry_of(declaration), raw)
    if errors:
        raise Invalid(errors)
    return values


def _entry_of(declaration: Declaration) -> Questions:
    if declaration.entry is None:
        raise NotFound("entries_unknown")
    return declaration.entry


def open_event(
    session: Session, actor: Actor, declaration: Declaration, raw: Mapping[str, object], *, idempotency_key: str
) -> UUID:
    """Keep the facts of a new event; nothing leaves. The same key again gives the same event and changes nothing.

    :param idempotency_key: drawn when the form was shown, kept in a hidden field.
    :raises Invalid: by field name, in French; or ``too_many``, ten open events of this kind.
    :raises Forbidden: not a resident.
    """
    account_id, person_id = account_of(actor)
    if not 1 <= len(idempotency_key) <= MAX_FORM_KEY:
        raise ValueError("an idempotency key of 1 to 255 characters is needed")
    known = _opened(session, account_id, idempotency_key)
    if known is not None:
        return known
    facts = Facts(check_facts(declaration, raw))
    _check_number(session, account_id, declaration.kind)
    event_id, key_id, now = new_id(), create_data_key(session), clock.now()
    day = policy.day_of(declaration.window, facts.common)
    event = LifeEvent(
        id=event_id,
        account_id=account_id,
        person_id=person_id,
        kind=declaration.kind,
        form_key=idempotency_key,
        status=EventStatus.OPEN,
        data_key_id=key_id,
        sealed_facts=seal_facts(session, event_id, key_id, facts),
        version=1,
        happens_on=day,
        created_at=now,
        updated_at=now,
        purge_after=policy.kept_until(day, clock.today(), declaration.keep_days),
    )
    try:
        with session.begin_nested():
            session.add(event)
            session.flush()
    except IntegrityError:  # the other press was faster
        known = _opened(session, account_id, idempotency_key)
        if known is None:
            raise
        return known
    return event_id


def _opened(session: Session, account_id: UUID, form_key: str) -> UUID | None:
    query = select(LifeEvent.id).where(LifeEvent.account_id == account_id, LifeEvent.form_key == form_key)
    return session.scalar(query)


def _check_number(session: Session, account_id: UUID, kind: str) -> None:
    query = select(LifeEvent.id).where(
        LifeEvent.account_id == account_id, LifeEvent.kind == kind, LifeEvent.status == EventStatus.OPEN
    )
    if len(session.scalars(query.limit(MAX_OPEN)).all()) >= MAX_OPEN:
        sentence = _("Vous avez déjà plusieurs dossiers ouverts : reprenez l’un d’eux, ou annulez-en un.")
        raise Invalid({"": sentence}, code="too_many")


def change_facts(
    session: Session, actor: Actor, declaration: Declaration, event_id: UUID, raw: Mapping[str, object], *, version: int
) -> Changed:
    """Keep changed facts. In the same unit, each organisation already told is sent the correction that concerns it,
    and each that is no longer concerned is told to stop; the others will be told the new facts only.

    :param version: the version of the facts that the person was looking at.
    :raises Invalid: by field name, in French; nothing is changed.
    :raises Conflict: ``facts_changed`` with ``theirs``, the event as it is now; ``event_cancelled``.
    :raises NotFound: no such event of theirs.
    """
    event, before = _for_change(session, actor, declaration, event_id, version)
    return _change(session, actor, declaration, event, before, replace(before, common=check_facts(declaration, raw)))


def change_entry(
    session: Session,
    actor: Actor,
    declaration: Declaration,
    event_id: UUID,
    slot: str,
    raw: Mapping[str, object] | None,
    *,
    version: int,
) -> Changed:
    """:func:`change_facts` for one entry: added, changed, or taken out with None. A slot is never used twice.

    :raises Invalid: by field name, in French; or too many entries.
    :raises Conflict: ``facts_changed`` with ``theirs``; ``event_cancelled``.
    :raises NotFound: no such event of theirs, or no such slot.
    """
    event, before = _for_change(session, actor, declaration, event_id, version)
    entries = dict(before.entries)
    if raw is None:
        if entries.pop(slot, None) is None:
            raise NotFound("entry_unknown")
    else:
        if slot not in entries:
            _check_slot(declaration, entries, slot, version)
        entries[slot] = check_entry(declaration, raw)
    return _change(session, actor, declaration, event, before, replace(before, entries=entries))


def _check_slot(declaration: Declaration, entries: Mapping[str, object], slot: str, version: int) -> None:
    """A new slot is the version of the facts in which it appeared: it can be that of nobody before."""
    if slot != str(version):
        raise NotFound("entry_unknown")
    most = declaration.entry.most if declaration.entry else 0
    if len(entries) >= most:
        sentence = _("Ce dossier est complet : appelez-nous, nous ajouterons les autres avec vous.")
        raise Invalid({"": sentence}, code="too_many")


def _for_change(
    session: Session, actor: Actor, declaration: Declaration, event_id: UUID, version: int
) -> tuple[LifeEvent, Facts]:
    event = own_event(session, actor, declaration.kind, event_id)
    if event.status is EventStatus.CANCELLED:
        raise Conflict("event_cancelled")
    if event.version != version:
        raise Conflict("facts_changed", theirs=read_event(session, actor, declaration, event_id))
    return event, facts_of(session, event)


def _change(
    session: Session, actor: Actor, declaration: Declaration, event: LifeEvent, before: Facts, after: Facts
) -> Changed:
    if before == after:
        return Changed(event.version)
    event.version += 1
    event.sealed_facts = seal_facts(session, event.id, event.data_key_id, after)
    event.happens_on = policy.day_of(declaration.window, after.common)
    event.updated_at = clock.now()
    event.purge_after = policy.kept_until(event.happens_on, clock.today(), declaration.keep_days)
    session.flush()
    return tell_changes(session, actor, declaration, event, before, after)


def mark_done(session: Session, actor: Actor, declaration: Declaration, event_id: UUID, codes: Collection[str]) -> None:
    """Keep which guides the person has done by themselves, all the others being left to do. Nobody is told.

    :raises Conflict: ``event_cancelled``.
    :raises NotFound: no such event of theirs.
    """
    event = own_event(session, actor, declaration.kind, event_id)
    if event.status is EventStatus.CANCELLED:
        raise Conflict("event_cancelled")
    done = frozenset(guide.code for guide in declaration.guides if guide.code in codes)
    facts = replace(facts_of(session, event), done=done)
    event.sealed_facts = seal_facts(session, event.id, event.data_key_id, facts)
    event.updated_at = clock.now()
    session.flush()


def cancel(session: Session, actor: Actor, declaration: Declaration, event_id: UUID) -> Changed:
    """The event will not happen: each organisation told is told so, what has not left will not. Twice is once.

    ``untold`` names those that have already ended their part: only a person can undo it with them.

    :raises NotFound: no such event of theirs.
    """
    event = own_event(session, actor, declaration.kind, event_id)
    if event.status is EventStatus.CANCELLED:
        return Changed(event.version)
    event.status, event.updated_at = EventStatus.CANCELLED, clock.now()
    return withdraw_all(session, actor, declaration, event)


def move_events(session: Session, joined: UUID, kept: UUID) -> None:
    """Two accounts become one: the events go with the requests, in the same unit."""
    rows = session.scalars(select(LifeEvent.form_key).where(LifeEvent.account_id == kept)).all()
    taken = LifeEvent.form_key.in_(rows)
    session.execute(update(LifeEvent).where(LifeEvent.account_id == joined, ~taken).values(account_id=kept))
