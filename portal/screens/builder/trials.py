"""« Essais » : recorded cases, run again each time the page is opened."""

from collections.abc import Callable

from flask import request
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Case, ProcedureDocument
from portal.casework.catalogue.publishing.service import Edited, change_cases
from portal.casework.catalogue.trials import Verdict, record_case, run_case, run_cases, settle
from portal.ground import web
from portal.ground.clock import today
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.screens.builder.answers import read_answers, told, write_answers
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.reviewing import find_edited, show

MAX_CASES = 40
MAX_NAME = 120
Cases = tuple[Case, ...]


@blueprint.get("/<slug>/essais")
@may_edit
def cases(slug: str) -> Response:
    """Every case, and whether it still ends as recorded."""
    return _list(find_edited(slug))


def _list(edited: Edited, *, error: str = "", changed: bool = False) -> Response:
    verdicts = run_cases(edited.latest.document)
    return show(
        "trials.html",
        edited,
        "essais",
        title=_("Essais"),
        status=409 if changed else 422 if error else 200,
        verdicts=verdicts,
        failing=sum(not one.passes for one in verdicts),
        error=error,
        changed=changed,
        done=request.args.get("fait", ""),
    )


@blueprint.post("/<slug>/essais")
@may_edit
def record_trial(slug: str) -> Response:
    """Keep what a preview did: these answers must go on ending so."""
    edited = find_edited(slug)
    document = edited.latest.document
    answers = read_answers(document, request.form.get("reponses", ""))
    name = _name()
    if not name:
        return _list(edited, error=_("Donnez un nom à l’essai, par exemple « Jumeaux, accueil régulier »."))
    if len(document.cases) >= MAX_CASES and name not in {case.name for case in document.cases}:
        return _list(edited, error=_("Il y a déjà %(limit)d essais : supprimez-en un.", limit=MAX_CASES))
    return _save(slug, lambda found: _recorded(found, record_case(found, name, answers)), "enregistre")


def _recorded(document: ProcedureDocument, made: Case) -> Cases:
    """The cases with one more; it takes the place of the one that has its name."""
    place = next((place for place, case in enumerate(document.cases) if case.name == made.name), None)
    return (*document.cases, made) if place is None else _with(document, place, made)


@blueprint.get("/<slug>/essais/<int:number>")
@may_edit
def one_trial(slug: str, number: int) -> Response:
    """One case: its answers, how far they lead, and what may be done of it."""
    edited = find_edited(slug)
    return _show_one(edited, number, _at(edited, number))


def _at(edited: Edited, number: int) -> Verdict:
    document = edited.latest.document
    if not 1 <= number <= len(document.cases):
        raise NotFound("case_unknown")
    return run_case(document, document.cases[number - 1])


def _show_one(edited: Edited, number: int, verdict: Verdict, *, error: str = "") -> Response:
    document = edited.latest.document
    titles = {step.slug: str(step.title) for step in document.steps}
    return show(
        "trial.html",
        edited,
        "essais",
        title=_("Essai « %(name)s »", name=verdict.case.name),
        status=422 if error else 200,
        number=number,
        verdict=verdict,
        pages=[titles.get(slug, slug) for slug in verdict.passage.steps],
        lines=told(document, verdict.passage),
        answers=write_answers(settle(verdict.case.answers, today())),
        passed=" ".join(verdict.passage.steps[:-1]),
        errors=[("nom", error)] if error else [],
    )


@blueprint.post("/<slug>/essais/<int:number>")
@may_edit
def change_trial(slug: str, number: int) -> Response:
    """Rename it, take it away, or say that what happens now is what is wanted."""
    edited = find_edited(slug)
    verdict, act = _at(edited, number), request.form.get("acte", "")
    place = number - 1
    if act == "supprimer":
        return _save(slug, lambda found: found.cases[:place] + found.cases[place + 1 :], "supprime")
    if act == "accepter":
        return _save(slug, lambda found: _with(found, place, _accepted(found, place)), "accepte")
    name = _name()
    if not name:
        return _show_one(edited, number, verdict, error=_("Donnez un nom à l’essai."))
    return _save(
        slug, lambda found: _with(found, place, found.cases[place].model_copy(update={"name": name})), "renomme"
    )


def _accepted(document: ProcedureDocument, place: int) -> Case:
    case = document.cases[place]
    return record_case(document, case.name, case.answers)


def _with(document: ProcedureDocument, place: int, case: Case) -> Cases:
    return (*document.cases[:place], case, *document.cases[place + 1 :])


def _name() -> str:
    return " ".join(request.form.get("nom", "").split())[:MAX_NAME]


def _save(slug: str, change: Callable[[ProcedureDocument], Cases], done: str) -> Response:
    """Keep the changed cases, unless a colleague changed the procedure since the page was shown."""
    try:
        change_cases(web.unit(), web.actor(), slug, change, reviewed=request.form.get("lu", ""))
    except Conflict:
        web.undo()
        return _list(find_edited(slug), changed=True)
    except (Invalid, ValidationError):
        web.undo()
        return _list(find_edited(slug), error=_("Cet essai ne peut pas être enregistré : refaites l’aperçu."))
    return web.redirect_to("builder.cases", slug=slug, fait=done)
