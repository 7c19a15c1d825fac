"""What every page of a poll shares: its shell, its place, its address."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.participation import wording
from journeys.participation.journey import JOURNEY
from journeys.participation.shapes import PollView
from portal.ground import web


def show_poll(poll: PollView, stage: str, *, status: int = 200, **more: Any) -> Response:
    """The page of a poll that is not counted yet."""
    form = more.get("form")
    return web.page(
        "participation/poll.html",
        title=poll.terms.title,
        status=status,
        service=_("Participer"),
        poll=poll,
        stage=stage,
        errors=form.summary if form is not None else [],
        words=wording,
        trail=trail_of(poll),
        **more,
    )


def trail_of(poll: PollView, here: str = "") -> list[tuple[str, str | None]]:
    """Where a page of this poll is."""
    start: list[tuple[str, str | None]] = [(_("Accueil"), "/"), (str(JOURNEY.title), f"/{JOURNEY.slug}")]
    if here:
        return [*start, (poll.terms.title, address_of(poll)), (here, None)]
    return [*start, (poll.terms.title, None)]


def address_of(poll: PollView) -> str:
    """The page of the poll."""
    return f"/{JOURNEY.slug}/{poll.slug}"
