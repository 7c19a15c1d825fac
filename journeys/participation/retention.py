"""Until when the journey's tables keep what they hold."""

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _l

from journeys.participation.jobs import FORGET
from journeys.participation.policy import APPEAL
from portal.engine.retention.shapes import Dated, Rule, With

RULES: Final[Mapping[str, Rule]] = {
    "participation_poll": Dated(
        "closes_at",
        _l("Le fait que vous avez répondu à un sondage, et les bulletins, qui sont sans nom"),
        _l("après la fin du sondage ; seuls les résultats restent"),
        APPEAL,
        after=APPEAL,
        erased_by=FORGET,
    ),
    "participation_mark": With("participation_poll", by="participation_mark.poll_id"),
    "participation_buffer": With("participation_poll", by="participation_buffer.poll_id"),
    "participation_ballot": With("participation_poll", by="participation_ballot.poll_id"),
}
