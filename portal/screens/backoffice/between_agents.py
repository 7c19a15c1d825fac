"""What agents do with a request among themselves: a note, another department, the same request made twice."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice import wording
from portal.screens.backoffice.casefile import Errors, back_to_request, kept_form, read_request, show_refused
from portal.screens.backoffice.queries import read_departments

PLACES = {"reason": "mots", "department": "service", "kept": "gardee", "words": "mots"}


def _page(template: str, title: str, view: requests.RequestView, typed: Mapping[str, str], **extra: Any) -> Response:
    errors: Errors = extra.pop("errors", None) or []
    return web.page(
        f"backoffice/{template}.html",
        title=title,
        status=422 if errors else 200,
        service=_("Agents"),
        view=view,
        typed=typed,
        form_key=request.form.get("form_key") or str(uuid4()),
        errors=errors,
        **extra,
    )


def _told(refused: Invalid) -> Errors:
    return [(PLACES.get(name, name), sentence) for name, sentence in refused.fields.items()]


def new_note(reference: str) -> Response:
    """An empty note."""
    return _note(read_request(reference), None, kept_form().get("note", ""))


def write_note(reference: str) -> Response:
    """Keep a note for colleagues."""
    text, key = request.form.get("note", ""), request.form.get("form_key") or str(uuid4())
    try:
        requests.write_note(web.unit(), web.actor(), reference, text, idempotency_key=key)
    except Invalid as refused:
        web.undo()
        errors = [("note", sentence) for sentence in refused.fields.values()]
        return _note(read_request(reference), None, text, errors)
    return back_to_request(reference, "notes")


def note_form(reference: str, note_id: UUID) -> Response:
    """One's own note, for ten minutes."""
    note = requests.get_note(web.unit(), web.actor(), reference, note_id)
    if not note.may_edit:
        return _fixed(reference)
    return _note(read_request(reference), note_id, kept_form().get("note") or note.text)


def edit_note(reference: str, note_id: UUID) -> Response:
    """Change it."""
    text = request.form.get("note", "")
    try:
        requests.edit_note(web.unit(), web.actor(), reference, note_id, text)
    except Invalid as refused:
        web.undo()
        errors = [("note", sentence) for sentence in refused.fields.values()]
        return _note(read_request(reference), note_id, text, errors)
    except Conflict:
        return _fixed(reference, text)
    return back_to_request(reference, "notes")


def _fixed(reference: str, text: str = "") -> Response:
    why = _("Une note se modifie pendant dix minutes, par la personne qui l’a écrite : ajoutez-en plutôt une autre.")
    return show_refused(reference, Act.MESSAGE, text, why)


def _note(view: requests.RequestView, note_id: UUID | None, text: str, errors: Errors | None = None) -> Response:
    title = _("Note interne, %(reference)s", reference=view.reference)
    return _page("note", title, view, {"note": text}, errors=errors, note_id=note_id)


def transfer_form(reference: str) -> Response:
    """To which department, and why."""
    view = read_request(reference)
    if Act.ASSIGN not in view.acts:
        return show_refused(reference, Act.ASSIGN)
    return _transfer(view, {"service": "", "mots": ""} | kept_form())


def _transfer(view: requests.RequestView, typed: Mapping[str, str], errors: Errors | None = None) -> Response:
    others = [(str(key), name) for key, name in read_departments(web.unit()) if key != view.department.id]
    title = _("Transmettre %(reference)s à un autre service", reference=view.reference)
    return _page("transfer", title, view, typed, errors=errors, departments=others)


def transfer(reference: str) -> Response:
    """Send it there; from then on it is theirs."""
    typed = {name: request.form.get(name, "") for name in ("service", "mots")}
    key = request.form.get("form_key") or str(uuid4())
    try:
        chosen = UUID(typed["service"])
        requests.transfer(web.unit(), web.actor(), reference, chosen, typed["mots"], idempotency_key=key)
    except ValueError:
        return _transfer(read_request(reference), typed, [("service", _("Choisissez un service de la liste."))])
    except Invalid as refused:
        web.undo()
        return _transfer(read_request(reference), typed, _told(refused))
    except Conflict:
        return show_refused(reference, Act.ASSIGN, typed["mots"])
    return web.redirect_to("backoffice.transfers", fait=reference)


def transfers() -> Response:
    """What our departments sent elsewhere lately, without what it says."""
    found = requests.list_transfers(web.unit(), web.actor())
    done = request.args.get("fait", "")
    return web.page(
        "backoffice/transfers.html",
        title=_("Transmises à un autre service"),
        service=_("Agents"),
        lines=found,
        departments=dict(read_departments(web.unit())),
        words=wording,
        days=requests.TRACE_KEPT.days,
        done=done if any(one.reference == done for one in found) else "",
    )


def duplicate_form(reference: str) -> Response:
    """Which request it is the same as, and what the person will read."""
    view = read_request(reference)
    if Act.DECIDE not in view.acts and Act.MOVE not in view.acts:
        return show_refused(reference, Act.DECIDE)
    first = request.args.get("gardee") or (view.twins[0].reference if view.twins else "")
    said = _("Vous avez déjà fait cette demande : nous la traitons sous la référence %(kept)s.", kept=first or "…")
    return _duplicate(view, {"gardee": first, "mots": said} | kept_form())


def _duplicate(view: requests.RequestView, typed: Mapping[str, str], errors: Errors | None = None) -> Response:
    title = _("Réunir %(reference)s avec une autre demande", reference=view.reference)
    return _page("duplicate", title, view, typed, errors=errors, words=wording)


def mark_duplicate(reference: str) -> Response:
    """Have it closed in ten minutes, unless it is undone."""
    typed = {name: request.form.get(name, "") for name in ("gardee", "mots")}
    try:
        requests.mark_duplicate(web.unit(), web.actor(), reference, typed["gardee"], typed["mots"])
    except Invalid as refused:
        web.undo()
        return _duplicate(read_request(reference), typed, _told(refused))
    except Conflict:
        return show_refused(reference, Act.DECIDE, typed["mots"])
    return back_to_request(reference)


def unmark_duplicate(reference: str) -> Response:
    """Take it back."""
    requests.unmark_duplicate(web.unit(), web.actor(), reference)
    return back_to_request(reference)


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    one = "/dossiers/<reference>"
    read, write = agent_only(Permission.REQUESTS_READ), agent_only(Permission.REQUESTS_MESSAGE)
    assign, decide = agent_only(Permission.REQUESTS_ASSIGN), agent_only(Permission.REQUESTS_DECIDE)
    blueprint.get("/dossiers/transmises", endpoint="transfers")(read(transfers))
    blueprint.get(f"{one}/notes", endpoint="new_note")(write(new_note))
    blueprint.post(f"{one}/notes", endpoint="write_note")(write(write_note))
    blueprint.get(f"{one}/notes/<uuid:note_id>", endpoint="note_form")(write(note_form))
    blueprint.post(f"{one}/notes/<uuid:note_id>", endpoint="edit_note")(write(edit_note))
    blueprint.get(f"{one}/transmettre", endpoint="transfer_form")(assign(transfer_form))
    blueprint.post(f"{one}/transmettre", endpoint="transfer")(assign(transfer))
    blueprint.get(f"{one}/doublon", endpoint="duplicate_form")(decide(duplicate_form))
    blueprint.post(f"{one}/doublon", endpoint="mark_duplicate")(decide(mark_duplicate))
    blueprint.post(f"{one}/doublon/annuler", endpoint="unmark_duplicate")(decide(unmark_duplicate))
