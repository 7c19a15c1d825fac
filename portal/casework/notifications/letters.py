"""Letters from templates: one text and one HTML page per event, the same words in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel.dates import format_date, format_datetime
from flask_babel import gettext, ngettext
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from portal.casework.notifications.enums import NotificationEvent
from portal.casework.notifications.shapes import DraftFacts, NotificationFacts
from portal.ground import clock

FORMS = ("txt", "html")


@dataclass(frozen=True, slots=True)
class Letter:
    """The two forms of one letter."""

    text: str
    html: str


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("portal", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    return environment


def render_letter(
    event: NotificationEvent, *, facts: NotificationFacts, link: str, authority_name: str, agent_name: str
) -> Letter:
    """Fill the templates of ``event``. Every value is data: nothing in it is read as a template or as markup."""
    context = {
        "facts": facts,
        "link": link,
        "authority_name": authority_name,
        "agent_name": agent_name,
        "submitted_on": _moment(facts),
    }
    text, html = (_templates().get_template(f"notifications/{event.value}.{form}").render(context) for form in FORMS)
    return Letter(text=text.strip() + "\n", html=html)


def render_draft_letter(facts: DraftFacts, *, base: str, authority_name: str, authority_phone: str) -> Letter:
    """Fill the templates of the warning about a draft.

    :param base: the address of the portal, without a slash at its end.
    """
    context = {
        "facts": facts,
        "link": f"{base}/demarches/{facts.procedure_slug}",
        "authority_name": authority_name,
        "authority_phone": authority_phone,
        "erased_on": format_date(clock.local(facts.purge_after), "EEEE d MMMM y", locale="fr"),
    }
    text, html = (_templates().get_template(f"notifications/draft_ending.{form}").render(context) for form in FORMS)
    return Letter(text=text.strip() + "\n", html=html)


def render_plain(name: str, **context: str | tuple[str, ...]) -> Letter:
    """Fill the two forms of a letter that is about no request."""
    text, html = (_templates().get_template(f"notifications/{name}.{form}").render(context) for form in ("txt", "html"))
    return Letter(text=text.strip() + "\n", html=html)


def render_rows(name: str, *, rows: Sequence[tuple[str, str]], link: str, authority_name: str) -> Letter:
    """Fill the two forms of a letter that lists several things, each with its address."""
    context = {"rows": rows, "link": link, "authority_name": authority_name}
    text, html = (_templates().get_template(f"notifications/{name}.{form}").render(context) for form in FORMS)
    return Letter(text=text.strip() + "\n", html=html)


def _moment(facts: NotificationFacts) -> str:
    return str(format_datetime(clock.local(facts.submitted_at), "EEEE d MMMM y, H 'h' mm", locale="fr"))
