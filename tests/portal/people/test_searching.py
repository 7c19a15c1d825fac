"""Finding persons by pieces of names: beginnings, faults, dates partly known, and keys that follow the identity."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from portal.ground.db import Database, new_id
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.enums import ContactKind
from portal.people.accounts.models import Person, PersonKey, PersonSearch
from portal.people.accounts.search_keys import FAR, asked_keys, distance_of, stored_keys, words_of
from portal.people.accounts.service import (
    AccountView,
    ResidentClaims,
    declare_contact,
    find_by_contact,
    find_by_name,
    identity_lines,
    index_persons,
    link_resident,
)
from portal.people.accounts.service.searching import CANDIDATES

ANGELA = ResidentClaims("DUBOIS", ("Angela", "Claire"), birthdate="1962-08-24")
LETTERS = st.text("abcdeilmnorst", min_size=4, max_size=9)


def enrol(session: Session, sub: str, claims: ResidentClaims) -> AccountView:
    return link_resident(session, issuer="https://fc.example", sub=sub, claims=claims)


@pytest.mark.parametrize(
    ("typed", "birth"),
    [
        (("dub",), "1962"),
        (("dubois", "angela"), ""),
        (("duobis",), "1962"),
        (("dubios", "angla"), ""),
        (("dubbois",), "1962-08-24"),
        (("duois", "clair"), ""),
        (("angele",), "1962"),
        (("an", "du"), "1962"),
    ],
)
def test_a_beginning_or_a_fault_finds_the_person(database: Database, typed: tuple[str, ...], birth: str) -> None:
    with database.writing() as session:
        angela = enrol(session, "a", ANGELA)
        enrol(session, "b", ResidentClaims("MARTIN", ("Paul",), birthdate="1962-08-24"))
        assert find_by_name(session, typed, birthdate=birth) == [angela.person_id]


@pytest.mark.parametrize(
    ("typed", "birth"),
    [(("dubois",), "1963"), (("martin", "angela"), ""), (("%",), "1962"), (("dubois",), "1962-08-25")],
)
def test_nobody_else_is_found(database: Database, typed: tuple[str, ...], birth: str) -> None:
    with database.writing() as session:
        enrol(session, "a", ANGELA)
        assert find_by_name(session, typed, birthdate=birth) == []


def test_the_nearest_spelling_comes_first_and_an_unknown_date_is_no_obstacle(database: Database) -> None:
    with database.writing() as session:
        near = enrol(session, "near", ResidentClaims("DUBOS", ("Léa",), birthdate="1962-01-01"))
        partial = enrol(session, "partial", ResidentClaims("DUBOIS", ("Ida",), birthdate="1962-00-00"))
        unknown = enrol(session, "unknown", ResidentClaims("DUBOIS", ("Zoé",)))
        exact = enrol(session, "exact", ANGELA)
        found = find_by_name(session, ("dubois",), birthdate="1962-08-24")
        assert found == [exact.person_id, partial.person_id, unknown.person_id]
        assert find_by_name(session, ("dubois",), birthdate="1962") == [*found[:2], near.person_id, found[2]]


def test_too_many_is_said_and_nothing_is_given(database: Database) -> None:
    with database.writing() as session:
        key = session.get_one(Person, enrol(session, "a", ANGELA).person_id).data_key_id
        people = [new_id() for _number in range(CANDIDATES)]
        names = {"family_key": "dubos", "usage_key": "", "given_key": "lea", "birthdate": "1962-01-01"}
        session.execute(insert(Person), [{"id": one, "data_key_id": key} for one in people])
        session.execute(insert(PersonSearch), [{"person_id": one, **names} for one in people])
        session.execute(insert(PersonKey), [{"person_id": one, "key": "pdub", "year": 1962} for one in people])
        assert find_by_name(session, ("dub",), birthdate="1962") is None


def test_the_keys_follow_the_identity_and_a_job_makes_those_that_miss(database: Database) -> None:
    with database.writing() as session:
        angela = enrol(session, "a", ANGELA)
        enrol(session, "a", replace(ANGELA, family_name="LEROY"))
        assert find_by_name(session, ("dubois",), birthdate="1962") == []
        assert find_by_name(session, ("leroy",), birthdate="1962") == [angela.person_id]
        session.execute(delete(PersonKey))
        assert index_persons(session) == 1
        assert index_persons(session) == 0
        assert find_by_name(session, ("leroy",), birthdate="1962") == [angela.person_id]


def test_an_address_or_a_number_is_found_whole_and_by_nobody_but_its_owner(database: Database) -> None:
    with database.writing() as session:
        angela = enrol(session, "a", ANGELA)
        who = Actor(ActorKind.RESIDENT, angela.id, angela.person_id)
        declare_contact(session, who, angela.person_id, kind=ContactKind.PHONE, value="06 39 98 12 34")
        declare_contact(session, who, angela.person_id, kind=ContactKind.EMAIL, value="angela@usagers.example")
        assert find_by_contact(session, "0639981234") == [angela.person_id]
        assert find_by_contact(session, "Angela@usagers.example") == [angela.person_id]
        assert find_by_contact(session, "063998123") == []
        assert find_by_contact(session, "' OR 1=1 --@") == []


def test_lines_name_people_as_their_identity_says(database: Database) -> None:
    with database.writing() as session:
        angela = enrol(session, "a", replace(ANGELA, preferred_name="LEROY"))
        other = enrol(session, "b", ResidentClaims("حسن", ("ليلى",), birthdate="1993-11-29"))
        lines = identity_lines(session, [angela.person_id, other.person_id])
        assert lines[angela.person_id].display_name == "Angela LEROY"
        assert lines[other.person_id].birthdate == "1993-11-29"
        assert find_by_name(session, ("حسن",), birthdate="1993") == [other.person_id]
        assert session.scalar(select(func.max(func.length(PersonKey.key)))) <= 8


@given(LETTERS, st.integers(0, 8), st.sampled_from(["drop", "swap", "change", "none", "cut"]))
def test_one_fault_never_hides_a_name(word: str, place: int, fault: str) -> None:
    place %= len(word) - 1
    typed = {
        "drop": word[:place] + word[place + 1 :],
        "swap": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        "change": word[:place] + "z" + word[place + 1 :],
        "cut": word[: max(2, place)],
        "none": word,
    }[fault]
    if len(typed) < 4 and fault != "cut":
        return
    assert distance_of(typed, [word]) < FAR
    assert asked_keys(typed) & stored_keys([word])


def test_words_are_folded_and_bounded() -> None:
    assert words_of("N’Guessan", "Œdipe d’Òr") == ("guessan", "oedipe", "or")
    assert len(words_of(" ".join(f"mot{one}" for one in range(50)))) == 12
    assert distance_of("dubois", []) == FAR
