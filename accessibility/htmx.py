"""One address, two answers: the whole page, or the part of it that htmx asked for.

Pure: it knows no request. A view says whether htmx asked (``HX-Request: true``, which never authorises anything) and
gives two functions that render; it gets back what to send.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

__all__ = ["Answer", "respond"]

# Our own constants; format() escapes what goes into them.
TITLE = Markup("<title>{}</title>")
SAID = Markup('<div id="status" role="status" class="vh" data-hx-swap-oob="innerHTML">{}</div>')


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send: the body, the status, headers to add."""

    body: str
    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: {"Vary": "HX-Request"})


def respond(
    *,
    is_htmx: bool,
    page: Callable[[], str],
    fragment: Callable[[], str],
    title: str,
    announcement: str = "",
    status: int = 200,
) -> Answer:
    """The page for a browser; for htmx, the fragment, the title of the page it makes, and one announcement.

    The announcement fills the permanent ``#status`` region out of band: a region that comes with its text is not
    heard. The fragment says itself where the focus goes (``data-focus-after-swap``). The status is the same either
    way: a refused form is 422, which htmx 4 swaps as any other.

    :param title: the whole title, as the page's shell composes it.
    """
    if not is_htmx:
        return Answer(page(), status)
    parts = [str(TITLE.format(title)), fragment()]
    if announcement:
        parts.append(str(SAID.format(announcement)))
    return Answer("\n".join(parts), status)
