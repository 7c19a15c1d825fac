"""The spoken reference survives a telephone line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.casework.requests.reference import (
    ALPHABET,
    BODY_LENGTH,
    format_reference,
    free_reference,
    new_reference,
    normalise,
)
from portal.ground.errors import Busy

bodies = st.text(alphabet=ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH)


def test_the_alphabet_has_no_look_alikes() -> None:
    assert not set(ALPHABET) & set("01IOLSZUAE")
    assert len(set(ALPHABET)) == len(ALPHABET) == 26


@given(bodies)
def test_any_spelling_is_understood(body: str) -> None:
    reference = format_reference("VSI", body)
    assert normalise(reference) == reference
    assert normalise(reference.lower()) == reference
    assert normalise(" ".join(reference.replace("-", ""))) == reference


@given(bodies, st.integers(0, BODY_LENGTH), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_caught(body: str, place: int, wrong: str) -> None:
    compact = format_reference("VSI", body).replace("-", "")[3:]
    changed = compact[:place] + wrong + compact[place + 1 :]
    assert (normalise("VSI" + changed) is not None) == (changed == compact)


@given(st.text(max_size=60))
def test_anything_typed_is_a_reference_or_nothing(typed: str) -> None:
    found = normalise(typed)
    assert found is None or normalise(found) == found


def test_neighbours_swapped_are_nearly_always_caught() -> None:
    missed = total = 0
    for _draw in range(2000):
        compact = new_reference("VSI").replace("-", "")[3:]
        for place in range(BODY_LENGTH):
            if compact[place] != compact[place + 1]:
                swapped = compact[:place] + compact[place + 1] + compact[place] + compact[place + 2 :]
                total += 1
                missed += normalise("VSI" + swapped) is not None
    assert missed / total < 0.01


def test_a_reference_that_is_taken_is_drawn_again_and_not_for_ever() -> None:
    asked: list[str] = []

    def is_taken(reference: str) -> bool:
        asked.append(reference)
        return len(asked) < 3

    assert free_reference("VSIE", is_taken) == asked[2]
    with pytest.raises(Busy):
        free_reference("VSIE", lambda _reference: True)
