"""Values of every type: what is kept, what is refused, and how it is said."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ground.dictionary.service import (
    ConceptType,
    LocalText,
    Option,
    Value,
    ValueRefused,
    clean_block,
    clean_line,
    display,
    get_concept,
    has_concept,
    list_concepts,
    missing_message,
    validate,
)
from portal.ground.errors import NotFound

TODAY = date(2026, 3, 2)
HTML_TOKENS = {
    "family-name", "given-name", "bday", "email", "tel", "street-address", "postal-code", "address-level2"
}  # fmt: skip


def check(concept: str, raw: Any, **more: Any) -> Value | None:
    return validate(get_concept(concept), raw, today=TODAY, **more)


def refusal(concept: str, raw: Any, **more: Any) -> str:
    with pytest.raises(ValueRefused) as refused:
        check(concept, raw, **more)
    return refused.value.message


EXPECTED = """
person.family_name person.preferred_name person.given_names person.birthdate person.gender person.birth_place
person.birth_country contact.email contact.phone address.current.line address.current.postcode
address.current.city household.child.family_name household.child.given_names household.child.birthdate
household.child.gender household.child.birth_place household.child.birth_country guardian.role
guardian.parental_authority school.year school.enrolment_kind school.level school.wished_school school.meal
school.after_school request.comment
"""


def test_the_agreed_concepts_are_there() -> None:
    assert all(has_concept(concept) for concept in EXPECTED.split())
    assert not has_concept("person.shoe_size")
    with pytest.raises(NotFound):
        get_concept("person.shoe_size")


@pytest.mark.parametrize("concept", list_concepts(), ids=lambda concept: concept.id)
def test_each_concept_is_whole(concept: Any) -> None:
    assert str(concept.label)
    assert concept.autocomplete is None or concept.autocomplete in HTML_TOKENS
    assert len({option.code for option in concept.options}) == len(concept.options)
    assert not concept.options or concept.type is ConceptType.CHOICE
    assert str(concept.label) in missing_message(concept)
    if concept.example:
        assert validate(concept, str(concept.example), today=TODAY) == str(concept.example)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("O’Neill", "O’Neill"),
        ("d'Ângelo-Çelik", "d'Ângelo-Çelik"),
        ("  le   Goff ", "le Goff"),
        ("É", "É"),
        ("e\u0301", "é"),
        ("李", "李"),
        ("محمد الأمين", "محمد الأمين"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("प्रिया", "प्रिया"),
        ("A" * 80, "A" * 80),
        ("\u202eLe Goff\u202c\x00", "Le Goff"),
        ("Le\u00a0Goff", "Le Goff"),
    ],
)
def test_names_of_everywhere_are_kept(raw: str, kept: str) -> None:
    assert check("person.family_name", raw) == kept


@pytest.mark.parametrize("raw", ["R2D2", "---", "’", "<b>", "a@b", "A" * 121, "Robert'); DROP TABLE", "🙂"])
def test_what_is_no_name_is_refused_with_an_example(raw: str) -> None:
    message = refusal("person.family_name", raw)
    assert "Nom de naissance" in message
    assert "Lefèvre" in message


@given(st.text())
def test_a_kept_name_is_stable_and_harmless(raw: str) -> None:
    try:
        kept = check("person.family_name", raw)
    except ValueRefused:
        return
    if kept is None:
        return
    assert isinstance(kept, str)
    assert check("person.family_name", kept) == kept == unicodedata.normalize("NFC", kept)
    assert any(character.isalpha() for character in kept)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} or c in "\u202a\u202e\u2066\ufeff<>" for c in kept)


@given(st.text(), st.sampled_from([concept.id for concept in list_concepts()]))
def test_any_text_is_kept_or_refused_in_french(raw: str, concept: str) -> None:
    said = ""
    kept: Value | None = None
    try:
        kept = check(concept, raw)
    except ValueRefused as refused:
        said = refused.message
    assert str(get_concept(concept).label) in said or not said
    assert kept is None or check(concept, kept) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    assert clean_line(clean_line(raw)) == clean_line(raw)
    assert clean_block(clean_block(raw)) == clean_block(raw)
    assert "\n" not in clean_line(raw)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("2020-03-01", "2020-03-01"),
        ("1/3/2020", "2020-03-01"),
        ("01.03.2020", "2020-03-01"),
        ({"day": "1", "month": " 3", "year": "2020"}, "2020-03-01"),
        ({"day": 29, "month": 2, "year": 2024}, "2024-02-29"),
        (date(2020, 3, 1), "2020-03-01"),
        ("2026-03-02", "2026-03-02"),
        ({"day": "", "month": None}, None),
        ("", None),
        (None, None),
    ],
)
def test_dates_as_people_write_them(raw: Any, kept: str | None) -> None:
    assert check("household.child.birthdate", raw) == kept


@pytest.mark.parametrize(
    "raw",
    [
        "2023-02-29", "31/4/2020", "demain", {"day": "1", "month": "3"}, {"day": "x", "month": "3", "year": "2020"},
        "2026-03-03", "1/1/1879", "٠١/٠٣/٢٠٢٠", {"day": "99999", "month": "1", "year": "2020"},
    ],
)  # fmt: skip
def test_dates_that_cannot_be(raw: Any) -> None:
    message = refusal("household.child.birthdate", raw)
    assert "Date de naissance de l’enfant" in message
    assert "27/3/2021" in message


def test_dates_to_come() -> None:
    assert check("childcare.start_date", "2026-03-02") == "2026-03-02"
    assert "à venir" in refusal("childcare.start_date", "2026-03-01")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("1962-00-00", "1962-00-00"),
        ("1962-08-00", "1962-08-00"),
        ({"year": "1962"}, "1962-00-00"),
        ("24/8/1962", "1962-08-24"),
    ],
)
def test_a_birth_date_may_be_partly_known(raw: Any, kept: str) -> None:
    assert check("person.birthdate", raw) == kept


@pytest.mark.parametrize("raw", ["0000-00-00", "1962-00-12", "1962-13-00", "2027-00-00", "1962-02-30"])
def test_a_birth_date_that_cannot_be(raw: str) -> None:
    assert "Exemple" in refusal("person.birthdate", raw)


@pytest.mark.parametrize(
    ("concept", "raw", "kept"),
    [
        ("contact.email", " Anne.Lise@Exemple.FR ", "Anne.Lise@exemple.fr"),
        ("contact.email", "a@valmont-sur-iselle.example", "a@valmont-sur-iselle.example"),
        ("contact.phone", "06 39 98 12 34", "+33639981234"),
        ("contact.phone", "06.39.98.12.34", "+33639981234"),
        ("contact.phone", "+32 2 123 45 67", "+3221234567"),
        ("address.current.postcode", "38 999", "38999"),
        ("person.birth_place", "2a004", "2A004"),
        ("person.birth_country", "99100", "99100"),
        ("school.year", "2026/2027", "2026-2027"),
        ("guardian.role", "mother", "mother"),
        ("guardian.parental_authority", "Oui", True),
        ("guardian.parental_authority", False, False),
        ("request.comment", " Bonjour \r\n\r\n\r\n merci\t! ", "Bonjour\n\nmerci !"),
        ("contact.email", "   ", None),
        ("caf.family_quotient", "850", "850"),
        ("caf.family_quotient", "0", "0"),
        ("caf.family_quotient", "1 250,00 €", "1250"),
        ("caf.family_quotient", " 00850 ", "850"),
        ("caf.family_quotient", "2\u202f550\u00a0€", "2550"),
        ("caf.family_quotient", "", None),
    ],
)
def test_each_type_has_one_written_form(concept: str, raw: Any, kept: Value | None) -> None:
    assert check(concept, raw) == kept


@pytest.mark.parametrize(
    ("concept", "raw"),
    [
        ("contact.email", "noe"),
        ("contact.email", "a@b\r\nBcc: c@d.fr"),
        ("contact.email", {"a": 1}),
        ("contact.phone", "12"),
        ("contact.phone", "appelez-moi"),
        ("address.current.postcode", "00100"),
        ("address.current.postcode", "٣٨٩٩٩"),
        ("person.birth_place", "123456"),
        ("person.birth_country", "33000"),
        ("school.year", "2026-2028"),
        ("school.year", "2040-2041"),
        ("school.year", "abcd"),
        ("guardian.role", "sœur"),
        ("guardian.role", ["mother"]),
        ("guardian.parental_authority", "peut-être"),
        ("caf.family_quotient", "850,35"),
        ("caf.family_quotient", "-1"),
        ("caf.family_quotient", "100000"),
        ("caf.family_quotient", "€"),
        ("caf.family_quotient", "٨٥٠"),
        ("caf.family_quotient", True),
        ("request.comment", "x" * 1501),
        ("address.current.line", "x" * 121),
    ],
)
def test_each_refusal_names_the_field(concept: str, raw: Any) -> None:
    assert refusal(concept, raw).startswith(f"« {get_concept(concept).label} »")


def test_a_procedure_may_ask_in_its_own_words() -> None:
    options = (Option(code="a", label=LocalText({"fr": "École A"})),)
    assert check("school.wished_school", "a", options=options) == "a"
    assert refusal("school.wished_school", "b", label="Votre école", options=options).startswith("« Votre école »")
    assert display(get_concept("school.wished_school"), "a", options=options) == "École A"
    assert "Votre école" in missing_message(get_concept("school.wished_school"), label="Votre école")


@pytest.mark.parametrize(
    ("concept", "value", "shown"),
    [
        ("household.child.birthdate", "2021-03-03", "3 mars 2021"),
        ("person.birthdate", "1962-08-00", "août 1962"),
        ("person.birthdate", "1962-00-00", "1962"),
        ("contact.phone", "+33639981234", "06 39 98 12 34"),
        ("contact.phone", "+3221234567", "+32 2 123 45 67"),
        ("guardian.role", "father", "Son père"),
        ("guardian.role", "gone", "gone"),
        ("guardian.parental_authority", True, "Oui"),
        ("guardian.parental_authority", False, "Non"),
        ("person.birth_country", "99100", "France"),
        ("request.comment", None, ""),
        ("household.child.birthdate", "illisible", "illisible"),
    ],
)
def test_values_are_shown_as_people_say_them(concept: str, value: Value | None, shown: str) -> None:
    assert display(get_concept(concept), value) == shown


def test_texts_speak_french_first() -> None:
    text = LocalText({"fr": "Bonjour", "en": "Hello"})
    assert (str(text), text.get("en"), text.get("de")) == ("Bonjour", "Hello", "Bonjour")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (" fr76 3000 6000 0112 3456 7890 189 ", "FR7630006000011234567890189"),
        ("BE68-5390-0754-7034", "BE68539007547034"),
    ],
)
def test_an_account_number_is_kept_without_spaces(raw: str, kept: str) -> None:
    assert check("mobility.refund_iban", raw) == kept
    assert display(get_concept("mobility.refund_iban"), "FR7630006000011234567890189").replace("\u00a0", " ") == (
        "FR76 3000 6000 0112 3456 7890 189"
    )


@pytest.mark.parametrize("raw", ["FR7630006000011234567890188", "FR76", "30006000011234567890189", "IBAN", "é" * 27])
def test_a_mistaken_account_number_is_told(raw: str) -> None:
    assert "recopiez l’IBAN entier" in refusal("mobility.refund_iban", raw)
