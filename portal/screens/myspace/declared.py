"""What « Mon foyer » and « Mes adresses » share: a declaration is shown, typed, refused, removed in the same way."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm, build_form
from portal.ground.web import page

Trail = list[tuple[str, str | None]]


def trail_in(title: str, address: str, here: str | None = None) -> Trail:
    """The way to a list of declarations, or to a page below it."""
    start: Trail = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
    return [*start, (title, None)] if here is None else [*start, (title, address), (here, None)]


def make_form(controls: Mapping[str, Any], typed: Any, values: Mapping[str, Any]) -> AccessibleForm:
    """A form with these controls: what was typed, else what is known."""
    made: AccessibleForm = build_form(controls)(typed, data=dict(values))
    return made


def show_form(
    form: AccessibleForm, *, title: str, address: str, back: str, trail: Trail, full: str = "", status: int = 200
) -> Response:
    """The form of one declaration. ``full``: the sentence that refuses one more."""
    return page(
        "myspace/declaration.html",
        title=title,
        status=status,
        service=_("Mon espace"),
        form=form,
        errors=form.summary,
        address=address,
        back=back,
        full=full,
        trail=trail,
    )


def refuse(form: AccessibleForm, sentences: Mapping[str, str]) -> str:
    """Attach each sentence to its control; the one about the whole list is given back."""
    form.refuse({name: sentence for name, sentence in sentences.items() if name})
    return sentences.get("", "")


def confirm_removal(*, title: str, what: str, address: str, back: str, trail: Trail) -> Response:
    """Ask before forgetting."""
    return page(
        "myspace/declaration_remove.html",
        title=title,
        service=_("Mon espace"),
        what=what,
        address=address,
        back=back,
        trail=trail,
    )
