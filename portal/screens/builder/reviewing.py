"""What the pages that read a procedure again share: the version read, the ways between them, the places to repair."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app, make_response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.casework.catalogue.disclosure import Partner
from portal.casework.catalogue.publishing.service import Edited, fingerprint, get_edited
from portal.ground import web
from portal.records.connections.service import ConnectionRegistry

HOME = "/agents/demarches"
TABS: Mapping[str, LazyString] = {
    "relecture": _l("Relecture"),
    "apercu": _l("Aperçu"),
    "essais": _l("Essais"),
    "differences": _l("Ce qui change"),
    "destinataires": _l("Destinataires"),
    "publier": _l("Publier"),
}
# First word of a path in the document → tab of the editing pages where it is changed.
SHEETS: Mapping[str, str] = {
    "acknowledgement": "legal",
    "legal_basis": "legal",
    "legal_references": "legal",
    "retention_days": "legal",
    "alternatives": "canaux",
    "channels": "canaux",
    "unsigned": "canaux",
    "own_form": "adresse",
    "own_desk": "adresse",
    "routing": "envois",
    "conditions": "presentation",
    "fee": "presentation",
    "needs": "presentation",
    "next": "presentation",
    "summary": "presentation",
    "title": "presentation",
    "usual_delay": "presentation",
    "workflow": "deroulement",
}


def registry() -> ConnectionRegistry:
    """The connections of this portal."""
    found: ConnectionRegistry = current_app.extensions["parvis_connections"]
    return found


def partners() -> dict[str, Partner]:
    """What the declaration of each connection says, by name."""
    known = registry()
    found = {}
    for name in known.names():
        manifest = known.manifest(name)
        found[name] = Partner(
            title=known.title(name),
            purpose=manifest.purpose,
            basis=manifest.legal_basis,
            retention=manifest.retention,
            sent=frozenset(manifest.data_sent),
            needed=frozenset(manifest.data_needed),
            answers=frozenset(manifest.concepts_received),
        )
    return found


def fetchable(known: Mapping[str, Partner]) -> dict[str, str]:
    """Concept → title of the first partner that can be asked about it."""
    return {concept: one.title for one in reversed(list(known.values())) for concept in one.answers}


def find_edited(slug: str) -> Edited:
    """The procedure of the page.

    :raises NotFound: there is none.
    """
    return get_edited(web.unit(), slug)


def show(
    template: str, edited: Edited, tab: str, *, title: str, heading: str = "", status: int = 200, **context: Any
) -> Response:
    """One page about a procedure, with the ways to the others. ``heading`` where it is not the whole title."""
    latest = edited.latest
    address = f"{HOME}/{latest.slug}"
    return web.page(
        f"builder/{template}",
        title=_("%(title)s : %(procedure)s", title=title, procedure=latest.document.title),
        status=status,
        service=_("Agents"),
        heading=heading or title,
        edited=edited,
        procedure=latest,
        address=address,
        tabs=TABS,
        tab=tab,
        mark=fingerprint(latest.document),
        trail=[(_("Démarches"), HOME), (str(latest.document.title), address), (heading or title, None)],
        **context,
    )


def as_text(name: str, lines: Iterable[str]) -> Response:
    """A whole list as plain text, to be printed, sent or kept."""
    response = make_response("\n".join(lines) + "\n")
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.txt"'
    return response


def repair_address(slug: str, path: str) -> str:
    """The page where this place of the document is changed; the outline where that page is not known, else nothing."""
    head, _dot, rest = path.partition(".")
    name = rest.partition(".")[0]
    base = f"{HOME}/{slug}"
    wanted = {"steps": f"{base}/pages/{name}", "fields": f"{base}/questions/{name}"}.get(head)
    if wanted is None and head in SHEETS:
        wanted = f"{base}/{SHEETS[head]}"
    adapter = current_app.create_url_adapter(request)
    candidates = [one for one in (wanted, base) if one]
    return next((one for one in candidates if adapter is not None and adapter.test(one, method="GET")), "")
