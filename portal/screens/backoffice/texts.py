"""« Modèles » : the texts that answers start from: list, write, preview, archive; and one filled for a request."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import list_published
from portal.casework.requests.deadlines import add_months
from portal.casework.wordings import service as wordings
from portal.casework.wordings.service import WordingDraft, WordingKind, WordingView
from portal.ground import clock, web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.formats import format_date
from portal.people.accounts.service import get_authority, list_departments
from portal.screens.backoffice.casefile import Errors, read_request
from portal.screens.backoffice.filled import DECISIVE, KINDS
from portal.screens.backoffice.paging import neighbours, start_of

LIST = "/agents/modeles"
PAGE = 20
TYPED = ("title", "text", "kind", "department", "procedure", "version")


def text_list() -> Response:
    """Every text of the agent's departments, a page at a time."""
    found = wordings.list_wordings(web.unit(), web.actor())
    start = start_of(len(found))
    return web.page(
        "backoffice/texts.html",
        title=_("Modèles de textes"),
        service=_("Agents"),
        texts=found[start : start + PAGE],
        kinds=KINDS,
        departments=_departments(),
        done=request.args.get("fait", ""),
        **neighbours(LIST, start, PAGE, len(found)),
    )


def _departments() -> dict[UUID, str]:
    mine = web.actor().department_ids
    return {one.id: one.name for one in list_departments(web.unit()) if one.id in mine}


def new_text() -> Response:
    """An empty page."""
    return _show_form(None, {})


def text(wording_id: UUID) -> Response:
    """A text with its preview, to be changed."""
    view = wordings.get_wording(web.unit(), web.actor(), wording_id)
    return _show_form(view, _typed_of(view), preview=view.text)


def _typed_of(view: WordingView) -> dict[str, str]:
    return {
        "title": view.title,
        "text": view.text,
        "kind": view.kind.value,
        "department": str(view.department_id),
        "procedure": view.procedure_slug,
        "version": str(view.version),
    }


def _show_form(
    view: WordingView | None,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    errors: Errors | None = None,
    preview: str = "",
    changed: bool = False,
) -> Response:
    departments = _departments()
    procedures = [one for one in list_published(web.unit()) if one.department_id in departments]
    return web.page(
        "backoffice/text.html",
        title=_("Modèle : %(title)s", title=view.title) if view else _("Nouveau modèle"),
        status=status,
        service=_("Agents"),
        view=view,
        typed=typed,
        errors=errors or [],
        preview=wordings.fill(preview, _example()) if preview else "",
        changed=changed,
        kinds=[(kind.value, label) for kind, label in KINDS.items()],
        departments=[(str(key), name) for key, name in departments.items()],
        procedures=[("", _("Toutes les démarches du service")), *((one.slug, one.title) for one in procedures)],
        fields=wordings.FIELDS,
    )


def _example() -> dict[str, str]:
    """A request that does not exist, to see how a text reads."""
    today = clock.today()
    return {
        "reference": "EXE-7F3K-2M",
        "titre": _("Inscription à l’école"),
        "prenom_nom": "Camille Exemple",
        "date_demande": format_date(today),
        "date_du_jour": format_date(today),
        "service": _("Service Enfance"),
        "telephone_service": "01 23 45 67 89",
        "collectivite": get_authority(web.unit()).name,
        "agent": web.actor().label,
        "date_recours": format_date(add_months(today, 2)),
        "voie_recours": _("Tribunal administratif, 2 place d’Essai"),
    }


def create_text() -> Response:
    """Keep a new text, or show how it would read."""
    return _save(None)


def revise_text(wording_id: UUID) -> Response:
    """Keep a new version, or show how it would read."""
    return _save(wordings.get_wording(web.unit(), web.actor(), wording_id))


def _save(view: WordingView | None) -> Response:
    typed = {name: request.form.get(name, "") for name in TYPED}
    try:
        draft = _draft_of(typed)
        if request.form.get("then") == "preview":
            return _show_form(view, typed, preview=wordings.check_draft(draft).text)
        if view is None:
            wordings.create_wording(web.unit(), web.actor(), draft)
        else:
            version = int(typed["version"]) if typed["version"].isdigit() else 0
            wordings.revise_wording(web.unit(), web.actor(), view.id, draft, version=version)
    except Invalid as refused:
        web.undo()
        return _show_form(view, typed, status=422, errors=list(refused.fields.items()))
    except Conflict:
        web.undo()
        return _show_form(view, typed, status=409, changed=True)
    return web.redirect_to("backoffice.texts", fait="enregistre")


def _draft_of(typed: Mapping[str, str]) -> WordingDraft:
    """:raises Invalid: no such kind, department or procedure."""
    kinds = {kind.value: kind for kind in WordingKind}
    departments = {str(key): key for key in _departments()}
    if typed["kind"] not in kinds:
        raise Invalid({"kind": _("Choisissez à quoi sert ce texte.")})
    if typed["department"] not in departments:
        raise Invalid({"department": _("Choisissez un de vos services.")})
    if typed["procedure"] and typed["procedure"] not in {one.slug for one in list_published(web.unit())}:
        raise Invalid({"procedure": _("Choisissez une démarche de la liste.")})
    department = departments[typed["department"]]
    return WordingDraft(department, kinds[typed["kind"]], typed["title"], typed["text"], typed["procedure"])


def archive_text(wording_id: UUID) -> Response:
    """Propose it no more."""
    wordings.archive_wording(web.unit(), web.actor(), wording_id)
    return web.redirect_to("backoffice.texts", fait="archive")


def proposed(reference: str) -> Response:
    """The texts that an answer to this request may start from."""
    view = read_request(reference)
    found = wordings.proposed_wordings(
        web.unit(), web.actor(), view.department.id, view.procedure_slug, set(KINDS) - {WordingKind.LETTER}
    )
    return web.page(
        "backoffice/proposed_texts.html",
        title=_("Partir d’un modèle, demande %(reference)s", reference=view.reference),
        service=_("Agents"),
        view=view,
        texts=found,
        kinds=KINDS,
        decisive=DECISIVE,
    )


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    edits = agent_only(Permission.TEMPLATES_EDIT)
    blueprint.get("/modeles", endpoint="texts")(edits(text_list))
    blueprint.get("/modeles/nouveau", endpoint="new_text")(edits(new_text))
    blueprint.post("/modeles/nouveau", endpoint="create_text")(edits(create_text))
    one = "/modeles/<uuid:wording_id>"
    blueprint.get(one, endpoint="text")(edits(text))
    blueprint.post(one, endpoint="revise_text")(edits(revise_text))
    blueprint.post(f"{one}/archiver", endpoint="archive_text")(edits(archive_text))
    blueprint.get("/dossiers/<reference>/modeles", endpoint="proposed_texts")(
        agent_only(Permission.REQUESTS_MESSAGE)(proposed)
    )
