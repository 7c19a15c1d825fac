"""Looking for a person: the reason first, then at most ten lines; each line shown is in the person's journal."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.openings import policy
from portal.casework.openings.enums import Outcome, Reason, Sought
from portal.casework.openings.models import PersonLookup, PersonOpening
from portal.casework.openings.shapes import FoundPerson, LookupView, Query
from portal.casework.requests.service import find_applicant
from portal.ground import clock
from portal.ground.audit.service import count_acts_of, record, subjects_of
from portal.ground.db import new_id
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, seal_json, unseal_json
from portal.people.accounts.service import (
    IdentityLine,
    communes_of,
    find_by_contact,
    find_by_name,
    identity_lines,
    name_key,
)

SEARCHED, SHOWN, TOLD_APART = "persons_searched", "person_found", "person_told_apart"
AT_ONCE = 500


def look_up(session: Session, actor: Actor, typed: str, *, reason: str, note: str = "") -> LookupView:
    """Look for a person. The caller bounds the attempts.

    :param reason: a code of :class:`Reason`; ``note`` is needed with ``other``.
    :raises Forbidden: the agent does not hold the permission.
    :raises Invalid: ``q``, ``raison`` or ``precision``, in French: nothing was looked for.
    """
    _check(actor)
    query, why, words = _checked(typed, reason, note)
    ids, reference = _find(session, actor, query)
    outcome = Outcome.TOO_MANY if ids is None or len(ids) > policy.MOST_FOUND else Outcome.FOUND
    shown = ids if ids is not None and outcome is Outcome.FOUND else []
    row_id, key_id = new_id(), create_data_key(session)
    row = PersonLookup(
        id=row_id,
        agent_id=actor.id,
        reason=why,
        outcome=outcome if shown or reference or outcome is Outcome.TOO_MANY else Outcome.NOBODY,
        found=[str(one) for one in shown],
        data_key_id=key_id,
        sealed=seal_json(session, key_id, {"note": words, "reference": reference}, context=_context(row_id)),
        searched_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _journal(session, actor, row, query, shown)
    return _view(session, row)


def _checked(typed: str, reason: str, note: str) -> tuple[Query, Reason, str]:
    errors = {}
    query = policy.read_query(typed)
    if query is None:
        errors["q"] = _("Écrivez deux indices au moins : par exemple le début du nom et l’année de naissance.")
    why = next((one for one in Reason if one.value == reason), None)
    words = clean_line(note)[: policy.MAX_NOTE]
    if why is None:
        errors["raison"] = _("Dites pourquoi vous cherchez cette personne. Elle pourra le lire.")
    elif why is Reason.OTHER and not words:
        errors["precision"] = _("Dites en quelques mots pourquoi vous cherchez cette personne.")
    if errors or query is None or why is None:
        raise Invalid(errors)
    return query, why, words


def _find(session: Session, actor: Actor, query: Query) -> tuple[Sequence[UUID] | None, str]:
    """Persons, nearest first, or the reference of a request that nobody's account holds."""
    if query.sought is Sought.NAME:
        return find_by_name(session, query.words, birthdate=query.birthdate), ""
    if query.sought is not Sought.REFERENCE:
        return find_by_contact(session, query.text), ""
    applicant = find_applicant(session, actor, query.text)
    if applicant is None:
        return [], ""
    return ([applicant.person_id], "") if applicant.account_id else ([], applicant.reference)


def _journal(session: Session, actor: Actor, row: PersonLookup, query: Query, shown: Collection[UUID]) -> None:
    """One line for the search, and one a day at most for each person whom it showed."""
    details = {"reason": row.reason.value, "by": query.sought.value, "outcome": row.outcome.value}
    record(session, actor, SEARCHED, details=details)
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    told = subjects_of(session, actor.id, SHOWN, among=shown, since=midnight) if actor.id else set()
    for person_id in shown:
        if person_id not in told:
            record(session, actor, SHOWN, subject_id=person_id, details={"reason": row.reason.value})


def get_lookup(session: Session, actor: Actor, lookup_id: UUID) -> LookupView:
    """What a search of this agent gave; nobody's name once it is over.

    :raises NotFound: none, or a colleague's.
    """
    return _view(session, own_lookup(session, actor, lookup_id))


def tell_apart(session: Session, actor: Actor, lookup_id: UUID) -> None:
    """Show the day of birth and the commune of namesakes: the agent asked for it, and each of them reads that.

    :raises NotFound: none, a colleague's, or it is over.
    """
    row = own_lookup(session, actor, lookup_id)
    view = _view(session, row)
    if view.is_over:
        raise NotFound("lookup_unknown")
    if row.told_apart_at is None:
        row.told_apart_at = clock.now()
        session.flush()
        for one in view.persons:
            if one.namesake:
                person_id = UUID(row.found[one.rank - 1])
                record(session, actor, TOLD_APART, subject_id=person_id, details={"reason": row.reason.value})


def own_lookup(session: Session, actor: Actor, lookup_id: UUID) -> PersonLookup:
    """A search of this agent, for the room's own use.

    :raises NotFound: none, or a colleague's.
    """
    _check(actor)
    query = select(PersonLookup).where(PersonLookup.id == lookup_id, PersonLookup.agent_id == actor.id)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("lookup_unknown")
    return row


def note_of(session: Session, row: PersonLookup) -> str:
    """The agent's own words, for the room's own use."""
    return str(_opened(session, row)["note"])


def _opened(session: Session, row: PersonLookup) -> dict[str, str]:
    return dict(unseal_json(session, row.data_key_id, row.sealed, context=_context(row.id)))


def _view(session: Session, row: PersonLookup) -> LookupView:
    kept, over = _opened(session, row), row.searched_at + policy.IDLE <= clock.now()
    ids = [] if over else [UUID(one) for one in row.found]
    return LookupView(
        id=row.id,
        reason=row.reason,
        note=kept["note"],
        outcome=row.outcome,
        persons=_lines(session, ids, told_apart=row.told_apart_at is not None),
        told_apart=row.told_apart_at is not None,
        is_over=over,
        reference="" if over else kept["reference"],
    )


def _lines(session: Session, ids: Sequence[UUID], *, told_apart: bool) -> tuple[FoundPerson, ...]:
    known = identity_lines(session, ids)
    twice = policy.namesakes(_likeness(one) for one in known.values())
    alike = {one.person_id for one in known.values() if _likeness(one) in twice}
    communes = communes_of(session, alike) if told_apart and alike else {}
    found = []
    for rank, person_id in enumerate(ids, start=1):
        one = known.get(person_id)
        if one is None:  # erased meanwhile
            continue
        shown = told_apart and person_id in alike
        found.append(
            FoundPerson(
                rank=rank,
                name=one.display_name,
                year=one.birthdate[:4],
                namesake=person_id in alike,
                birthdate=one.birthdate if shown else "",
                commune=communes.get(person_id, "") if shown else "",
            )
        )
    return tuple(found)


def _likeness(one: IdentityLine) -> tuple[str, str]:
    return name_key(one.display_name), one.birthdate[:4]


def volumes_of(session: Session, agent_ids: Collection[UUID]) -> tuple[int, int, int]:
    """Searches of these agents: in the last seven days, in the seven before, and the most by one of them lately.

    Figures, and no name: what is unusual is seen by who heads the department, who then asks.
    """
    now = clock.now()
    lately = count_acts_of(session, agent_ids, SEARCHED, since=now - timedelta(days=7))
    both = count_acts_of(session, agent_ids, SEARCHED, since=now - timedelta(days=14))
    recent = sum(lately.values())
    return recent, sum(both.values()) - recent, max(lately.values(), default=0)


def purge_lookups(session: Session, *, limit: int = AT_ONCE) -> int:
    """Forget the searches of yesterday with the files they opened; return how many."""
    over = select(PersonLookup).where(PersonLookup.searched_at <= clock.now() - policy.LOOKUP_KEPT).limit(limit)
    rows = session.scalars(over).all()
    ids, keys = [row.id for row in rows], [row.data_key_id for row in rows]
    if ids:
        session.execute(delete(PersonOpening).where(PersonOpening.lookup_id.in_(ids)))
        session.execute(delete(PersonLookup).where(PersonLookup.id.in_(ids)))
    for key_id in keys:
        destroy_data_key(session, key_id)
    return len(ids)


def _check(actor: Actor) -> None:
    if not policy.can_look(actor) or actor.id is None:
        raise Forbidden("permission")


def _context(lookup_id: UUID) -> str:
    return f"person_lookup:{lookup_id}"
