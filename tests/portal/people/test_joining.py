"""Two sign-ins of one person: joined with proof, and only then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.errors import Busy, Conflict, NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.enums import ContactKind, LinkProof
from portal.people.accounts.models import Account, AccountClaim, Person, PersonSearch
from portal.people.accounts.policy import masked_address, may_be_same_person, same_pivot
from portal.people.accounts.service import (
    AccountView,
    ResidentClaims,
    declare_contact,
    find_former_account,
    get_account,
    get_contacts,
    join,
    link_resident,
    purge_claims,
    read_code,
    read_code_for_agent,
    read_code_to_send,
    send_code,
    show_code,
)

ISSUER = "https://identite.exemple.example"
ANGELA = ResidentClaims(
    family_name="DUBOIS",
    given_names=("Angela", "Claire"),
    birthdate="1962-08-24",
    gender="female",
    birth_place="75107",
    birth_country="99100",
    email="angela@usagers.example",
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


def account(session: Session, sub: str, **changes: Any) -> AccountView:
    from dataclasses import replace

    return link_resident(session, issuer=ISSUER, sub=sub, claims=replace(ANGELA, **changes))


def actor(view: AccountView) -> Actor:
    return Actor(ActorKind.RESIDENT, view.id, view.person_id)


@pytest.fixture
def old(session: Session) -> AccountView:
    with clock.shifted(timedelta(days=-400)):
        return account(session, "old")


@pytest.fixture
def new(session: Session, old: AccountView) -> AccountView:
    """The same person; the provider now calls her otherwise."""
    return account(session, "new", email="autre@usagers.example")


def code_sent(session: Session, new: AccountView, old: AccountView) -> str:
    found = read_code_to_send(session, send_code(session, actor(new), old.id))
    assert found is not None
    assert found.recipient == "angela@usagers.example"
    return found.code


def test_the_same_identity_is_never_joined_by_itself(session: Session, old: AccountView, new: AccountView) -> None:
    assert new.person_id != old.person_id
    assert account(session, "new").id == new.id
    former = find_former_account(session, new.id)
    assert former is not None
    assert (former.id, former.address) == (old.id, "a•••@u•••.example")


@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": "DUPONT"},
        {"given_names": ("Angela",)},
        {"birthdate": "1962-08-25"},
        {"birthdate": ""},
        {"gender": "male"},
        {"birth_place": "69123"},
        {"birth_country": "99139"},
    ],
)
def test_another_identity_finds_nothing_even_with_the_same_address(
    session: Session, old: AccountView, changes: dict[str, Any]
) -> None:
    stranger = account(session, "stranger", **changes)
    assert find_former_account(session, stranger.id) is None
    with pytest.raises(NotFound):
        send_code(session, actor(stranger), old.id)


def test_two_former_accounts_are_for_an_agent(session: Session, old: AccountView, new: AccountView) -> None:
    account(session, "third")
    assert find_former_account(session, new.id) is None


def test_the_code_sent_joins_the_new_sign_in_to_the_former_account(
    session: Session, old: AccountView, new: AccountView
) -> None:
    code = code_sent(session, new, old)
    joining = read_code(session, actor(new), f" {code[:5].lower()}-{code[5:]} ")
    assert (joining.kept.id, joining.joined.id, joining.proof) == (old.id, new.id, LinkProof.EMAIL_CODE)
    join(session, actor(new), joining)
    for sub in ("old", "new"):
        assert account(session, sub).id == old.id
    row = session.get_one(Account, new.id)
    assert (row.link_proof, row.merged_into_id) == (LinkProof.EMAIL_CODE, old.id)
    line = session.scalars(select(AuditEntry).where(AuditEntry.action == "accounts_joined")).one()
    assert (line.subject_id, line.details) == (old.person_id, {"proof": "email_code"})
    assert session.scalar(select(func.count()).select_from(PersonSearch)) == 1, "one person at the desk"


def test_the_new_identity_becomes_the_one_known(session: Session, old: AccountView, new: AccountView) -> None:
    married = account(session, "married", family_name="DUBOIS", preferred_name="MARTIN", gender="")
    shown = show_code(session, actor(married))
    join(session, actor(old), read_code(session, actor(old), shown.code))
    assert get_account(session, old.id).preferred_name == "MARTIN"


def test_a_code_shown_is_typed_in_the_account_that_stays(session: Session, old: AccountView, new: AccountView) -> None:
    shown = show_code(session, actor(new))
    with pytest.raises(NotFound):
        read_code(session, actor(new), shown.code)
    joining = read_code(session, actor(old), shown.code)
    assert (joining.kept.id, joining.joined.id, joining.proof) == (old.id, new.id, LinkProof.BOTH_SESSIONS)


def test_an_agent_who_checked_the_papers_may_use_a_code_shown(
    session: Session, old: AccountView, new: AccountView
) -> None:
    shown = show_code(session, actor(new))
    assert read_code_for_agent(session, shown.code, old.id).proof is LinkProof.AGENT_CHECK
    with pytest.raises(NotFound):
        read_code_for_agent(session, shown.code, new.id)
    with pytest.raises(NotFound):
        read_code_for_agent(session, code_sent(session, new, old), old.id)


def test_a_code_sent_serves_who_asked_for_it_alone(session: Session, old: AccountView, new: AccountView) -> None:
    code = code_sent(session, new, old)
    other = account(session, "other", family_name="AUTRE")
    for who in (old, other):
        with pytest.raises(NotFound):
            read_code(session, actor(who), code)


def test_identities_that_no_change_explains_are_not_joined(session: Session, old: AccountView) -> None:
    spouse = account(session, "spouse", given_names=("Bernard",), birthdate="1960-01-02", gender="male")
    namesake = account(session, "x", family_name="AUTRE", given_names=("Zoé",))
    for other in (spouse, namesake):
        shown = show_code(session, actor(other))
        with pytest.raises(Conflict) as caught:
            read_code(session, actor(old), shown.code)
        assert caught.value.code == "identities_differ"


def test_a_code_ends_after_half_an_hour_and_once_another_is_made(
    session: Session, old: AccountView, new: AccountView
) -> None:
    first = code_sent(session, new, old)
    claim = send_code(session, actor(new), old.id)
    with pytest.raises(NotFound):
        read_code(session, actor(new), first)
    with clock.shifted(timedelta(minutes=31)):
        assert read_code_to_send(session, claim) is None, "a letter that is late does not leave"
        purge_claims(session)
        assert session.scalar(select(func.count()).select_from(AccountClaim)) == 2
    with clock.shifted(timedelta(days=1, minutes=31)):
        purge_claims(session)
        assert session.scalar(select(func.count()).select_from(AccountClaim)) == 0


def test_a_code_serves_once_and_its_trace_holds_nothing(session: Session, old: AccountView, new: AccountView) -> None:
    code = code_sent(session, new, old)
    joining = read_code(session, actor(new), code)
    join(session, actor(new), joining)
    with pytest.raises(NotFound):
        read_code(session, actor(new), code)
    with pytest.raises(Conflict):
        join(session, actor(new), joining)
    for row in session.scalars(select(AccountClaim)):
        assert row.sealed is None
        assert code not in row.digest


def test_codes_are_counted(session: Session, old: AccountView, new: AccountView) -> None:
    for _time in range(5):
        send_code(session, actor(new), old.id)
    with pytest.raises(Busy):
        send_code(session, actor(new), old.id)
    with clock.shifted(timedelta(days=1, seconds=1)):
        send_code(session, actor(new), old.id)


def test_wrong_codes_find_nothing(session: Session, new: AccountView) -> None:
    for typed in ("", "-", "AAAAA-AAAAA", "A" * 5000, "'; --", "\x00", "é" * 10):
        with pytest.raises(NotFound):
            read_code(session, actor(new), typed)


def test_contacts_declared_in_the_joined_account_are_not_lost(
    session: Session, old: AccountView, new: AccountView
) -> None:
    declare_contact(session, actor(new), new.person_id, kind=ContactKind.PHONE, value="06 39 98 12 34")
    declare_contact(session, actor(new), new.person_id, kind=ContactKind.EMAIL, value="neuve@exemple.example")
    declare_contact(session, actor(old), old.person_id, kind=ContactKind.EMAIL, value="vieille@exemple.example")
    shown = show_code(session, actor(new))
    join(session, actor(old), read_code(session, actor(old), shown.code))
    kept = get_contacts(session, old.person_id)
    assert (kept.email, kept.phone) == ("vieille@exemple.example", "+33639981234")
    assert get_contacts(session, new.person_id).phone == ""
    assert session.get(Person, new.person_id) is not None, "the requests made as that person still name it"


def test_three_sign_ins_in_a_row_end_in_one_account(session: Session, old: AccountView, new: AccountView) -> None:
    third = account(session, "third")
    join(session, actor(new), read_code(session, actor(new), show_code(session, actor(old)).code))
    join(session, actor(third), read_code(session, actor(third), show_code(session, actor(new)).code))
    assert {account(session, sub).id for sub in ("old", "new", "third")} == {third.id}


def test_the_rules_of_likeness() -> None:
    from dataclasses import replace

    assert same_pivot(ANGELA, replace(ANGELA, family_name="Dubois", email="x@y.example", preferred_name="AUTRE"))
    assert not same_pivot(replace(ANGELA, birthdate=""), replace(ANGELA, birthdate=""))
    assert may_be_same_person(ANGELA, replace(ANGELA, family_name="AUTRE"))
    assert may_be_same_person(ANGELA, replace(ANGELA, given_names=("Ange",), gender="male"))
    assert not may_be_same_person(ANGELA, replace(ANGELA, birthdate="1962-08-25"))
    assert not may_be_same_person(replace(ANGELA, family_name=""), ResidentClaims("", (), birthdate="1962-08-24"))
    assert [masked_address(one) for one in ("a@b.fr", "ab@c.d.fr", "nobody", "", "a@localhost")] == [
        "a•••@b•••.fr", "a•••@c•••.fr", "", "", "a•••@l•••",
    ]  # fmt: skip
