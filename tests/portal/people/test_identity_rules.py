"""The pure rules of sign-in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ground.permissions.levels import accepted_acrs, satisfies_acr, strongest_acr
from portal.people.identity.claims import clean_text, read_agent, read_amr, read_resident
from portal.people.identity.enums import Realm
from portal.people.identity.errors import SignInFailed
from portal.people.identity.policy import browser_family, contradicts_level, realm_of_path
from portal.people.identity.views.sign_in import client_network
from tests.portal.people.conftest import ANGELA, CLAIRE

SCALE = ["eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"]


@pytest.mark.parametrize(
    ("required", "accepted"),
    [
        ("eidas1", ["eidas1", "eidas1-mfa", "eidas2", "eidas3"]),
        ("eidas2", ["eidas2", "eidas3"]),
        ("eidas3", ["eidas3"]),
        ("eidas0-mfa", ["eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"]),
        ("eidas1-mfa", ["eidas1-mfa", "eidas2", "eidas3"]),
        ("eidas0", SCALE),
        ("https://proconnect.gouv.fr/assurance/x", ["https://proconnect.gouv.fr/assurance/x"]),
    ],
)
def test_levels_of_assurance_are_ordered(required: str, accepted: list[str]) -> None:
    assert accepted_acrs(required) == accepted
    assert [acr for acr in SCALE if satisfies_acr(required, acr)] == [acr for acr in accepted if acr in SCALE]
    for given_acr in ("", "eidas4", "EIDAS3", "eidas3 ", "eidas3-mfa-x", "eidas10"):
        assert not satisfies_acr(required, given_acr)


def test_nothing_required_is_always_satisfied() -> None:
    assert satisfies_acr("", "")
    assert satisfies_acr("", "eidas0")


@pytest.mark.parametrize(
    ("path", "realm"),
    [
        ("/agents", Realm.AGENT),
        ("/agents/", Realm.AGENT),
        ("/agents/dossiers/VSI-1", Realm.AGENT),
        ("/connexion/agent", Realm.AGENT),
        ("/connexion/agent/retour", Realm.AGENT),
        ("/agentsx", Realm.RESIDENT),
        ("/connexion", Realm.RESIDENT),
        ("/connexion/usager/retour", Realm.RESIDENT),
        ("/mon-espace/agents/", Realm.RESIDENT),
        ("/Agents/", Realm.RESIDENT),
        ("/", Realm.RESIDENT),
    ],
)
def test_each_address_belongs_to_one_door(path: str, realm: Realm) -> None:
    assert realm_of_path(path) is realm


def test_the_pivot_identity_is_read() -> None:
    claims = read_resident(ANGELA)
    assert claims.given_names == ("Angela", "Claire", "Louise")
    assert (claims.family_name, claims.preferred_name) == ("DUBOIS", "")
    assert (claims.birthdate, claims.gender) == ("1962-08-24", "female")
    assert (claims.birth_place, claims.birth_country) == ("75107", "99100")


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("birthdate", "1962-00-00", "birthdate", "1962-00-00"),
        ("birthdate", "1962-08-00", "birthdate", "1962-08-00"),
        ("birthdate", "0000-00-00", "birthdate", "0000-00-00"),
        ("birthdate", "1962-13-01", "birthdate", ""),
        ("birthdate", "1961-02-29", "birthdate", ""),
        ("birthdate", "1964-02-29", "birthdate", "1964-02-29"),
        ("birthdate", "1962-00-24", "birthdate", ""),
        ("birthdate", "24/08/1962", "birthdate", ""),
        ("birthdate", 19620824, "birthdate", ""),
        ("birthplace", "2B002", "birth_place", "2B002"),
        ("birthplace", "", "birth_place", ""),
        ("birthplace", "Bastia", "birth_place", ""),
        ("birthcountry", "99335", "birth_country", "99335"),
        ("birthcountry", None, "birth_country", ""),
        ("gender", "unspecified", "gender", ""),
        ("preferred_username", "Dubois-Ngo’o", "preferred_name", "Dubois-Ngo’o"),
        ("family_name", "D\u00a0ʼ\u202eÀ  Œil\n", "family_name", "D ʼ À Œil"),
        ("family_name", "x" * 400, "family_name", "x" * 300),
        ("email", "a@b.example\r\nBcc: c@d.example", "email", ""),
        ("email", {"a": 1}, "email", ""),
        ("given_name_array", ["Jean-Luc", "", 3, "Marie Ange"], "given_names", ("Jean-Luc", "Marie Ange")),
        ("given_name_array", "Angela", "given_names", ("Angela", "Claire", "Louise")),
    ],
)
def test_a_claim_is_kept_when_it_has_the_announced_shape(name: str, value: object, field: str, read: object) -> None:
    assert getattr(read_resident({**ANGELA, name: value}), field) == read


def test_an_identity_without_any_name_is_refused() -> None:
    with pytest.raises(SignInFailed, match="identity_incomplete"):
        read_resident({"sub": "x", "family_name": "\u200b", "given_name": " "})
    assert read_resident({"sub": "x", "given_name": "Sukarno"}).given_names == ("Sukarno",)


def test_the_professional_identity_is_read() -> None:
    claims = read_agent({**CLAIRE, "siret": "213 809 999 00019"})
    assert (claims.siret, claims.email) == ("21380999900019", "c.legoff@valmont-sur-iselle.example")
    assert read_agent({}).siret == ""


def test_methods_are_a_few_short_codes() -> None:
    assert read_amr(["pwd", "mfa", 3, "x" * 50]) == ("pwd", "mfa", "x" * 20)
    assert read_amr("mfa") == ()


@given(st.text())
def test_any_text_becomes_one_quiet_line(text: str) -> None:
    cleaned = clean_text(text)
    assert len(cleaned) <= 300
    assert cleaned == cleaned.strip()
    assert cleaned.isprintable() or set(cleaned) & set("\u200c\u200d")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_attempts_are_counted_by_home(address: str | None, network: str) -> None:
    assert client_network(address) == network


def test_a_browser_is_told_by_its_family_only() -> None:
    assert browser_family("Mozilla/5.0 (X11) Gecko/20100101 Firefox/140.0") == "Firefox"
    assert browser_family("Mozilla/5.0 AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0") == "Edge"
    assert browser_family("curl/8") == ""


@pytest.mark.parametrize(
    ("usual", "wanted", "asked"),
    [
        ("", "", ""),
        ("eidas1", "", "eidas1"),
        ("", "eidas2", "eidas2"),
        ("eidas1", "eidas2", "eidas2"),
        ("eidas2", "eidas1", "eidas2"),
        ("eidas1", "eidas0-mfa", "eidas1-mfa"),
        ("https://levels.example/own", "eidas2", "https://levels.example/own"),
    ],
)
def test_the_level_asked_satisfies_both(usual: str, wanted: str, asked: str) -> None:
    assert strongest_acr(usual, wanted) == asked


def test_methods_may_contradict_a_level_and_their_absence_does_not() -> None:
    assert contradicts_level("eidas1-mfa", "eidas1-mfa", ("pwd",))
    assert not contradicts_level("eidas1-mfa", "eidas1-mfa", ("pwd", "mfa"))
    assert not contradicts_level("eidas1-mfa", "eidas1-mfa", ())
    assert not contradicts_level("eidas1-mfa", "eidas2", ("pop",))
    assert not contradicts_level("eidas1", "eidas1-mfa", ("pwd",))
