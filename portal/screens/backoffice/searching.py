"""Finding requests by what an agent types: beginnings of names, a reference, or a name with a fault. Read-only.

Everything is read by the words kept with each request (``request_word``), never by looking at every request. Among the
open requests, which are few, all are found; among the ended ones, at most :data:`FOUND_LIMIT`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, false, intersect, or_, select, union
from sqlalchemy.orm import Session, aliased

from portal.casework.requests.models import RequestWord, ServiceRequest
from portal.casework.requests.search_words import AskedWords, asked_spellings, asked_words, range_of
from portal.ground.permissions import Actor
from portal.people.accounts.service import name_key, spelling_distance, spelt_like, words_of

FOUND_LIMIT: Final = 1_000
# Names looked at for a near spelling, and names kept.
LOOKED_AT: Final = 1_000
NEAR_NAMES: Final = 100

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. ``near``: folded names of applicants, when nobody is called what was typed."""

    asked: AskedWords
    near: tuple[str, ...] = ()

    @property
    def condition(self) -> ColumnElement[bool]:
        """Whether a request is meant. Each request is looked at: for a few of them only."""
        if self.near:
            return ServiceRequest.applicant_key.in_(self.near)
        return or_(false(), *(and_(*(_has(ServiceRequest.id, word) for word in words)) for words in _ways(self.asked)))

    def among(self, actor: Actor, conditions: Conditions) -> Subquery:
        """The ids of the requests of the actor's departments that are meant and satisfy these, to one beyond the bound.

        By word, then oldest first: an order of their own, so that every page of a list is cut from the same ones.
        """
        if self.near:
            return _named(self.near, actor, conditions)
        ways = [_worded(words, actor, conditions).limit(FOUND_LIMIT + 1) for words in _ways(self.asked)]
        if not ways:
            return select(ServiceRequest.id).where(false()).subquery("found")
        parts = [select(way.subquery().c.id) for way in ways]
        return (union(*parts) if len(parts) > 1 else parts[0]).subquery("found")


def read_search(session: Session, actor: Actor, typed: str) -> Search:
    """What these words look for. When no request of the actor's departments is so called, the names spelt nearly so.

    One statement, or two.
    """
    asked = asked_words(typed)
    ways = [exists(_worded(words, actor, ()).order_by(None)) for words in _ways(asked)]
    if session.scalar(select(or_(false(), *ways))):
        return Search(asked)
    return Search(asked, _near_names(session, actor, words_of(name_key(typed))))


def _ways(asked: AskedWords) -> list[tuple[str, ...]]:
    """Beginnings of words that a request must all have, by name or by reference."""
    return [words for words in (asked.names, (asked.reference,)) if all(words) and words]


def _has(request_id: Any, beginning: str) -> ColumnElement[bool]:
    word = aliased(RequestWord)
    return exists().where(word.request_id == request_id, *_between(word.word, beginning))


def _between(column: Any, beginning: str) -> list[ColumnElement[bool]]:
    first, after = range_of(beginning)
    return [column >= first, column < after]


def _worded(words: Sequence[str], actor: Actor, conditions: Conditions) -> Select[Any]:
    """The requests that have all these words, read from the first one; each once, by its first word that fits."""
    word, earlier = aliased(RequestWord), aliased(RequestWord)
    before = exists().where(earlier.request_id == word.request_id, earlier.word >= words[0], earlier.word < word.word)
    query = select(word.request_id.label("id")).where(
        *_between(word.word, words[0]),
        word.department_id.in_(actor.department_ids),
        ~before,
        *(_has(word.request_id, other) for other in words[1:]),
    )
    if conditions:
        # Asked of each row in turn, by its id: a join might begin with the requests, and read them all.
        query = query.where(exists().where(ServiceRequest.id == word.request_id, *conditions).correlate(word))
    return query.order_by(word.word, word.request_id)


def _named(names: Collection[str], actor: Actor, conditions: Conditions) -> Subquery:
    query = select(ServiceRequest.id).where(
        ServiceRequest.department_id.in_(actor.department_ids), ServiceRequest.applicant_key.in_(names), *conditions
    )
    ordered = query.order_by(ServiceRequest.applicant_key, ServiceRequest.id)
    return ordered.limit(FOUND_LIMIT + 1).subquery("found")


def _near_names(session: Session, actor: Actor, typed: Sequence[str]) -> tuple[str, ...]:
    """Names of applicants spelt nearly so, the nearest first: by the keys of persons, or of requests without one."""
    if not typed:
        return ()
    by_person = ServiceRequest.person_id.in_(spelt_like(typed))
    spelt = [select(RequestWord.request_id).where(RequestWord.word.in_(asked_spellings(word))) for word in typed]
    by_request = ServiceRequest.id.in_(
        select((intersect(*spelt) if len(spelt) > 1 else spelt[0]).subquery("spelt").c.request_id)
    )
    mine = ServiceRequest.department_id.in_(actor.department_ids)
    found = union(*(select(ServiceRequest.applicant_key).where(mine, way) for way in (by_person, by_request)))
    rows = session.scalars(select(found.subquery("named").c.applicant_key).limit(LOOKED_AT))
    ranked = [(far, name) for name in rows if (far := spelling_distance(typed, name)) is not None]
    return tuple(name for _far, name in sorted(ranked)[:NEAR_NAMES])
