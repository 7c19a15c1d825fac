"""Each reference is asked about in its turn, whatever comes and goes."""

from portal.engine.exchanges.policy import next_in_turn


def test_a_round_goes_on_where_the_last_one_stopped_then_starts_again():
    references = ["c", "a", "e", "b", "d"]
    assert next_in_turn(references, "", 2) == ["a", "b"]
    assert next_in_turn(references, "b", 2) == ["c", "d"]
    assert next_in_turn(references, "d", 2) == ["e", "a"]


def test_few_references_are_asked_once_in_a_round():
    assert next_in_turn(["a", "b"], "a", 10) == ["b", "a"]
    assert next_in_turn([], "a", 10) == []


def test_a_reference_that_is_gone_does_not_stop_the_round():
    assert next_in_turn(["a", "c"], "b", 1) == ["c"]
    assert next_in_turn(["a", "c"], "z", 1) == ["a"]
