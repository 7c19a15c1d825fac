"""The appointment that a move proposes: of which kind, and what is done once the person has chosen a time. Pure."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing.workflows import own_workflow
from portal.casework.catalogue.saying_workflows import name_state
from portal.casework.catalogue.workflow import Workflow, kinds_named
from portal.ground.errors import Invalid
from portal.screens.builder.entries import Entry, Form
from portal.screens.builder.sheets import ListField
from portal.screens.builder.workflow_sheets import DOES, among, first_of, only, put_action

APPOINTMENT = only("appointment")
KIND, THEN = "genre", "suite"
Options = list[tuple[str, str]]


def invitation_entries(document: ProcedureDocument, kinds: Mapping[str, str]) -> list[Entry]:
    """The kind of appointment, among those of the department (slug → title) and those named already; what follows."""
    flow = own_workflow(document)
    held, after = _kinds(flow, kinds), _followers(flow)
    hint = _("Elle la choisit elle-même parmi les heures libres. Sans type, l’agent écrit le jour, l’heure et le lieu.")
    if not kinds:
        hint = _("Le service chargé de la démarche n’a pas de type de rendez-vous : un responsable peut en ajouter.")
    then_hint = _("L’action que la personne pourrait faire elle-même, et qui mène à l’état suivant.")
    kind = ListField(_("Rendez-vous dont la personne choisit l’heure"), options=held, hint=hint)
    then = ListField(_("Une fois l’heure choisie"), options=after, hint=then_hint)
    return [Entry(KIND, DOES, kind, _form("kind", KIND, held)), Entry(THEN, DOES, then, _form("then", THEN, after))]


def _kinds(flow: Workflow, kinds: Mapping[str, str]) -> Options:
    unknown = {slug: slug for slug in sorted(kinds_named(flow) - set(kinds))}
    return [("", _("Aucun")), *(dict(kinds) | unknown).items()]


def _followers(flow: Workflow) -> Options:
    """The moves that a person may make, with the status that each leads to."""
    mine = {
        one.code: _("%(state)s, par « %(name)s »", state=name_state(flow, one.target), name=str(one.label))
        for one in flow.transitions
        if "resident" in one.who
    }
    named = {action.then for one in flow.transitions for action in one.does if action.then}
    unknown = {code: code for code in sorted(named - set(mine))}
    return [("", _("La demande reste dans son état")), *(mine | unknown).items()]


def _form(key: str, name: str, options: Options) -> Form:
    """One of the two, in the proposal of an appointment; refused without one, and what follows without a kind."""

    def read(typed: Any, former: Any) -> Any:
        chosen, mine = among(options).read(typed, None), first_of(former, APPOINTMENT)
        if mine is None:
            if chosen:
                sentence = _("choisissez aussi « Une proposition de rendez-vous » dans ce que la personne reçoit.")
                raise Invalid({f"entry:{name}": sentence})
            return former
        made = {place: value for place, value in mine.items() if place != key}
        if chosen and key == "then" and "kind" not in mine:
            raise Invalid({f"entry:{name}": _("choisissez d’abord le rendez-vous dont la personne choisit l’heure.")})
        if chosen:
            made[key] = chosen
        return put_action(former, APPOINTMENT, made)

    return Form(lambda data: (first_of(data, APPOINTMENT) or {}).get(key, ""), read)
