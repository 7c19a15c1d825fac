"""From concepts to the enrolment body, and from events to news."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.partners.school import CONNECTOR, mapping
from connectors.sdk import PermanentError, UpdateStatus
from connectors.sdk.reporting import Event
from tests.connectors.samples import HARD_NAMES, SCHOOL

# Facts of the request or constants of the contract, not values of a concept.
NOT_FROM_CONCEPTS = {"external_ref", "wishes.0.rank"}
MADE_FROM_SEVERAL = {"address.label"}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            yield from leaves(part, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


def body_of(**changes: Any) -> dict[str, Any]:
    return mapping.to_enrolment("VSI-7F3K-2M", {**SCHOOL, **changes})


def test_whole_body() -> None:
    assert body_of() == {
        "external_ref": "VSI-7F3K-2M",
        "school_year": "2027-2028",
        "kind": "first",
        "level": "PS",
        "child": {
            "birth_name": "O’Connor-Ñandú",
            "first_names": ["Zoé-Maëlle", "Ngọc"],
            "sex": "F",
            "birth_date": "2022-11-30",
            "birth_place": "Valmont-sur-Iselle",
            "birth_country_cog": "99100",
        },
        "guardians": [
            {
                "role": "mere",
                "parental_authority": True,
                "identity": {
                    "birth_name": "Nguyễn d’Aubigné",
                    "usual_name": "Lefèvre-Okoye",
                    "first_names": ["Anne-Lise", "Sixtine"],
                },
                "email": "anne-lise.okoye@courriel.example",
                "phones": ["+33639981234"],
            }
        ],
        "address": {
            "label": "12 bis rue des Tisserands, 38990 Valmont-sur-Iselle (bourg)",
            "line": "12 bis rue des Tisserands",
            "postcode": "38990",
            "city": "Valmont-sur-Iselle (bourg)",
        },
        "wishes": [{"uai": "0389999X", "rank": 1}],
        "options": {"meal": True, "after_school": False},
    }


def test_sample_holds_each_declared_concept() -> None:
    assert set(SCHOOL) == set(CONNECTOR.manifest.data_sent)


@pytest.mark.parametrize("concept", CONNECTOR.manifest.data_sent)
def test_each_declared_concept_is_really_used(concept: str) -> None:
    """A concept declared for nothing would be sent to the register for nothing."""
    make = mapping.to_deregistration if concept.startswith("move.") else mapping.to_enrolment
    whole = make("VSI-7F3K-2M", SCHOOL)
    without = {name: value for name, value in SCHOOL.items() if name != concept}
    with contextlib.suppress(PermanentError):  # a necessary one: nothing leaves without it
        assert make("VSI-7F3K-2M", without) != whole
    assert make("VSI-7F3K-2M", SCHOOL) == whole


def test_each_leaf_comes_from_a_declared_concept() -> None:
    allowed = {"mere", "F"}
    for value in SCHOOL.values():
        allowed |= {value, *str(value).split()} if isinstance(value, str) else {value}
    strays = [
        path
        for path, value in leaves(body_of())
        if path not in NOT_FROM_CONCEPTS | MADE_FROM_SEVERAL and value not in allowed
    ]
    assert strays == []


def test_undeclared_concepts_are_dropped_before_the_mapping() -> None:
    extra = {
        "request.comment": "Rien sur la santé.",
        "person.birthdate": "1990-01-01",
        "person.gender": "female",
        "person.birth_place": "38999",
        "person.birth_country": "99100",
        "household.income": 12,
        "": "x",
    }
    assert CONNECTOR.manifest.keep_declared({**SCHOOL, **extra}) == SCHOOL


def test_empty_values_are_absent_and_false_is_kept() -> None:
    payload = CONNECTOR.manifest.keep_declared(
        {**SCHOOL, "contact.phone": "", "person.preferred_name": None, "guardian.parental_authority": False}
    )
    guardian = mapping.to_enrolment("R", payload)["guardians"][0]
    assert "phones" not in guardian
    assert "usual_name" not in guardian["identity"]
    assert guardian["parental_authority"] is False


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names_survive(name: str) -> None:
    body = body_of(**{"household.child.family_name": name, "person.family_name": name, "address.current.line": name})
    assert body["child"]["birth_name"] == name
    assert body["guardians"][0]["identity"]["birth_name"] == name
    assert body["address"]["line"] == name


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("Zoé", ["Zoé"]),
        ("Marie-Ange Léa", ["Marie-Ange", "Léa"]),
        ("Marie Ange, Léa", ["Marie Ange", "Léa"]),
        ("  Zoé   Ngọc ", ["Zoé", "Ngọc"]),
        ("O", ["O"]),
        ("王小明", ["王小明"]),
        (["Jean Pierre", "O"], ["Jean Pierre", "O"]),
    ],
)
def test_given_names(given: Any, names: list[str]) -> None:
    assert body_of(**{"household.child.given_names": given})["child"]["first_names"] == names


@pytest.mark.parametrize("birthdate", ["2022-11-30", "1962-00-00", "2021-05-00", "0000-00-00"])
def test_partial_birth_dates_survive(birthdate: str) -> None:
    assert body_of(**{"household.child.birthdate": birthdate})["child"]["birth_date"] == birthdate


@pytest.mark.parametrize(
    ("place", "member"),
    [("38999", "birth_place_cog"), ("2A004", "birth_place_cog"), ("Oran", "birth_place"), ("380", "birth_place"),
     ("2C004", "birth_place"), ("38999\n", "birth_place")],
)  # fmt: skip
def test_birth_place_is_a_code_or_a_name(place: str, member: str) -> None:
    child = body_of(**{"household.child.birth_place": place})["child"]
    assert {name: value for name, value in child.items() if name.startswith("birth_place")} == {member: place}


@pytest.mark.parametrize(
    ("role", "word"), [("mother", "mere"), ("father", "pere"), ("guardian", "tuteur"), ("other", "autre")]
)
def test_roles(role: str, word: str) -> None:
    assert body_of(**{"guardian.role": role})["guardians"][0]["role"] == word


@pytest.mark.parametrize(("gender", "sex"), [("female", "F"), ("male", "M")])
def test_sexes(gender: str, sex: str) -> None:
    assert body_of(**{"household.child.gender": gender})["child"]["sex"] == sex


@pytest.mark.parametrize("concept", ["guardian.role", "household.child.gender"])
def test_unknown_code_needs_a_person(concept: str) -> None:
    with pytest.raises(PermanentError) as caught:
        body_of(**{concept: "unheard-of"})
    assert caught.value.code == "payload_invalid"


@pytest.mark.parametrize(
    "concept",
    ["school.year", "school.enrolment_kind", "school.level", "household.child.family_name",
     "household.child.given_names", "household.child.birthdate", "guardian.role", "person.family_name",
     "person.given_names"],
)  # fmt: skip
def test_missing_necessary_concept_needs_a_person(concept: str) -> None:
    for empty in (None, ""):
        with pytest.raises(PermanentError) as caught:
            body_of(**{concept: empty})
        assert caught.value.code == "payload_incomplete"


def test_request_without_any_address_needs_a_person() -> None:
    with pytest.raises(PermanentError) as caught:
        body_of(**{f"address.current.{part}": None for part in ("line", "postcode", "city")})
    assert caught.value.code == "payload_incomplete"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("received", UpdateStatus.RECEIVED),
        ("incomplete", UpdateStatus.NEEDS_INFORMATION),
        ("under_review", UpdateStatus.TAKEN_INTO_ACCOUNT),
        ("assigned", UpdateStatus.TAKEN_INTO_ACCOUNT),
        ("certificate_issued", UpdateStatus.TAKEN_INTO_ACCOUNT),
        ("admitted", UpdateStatus.ACCEPTED),
        ("refused", UpdateStatus.REJECTED),
        ("cancelled", UpdateStatus.CANCELLED),
        ("ADMITTED", UpdateStatus.UNKNOWN),
        ("archived_by_vendor", UpdateStatus.UNKNOWN),
    ],
)
def test_states(raw: str, status: UpdateStatus) -> None:
    moment = datetime(2027, 3, 2, tzinfo=UTC)
    update = mapping.to_update("E-1", Event(event_id="ev-1", status=raw, occurred_at=moment))
    assert (update.update_id, update.external_ref, update.status, update.raw_status) == ("ev-1", "E-1", status, raw)
    assert mapping.to_receipt("E-1", raw).received == (status is not UpdateStatus.UNKNOWN)


def test_details_are_flat_short_and_on_one_line() -> None:
    details: dict[str, Any] = {
        "missing": ["vaccinations", "justificatif_domicile"],
        "school_uai": "0389999X",
        "reason": "Hors secteur\r\n<b>voir\u2028la mairie</b>\x00",
        "rank": 2,
        "final": False,
        "nested": {"a": 1},
        "nothing": None,
        "Bad Name": "x",
        "long": "é" * 2000,
    }
    event = Event(event_id="ev-1", status="refused", occurred_at=datetime(2027, 3, 2, tzinfo=UTC), details=details)
    assert mapping.to_update("E-1", event).details == {
        "missing": "evidence.vaccinations,evidence.proof_of_address",
        "school_uai": "0389999X",
        "reason": "Hors secteur <b>voir la mairie</b>",
        "rank": "2",
        "final": "false",
        "long": "é" * 500,
    }


def test_number_of_details_is_bounded() -> None:
    details = {f"d{number}": "x" for number in range(1000)}
    event = Event(event_id="ev-1", status="refused", occurred_at=datetime(2027, 3, 2, tzinfo=UTC), details=details)
    assert len(mapping.to_update("E-1", event).details) == 20
