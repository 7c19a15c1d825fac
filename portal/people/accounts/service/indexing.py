"""The keys by which persons are found, kept beside what they are searched by; for the room's own use, and a job's."""

from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from portal.people.accounts.models import PersonKey, PersonSearch
from portal.people.accounts.search_keys import stored_keys, words_of

INDEXED_AT_ONCE: Final = 500
UNKNOWN_YEAR: Final = 0


def write_keys(session: Session, search: PersonSearch) -> None:
    """Keep the search keys of a person as their names now stand; for the room's own use."""
    forget_keys(session, search.person_id)
    year = int(search.birthdate[:4]) if search.birthdate[:4].isdigit() else UNKNOWN_YEAR
    words = words_of(search.family_key, search.usage_key, search.given_key)
    rows = [{"person_id": search.person_id, "key": key, "year": year} for key in sorted(stored_keys(words))]
    if rows:
        session.execute(insert(PersonKey), rows)


def forget_keys(session: Session, person_id: UUID) -> None:
    """A person is no longer searched for, or under other names; for the room's own use."""
    session.execute(delete(PersonKey).where(PersonKey.person_id == person_id))


def index_persons(session: Session, *, limit: int = INDEXED_AT_ONCE) -> int:
    """Give their keys to persons who have none, such as those known before keys were kept; return how many."""
    missing = ~exists().where(PersonKey.person_id == PersonSearch.person_id)
    named = (PersonSearch.family_key != "") | (PersonSearch.usage_key != "") | (PersonSearch.given_key != "")
    rows = session.scalars(select(PersonSearch).where(missing, named).limit(limit)).all()
    for row in rows:
        write_keys(session, row)
    session.flush()
    return len(rows)
