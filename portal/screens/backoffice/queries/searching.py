"""Finding requests by what an agent types: beginnings of names, a reference, or a name with a fault. Read-only.

Everything is read by the words kept with each request (``request_word``), never by looking at every request. Among the
open requests, which are few, all are found; among the ended ones, at most :data:`FOUND_LIMIT`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    intersect,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from portal.casework.requests.models import RequestWord, ServiceRequest
from portal.casework.requests.reference import GROUP
from portal.casework.requests.search_words import MARK, AskedWords, asked_spellings, asked_words, range_of
from portal.ground.permissions import Actor
from portal.people.accounts.service import name_key, spelling_distance, spelt_like, words_of

FOUND_LIMIT: Final = 500
# Words read to count what a search finds, open requests among them.
COUNTED: Final = 2_000
# Persons, requests and names looked at for a near spelling, and names kept.
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
        """Whether a request is meant, from what stands in its row. Each row is looked at: for a few of them only."""
        if self.near:
            return ServiceRequest.applicant_key.in_(self.near)
        names = [(" " + ServiceRequest.applicant_key).contains(f" {word}") for word in self.asked.names]
        return or_(false(), *([and_(*names)] if names else []), *_is_called(self.asked.reference))

    def among(self, actor: Actor, conditions: Conditions) -> Subquery:
        """The ids of the requests of the actor's departments that are meant and satisfy these, up to the bound.

        The first by word, then by age: an order of their own, so that every page of a list is cut from the same ones.
        """
        read = self._read(actor, conditions, FOUND_LIMIT)
        return select(read.c.id).distinct().limit(FOUND_LIMIT).subquery("found")

    def count(self, actor: Actor, conditions: Conditions = ()) -> ScalarSelect[int]:
        """How many those are; more than the bound when there may be more. Without conditions, no request is read."""
        most = FOUND_LIMIT if conditions else COUNTED
        read = self._read(actor, conditions, most)
        told = case((func.count() > most, most + 1), else_=func.count(read.c.id.distinct()))
        return select(told).select_from(read).scalar_subquery()

    def _read(self, actor: Actor, conditions: Conditions, most: int) -> Subquery:
        """By each way, up to one beyond the bound; a request may come twice, by two words that begin alike."""
        if self.near:
            return _named(self.near, actor, conditions).limit(most + 1).subquery("read")
        ways = [_worded(words, actor, conditions).limit(most + 1) for words in _ways(self.asked)]
        if not ways:
            return select(ServiceRequest.id).where(false()).subquery("read")
        return union_all(*(select(way.subquery().c.id) for way in ways)).subquery("read")


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


def _is_called(reference: str) -> list[ColumnElement[bool]]:
    """Whether the reference begins so, with its prefix or after it; two characters are left after the last dash."""
    said, column = reference.removeprefix(MARK), ServiceRequest.reference
    if not said:
        return []
    group = "-".join(part for part in (said[:GROUP], said[GROUP:]) if part)
    return [func.replace(column, "-", "").startswith(said), column.contains(f"-{group}")]


def _has(request_id: Any, beginning: str) -> ColumnElement[bool]:
    word = aliased(RequestWord)
    return exists().where(word.request_id == request_id, *_between(word.word, beginning))


def _between(column: Any, beginning: str) -> list[ColumnElement[bool]]:
    first, after = range_of(beginning)
    return [column >= first, column < after]


def _worded(words: Sequence[str], actor: Actor, conditions: Conditions) -> Select[Any]:
    """The requests that have all these words, read from the first one."""
    word = aliased(RequestWord)
    query = select(word.request_id.label("id")).where(
        *_between(word.word, words[0]),
        word.department_id.in_(actor.department_ids),
        *(_has(word.request_id, other) for other in words[1:]),
    )
    if conditions:
        # Asked of each row in turn, by its id: a join might begin with the requests, and read them all.
        query = query.where(exists().where(ServiceRequest.id == word.request_id, *conditions).correlate(word))
    return query.order_by(word.word, word.request_id)


def _named(names: Collection[str], actor: Actor, conditions: Conditions) -> Select[Any]:
    query = select(ServiceRequest.id).where(
        ServiceRequest.department_id.in_(actor.department_ids), ServiceRequest.applicant_key.in_(names), *conditions
    )
    return query.order_by(ServiceRequest.applicant_key, ServiceRequest.id)


def _near_names(session: Session, actor: Actor, typed: Sequence[str]) -> tuple[str, ...]:
    """Names of applicants spelt nearly so, the nearest first: by the keys of persons, or of requests without one."""
    if not typed:
        return ()
    name, departments = select(ServiceRequest.applicant_key), actor.department_ids
    persons = spelt_like(typed, LOOKED_AT)
    by_person = name.where(ServiceRequest.person_id.in_(persons), ServiceRequest.department_id.in_(departments))
    keyed = select(RequestWord.request_id).where(RequestWord.department_id.in_(departments))
    spelt = [keyed.where(RequestWord.word.in_(asked_spellings(word))) for word in typed]
    meant = (intersect(*spelt) if len(spelt) > 1 else spelt[0]).subquery("spelt")
    by_request = name.where(ServiceRequest.id.in_(select(meant.c.request_id).limit(LOOKED_AT)))
    found = union(by_person, by_request)
    rows = session.scalars(select(found.subquery("named").c.applicant_key).limit(LOOKED_AT))
    ranked = [(far, name) for name in rows if (far := spelling_distance(typed, name)) is not None]
    return tuple(name for _far, name in sorted(ranked)[:NEAR_NAMES])
