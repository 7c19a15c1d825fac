"""Who asked to be told of polls is, once for each; nobody else."""

from sqlalchemy import text

from journeys.participation.jobs import announce_polls
from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import NoticeKind, Way
from portal.ground.db import Database
from tests.support.polls import make_poll
from tests.support.town import Town


def wants(database: Database, town: Town, way: Way) -> None:
    ways = dict.fromkeys(NoticeKind, Way.EMAIL) | {NoticeKind.POLL: way}
    with database.writing() as session:
        notifications.save_preferences(
            session,
            town.resident(town.angela),
            ways=ways,  # type: ignore[arg-type] # ways are words too
            quiet_from=21,
            quiet_until=8,
            digest=False,
            sms=False,
        )


def told(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(text("SELECT title FROM notification ORDER BY id")).scalars())


def test_polls_are_told_once_to_who_asked(database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    make_poll(database, town, publish=False, title="Pas encore publié")
    announce_polls(database)
    assert told(database) == []
    wants(database, town, Way.NONE)
    announce_polls(database)
    assert told(database) == []
    wants(database, town, Way.EMAIL)
    announce_polls(database)
    announce_polls(database)
    assert told(database) == [poll.terms.title]
    with database.reading() as session:
        letters = session.execute(text("SELECT lane, payload FROM outbox_message")).all()
        assert [one.lane for one in letters] == ["courriel"]
        assert "angela" not in str(letters)
        assert notifications.unread_count(session, town.layla.id) == 0
