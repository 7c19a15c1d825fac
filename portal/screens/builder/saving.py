"""Keeping a change, whatever page it was typed on: what is refused comes back with its sentence, and a second officer
gets both versions and keeps what was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.service import DraftView
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.screens.builder import wording
from portal.screens.builder.queries import agent_name

Change = Callable[[ProcedureDocument], ProcedureDocument]
OURS = frozenset({"csrf_token", "revision", "suite"})
MAX_SHOWN = 60


@dataclass(frozen=True)
class Typing:
    """What a form was about, for whoever comes second.

    ``labels``: name of a control → its words; ``stored``: the same names in the draft as it now stands.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    stored: Callable[[ProcedureDocument], Mapping[str, Any]] | None = None


def draft_of(slug: str) -> DraftView:
    """The draft of the page.

    :raises NotFound: nothing is being written.
    """
    return editing.get_draft(web.unit(), slug)


def page(template: str, draft: DraftView, *, title: str, tab: str, errors: Any = (), **context: Any) -> Response:
    """A page of the builder about one procedure, with its tabs."""
    name = str(draft.document.title)
    current = context.pop("current", title)
    return web.page(
        f"builder/{template}",
        title=_("%(title)s : %(procedure)s", title=title, procedure=name),
        status=context.pop("status", 422 if errors else 200),
        service=_("Agents"),
        heading=title,
        draft=draft,
        tab=tab,
        base=url_for("builder.overview", slug=draft.slug),
        review=review_address(draft.slug),
        errors=list(errors),
        words=wording,
        done=wording.DONE.get(request.args.get("fait", "")),
        trail=[
            (_("Démarches"), url_for("builder.procedures")),
            (name, url_for("builder.overview", slug=draft.slug)),
            (current, None),
        ],
        **context,
    )


def show_refusal(slug: str, tab: str, sentence: str) -> Response:
    """A change that cannot be made, and why."""
    title = _("Ce changement n’est pas possible")
    return page("refused.html", draft_of(slug), title=title, tab=tab, status=422, sentence=sentence)


def review_address(slug: str) -> str:
    """Where a draft is read over and published, "" where that page is not there."""
    known = "builder.review" in current_app.view_functions
    return url_for("builder.review", slug=slug) if known else ""


def sent_revision() -> int:
    """The count of changes that the form was made from."""
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise BadRequest from None


def save(
    slug: str,
    change: Change,
    *,
    part: str,
    then: str | Callable[[DraftView], str],
    again: Callable[[Mapping[str, str]], Response] | None = None,
    typing: Typing | None = None,
) -> Response:
    """Keep ``change`` and go to ``then``.

    :param again: shows the form once more, with the places that are faulty; without it the error page does.
    """
    revision = sent_revision()
    try:
        kept = editing.change_draft(web.unit(), web.actor(), slug, revision, change, part=part)
    except Invalid as refused:
        if again is None:
            raise
        web.undo()
        return again(refused.fields)
    except Conflict as conflict:
        if not isinstance(conflict.theirs, DraftView):
            raise
        web.undo()
        return show_conflict(conflict.theirs, typing or Typing())
    return web.redirect_to_path(then if isinstance(then, str) else then(kept))


def show_conflict(theirs: DraftView, typing: Typing) -> Response:
    """Both versions: what stands now, and what was just typed, which can be kept over it."""
    typed = [(name, values) for name, values in request.form.lists() if name not in OURS]
    there: Mapping[str, Any] = {}
    is_gone = False
    if typing.stored is not None:
        try:
            there = typing.stored(theirs.document)
        except NotFound:
            is_gone = True
    rows = [
        (typing.labels.get(name, name), _words(there.get(name)), _words(values))
        for name, values in typed
        if name in typing.labels and _words(there.get(name)) != _words(values)
    ]
    return page(
        "conflict.html",
        theirs,
        title=_("Quelqu’un a changé cette démarche avant vous"),
        tab="",
        status=409,
        who=agent_name(web.unit(), theirs.edited_by),
        rows=rows[:MAX_SHOWN],
        typed=typed,
        is_gone=is_gone,
        action=request.path,
    )


def _words(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(str(one) for one in value)
    return "\n".join(str(value or "").splitlines()).strip()
