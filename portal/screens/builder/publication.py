"""« Publier » : everything that matters on one page, then one button."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments.service import list_kind_names
from portal.casework.catalogue.checking import Rule
from portal.casework.catalogue.publishing.service import MAX_NOTE, list_versions, publish_reviewed
from portal.casework.catalogue.trials import run_cases
from portal.casework.requests import service as requests
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.screens.builder.blueprint import blueprint, may_publish
from portal.screens.builder.difference import SHOWN, by_part, changes_since
from portal.screens.builder.review import remarks_of
from portal.screens.builder.reviewing import find_edited, registry, show

VERSIONS = 10


@blueprint.get("/<slug>/publier")
@may_publish
def publication(slug: str) -> Response:
    """What would be published, against what is offered; what stands against it."""
    return _page(slug)


def _page(slug: str, *, errors: dict[str, str] | None = None, conflict: str = "") -> Response:
    edited = find_edited(slug)
    latest = edited.latest
    remarks = remarks_of(edited)
    refusals = [one for one in remarks if one.rule is Rule.REFUSED]
    verdicts = run_cases(latest.document)
    changes = changes_since(edited, edited.published)
    wrong = errors or {}
    context: dict[str, Any] = {
        "refusals": len(refusals),
        "warnings": len(remarks) - len(refusals),
        "failing": [one for one in verdicts if not one.passes],
        "tried": len(verdicts),
        "changes": changes,
        "parts": by_part(changes),
        "hidden": max(0, len(changes) - SHOWN),
        "drafts": requests.count_drafts(web.unit(), latest.id) if edited.published else 0,
        "versions": list_versions(web.unit(), slug)[:VERSIONS],
    }
    return show(
        "publication.html",
        edited,
        "publier",
        title=_("Publier"),
        status=409 if conflict else 422 if wrong else 200,
        ready=edited.is_draft and not refusals and not context["failing"],
        note=request.form.get("note", ""),
        limit=MAX_NOTE,
        conflict=conflict,
        done=request.args.get("fait") == "oui",
        errors=[("note", wrong["note"])] if "note" in wrong else [],
        **context,
    )


@blueprint.post("/<slug>/publier")
@may_publish
def publish(slug: str) -> Response:
    """Offer the version that was read, and no other."""
    version = request.form.get("version", "")
    try:
        publish_reviewed(
            web.unit(),
            web.actor(),
            slug,
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0,
            reviewed=request.form.get("lu", ""),
            note=request.form.get("note", "").replace("\r\n", "\n").strip(),
            connections=registry().names(),
            kinds={one.slug for one in list_kind_names(web.unit())},
        )
    except Invalid as refused:
        web.undo()
        return _page(slug, errors=dict(refused.fields))
    except Conflict as conflict:
        web.undo()
        return _page(slug, conflict=conflict.code)
    return web.redirect_to("builder.publication", slug=slug, fait="oui")
