"""A workflow as French sentences: its statuses, its moves, what each does. Pure."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.asked import label_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.saying import say_value
from portal.casework.catalogue.workflow import (
    Action,
    ActionKind,
    Mover,
    StandardStatus,
    Transition,
    Workflow,
    WorkflowStatus,
)
from portal.casework.catalogue.workflows import workflow_of

# What may be chosen by name, ``standard`` first.
MODELS: Mapping[str, LazyString] = {
    "standard": _l("Simple : un agent étudie et décide"),
    "case": _l("Dossier : corrections, pièces, avis, puis décision"),
    "forward": _l("Transmission : un destinataire traite et répond"),
    "report": _l("Signalement : suivi jusqu’à la réparation"),
    "booking": _l("Rendez-vous : une date proposée, acceptée ou non"),
}
STANDARD: Mapping[StandardStatus, LazyString] = {
    "submitted": _l("Déposée"),
    "in_progress": _l("En cours"),
    "waiting_for_resident": _l("Attend la personne"),
    "accepted": _l("Fin : acceptée"),
    "rejected": _l("Fin : refusée"),
    "closed": _l("Fin : close"),
    "withdrawn": _l("Fin : retirée"),
}
MOVERS: Mapping[Mover, LazyString] = {
    "department": _l("tout agent du service"),
    "counter_agent": _l("un agent d’accueil"),
    "department_agent": _l("un agent qui étudie les demandes"),
    "supervisor": _l("un responsable"),
    "resident": _l("la personne"),
    "partner": _l("le destinataire"),
    "timeout": _l("le temps, au bout du délai de l’état"),
}
WRITTEN: Mapping[ActionKind, LazyString] = {
    "message": _l("un message"),
    "documents": _l("une demande de pièce ou de précision"),
    "corrections": _l("une demande de corriger des réponses"),
    "appointment": _l("une proposition de rendez-vous"),
}


def say_state(status: WorkflowStatus) -> str:
    """« Attend la personne, 60 jours au plus »."""
    meaning = str(STANDARD[status.status])
    if status.wait_days is None:
        return meaning
    days = ngettext("%(num)d jour au plus", "%(num)d jours au plus", status.wait_days)
    return f"{meaning}, {days}"


def name_state(workflow: Workflow, code: str) -> str:
    """« À compléter par vous », between quotation marks; the code of a status that does not exist."""
    found = next((str(one.label) for one in workflow.statuses if one.code == code), code)
    return _("« %(label)s »", label=found)


def say_move(workflow: Workflow, move: Transition) -> str:
    """« De « Reçue » ou « À l’étude » à « Acceptée », par tout agent du service. »"""
    return _(
        "De %(sources)s à %(target)s, par %(who)s.",
        sources=_(" ou ").join(name_state(workflow, code) for code in move.sources),
        target=name_state(workflow, move.target),
        who=say_movers(move),
    )


def say_way(workflow: Workflow, move: Transition, here: str) -> str:
    """« Vers « Acceptée », par tout agent du service. Possible aussi depuis « Reçue ». », read beside a status."""
    said = _("Vers %(target)s, par %(who)s.", target=name_state(workflow, move.target), who=say_movers(move))
    others = [name_state(workflow, code) for code in move.sources if code != here]
    return f"{said} {_('Possible aussi depuis %(states)s.', states=', '.join(others))}" if others else said


def say_movers(move: Transition) -> str:
    """Who may choose a move."""
    return _(" ou ").join(str(MOVERS[one]) for one in move.who)


def say_effects(
    document: ProcedureDocument, move: Transition, departments: Mapping[str, str], kinds: Mapping[str, str]
) -> list[str]:
    """What a move does besides, a sentence each.

    :param departments: slug → how a department is called. :param kinds: slug → how a kind of appointment is.
    """
    return [
        _say_invitation(document, one, kinds) if one.kind else _say_effect(document, one, departments)
        for one in move.does
    ]


def _say_invitation(document: ProcedureDocument, action: Action, kinds: Mapping[str, str]) -> str:
    """« La personne choisit l’heure d’un rendez-vous : « Passeport ». Ensuite se fait l’action « Confirmer ». »"""
    name = kinds.get(action.kind or "", action.kind or "")
    said = _("La personne choisit l’heure d’un rendez-vous : « %(kind)s ».", kind=name)
    if not action.then:
        return said
    workflow = workflow_of(document)
    after = workflow.transition(action.then) if workflow else None
    label = str(after.label) if after else action.then
    return f"{said} {_('Ensuite se fait l’action « %(name)s ».', name=label)}"


def _say_effect(document: ProcedureDocument, action: Action, departments: Mapping[str, str]) -> str:
    match action.do:
        case "letter":
            return _("La décision est mise en page.")
        case "forward":
            return _("La demande est transmise : %(who)s.", who=_recipient(document, action.connection))
        case "opinion":
            name = departments.get(action.department or "", action.department or "")
            return _("L’avis d’un service est demandé : %(who)s.", who=name or _("au choix de l’agent"))
        case "corrections":
            labels = [label_of(field) if (field := document.field(name)) else name for name in action.fields]
            asked = ", ".join(labels) or _("au choix de l’agent")
            return _("La personne reçoit une demande de corriger : %(fields)s.", fields=asked)
        case _:
            return _("La personne reçoit %(what)s.", what=str(WRITTEN[action.do]))


def _recipient(document: ProcedureDocument, connection: str | None) -> str:
    found = next((route.recipient for route in document.routing if route.connection == connection), None)
    return str(found or connection or "?")


def say_sense(document: ProcedureDocument, move: Transition, workflow: Workflow) -> str:
    """A move whole, to compare it with what it was."""
    texts = [f"“{say_value(document, action.text)}”" for action in move.does if action.text]
    return " ".join([say_move(workflow, move), *say_effects(document, move, {}, {}), *texts])
