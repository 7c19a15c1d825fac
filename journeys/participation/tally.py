"""Summing opened ballots. Pure: whole numbers in, whole numbers out."""

import hashlib
from collections.abc import Iterable, Sequence

from journeys.participation.policy import may_tell_cross, may_tell_results
from journeys.participation.sealed_box import UnreadableBallot
from journeys.participation.shapes import CrossTable, Question, Results


def tally(questions: Sequence[Question], opened: Sequence[tuple[int, ...]], codes: Iterable[str]) -> Results:
    """The results, with what is too small to be told left out.

    :param codes: the tracking codes of these ballots.
    :raises UnreadableBallot: a ballot does not answer these questions.
    """
    for answers in opened:
        _check(questions, answers)
    digest = hashlib.sha256("\n".join(sorted(codes)).encode()).hexdigest()
    if not may_tell_results(len(opened)):
        return Results(len(opened), (), None, digest)
    counts = tuple(
        tuple(sum(answers[place] == code for answers in opened) for code in question.codes)
        for place, question in enumerate(questions)
    )
    return Results(len(opened), counts, _cross(questions, opened), digest)


def _check(questions: Sequence[Question], answers: tuple[int, ...]) -> None:
    fits = len(answers) == len(questions) and all(
        code in question.codes for question, code in zip(questions, answers, strict=True)
    )
    if not fits:
        raise UnreadableBallot("answers")


def _cross(questions: Sequence[Question], opened: Sequence[tuple[int, ...]]) -> CrossTable | None:
    """The first two questions, among those who had an opinion on both; None when that would tell too much.

    Those without an opinion are not shown, and are found again all the same from the sums of each question: their
    groups are as large as the others, or there is nobody in them.
    """
    if len(questions) < 2:
        return None
    first, second = questions[0].codes, questions[1].codes
    whole = tuple(tuple(sum(one[:2] == (row, column) for one in opened) for column in second) for row in first)
    cells = tuple(line[1:] for line in whole[1:])
    aside = (whole[0][1:], tuple(line[0] for line in whole[1:]), whole[0][:1])
    groups = (*cells, *(line for line in aside if any(line)))
    return CrossTable(cells) if may_tell_cross(groups) else None
