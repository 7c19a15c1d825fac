"""The calendar file, read back by the rules of RFC 5545."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from portal.casework.checklists.service import ChecklistView, Line, LineState, write_calendar

MADE = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
VIEW = ChecklistView(
    id=UUID(int=7),
    journey="essai",
    person_id=None,
    version=1,
    created_at=MADE,
    updated_at=MADE + timedelta(hours=1),
    purge_after=MADE + timedelta(days=90),
    token="jeton",
    answers={},
    marks={},
)


def a_line(id_: str, title: str, *, due: date | None = date(2026, 12, 31), done: bool = False) -> Line:
    state = LineState.DONE if done else LineState.TODO
    return Line(id_, title, "parce que ; c’est, \\ utile\nvraiment", "La mairie aide.", None, due, state)


def written(*lines: Line) -> str:
    address = "https://valmont.example/essai/liste/jeton"
    return write_calendar(VIEW, lines, title="Ma liste", address=address, host="valmont.example").decode()


def read(content: str) -> list[tuple[str, str]]:
    """Content lines, unfolded (§3.1), as (name with parameters, value)."""
    assert content.endswith("\r\n")
    assert "\n" not in content.replace("\r\n", "")
    lines = content.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    return [(name, value) for name, _colon, value in (line.partition(":") for line in lines)]


def unescaped(value: str) -> str:
    return value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")


def test_one_all_day_event_for_each_dated_line_that_is_left() -> None:
    found = read(
        written(a_line("bail", "Signer"), a_line("fait", "Fait", done=True), a_line("libre", "Un jour", due=None))
    )
    assert found[:2] == [("BEGIN", "VCALENDAR"), ("VERSION", "2.0")]
    assert found[-1] == ("END", "VCALENDAR")
    events = [value for name, value in found if name == "UID"]
    assert events == ["00000000-0000-0000-0000-000000000007-bail@valmont.example"]
    about = dict(found)
    assert (about["DTSTART;VALUE=DATE"], about["DTEND;VALUE=DATE"]) == ("20261231", "20270101")
    assert (about["DTSTAMP"], about["SEQUENCE"]) == ("20260301T093000Z", "3600")
    assert about["X-WR-TIMEZONE"] == "Europe/Paris"
    assert about["URL"] == "https://valmont.example/essai/liste/jeton"
    assert "VALARM" not in str(found)


def test_words_are_escaped_and_come_back_whole() -> None:
    about = dict(read(written(a_line("bail", "Relire ; signer, \\ garder\x00\r\nEND:VCALENDAR"))))
    assert unescaped(about["SUMMARY"]) == "Relire ; signer, \\ garder\nEND:VCALENDAR"
    assert unescaped(about["DESCRIPTION"]) == "Parce que ; c’est, \\ utile\nvraiment.\nLa mairie aide."


def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut() -> None:
    title = "é€" * 60 + "🏠" * 30
    content = written(a_line("long", title))
    assert max(len(line.encode()) for line in content.split("\r\n")) <= 75
    assert unescaped(dict(read(content))["SUMMARY"]) == title
