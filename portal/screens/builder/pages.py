"""Pages of questions: title, introduction, repetition, and where those go whom the procedure is not for."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.forms import TextLineField, build_form
from portal.casework.catalogue import saying
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import conditions, outline
from portal.casework.catalogue.editing.naming import field_name_of, field_names, slug_of
from portal.ground.dictionary.service import FRENCH, SIMPLIFIED
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.entries import NUMBER, Entry, Path
from portal.screens.builder.saving import Typing, draft_of, page, save, show_refusal
from portal.screens.builder.sheetpages import SheetPage, overview_of
from portal.screens.builder.sheets import block, line, number

LINE = 300


@blueprint.get("/<slug>/pages/nouvelle")
@may_edit
def new_page(slug: str) -> Response:
    """Ask for the title of one more page."""
    return _ask_page(slug)


@blueprint.post("/<slug>/pages/nouvelle")
@may_edit
def add_page(slug: str) -> Response:
    """Add it after the page that was unfolded, else at the end."""
    title = request.form.get("titre", "").strip()
    if not title or len(title) > LINE:
        return _ask_page(slug, _("Donnez un titre à la page, en quelques mots : « Votre enfant »."))
    after = request.form.get("apres", "")
    before = {step.slug for step in draft_of(slug).document.steps}

    def add(document: ProcedureDocument) -> ProcedureDocument:
        return outline.add_page(document, title, after=after if document.step(after) else None)

    return save(
        slug,
        add,
        part="page_added",
        then=lambda kept: url_for(
            "builder.overview",
            slug=slug,
            page=next((step.slug for step in kept.document.steps if step.slug not in before), None),
            fait="ajout",
        ),
        again=lambda _wrong: _ask_page(slug, _("Une démarche a 30 pages au plus.")),
        typing=Typing({"titre": _("Titre de la page")}, lambda _document: {}),
    )


def _ask_page(slug: str, wrong: str = "") -> Response:
    draft = draft_of(slug)
    fields: dict[str, Any] = {
        "titre": TextLineField(
            _("Titre de la page"), hint=_("Quelques mots, vus par l’usager."), width="wide", max_length=LINE
        )
    }
    form = build_form(fields)(request.form or None)
    form.refuse({"titre": wrong} if wrong else {})
    return page(
        "sheet.html",
        draft,
        title=_("Ajouter une page"),
        tab="questions",
        form=form,
        errors=form.summary,
        action=request.path,
        hidden={"apres": request.values.get("apres", "")},
        submit=_("Ajouter la page"),
        back=url_for("builder.overview", slug=slug, page=request.values.get("apres") or None),
    )


def _page_entries(document: ProcedureDocument, step_slug: str) -> list[Entry]:
    titled, lead, repeat = ("title",), ("lead",), ("repeat",)
    entries = [
        Entry("titre", (*titled, FRENCH), line(_("Titre de la page"), needed=True)),
        Entry("titre_simple", (*titled, SIMPLIFIED), line(_("Titre en français simplifié"))),
        Entry("titre_en", (*titled, "en"), line(_("Titre en anglais"))),
        Entry("intro", (*lead, FRENCH), block(_("Introduction"))),
        Entry("intro_simple", (*lead, SIMPLIFIED), block(_("Introduction en français simplifié"))),
        Entry("intro_en", (*lead, "en"), block(_("Introduction en anglais"))),
    ]
    hint = _("Laissez vide pour une page posée une seule fois.")
    step = document.step(step_slug)
    if step and step.repeat:
        entries += [
            Entry("chaque", (*repeat, "item", FRENCH), line(_("Page posée pour chaque"), hint=hint)),
            Entry("au_moins", (*repeat, "at_least"), number(_("Nombre minimal")), NUMBER),
            Entry("au_plus", (*repeat, "at_most"), number(_("Nombre maximal")), NUMBER),
        ]
    return entries


def _sheet(slug: str, step_slug: str) -> SheetPage:
    def find(document: ProcedureDocument) -> Path:
        return ("steps", outline.page_place(document, step_slug))

    return SheetPage(
        slug,
        find,
        lambda document: _page_entries(document, step_slug),
        part="page",
        then=overview_of(slug, step_slug),
    )


@blueprint.get("/<slug>/pages/<step_slug>")
@may_edit
def page_form(slug: str, step_slug: str) -> Response:
    """What a page says, and when it is asked."""
    return _show_page(slug, step_slug)


@blueprint.post("/<slug>/pages/<step_slug>")
@may_edit
def save_page(slug: str, step_slug: str) -> Response:
    """Keep what was typed."""
    return _sheet(slug, step_slug).save(lambda wrong: _show_page(slug, step_slug, wrong))


def _show_page(slug: str, step_slug: str, wrong: Mapping[str, str] | None = None) -> Response:
    draft = draft_of(slug)
    document = draft.document
    step = document.steps[outline.page_place(document, step_slug)]
    return _sheet(slug, step_slug).show(
        "page.html",
        title=_("Page « %(title)s »", title=str(step.title)),
        tab="questions",
        wrong=wrong,
        step=step,
        when=saying.say_condition(step.when, document),
        exits=[(one.slug, str(one.title), saying.say_condition(one.when, document)) for one in step.exits],
        back=url_for("builder.overview", slug=slug, page=step_slug),
    )


@blueprint.post("/<slug>/pages/<step_slug>/repetition")
@may_edit
def set_repeat(slug: str, step_slug: str) -> Response:
    """Have the page asked once, or for each of several: ``chaque`` is how one is called."""
    item = request.form.get("chaque", "").strip()

    def edit(document: ProcedureDocument) -> ProcedureDocument:
        name = field_name_of(step_slug.replace("-", "_"), field_names(document))

        def put(data: dict[str, Any]) -> None:
            data.pop("repeat", None)
            if item:
                data["repeat"] = {"name": name, "item": {FRENCH: item}}

        return outline.edit_page(document, step_slug, put)

    return save(
        slug,
        edit,
        part="repeat",
        then=url_for("builder.page_form", slug=slug, step_slug=step_slug, fait="enregistre"),
        again=lambda _wrong: _show_page(slug, step_slug),
        typing=Typing({"chaque": _("Page posée pour chaque")}, lambda _document: {}),
    )


def exit_entries() -> list[Entry]:
    """What people read whom the procedure is not for."""
    return [
        Entry("titre", ("title", FRENCH), line(_("Titre"), hint=_("Dites où aller à la place."), needed=True)),
        Entry("titre_simple", ("title", SIMPLIFIED), line(_("Titre en français simplifié"))),
        Entry("texte", ("text", FRENCH), block(_("Explication"), needed=True)),
        Entry("texte_simple", ("text", SIMPLIFIED), block(_("Explication en français simplifié"))),
        Entry("telephone", ("phone",), line(_("Téléphone"), width="w16", input_type="tel")),
        Entry("lien", ("link",), line(_("Adresse d’une page"), hint=_("Par exemple /demarches ou https://…"))),
    ]


def _exit_sheet(slug: str, step_slug: str, exit_slug: str) -> SheetPage:
    key = f"{step_slug}:{exit_slug}"

    def find(document: ProcedureDocument) -> Path:
        _page, place = conditions.exit_place(document, key)
        return ("steps", outline.page_place(document, step_slug), "exits", place)

    return SheetPage(
        slug,
        find,
        lambda _document: exit_entries(),
        part="exit",
        then=url_for("builder.page_form", slug=slug, step_slug=step_slug, fait="enregistre"),
    )


@blueprint.get("/<slug>/pages/<step_slug>/sorties/<exit_slug>")
@may_edit
def exit_form(slug: str, step_slug: str, exit_slug: str) -> Response:
    """One way out of a page."""
    return _show_exit(slug, step_slug, exit_slug)


@blueprint.post("/<slug>/pages/<step_slug>/sorties/<exit_slug>")
@may_edit
def save_exit(slug: str, step_slug: str, exit_slug: str) -> Response:
    """Keep what was typed."""
    sheet = _exit_sheet(slug, step_slug, exit_slug)
    return sheet.save(lambda wrong: _show_exit(slug, step_slug, exit_slug, wrong))


def _show_exit(slug: str, step_slug: str, exit_slug: str, wrong: Mapping[str, str] | None = None) -> Response:
    document = draft_of(slug).document
    target = conditions.Target("sortie", f"{step_slug}:{exit_slug}")
    return _exit_sheet(slug, step_slug, exit_slug).show(
        "exit.html",
        title=_("Page de sortie"),
        tab="questions",
        wrong=wrong,
        when=saying.say_condition(target.read(document), document),
        target=target,
        back=url_for("builder.page_form", slug=slug, step_slug=step_slug),
    )


@blueprint.post("/<slug>/pages/<step_slug>/sorties/<exit_slug>/retirer")
@may_edit
def remove_exit(slug: str, step_slug: str, exit_slug: str) -> Response:
    """Take it away."""
    return save(
        slug,
        lambda document: conditions.remove_exit(document, step_slug, exit_slug),
        part="exit_removed",
        then=url_for("builder.page_form", slug=slug, step_slug=step_slug, fait="retrait"),
    )


@blueprint.post("/<slug>/pages/<step_slug>/sorties")
@may_edit
def add_exit(slug: str, step_slug: str) -> Response:
    """A way out, which begins with the first question of the page having any answer; the officer then says which."""
    title = request.form.get("titre", "").strip()
    document = draft_of(slug).document
    step = document.steps[outline.page_place(document, step_slug)]
    if not title or len(title) > LINE or not step.fields:
        sentence = _("Donnez un titre à la page de sortie, et posez au moins une question sur cette page.")
        return show_refusal(slug, "questions", sentence)
    exit_slug = slug_of(title, {one.slug for one in step.exits}, default="sortie")
    made = {
        "slug": exit_slug,
        "when": {"field": step.fields[0].name, "filled": False},
        "title": {FRENCH: title},
        "text": {FRENCH: title},
    }
    return save(
        slug,
        lambda known: outline.edit_page(known, step_slug, lambda data: data.setdefault("exits", []).append(made)),
        part="exit_added",
        then=url_for("builder.exit_form", slug=slug, step_slug=step_slug, exit_slug=exit_slug, fait="ajout"),
        again=lambda _wrong: show_refusal(slug, "questions", _("Une page a cinq sorties au plus.")),
        typing=Typing({"titre": _("Titre de la page de sortie")}, lambda _document: {}),
    )
