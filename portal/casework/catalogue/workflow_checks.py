"""What a workflow must have before a version is offered. Pure: path in the document → French sentence."""

from collections.abc import Collection, Iterator

from flask_babel import gettext as _

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.soundness import repeated
from portal.casework.catalogue.workflow import WORDED, Action, Transition, Workflow

Problem = tuple[str, str]
MAX_LABEL = 80


def workflow_problems(document: ProcedureDocument, *, kinds: Collection[str] | None = None) -> Iterator[Problem]:
    """What stands against publication in the workflow that a document carries; a ready-made one has been checked.

    :param kinds: the slugs of the kinds of appointment that exist; not checked when None.
    """
    workflow = document.workflow
    if not isinstance(workflow, Workflow):
        return
    yield from _names(workflow)
    yield from _labels(workflow)
    yield from _standard(workflow, routed=bool(document.routing))
    yield from _reach(workflow)
    yield from _timeouts(workflow)
    fields = {field.name for step, field in document.fields() if step.repeat is None and field.formula is None}
    later = {route.connection for route in document.routing if route.mode == "on_move"}
    for one in workflow.transitions:
        yield from _moves(workflow, one)
        yield from _actions(one, fields, later)
        yield from _invitations(workflow, one)
        yield from _kinds(one, kinds)


def _names(workflow: Workflow) -> Iterator[Problem]:
    for code in repeated(one.code for one in workflow.statuses):
        yield f"workflow.statuses.{code}", _("Deux états portent le même nom : %(name)s.", name=code)
    for code in repeated(one.code for one in workflow.transitions):
        yield (
            f"workflow.transitions.{code}",
            _("Deux actions du déroulement portent le même nom : %(name)s.", name=code),
        )


def _labels(workflow: Workflow) -> Iterator[Problem]:
    """A label is a button, or a status read in a line."""
    for kind, parts in (("statuses", workflow.statuses), ("transitions", workflow.transitions)):
        for one in parts:
            if any(len(text) > MAX_LABEL for text in one.label.root.values()):
                sentence = _("Raccourcissez ce libellé : %(limit)s caractères au plus.", limit=MAX_LABEL)
                yield f"workflow.{kind}.{one.code}.label", sentence


def _standard(workflow: Workflow, *, routed: bool) -> Iterator[Problem]:
    """The standard machine goes on by itself in places: what it needs must be there."""
    found = {one.status for one in workflow.statuses}
    if workflow.start.status != "submitted":
        yield "workflow.statuses", _("Commencez par un état qui veut dire « déposée ».")
    if "in_progress" not in found:
        yield "workflow.statuses", _("Ajoutez un état qui veut dire « en cours ».")
    if not any(one.is_end and one.status != "withdrawn" for one in workflow.statuses):
        yield "workflow.statuses", _("Ajoutez une fin : acceptée, refusée ou close. Sans elle, rien ne se termine.")
    if routed and not any("partner" in one.who for one in workflow.transitions):
        yield (
            "workflow.transitions",
            _("La demande part chez un destinataire : dites quelle action il peut faire."),
        )


def _reach(workflow: Workflow) -> Iterator[Problem]:
    """Every status is reached from the start, and each leads to an end."""
    known = {one.code for one in workflow.statuses}
    edges = [(source, one.target) for one in workflow.transitions for source in one.sources]
    # Giving a request to an agent, or an answer, leads to the first of the statuses that stand for work.
    work = next((one.code for one in workflow.statuses if one.status == "in_progress"), None)
    by_itself = [one.code for one in workflow.statuses if one.status in {"submitted", "waiting_for_resident"}]
    edges += [(code, work) for code in by_itself if work]
    reached = _closure({workflow.start.code}, edges)
    ends = {one.code for one in workflow.statuses if one.is_end}
    ending = _closure(ends, [(target, source) for source, target in edges])
    for one in workflow.statuses:
        if one.code not in reached and one.status != "withdrawn":
            yield f"workflow.statuses.{one.code}", _("Rien ne mène à cet état : %(name)s.", name=str(one.label))
        elif one.code in known - ending:
            sentence = _("De cet état, on ne peut plus terminer : %(name)s.", name=str(one.label))
            yield f"workflow.statuses.{one.code}", sentence


def _closure(start: set[str], edges: list[tuple[str, str]]) -> set[str]:
    reached, size = set(start), 0
    while len(reached) != size:
        size = len(reached)
        reached |= {target for source, target in edges if source in reached}
    return reached


def _timeouts(workflow: Workflow) -> Iterator[Problem]:
    for status in workflow.statuses:
        moves = [one for one in workflow.leaving(status.code) if "timeout" in one.who]
        path = f"workflow.statuses.{status.code}.wait_days"
        if status.wait_days and not moves:
            yield (
                path,
                _(
                    "Dites ce qui se passe au bout du délai : aucune action n’est prévue (%(name)s).",
                    name=str(status.label),
                ),
            )
        elif moves and not status.wait_days:
            yield (
                path,
                _("Dites au bout de combien de jours : une action attend un délai (%(name)s).", name=str(status.label)),
            )
        elif len(moves) > 1:
            yield path, _("Gardez une seule action au bout du délai (%(name)s).", name=str(status.label))


def _moves(workflow: Workflow, one: Transition) -> Iterator[Problem]:
    known = {status.code: status for status in workflow.statuses}
    path, name = f"workflow.transitions.{one.code}", str(one.label)
    for code in (*one.sources, one.target):
        if code not in known:
            yield path, _("Cet état n’existe pas : %(name)s.", name=code)
            return
    target = known[one.target]
    for code in one.sources:
        if known[code].is_end:
            yield path, _("Une demande terminée ne repart pas : %(name)s.", name=str(known[code].label))
    if target.status in {"submitted", "withdrawn"}:
        sentence = _("On ne revient pas à « déposée », et seule la personne retire sa demande (%(name)s).", name=name)
        yield path, sentence
    if target.status == "waiting_for_resident" and "timeout" in one.who:
        yield path, _("Un délai qui passe ne pose pas de question : %(name)s.", name=name)
    if target.is_end and "resident" in one.who:
        yield path, _("La personne ne décide pas de sa demande : %(name)s.", name=name)


def _actions(one: Transition, fields: Collection[str], later: Collection[str]) -> Iterator[Problem]:
    path = f"workflow.transitions.{one.code}.does"
    for kind in repeated(action.do for action in one.does):
        yield path, _("Une action ne fait deux fois la même chose : %(name)s.", name=kind)
    if len([action for action in one.does if action.do in WORDED]) > 1:
        yield path, _("Une seule de ces choses écrit à la personne : gardez-en une (%(name)s).", name=str(one.label))
    automatic = {action.do for action in one.does} - {"message", "forward"}
    if "timeout" in one.who and automatic:
        yield path, _("Un délai qui passe peut seulement écrire ou transmettre : %(name)s.", name=str(one.label))
    for action in one.does:
        yield from _action(path, action, fields, later)


def _action(path: str, action: Action, fields: Collection[str], later: Collection[str]) -> Iterator[Problem]:
    if action.do == "forward" and action.connection not in later:
        name = action.connection or "?"
        yield path, _("Prévoyez ce destinataire dans l’onglet « Envois », pour plus tard : %(name)s.", name=name)
    for name in action.fields:
        if name not in fields:
            yield path, _("Cette question ne peut pas être redemandée : %(name)s.", name=name)


def _invitations(workflow: Workflow, one: Transition) -> Iterator[Problem]:
    """A kind of appointment goes with a proposal, and what follows is for the person to do, from where it leads."""
    path = f"workflow.transitions.{one.code}.does"
    for action in one.does:
        if (action.kind or action.then) and (action.do != "appointment" or not action.kind):
            yield path, _("Un type de rendez-vous va avec « proposer un rendez-vous » (%(name)s).", name=str(one.label))
        elif action.then:
            after = workflow.transition(action.then)
            if after is None:
                yield path, _("Cette action n’existe pas : %(name)s.", name=action.then)
            elif one.target not in after.sources or "resident" not in after.who:
                yield path, _("La personne ne peut pas faire cette action en choisissant : %(name)s.", name=action.then)


def _kinds(one: Transition, kinds: Collection[str] | None) -> Iterator[Problem]:
    for action in one.does:
        if kinds is not None and action.kind and action.kind not in kinds:
            sentence = _("Ce type de rendez-vous n’existe pas, ou n’est plus proposé : %(name)s.", name=action.kind)
            yield f"workflow.transitions.{one.code}.does", sentence
