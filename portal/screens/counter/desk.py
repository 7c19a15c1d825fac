"""« Guichet » : the code that a person says, how they agreed, and their draft opens."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import Proof
from portal.casework.assistance.policy import ALL_ATTEMPTS, ALL_ATTEMPTS_PER, ATTEMPTS, ATTEMPTS_PER
from portal.casework.openings import service as openings
from portal.casework.openings.enums import OpeningEnd
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Busy, NotFound
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, take, undo, unit
from portal.ground.web.access import agent_only
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.lending import DESK, enter, go_on

MAX_TYPED = 40
may_assist = agent_only(Permission.DRAFTS_ASSIST)


def ask_agreement(typed: str, errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    """The code, and how the person agreed that their draft be opened."""
    return page(
        "counter/code.html",
        title=_("Ouvrir un brouillon avec son code"),
        status=status,
        service=_("Agents"),
        errors=errors or [],
        typed=typed,
        proof=request.form.get("accord", ""),
        proofs=[(one.value, str(text)) for one, text in wording.PROOFS.items()],
        trail=[(_("Guichet"), DESK), (_("Ouvrir un brouillon"), None)],
    )


@blueprint.post("/guichet")
@may_assist
def open_draft() -> Response:
    """Open the draft of the code. What is wrong of it is not said: unknown, over or taken back."""
    typed = clean_line(request.form.get("code", ""))[:MAX_TYPED]
    proof = next((one for one in wording.PROOFS if one.value == request.form.get("accord")), None)
    if assistance.normalise_code(typed) is None or proof is None:
        return ask_agreement(typed, _missing(typed, proof), 422)
    try:
        count_attempt()
        opened = assistance.open_with_code(unit(), actor(), typed, proof)
    except Busy as busy:
        undo()
        sentence = _("Trop d’essais. Attendez quelques minutes, puis réessayez.")
        response = ask_agreement(typed, [("code", sentence)], busy.status)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    except NotFound:
        undo()
        sentence = _("Ce code n’ouvre aucun brouillon. Relisez-le avec la personne, ou demandez-lui un autre code.")
        return ask_agreement(typed, [("code", sentence)], 422)
    return redirect_to("counter.helping", assistance_id=opened.id)


def _missing(typed: str, proof: Proof | None) -> list[tuple[str, str]]:
    found = []
    if assistance.normalise_code(typed) is None:
        sentence = _("Écrivez les 8 lettres du code, par exemple « BCDF-GHJK ».")
        found.append(("code", sentence))
    if proof is None:
        found.append(("accord", _("Dites comment la personne est d’accord. Sans son accord, n’ouvrez rien.")))
    return found


def count_attempt() -> None:
    """Before the code is looked at, and whatever it is worth: of this agent, then of all agents together."""
    undo()
    with background_unit() as session:
        take(session, "resume_code", str(actor().id), limit=ATTEMPTS, per=ATTEMPTS_PER)
        take(session, "resume_code_all", "all", limit=ALL_ATTEMPTS, per=ALL_ATTEMPTS_PER)


@blueprint.get("/guichet/<uuid:assistance_id>")
@may_assist
def helping(assistance_id: UUID) -> Response:
    """Where a draft opens: its next step."""
    return enter(assistance_id, DESK) or go_on(assistance_id, DESK)


@blueprint.post("/guichet/<uuid:assistance_id>/fermer")
@may_assist
def close_draft(assistance_id: UUID) -> Response:
    """The agent is done, sent or not. Nothing of the person stays open: their file closes with the draft."""
    assistance.close(unit(), actor(), assistance_id)
    opened = openings.find_open(unit(), actor())
    if opened is not None:
        openings.close_opening(unit(), actor(), opened.id, OpeningEnd.PRINTED)
    return redirect_to("counter.desk", ferme="oui")
