"""Who lives with a person and where: kept sealed, theirs alone, forgotten when they say so."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.db import Database
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.ground.vault.service import VaultDestroyed, destroy_data_key
from portal.people.accounts.enums import AddressKind, MemberRelation
from portal.people.accounts.models import DeclaredAddress, DeclinedValue, HouseholdMember, Person
from portal.people.accounts.policy import MOST_MEMBERS
from portal.people.accounts.service import (
    AccountView,
    ResidentClaims,
    accept_declined,
    declared_by,
    decline_value,
    join,
    link_resident,
    read_code,
    remove_address,
    remove_member,
    save_address,
    save_member,
    show_code,
    value_digest,
)

CHILD = {"given_names": "Nour-Élise", "family_name": "D’Exemple", "birthdate": "2019-04-03"}
HOME = {"line": "8 quai des Moulins", "postcode": "38999", "city": "Valmont-sur-Iselle"}
LETTERS = st.characters(categories=("Lu", "Ll", "Lo"), max_codepoint=0x1EFF)
NAMES = st.builds(
    lambda first, rest: first + "".join(rest), LETTERS, st.lists(LETTERS | st.sampled_from("'’- ."), max_size=25)
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


def account(session: Session, sub: str) -> AccountView:
    claims = ResidentClaims(family_name="DUBOIS", given_names=("Angela",), birthdate="1962-08-24", gender="female")
    return link_resident(session, issuer="https://identite.exemple.example", sub=sub, claims=claims)


def actor(view: AccountView) -> Actor:
    return Actor(ActorKind.RESIDENT, view.id, view.person_id, label=view.display_name)


def test_a_member_is_added_said_anew_and_forgotten_and_never_readable_at_rest(session: Session) -> None:
    who = account(session, "a")
    with clock.frozen(datetime(2026, 3, 3, 23, 30, tzinfo=UTC)):
        member = save_member(session, actor(who), CHILD | {"other_home": True}, relation=MemberRelation.CHILD)
    assert member.declared_on == date(2026, 3, 4), "the civil day in the authority's zone"
    assert member.facts.other_home
    sealed = session.scalars(select(HouseholdMember.sealed)).one()
    assert b"Exemple" not in sealed
    assert b"2019" not in sealed
    again = save_member(
        session,
        actor(who),
        CHILD | {"birthdate": {"day": "", "month": "", "year": "2019"}},
        relation=MemberRelation.DEPENDANT,
        member_id=member.id,
    )
    assert (again.id, again.facts.birthdate) == (member.id, "2019-00-00")
    assert again.facts.relation is MemberRelation.DEPENDANT
    assert not again.facts.other_home
    assert [one.id for one in declared_by(session, who.person_id).members] == [member.id]
    remove_member(session, actor(who), member.id)
    assert declared_by(session, who.person_id).members == ()
    with pytest.raises(NotFound):
        remove_member(session, actor(who), member.id)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, only=st.sampled_from(["given_names", "family_name"]))
def test_difficult_names_are_kept_as_they_are(session: Session, name: str, only: str) -> None:
    who = actor(account(session, "names"))
    member = save_member(session, who, {only: name}, relation=MemberRelation.PARTNER)
    assert member.name == clean_line(name)
    remove_member(session, who, member.id)


@pytest.mark.parametrize("name", ["Y", "Ô", "O’Tèstù-d’Òrœuf", "D'EXEMPLE", "L' Essai", "ليلى", "Ngọc Ánh"])
def test_names_that_forms_often_refuse(session: Session, name: str) -> None:
    member = save_member(session, actor(account(session, "a")), {"family_name": name}, relation=MemberRelation.CHILD)
    assert (member.facts.family_name, member.facts.given_names) == (name, "")


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({}, {"given_names"}),
        ({"given_names": "R2D2"}, {"given_names"}),
        ({"family_name": "<b>"}, {"family_name"}),
        ({"given_names": "A" * 500}, {"given_names"}),
        ({"given_names": "Zoé", "birthdate": "2190-01-01"}, {"birthdate"}),
        ({"given_names": "Zoé", "birthdate": "2019-02-31"}, {"birthdate"}),
        ({"given_names": "Zoé", "gender": "other"}, {"gender"}),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(session: Session, facts: dict[str, str], wrong: set[str]) -> None:
    who = account(session, "a")
    with pytest.raises(Invalid) as refused:
        save_member(session, actor(who), facts, relation=MemberRelation.CHILD)
    assert set(refused.value.fields) == wrong
    assert declared_by(session, who.person_id).members == ()


def test_a_child_of_two_households_is_declared_twice_and_neither_sees_the_other(session: Session) -> None:
    one, other = account(session, "a"), account(session, "b")
    for view in (one, other):
        save_member(session, actor(view), CHILD | {"other_home": True}, relation=MemberRelation.CHILD)
    mine, theirs = (declared_by(session, view.person_id).members for view in (one, other))
    assert mine[0].facts == theirs[0].facts
    assert mine[0].id != theirs[0].id
    for act in (
        lambda: remove_member(session, actor(one), theirs[0].id),
        lambda: save_member(session, actor(one), CHILD, relation=MemberRelation.CHILD, member_id=theirs[0].id),
    ):
        with pytest.raises(NotFound):
            act()
    remove_member(session, actor(one), mine[0].id)
    assert len(declared_by(session, other.person_id).members) == 1


def test_nobody_else_declares_for_a_person(session: Session) -> None:
    who = account(session, "a")
    mandated = Actor(ActorKind.RESIDENT, who.id, who.person_id, mandate_id=UUID(int=1))
    agent = Actor(ActorKind.AGENT, UUID(int=2), subject=who.person_id)
    for other in (mandated, agent, Actor(ActorKind.RESIDENT, who.id)):
        with pytest.raises(Forbidden):
            save_member(session, other, CHILD, relation=MemberRelation.CHILD)
        with pytest.raises(Forbidden):
            save_address(session, other, HOME, kind=AddressKind.CURRENT)
        with pytest.raises(Forbidden):
            decline_value(session, other, "contact.phone", "+33639981234")


def test_a_list_has_an_end(session: Session) -> None:
    who = actor(account(session, "a"))
    for _number in range(MOST_MEMBERS):
        save_member(session, who, CHILD, relation=MemberRelation.CHILD)
    with pytest.raises(Invalid) as refused:
        save_member(session, who, CHILD, relation=MemberRelation.CHILD)
    assert refused.value.code == "list_full"


def test_one_lives_at_one_address_at_a_time(session: Session) -> None:
    who = account(session, "a")
    first = save_address(session, actor(who), HOME, kind=AddressKind.CURRENT)
    moved = {"line": "1 rue de l’Église", "postcode": "38999", "city": "Clairval", "since": "2026-03-01"}
    second = save_address(session, actor(who), moved, kind=AddressKind.CURRENT)
    known = declared_by(session, who.person_id).addresses
    assert [(one.id, one.facts.kind) for one in known] == [
        (second.id, AddressKind.CURRENT),
        (first.id, AddressKind.FORMER),
    ]
    assert known[1].facts.until == "2026-03-01"
    save_address(session, actor(who), moved | {"line": "2 rue"}, kind=AddressKind.CURRENT, address_id=second.id)
    assert [one.facts.line for one in declared_by(session, who.person_id).addresses] == ["2 rue", HOME["line"]]
    with pytest.raises(Invalid) as refused:
        save_address(session, actor(who), moved | {"until": "2026-01-01"}, kind=AddressKind.FORMER)
    assert set(refused.value.fields) == {"until"}
    with pytest.raises(Invalid) as refused:
        save_address(session, actor(who), {"postcode": "99"}, kind=AddressKind.NEXT)
    assert set(refused.value.fields) == {"line", "postcode", "city"}
    with pytest.raises(NotFound):
        remove_address(session, actor(account(session, "b")), second.id)
    remove_address(session, actor(who), second.id)
    assert len(declared_by(session, who.person_id).addresses) == 1


def test_a_refused_value_is_a_fingerprint_and_can_be_offered_again(session: Session) -> None:
    who = account(session, "a")
    for _twice in range(2):
        decline_value(session, actor(who), "contact.phone", "+33639981234")
    digest = value_digest("contact.phone", "+33639981234")
    assert declared_by(session, who.person_id).declined == {("contact.phone", digest)}
    assert "639981234" not in session.scalars(select(DeclinedValue.digest)).one()
    accept_declined(session, actor(who))
    assert declared_by(session, who.person_id).declined == frozenset()


def test_everything_declared_goes_with_the_key_of_the_person(session: Session) -> None:
    who = account(session, "a")
    save_member(session, actor(who), CHILD, relation=MemberRelation.CHILD)
    save_address(session, actor(who), HOME, kind=AddressKind.CURRENT)
    destroy_data_key(session, session.get_one(Person, who.person_id).data_key_id)
    with pytest.raises(VaultDestroyed):
        declared_by(session, who.person_id)


def test_two_accounts_of_one_person_bring_their_households_together(session: Session) -> None:
    kept, joined = account(session, "a"), account(session, "b")
    save_member(session, actor(kept), CHILD, relation=MemberRelation.CHILD)
    save_address(session, actor(kept), HOME, kind=AddressKind.CURRENT)
    spelt = CHILD | {"given_names": "nour elise", "family_name": "D Exemple"}
    for facts in (spelt, {"given_names": "Ilyès"}):
        save_member(session, actor(joined), facts, relation=MemberRelation.CHILD)
    save_address(session, actor(joined), HOME | {"line": "1 rue du Lac"}, kind=AddressKind.CURRENT)
    decline_value(session, actor(joined), "contact.phone", "+33639981234")
    code = show_code(session, actor(joined))
    join(session, actor(kept), read_code(session, actor(kept), code.code))
    found = declared_by(session, kept.person_id)
    assert sorted(one.facts.given_names for one in found.members) == ["Ilyès", "Nour-Élise"]
    assert [(one.facts.kind, one.facts.line) for one in found.addresses] == [
        (AddressKind.CURRENT, HOME["line"]),
        (AddressKind.FORMER, "1 rue du Lac"),
    ]
    left = [session.scalars(select(table.person_id)).all() for table in (HouseholdMember, DeclaredAddress)]
    assert {person for rows in left for person in rows} == {kept.person_id}
