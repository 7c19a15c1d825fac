"""« Mes mandats » : who may act in the person's name, for what, until when, what was done, and how to stop it."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import get_published_many
from portal.casework.mandates import service as mandates
from portal.casework.mandates import wording as said
from portal.casework.mandates.enums import Theme
from portal.casework.mandates.service import MandateView
from portal.ground.errors import Conflict, NotFound
from portal.ground.web import actor, page, redirect_to, settings, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.downloads import as_download
from portal.people.accounts.service import list_departments
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.queries.readings import agents_presented

ADDRESS = "/mon-espace/mandats"
ONE = f"{ADDRESS}/<uuid:mandate_id>"
JOURNAL = 25
LISTED = 12


def _trail(here: str | None = None) -> list[tuple[str, str | None]]:
    start: list[tuple[str, str | None]] = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
    return [*start, (_("Mes mandats"), None)] if here is None else [*start, (_("Mes mandats"), ADDRESS), (here, None)]


@blueprint.get(ADDRESS)
@resident_only
def own_mandates() -> Response:
    """What awaits an answer first, then what is active, then what is over."""
    found = mandates.list_for_person(unit(), actor())
    over = [one for one in found if not one.is_active and not one.is_waiting]
    return page(
        "myspace/mandates.html",
        title=_("Mes mandats"),
        service=_("Mon espace"),
        waiting=[one for one in found if one.is_waiting],
        active=[one for one in found if one.is_active],
        over=over[:LISTED],
        names={one.id: one.name for one in list_departments(unit())},
        said=said,
        address=ADDRESS,
        trail=_trail(),
    )


@blueprint.get(ONE)
@resident_only
def one_mandate(mandate_id: UUID) -> Response:
    """One mandate, with everything that was done under it."""
    return _show(mandate_id)


def _show(mandate_id: UUID, *, moved: bool = False) -> Response:
    found = mandates.get_mandate(unit(), actor(), mandate_id)
    lines = mandates.journal_of(unit(), actor(), mandate_id, limit=JOURNAL)
    names = agents_presented(unit(), {one.actor_id for one in lines if one.actor_id} | {found.opened_by})
    slugs = {one.payload["procedure"] for one in lines if "procedure" in one.payload}
    department = _department(found)
    titles = {slug: one.title for slug, one in get_published_many(unit(), slugs).items()} if slugs else {}
    return page(
        "myspace/mandate.html",
        title=_("Mandat à %(who)s", who=department),
        status=409 if moved else 200,
        service=_("Mon espace"),
        mandate=found,
        department=department,
        agent=names.get(found.opened_by, ""),
        lines=[(one, said.say_line(one, names, titles, to_person=True)) for one in lines],
        said=said,
        base=f"{ADDRESS}/{mandate_id}",
        done=request.args.get("fait", ""),
        moved=moved,
        trail=_trail(_("Mandat à %(who)s", who=department)),
    )


def _department(found: MandateView) -> str:
    return next(one.name for one in list_departments(unit()) if one.id == found.department_id)


@blueprint.post(f"{ONE}/repondre")
@resident_only
def answer_mandate(mandate_id: UUID) -> Response:
    """Accept or refuse what is proposed."""
    accepted = request.form.get("reponse") == "oui"
    answer = mandates.accept_mandate if accepted else mandates.refuse_mandate
    try:
        answer(unit(), actor(), mandate_id)
    except Conflict:
        undo()
        return _show(mandate_id, moved=True)
    return redirect_to("myspace.one_mandate", mandate_id=mandate_id, fait="oui" if accepted else "non")


@blueprint.get(f"{ONE}/arreter")
@resident_only
def ask_to_stop(mandate_id: UUID) -> Response:
    """Before it stops at once: the whole mandate, or one theme of it."""
    found = mandates.get_mandate(unit(), actor(), mandate_id)
    theme = _theme(request.args.get("domaine", ""), found)
    title = _("Arrêter un domaine ?") if theme else _("Arrêter le mandat ?")
    return page(
        "myspace/mandate_stop.html",
        title=title,
        service=_("Mon espace"),
        mandate=found,
        department=_department(found),
        theme=theme,
        said=said,
        base=f"{ADDRESS}/{mandate_id}",
        trail=_trail(title),
    )


def _theme(typed: str, found: MandateView) -> Theme | None:
    """The theme named in an address or a form; one that the mandate has not is like no page at all."""
    if not typed:
        return None
    theme = next((one for one in (*found.themes, *found.revoked) if one.value == typed), None)
    if theme is None:
        raise NotFound("theme_unknown")
    return theme


@blueprint.post(f"{ONE}/arreter")
@resident_only
def stop_mandate(mandate_id: UUID) -> Response:
    """From here on the agent is stopped: what they were saving is not kept."""
    found = mandates.get_mandate(unit(), actor(), mandate_id)
    theme = _theme(request.form.get("domaine", ""), found)
    mandates.revoke_mandate(unit(), actor(), mandate_id, theme)
    return redirect_to("myspace.one_mandate", mandate_id=mandate_id, fait="domaine" if theme else "arrete")


@blueprint.get(f"{ONE}/attestation")
@resident_only
def own_attestation(mandate_id: UUID) -> Response:
    """The mandate on one page, to read and print."""
    shown = mandates.show_attestation(unit(), actor(), mandate_id, public_url=settings().public_url)
    return page(
        "myspace/attestation.html",
        title=shown.content.title,
        service=_("Mon espace"),
        paper=shown.content,
        shown=shown,
        base=f"{ADDRESS}/{mandate_id}",
        trail=_trail(shown.content.title),
    )


@blueprint.get(f"{ONE}/attestation.pdf")
@resident_only
def own_attestation_pdf(mandate_id: UUID) -> Response:
    """The same as a file."""
    file = mandates.read_attestation_pdf(unit(), actor(), mandate_id)
    return as_download(file.pdf, "application/pdf", file.name, "pdf")
