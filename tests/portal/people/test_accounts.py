"""People: residents with their identities and contacts, agents, the authority."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from portal.ground import clock
from portal.ground.db import Database
from portal.ground.dictionary.service import has_concept
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ANONYMOUS, Actor, ActorKind, Role
from portal.ground.vault.service import VaultDestroyed, destroy_data_key
from portal.people.accounts.enums import ContactKind, LinkProof, ValueSource
from portal.people.accounts.models import Account, DeclaredContact, Person, PersonSearch, PivotIdentity
from portal.people.accounts.policy import can_edit_contact, is_siret_allowed
from portal.people.accounts.service import (
    AccountView,
    AgentClaims,
    AgentView,
    AuthorityView,
    ResidentClaims,
    agents_of,
    create_department,
    declare_contact,
    get_account,
    get_agent,
    get_authority,
    get_contacts,
    get_department,
    identity_values,
    known_values,
    link_agent,
    link_resident,
    list_departments,
    name_key,
    provision_agent,
    set_agent_active,
    set_agent_departments,
)
from tests.portal.people.conftest import SIRET

ISSUER = "https://fc.example"
ANGELA = ResidentClaims(
    family_name="DUBOIS",
    given_names=("Angela", "Claire", "Louise"),
    birthdate="1962-08-24",
    gender="female",
    birth_place="75107",
    birth_country="99100",
    email="angela@exemple.example",
)
HARD = [
    ResidentClaims(family_name="N’GUESSAN", given_names=("Œdipe", "Noël"), preferred_name="Ægir-Strauß"),
    ResidentClaims(family_name="DE LA TOUR D’AUVERGNE " + "x" * 250, given_names=("Jean-Baptiste",)),
    ResidentClaims(family_name="حسن", given_names=("ليلى",), birthdate="1993-11-29", birth_country="99206"),
    ResidentClaims(family_name="Yıldız", given_names=("İpek",), birthdate="1957-00-00"),
    ResidentClaims(family_name="", given_names=("Sukarno",), birthdate="1957-03-00"),
    ResidentClaims(family_name="王", given_names=("秀英",)),
    ResidentClaims(family_name="O", given_names=("Ba",), birth_place="2B002", birth_country="99100"),
    ResidentClaims(family_name="Nguyễn", given_names=("Thị", "Mai")),
    ResidentClaims(family_name="<b>Robert'); DROP TABLE person;--", given_names=("{{7*7}}",)),
]


def link(database: Database, sub: str = "a", claims: ResidentClaims = ANGELA) -> AccountView:
    with database.writing() as session:
        return link_resident(session, issuer=ISSUER, sub=sub, claims=claims)


def resident(account: AccountView) -> Actor:
    return Actor(kind=ActorKind.RESIDENT, id=account.id, subject=account.person_id)


def test_an_account_shows_the_identity_received(database: Database) -> None:
    account = link(database)
    assert (account.display_name, account.given_names) == ("Angela DUBOIS", "Angela Claire Louise")
    assert account.email == "angela@exemple.example"
    with database.reading() as session:
        assert get_account(session, account.id) == account
        row = session.get_one(Account, account.id)
        assert (row.link_proof, row.issuer, row.sub) == (LinkProof.PROVIDER, ISSUER, "a")


@pytest.mark.parametrize("claims", HARD, ids=lambda claims: claims.family_name[:12])
def test_hard_names_come_back_as_they_went(database: Database, claims: ResidentClaims) -> None:
    account = link(database, claims=claims)
    assert account.family_name == claims.family_name
    assert account.given_name_parts == claims.given_names
    assert account.display_name.startswith(claims.given_names[0])
    assert (account.birthdate, account.birth_place) == (claims.birthdate, claims.birth_place)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("N’Guessan", "n guessan"),
        ("N'GUESSAN", "n guessan"),
        ("Œdipe  Lætitia", "oedipe laetitia"),
        ("STRAUSS", "strauss"),
        ("Strauß", "strauss"),
        ("Le-Goff", "le goff"),
        ("Świątek-Dubois", "swiatek dubois"),
        ("Łukasz", "lukasz"),
        ("Nguyễn", "nguyen"),
        ("حسن", "حسن"),
        ("  ", ""),
    ],
)
def test_names_are_searched_without_their_marks(name: str, key: str) -> None:
    assert name_key(name) == key


def test_only_the_listed_columns_are_readable(database: Database) -> None:
    account = link(database)
    with database.writing() as session:
        declare_contact(session, resident(account), account.person_id, kind=ContactKind.PHONE, value="06 39 98 20 14")
    with database.reading() as session:
        search = session.scalars(select(PersonSearch)).one()
        assert (search.family_key, search.given_key) == ("dubois", "angela claire louise")
        assert (search.usage_key, search.birthdate) == ("", "1962-08-24")
        rest = repr(
            [
                session.execute(select(table.__table__)).all()
                for table in (Person, Account, PivotIdentity, DeclaredContact)
            ]
        ).lower()
    # A year or a code of five figures may stand in an identifier by chance: both are looked for as they would be kept.
    for trace in ("dubois", "angela", "1962-08", "'75107'", '"75107"', "exemple.example", "639982014"):
        assert trace not in rest


def test_people_alike_in_everything_but_the_provider_s_word_stay_two(database: Database) -> None:
    first, second = link(database, "a"), link(database, "b")
    assert first.person_id != second.person_id
    with database.writing() as session:
        elsewhere = link_resident(session, issuer="https://other.example", sub="a", claims=ANGELA)
    assert len({first.id, second.id, elsewhere.id}) == 3


def test_another_identity_is_added_and_the_former_is_kept_as_it_was(database: Database) -> None:
    link(database)
    with database.reading() as session:
        before = session.execute(select(PivotIdentity.__table__)).one()
    married = ResidentClaims(**{**_fields(ANGELA), "preferred_name": "Martin"})
    assert link(database, claims=married).display_name == "Angela Martin"
    assert link(database, claims=married).display_name == "Angela Martin"
    with database.reading() as session:
        kept = session.execute(select(PivotIdentity.__table__).order_by(PivotIdentity.id)).all()
        assert len(kept) == 2
        assert kept[0] == before
        assert session.scalars(select(PersonSearch.usage_key)).one() == "martin"
    assert link(database).display_name == "Angela DUBOIS"


def test_an_identity_cannot_be_changed(database: Database) -> None:
    link(database)
    with pytest.raises(RuntimeError, match="immutable"), database.writing() as session:
        session.scalars(select(PivotIdentity)).one().digest = "0" * 64


def test_an_identity_is_never_rewritten_even_behind_the_rooms_back(database: Database) -> None:
    link(database)
    link(database, claims=ResidentClaims(**{**_fields(ANGELA), "gender": ""}))
    table = PivotIdentity.__table__
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
        session.execute(table.update().values(sealed=b"other"))
    with database.reading() as session:
        assert b"other" not in session.scalars(select(PivotIdentity.sealed)).all()


def test_destroying_the_key_erases_the_person(database: Database) -> None:
    account = link(database)
    with database.writing() as session:
        destroy_data_key(session, session.get_one(Person, account.person_id).data_key_id)
        session.execute(delete(PersonSearch).where(PersonSearch.person_id == account.person_id))
    with database.reading() as session, pytest.raises(VaultDestroyed):
        get_account(session, account.id)


def test_an_unknown_account_is_not_found(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound):
            get_account(session, UUID(int=1))
        with pytest.raises(NotFound):
            get_agent(session, UUID(int=1))
        with pytest.raises(NotFound):
            get_department(session, UUID(int=1))
        with pytest.raises(NotFound):
            get_authority(session)


def test_the_same_person_arriving_twice_at_once_is_one(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        views = list(pool.map(lambda _number: link(database, "twice"), range(16)))
    assert len({view.id for view in views}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_known_values_say_where_they_come_from_and_since_when(database: Database) -> None:
    with clock.frozen(datetime(2026, 3, 3, 23, 30, tzinfo=UTC)):
        account = link(database)
    with database.writing() as session, clock.frozen(datetime(2026, 4, 1, 8, tzinfo=UTC)):
        me = resident(account)
        declare_contact(session, me, account.person_id, kind=ContactKind.EMAIL, value="A@Exemple.example")
        known = known_values(session, account.person_id)
    assert all(has_concept(concept) for concept in known)
    assert "person.preferred_name" not in known, "unknown is not empty"
    assert "contact.phone" not in known
    birth = known["person.birthdate"]
    assert (birth.value, birth.source, birth.verified) == ("1962-08-24", ValueSource.FRANCECONNECT, True)
    assert birth.as_of.isoformat() == "2026-03-04", "the civil day in the authority's zone"
    assert known["person.given_names"].value == "Angela Claire Louise"
    mail = known["contact.email"]
    assert (mail.value, mail.source, mail.verified) == ("A@exemple.example", ValueSource.DECLARED, False)
    assert mail.as_of.isoformat() == "2026-04-01"


def test_the_identity_names_a_person_with_each_given_name_whole(database: Database) -> None:
    account = link(database, claims=dataclasses.replace(ANGELA, given_names=("Marie Ange", "Zoé")))
    with database.reading() as session:
        values = identity_values(session, account.person_id)
        assert identity_values(session, account.id) == {}, "not a person"
    assert values["person.given_names"] == ["Marie Ange", "Zoé"]
    assert values["person.birth_place"]
    assert set(values) >= {"person.family_name", "person.gender", "person.birth_country", "person.birthdate"}


def test_the_provider_s_address_is_offered_unverified(database: Database) -> None:
    account = link(database)
    with database.reading() as session:
        mail = known_values(session, account.person_id)["contact.email"]
        assert (mail.source, mail.verified) == (ValueSource.FRANCECONNECT, False)
        assert known_values(session, UUID(int=1)) == {}


def test_a_contact_is_changed_and_withdrawn_by_its_owner(database: Database) -> None:
    account = link(database)
    me = resident(account)
    with database.writing() as session:
        stored = declare_contact(session, me, account.person_id, kind=ContactKind.PHONE, value=" 06 39 98 20 14 ")
        assert (stored, get_contacts(session, account.person_id).phone) == ("+33639982014", "+33639982014")
        declare_contact(session, me, account.person_id, kind=ContactKind.EMAIL, value="un@exemple.example")
        declare_contact(session, me, account.person_id, kind=ContactKind.EMAIL, value="deux@exemple.example")
        assert get_contacts(session, account.person_id).email == "deux@exemple.example"
        assert get_account(session, account.id).email == "deux@exemple.example"
        declare_contact(session, me, account.person_id, kind=ContactKind.EMAIL, value="")
        assert get_contacts(session, account.person_id).email == ""
        assert get_account(session, account.id).email == "angela@exemple.example"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ContactKind.EMAIL, "pas une adresse"),
        (ContactKind.EMAIL, "a@b.example\r\nBcc: c@d.example"),
        (ContactKind.EMAIL, "<a@b.example>"),
        (ContactKind.PHONE, "12"),
        (ContactKind.PHONE, "appelez-moi"),
        (ContactKind.PHONE, "0" * 40),
    ],
)
def test_what_is_not_a_contact_is_refused_with_a_sentence(database: Database, kind: ContactKind, value: str) -> None:
    account = link(database)
    with pytest.raises(Invalid) as caught, database.writing() as session:
        declare_contact(session, resident(account), account.person_id, kind=kind, value=value)
    assert len(caught.value.fields[kind.value]) > 20


def test_nobody_else_changes_a_contact(database: Database) -> None:
    account, other = link(database, "a"), link(database, "b")
    agent = Actor(kind=ActorKind.AGENT, id=UUID(int=1), subject=account.person_id)
    mandated = Actor(kind=ActorKind.RESIDENT, id=account.id, subject=account.person_id, mandate_id=UUID(int=2))
    for actor in (ANONYMOUS, resident(other), agent, mandated):
        assert not can_edit_contact(actor, account.person_id)
        with pytest.raises(Forbidden), database.writing() as session:
            declare_contact(session, actor, account.person_id, kind=ContactKind.PHONE, value="0639982014")


# Agents

CLAIMS = AgentClaims(siret=SIRET, email="C.LeGoff@Valmont-sur-Iselle.example", usual_name="Le Goff")


def enter(
    database: Database, claims: AgentClaims = CLAIMS, sub: str = "one", sirets: tuple[str, ...] = (SIRET,)
) -> AgentView:
    with database.writing() as session:
        return link_agent(session, issuer="https://pc.example", sub=sub, claims=claims, allowed_sirets=sirets)


def test_the_first_sign_in_accepts_the_invitation_once(database: Database, claire: AgentView) -> None:
    assert enter(database) == claire
    assert enter(database, AgentClaims(siret=SIRET, email="new@elsewhere.example")) == claire, "then by issuer and sub"
    with pytest.raises(Forbidden, match="agent_moved"):
        enter(database, sub="another")


@pytest.mark.parametrize(
    ("claims", "sirets", "code"),
    [
        (AgentClaims(siret="99999999900012", email=CLAIMS.email), (SIRET,), "siret_not_allowed"),
        (AgentClaims(siret="", email=CLAIMS.email), (SIRET,), "siret_not_allowed"),
        (CLAIMS, (), "siret_not_allowed"),
        (AgentClaims(siret=SIRET, email="x@valmont-sur-iselle.example"), (SIRET,), "agent_unknown"),
        (AgentClaims(siret=SIRET, email=""), (SIRET,), "agent_unknown"),
        (AgentClaims(siret="21380999900027", email=CLAIMS.email), ("213809999",), "agent_unknown"),
    ],
)
def test_who_was_not_announced_stays_outside(
    database: Database, claire: AgentView, claims: AgentClaims, sirets: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Forbidden) as caught:
        enter(database, claims, sirets=sirets)
    assert caught.value.code == code


def test_an_agent_who_moved_to_another_establishment_is_refused(database: Database, claire: AgentView) -> None:
    enter(database)
    with pytest.raises(Forbidden, match="agent_unknown"):
        enter(database, AgentClaims(siret="21380999900027", email=CLAIMS.email), sirets=("213809999",))


def test_a_disabled_agent_does_not_enter_and_comes_back_when_enabled(database: Database, claire: AgentView) -> None:
    with database.writing() as session:
        set_agent_active(session, claire.id, False)
    with pytest.raises(Forbidden, match="agent_disabled"):
        enter(database)
    with database.writing() as session:
        set_agent_active(session, claire.id, True)
    assert enter(database) == claire


def test_one_invitation_for_two_at_once_lets_one_in(database: Database, claire: AgentView) -> None:
    def attempt(number: int) -> bool:
        try:
            enter(database, sub=f"sub-{number}")
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


@pytest.mark.parametrize(
    ("siret", "allowed", "expected"),
    [
        (SIRET, (SIRET,), True),
        (SIRET, ("213809999",), True),
        (SIRET, ("2138099",), False),
        ("213809999", ("213809999",), False),
        ("²¹³⁸⁰⁹⁹⁹⁹⁰⁰⁰¹⁹", ("²¹³⁸⁰⁹⁹⁹⁹",), False),
        ("", ("",), False),
    ],
)
def test_an_establishment_or_its_organisation_may_be_listed(
    siret: str, allowed: tuple[str, ...], expected: bool
) -> None:
    assert is_siret_allowed(siret, allowed) is expected


def test_departments_and_their_agents(database: Database, authority: AuthorityView, claire: AgentView) -> None:
    with database.writing() as session:
        school = create_department(
            session, local_authority_id=authority.id, slug="enfance", title={"fr": "Service Enfance", "en": "Children"}
        )
        roads = create_department(session, local_authority_id=authority.id, slug="voirie", title={"fr": "Voirie"})
        with pytest.raises(ValueError, match="French"):
            create_department(session, local_authority_id=authority.id, slug="x", title={"en": "X"})
        updated = set_agent_departments(session, claire.id, [school.id, roads.id, school.id])
        assert updated.department_ids == {school.id, roads.id}
        set_agent_departments(session, claire.id, [school.id])
        assert [agent.id for agent in agents_of(session, school.id)] == [claire.id]
        assert agents_of(session, roads.id) == []
        set_agent_active(session, claire.id, False)
        assert agents_of(session, school.id) == []
        assert [department.slug for department in list_departments(session)] == ["enfance", "voirie"]
        assert get_department(session, school.id).name == "Service Enfance"
        assert get_authority(session) == authority


def test_an_agent_is_announced_once(database: Database, authority: AuthorityView, claire: AgentView) -> None:
    announce: Callable[..., AgentView] = provision_agent
    with database.writing() as session:
        values = {"local_authority_id": authority.id, "siret": SIRET, "display_name": "X"}
        with pytest.raises(Conflict):
            announce(session, email=" C.LEGOFF@valmont-sur-iselle.example ", role=Role.OPERATOR, **values)
        with pytest.raises(ValueError, match="resident"):
            announce(session, email="x@y.example", role=Role.RESIDENT, **values)


def _fields(claims: ResidentClaims) -> dict[str, object]:
    return {name: getattr(claims, name) for name in claims.__slots__}
