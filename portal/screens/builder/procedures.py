"""The list of procedures, and what is done with a whole one: create, copy, write, close, open again, delete."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.forms import ChoiceField, TextLineField, build_form
from portal.casework.appointments.service import list_kind_names
from portal.casework.catalogue import service as catalogue
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.ranking import fold
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.people.accounts.service import list_departments
from portal.screens.builder import wording
from portal.screens.builder.blueprint import blueprint, may_edit, may_publish
from portal.screens.builder.connections import connection_names
from portal.screens.builder.queries import Line, find_version, list_procedures, read_use
from portal.screens.builder.saving import sent_revision
from portal.screens.pages.wording import THEMES

SHOWN = 15
MAX_TITLE = 200


@blueprint.get("")
@may_edit
def procedures() -> Response:
    """Every procedure: what residents are offered, what is being written, and by whom."""
    found = _sifted(list_procedures(web.unit()))
    start = _start(len(found))
    return web.page(
        "builder/procedures.html",
        title=_("Démarches"),
        service=_("Agents"),
        lines=found[start : start + SHOWN],
        names=wording.distinct([(line.slug, line.title) for line in found]),
        total=len(found),
        next=_address(start + SHOWN) if len(found) > start + SHOWN else None,
        first=_address(0) if start else None,
        query=request.args.get("q", ""),
        state=request.args.get("etat", ""),
        words=wording,
        may_publish=web.actor().can(Permission.PROCEDURES_PUBLISH),
        done=wording.DONE.get(request.args.get("fait", "")),
    )


def _sifted(lines: list[Line]) -> list[Line]:
    asked, state = fold(request.args.get("q", "")).split(), request.args.get("etat", "")
    return [
        line
        for line in sorted(lines, key=lambda one: (fold(one.title), one.slug))
        if (not state or state == line.state or (state == "brouillon" and line.has_draft))
        and all(word in fold(f"{line.title} {line.slug} {line.department}") for word in asked)
    ]


def _start(total: int) -> int:
    text = request.args.get("debut", "0")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return start if start < total else 0


def _address(start: int) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "etat") if request.args.get(name)}
    return url_for("builder.procedures", debut=start or None, **kept)


@blueprint.get("/nouvelle")
@may_edit
def new_procedure() -> Response:
    """The three things that a procedure begins with."""
    return _ask_new(None)


@blueprint.post("/nouvelle")
@may_edit
def create_procedure() -> Response:
    """Make it, with the pages that nearly all have."""
    try:
        made = editing.create_procedure(
            web.unit(),
            web.actor(),
            title=request.form.get("titre", ""),
            department=request.form.get("service", ""),
            theme=request.form.get("theme", ""),
        )
    except Invalid as refused:
        web.undo()
        names = {"title": "titre", "title.fr": "titre", "department": "service"}
        return _ask_new({names.get(place, "theme"): sentence for place, sentence in refused.fields.items()})
    return web.redirect_to("builder.overview", slug=made.slug, fait="creation")


def _ask_new(wrong: dict[str, str] | None) -> Response:
    departments = department_options()
    fields: dict[str, Any] = {
        "titre": TextLineField(
            _("Titre"), hint=_("Commencez par un verbe : « Demander un arrêté »."), width="wide", max_length=MAX_TITLE
        ),
        "service": ChoiceField(_("Service chargé de la démarche"), options=departments),
        "theme": ChoiceField(_("Thème"), options=[(code, str(label)) for code, label in THEMES.items()]),
    }
    form = build_form(fields)(request.form if wrong is not None else None)
    form.refuse(wrong or {})
    title = _("Créer une démarche")
    return web.page(
        "builder/new.html",
        title=title,
        status=422 if wrong else 200,
        service=_("Agents"),
        form=form,
        errors=form.summary,
        trail=[(_("Démarches"), url_for("builder.procedures")), (title, None)],
    )


def department_options() -> list[tuple[str, str]]:
    """The departments, for a control."""
    return [(one.slug, one.title.get("fr", one.slug)) for one in list_departments(web.unit())]


@blueprint.post("/<slug>/dupliquer")
@may_edit
def duplicate(slug: str) -> Response:
    """A copy to work on, under an address of its own."""
    made = editing.duplicate_procedure(web.unit(), web.actor(), slug)
    return web.redirect_to("builder.overview", slug=made.slug, fait="copie")


@blueprint.post("/<slug>/modifier")
@may_edit
def write(slug: str) -> Response:
    """Begin a new version, or go on with the one being written."""
    editing.open_draft(web.unit(), web.actor(), slug)
    return web.redirect_to("builder.overview", slug=slug, fait="brouillon")


@blueprint.get("/<slug>/abandonner")
@may_edit
def confirm_discard(slug: str) -> Response:
    """Ask before the draft is given up."""
    draft = editing.get_draft(web.unit(), slug)
    if draft.version == 1:
        return web.redirect_to("builder.confirm_delete", slug=slug)
    return _confirm(
        slug,
        _("Abandonner le brouillon"),
        [
            _(
                "La version %(number)d, en cours d’écriture, est perdue. Les versions publiées restent.",
                number=draft.version,
            )
        ],
        action=url_for("builder.discard", slug=slug),
        hidden={"revision": draft.revision},
    )


@blueprint.post("/<slug>/abandonner")
@may_edit
def discard(slug: str) -> Response:
    """Give the draft up."""
    try:
        editing.discard_draft(web.unit(), web.actor(), slug, sent_revision())
    except Conflict as conflict:
        if conflict.code != "never_published":
            raise
        web.undo()
        return web.redirect_to("builder.confirm_delete", slug=slug)
    return web.redirect_to("builder.procedures", fait="abandon")


@blueprint.get("/<slug>/fermer")
@may_publish
def confirm_close(slug: str) -> Response:
    """Say what closing does, before it is done."""
    use = read_use(web.unit(), slug)
    if use.published is None:
        return _refuse(slug, _("Cette démarche n’est pas ouverte"), [_("Il n’y a rien à fermer.")])
    return _confirm(
        slug,
        _("Fermer la démarche"),
        [
            _("Plus personne ne pourra la commencer. Elle peut être rouverte."),
            _("Demandes déjà faites, qui continuent : %(count)d.", count=use.requests),
            _("Brouillons d’usagers en cours : %(count)d.", count=use.drafts),
        ],
        action=url_for("builder.close", slug=slug),
    )


@blueprint.post("/<slug>/fermer")
@may_publish
def close(slug: str) -> Response:
    """Close it to new requests."""
    procedure_id, _version = find_version(web.unit(), slug)
    try:
        catalogue.archive_procedure(web.unit(), procedure_id, actor=web.actor())
    except NotFound:
        web.undo()
        return _refuse(slug, _("Cette démarche n’est pas ouverte"), [_("Il n’y a rien à fermer.")])
    return web.redirect_to("builder.procedures", fait="fermeture")


@blueprint.post("/<slug>/rouvrir")
@may_publish
def reopen(slug: str) -> Response:
    """Offer again the version that was offered last."""
    title = _("Cette démarche ne peut pas être rouverte")
    try:
        kinds = {one.slug for one in list_kind_names(web.unit())}
        editing.reopen_procedure(web.unit(), web.actor(), slug, connections=connection_names(), kinds=kinds)
    except Invalid as refused:
        web.undo()
        return _refuse(slug, title, list(refused.fields.values()), status=422)
    except Conflict as conflict:
        web.undo()
        reasons = {
            "procedure_open": _("Elle est déjà ouverte."),
            "never_published": _("Elle n’a jamais été publiée : relisez son brouillon et publiez-le."),
        }
        return _refuse(slug, title, [reasons.get(conflict.code, conflict.code)])
    return web.redirect_to("builder.procedures", fait="reouverture")


@blueprint.get("/<slug>/supprimer")
@may_publish
def confirm_delete(slug: str) -> Response:
    """Ask before a procedure that nobody was ever offered is removed; say why another cannot be."""
    use = read_use(web.unit(), slug)
    if use.was_published:
        return _in_use(slug)
    return _confirm(
        slug,
        _("Supprimer la démarche"),
        [_("Elle n’a jamais été publiée : personne ne l’a vue. Son texte est perdu.")],
        action=url_for("builder.delete", slug=slug),
    )


@blueprint.post("/<slug>/supprimer")
@may_publish
def delete(slug: str) -> Response:
    """Remove it."""
    try:
        editing.delete_procedure(web.unit(), web.actor(), slug)
    except Conflict:
        web.undo()
        return _in_use(slug)
    return web.redirect_to("builder.procedures", fait="suppression")


def _in_use(slug: str) -> Response:
    use = read_use(web.unit(), slug)
    sentences = [
        _("Elle a été publiée : ses demandes gardent la version sous laquelle elles ont été faites."),
        _("Demandes faites : %(count)d.", count=use.requests),
        _("Brouillons d’usagers en cours : %(count)d.", count=use.drafts),
        _("Vous pouvez la fermer : plus personne ne pourra la commencer."),
    ]
    return _refuse(slug, _("Cette démarche ne peut pas être supprimée"), sentences)


def _confirm(slug: str, heading: str, sentences: Sequence[str], *, action: str, hidden: Any = None) -> Response:
    return _tell(slug, heading, sentences, action=action, hidden=hidden or {})


def _refuse(slug: str, heading: str, sentences: Sequence[str], *, status: int = 409) -> Response:
    return _tell(slug, heading, sentences, status=status)


def _tell(
    slug: str, heading: str, sentences: Sequence[str], *, action: str = "", hidden: Any = None, status: int = 200
) -> Response:
    name = read_use(web.unit(), slug).title
    return web.page(
        "builder/confirm.html",
        title=_("%(title)s : %(procedure)s", title=heading, procedure=name),
        status=status,
        service=_("Agents"),
        heading=heading,
        name=name,
        sentences=sentences,
        action=action,
        hidden=hidden,
        back=url_for("builder.procedures"),
        trail=[(_("Démarches"), url_for("builder.procedures")), (heading, None)],
    )
