"""One act on many requests: choose it, read what it will do and what it will leave, have it done, read the result."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from flask import Blueprint, make_response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.casework.requests.service import Target
from portal.casework.wordings import service as wordings
from portal.casework.wordings.service import WordingKind
from portal.casework.worklists import service as worklists
from portal.casework.worklists.policy import MAX_AT_ONCE
from portal.casework.worklists.service import BulkKind, BulkOrder, BulkView, Skipped
from portal.ground import web
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.spreadsheets import write_rows
from portal.screens.backoffice.casefile import Errors
from portal.screens.backoffice.filters import read_filters
from portal.screens.backoffice.queries import read_departments, read_references, read_team

MAX_WORDS = 4000
FIELDS = ("acte", "agent", "service", "mots", "modele", "form_key")
KINDS: Mapping[BulkKind, LazyString] = {
    BulkKind.ASSIGN: _l("Confier à une personne"),
    BulkKind.GIVE_BACK: _l("Rendre à l’équipe"),
    BulkKind.TRANSFER: _l("Transmettre à un autre service"),
    BulkKind.MESSAGE: _l("Écrire le même message à chaque personne"),
    BulkKind.CLOSE: _l("Clore sans suite"),
}
DONE: Mapping[BulkKind, LazyString] = {
    BulkKind.ASSIGN: _l("confiées"),
    BulkKind.GIVE_BACK: _l("rendues à l’équipe"),
    BulkKind.TRANSFER: _l("transmises"),
    BulkKind.MESSAGE: _l("message envoyé"),
    BulkKind.CLOSE: _l("closes"),
}
WHY: Mapping[Skipped, LazyString] = {
    Skipped.ENDED: _l("Déjà terminée."),
    Skipped.NOT_YOURS: _l("N’est plus dans vos services."),
    Skipped.NOT_ALLOWED: _l("Vous n’avez plus le droit de faire cela."),
    Skipped.CHANGED: _l("Quelqu’un l’a modifiée entre-temps : ouvrez-la avant de décider."),
    Skipped.ALREADY_SO: _l("C’est déjà le cas."),
    Skipped.NOT_THEIR_AGENT: _l("Cette personne ne travaille pas dans le service de la demande."),
    Skipped.SAME_DEPARTMENT: _l("Elle est déjà dans ce service."),
    Skipped.WORKFLOW: _l("Le déroulement de la démarche ne permet pas de la clore à ce moment."),
    Skipped.GAPS: _l("Le message aurait un vide : une information manque dans cette demande."),
    Skipped.WITHDRAWN: _l("La personne a retiré sa demande."),
    Skipped.REFUSED: _l("N’a pas pu être faite : ouvrez la demande pour la faire seule."),
    Skipped.STOPPED: _l("Vous avez arrêté avant son tour."),
}


def choose() -> Response:
    """What to do to the requests ticked, or to the whole view."""
    filters = read_filters(request.args)
    chosen = request.args.getlist("demande")[: MAX_AT_ONCE + 1]
    if request.args.get("toutes") == "oui":
        chosen = read_references(web.unit(), web.actor(), filters, MAX_AT_ONCE + 1)
    return _choose(_held(chosen), filters.address(), {})


def _held(references: list[str]) -> list[Target]:
    return requests.list_targets(web.unit(), web.actor(), references)


def _choose(targets: list[Target], back: str, typed: Mapping[str, str], errors: Errors | None = None) -> Response:
    many = len(targets) > MAX_AT_ONCE
    problem = "many" if many else "" if targets else "none"
    team = read_team(web.unit(), web.actor())
    here = {one.department_id for one in targets}
    texts = [one for one in wordings.list_wordings(web.unit(), web.actor()) if one.kind is WordingKind.MESSAGE]
    mine = [(str(web.actor().id), _("Moi"))]
    return web.page(
        "backoffice/lot_choose.html",
        title=_("Agir sur plusieurs demandes"),
        status=422 if errors or problem else 200,
        service=_("Agents"),
        problem=problem,
        targets=targets,
        back=back,
        kinds=[(kind.value, KINDS[kind]) for kind in worklists.kinds_of(web.actor())],
        agents=[*mine, *((str(key), name) for key, name in team.agents if key != web.actor().id)],
        departments=[(str(key), name) for key, name in read_departments(web.unit()) if {key} != here],
        texts=[(str(one.id), one.title) for one in texts if one.archived_at is None],
        typed=dict.fromkeys(FIELDS, "") | {"form_key": str(uuid4())} | dict(typed),
        fields=wordings.FIELDS,
        most=MAX_AT_ONCE,
        errors=errors or [],
    )


def act() -> Response:
    """Read what it will do, then have it done; or fill the words from a text first."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    targets = _held(request.form.get("demandes", "").split()[: MAX_AT_ONCE + 1])
    back = web.safe_next(request.form.get("retour"), "/agents/dossiers")
    if request.form.get("then") == "text":
        return _choose(targets, back, typed | {"mots": _text(typed["modele"]) or typed["mots"]})
    if request.form.get("then") == "edit":
        return _choose(targets, back, typed)
    order, errors = _order(typed)
    if order is None or not targets or len(targets) > MAX_AT_ONCE:
        return _choose(targets, back, typed, errors)
    if request.form.get("then") != "do":
        return _check(order, targets, back, typed)
    references = [one.reference for one in targets]
    lot = worklists.start_bulk(web.unit(), web.actor(), order, references, form_key=typed["form_key"])
    return web.redirect_to("backoffice.lot", lot_id=lot)


def _text(wording_id: str) -> str:
    found = {str(one.id): one.text for one in wordings.list_wordings(web.unit(), web.actor())}
    return found.get(wording_id, "")


def _order(typed: Mapping[str, str]) -> tuple[BulkOrder | None, Errors]:
    kinds = {kind.value: kind for kind in worklists.kinds_of(web.actor())}
    kind = kinds.get(typed["acte"])
    if kind is None:
        return None, [("acte", _("Choisissez ce que vous voulez faire."))]
    team = read_team(web.unit(), web.actor())
    agents = {str(key): key for key, _name in team.agents} | {str(web.actor().id): web.actor().id}
    departments = {str(key): key for key, _name in read_departments(web.unit())}
    words = typed["mots"].strip()
    wrong = {
        "agent": kind is BulkKind.ASSIGN and typed["agent"] not in agents,
        "service": kind is BulkKind.TRANSFER and typed["service"] not in departments,
        "mots": bool(_wrong_words(kind, words)),
    }
    said = {
        "agent": _("Choisissez à qui confier les demandes."),
        "service": _("Choisissez le service."),
        "mots": _wrong_words(kind, words),
    }
    errors = [(name, said[name]) for name, is_wrong in wrong.items() if is_wrong]
    if errors:
        return None, errors
    agent_id = agents.get(typed["agent"]) if kind is BulkKind.ASSIGN else None
    department_id = departments.get(typed["service"]) if kind is BulkKind.TRANSFER else None
    return BulkOrder(kind, agent_id, department_id, words if kind in WORDED else ""), []


WORDED = (BulkKind.TRANSFER, BulkKind.MESSAGE, BulkKind.CLOSE)


def _wrong_words(kind: BulkKind, words: str) -> str:
    if kind not in WORDED:
        return ""
    if not words:
        return _("Écrivez ce que les personnes liront.")
    if len(words) > MAX_WORDS:
        return _("Écrivez %(limit)d caractères au plus.", limit=MAX_WORDS)
    unknown = wordings.unknown_fields(words) if kind is BulkKind.MESSAGE else []
    return _("Remplacez %(unknown)s : ce champ n’existe pas.", unknown=", ".join(unknown)) if unknown else ""


def _check(order: BulkOrder, targets: list[Target], back: str, typed: Mapping[str, str]) -> Response:
    skipped = worklists.foresee(web.unit(), web.actor(), order, targets)
    names = {str(key): name for key, name in read_departments(web.unit())}
    people = {str(key): name for key, name in read_team(web.unit(), web.actor()).agents}
    reasons: dict[Skipped, list[str]] = {}
    for reference, why in skipped.items():
        reasons.setdefault(why, []).append(reference)
    return web.page(
        "backoffice/lot_check.html",
        title=_("Vérifiez avant d’agir sur plusieurs demandes"),
        service=_("Agents"),
        targets=targets,
        count=len(targets) - len(skipped),
        reasons=[(WHY[why], found) for why, found in reasons.items()],
        act=KINDS[order.kind],
        whom=people.get(typed["agent"], "") or names.get(typed["service"], ""),
        words=order.words,
        back=back,
        typed=typed,
    )


def lot(lot_id: UUID) -> Response:
    """How far it is; once over, what was done and what was left, and why."""
    return _show(worklists.get_bulk(web.unit(), web.actor(), lot_id))


def _show(view: BulkView) -> Response:
    states = {True: _("Terminé"), False: _("En cours")}
    return web.page(
        "backoffice/lot.html",
        title=f"{KINDS[view.kind]} : {states[view.is_over].lower()}",
        service=_("Agents"),
        view=view,
        act=KINDS[view.kind],
        done=DONE[view.kind],
        why=WHY,
    )


def stop_lot(lot_id: UUID) -> Response:
    """Do no more of it."""
    worklists.stop_bulk(web.unit(), web.actor(), lot_id)
    return web.redirect_to("backoffice.lot", lot_id=lot_id)


def lot_file(lot_id: UUID) -> Response:
    """What was done and what was left, for a spreadsheet."""
    view = worklists.get_bulk(web.unit(), web.actor(), lot_id)
    rows = [[_("Référence"), _("Résultat")]]
    rows += [[reference, str(DONE[view.kind])] for reference in view.references]
    rows += [[line.reference, str(WHY[line.why])] for line in view.skipped]
    response = make_response(write_rows(rows))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="resultat.csv"'
    return response


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    read = agent_only(Permission.REQUESTS_READ)
    blueprint.get("/dossiers/lot", endpoint="choose_lot")(read(choose))
    blueprint.post("/dossiers/lot", endpoint="act_on_lot")(read(act))
    blueprint.get("/lots/<uuid:lot_id>", endpoint="lot")(read(lot))
    blueprint.get("/lots/<uuid:lot_id>/resultat.csv", endpoint="lot_file")(read(lot_file))
    blueprint.post("/lots/<uuid:lot_id>/arreter", endpoint="stop_lot")(read(stop_lot))
