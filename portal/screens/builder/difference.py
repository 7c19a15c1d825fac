"""« Ce qui change » : two versions of a procedure, in sentences."""

from collections.abc import Mapping
from itertools import groupby

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.casework.catalogue.difference import Change, Part, compare_documents, write_changes
from portal.casework.catalogue.publishing.service import Edited, VersionLine, list_versions
from portal.casework.catalogue.service import ProcedureView, get_version
from portal.ground import web
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.reviewing import as_text, find_edited, show

PARTS: Mapping[Part, LazyString] = {
    Part.PAGES: _l("Pages"),
    Part.QUESTIONS: _l("Questions"),
    Part.PRESENTATION: _l("Présentation"),
    Part.LAW: _l("Cadre légal"),
    Part.SENDING: _l("Envois et canaux"),
    Part.TRIALS: _l("Essais"),
}
SHOWN = 40


def changes_since(edited: Edited, before: ProcedureView | None) -> tuple[Change, ...]:
    """What changed from a version to the newest one; nothing for a first version."""
    return compare_documents(before.document, edited.latest.document) if before else ()


def by_part(changes: tuple[Change, ...]) -> list[tuple[LazyString, list[Change]]]:
    """The first changes, under the title of what they are about."""
    return [(PARTS[part], list(group)) for part, group in groupby(changes[:SHOWN], key=lambda one: one.part)]


def _before(edited: Edited, versions: list[VersionLine]) -> ProcedureView | None:
    """The version to compare with: the one asked for, else the one offered, else the one before."""
    asked, latest = request.args.get("avant", ""), edited.latest
    numbers = [one.version for one in versions if one.version < latest.version]
    if asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) in numbers:
        return get_version(web.unit(), latest.id, int(asked))
    if edited.published is not None and edited.published.version != latest.version:
        return edited.published
    return get_version(web.unit(), latest.id, numbers[0]) if numbers else None


@blueprint.get("/<slug>/differences")
@may_edit
def differences(slug: str) -> Response:
    """The newest version against the one offered, or against any other."""
    edited, versions = find_edited(slug), list_versions(web.unit(), slug)
    before = _before(edited, versions)
    changes = changes_since(edited, before)
    return show(
        "difference.html",
        edited,
        "differences",
        title=_("Ce qui change"),
        before=before,
        versions=[one for one in versions if one.version < edited.latest.version],
        changes=changes,
        parts=by_part(changes),
        hidden=max(0, len(changes) - SHOWN),
    )


@blueprint.get("/<slug>/differences.txt")
@may_edit
def differences_file(slug: str) -> Response:
    """Every change as plain text."""
    edited, versions = find_edited(slug), list_versions(web.unit(), slug)
    before = _before(edited, versions)
    title = _(
        "Ce qui change dans « %(title)s », version %(version)d",
        title=edited.latest.title,
        version=edited.latest.version,
    )
    return as_text(f"differences-{slug}", [title, "", write_changes(changes_since(edited, before))])
