"""« Arrêter un mandat » without an account: the code printed on the attestation, a confirmation, and it stops."""

from datetime import timedelta
from typing import Final

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.mandates import service as mandates
from portal.casework.mandates import wording as said
from portal.casework.mandates.service import MandateView
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Busy, NotFound
from portal.ground.web import background_unit, page, redirect_to, settings, take, undo, unit
from portal.ground.web.access import public
from portal.ground.web.limits import client_network
from portal.people.accounts.service import get_department
from portal.screens.myspace.blueprint import blueprint

PER: Final = timedelta(minutes=5)
# A code has 34 bits: at this pace, all together, finding one takes thousands of years.
ALL_TOGETHER: Final = 300
ALL_IN: Final = timedelta(hours=1)
MAX_CODE: Final = 20


@blueprint.get("/mandat")
@public
def ask_revocation() -> Response:
    """Where the code is typed; and where one comes back once it is done."""
    return _show(stopped=request.args.get("fait") == "oui")


@blueprint.post("/mandat")
@public
def stop_by_code() -> Response:
    """First press: which mandate this is, without a name. Second press, from that page: it stops."""
    code = clean_line(request.form.get("code", ""))[:MAX_CODE]
    if mandates.normalise_revocation(code) is None:
        return _show(code, error=_("Écrivez les 8 lettres du code, par exemple « BCDF-GHJK »."), status=422)
    try:
        _count_attempt()
        found = _find(code)
        if request.form.get("confirme") != "oui":
            return _show(code, found=found)
        mandates.revoke_by_code(unit(), code)
    except Busy as busy:
        undo()
        sentence = _("Trop d’essais. Attendez quelques minutes, puis réessayez, ou appelez-nous.")
        response = _show(code, error=sentence, status=busy.status)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    except NotFound:
        undo()
        sentence = _("Ce code n’arrête aucun mandat en cours. Relisez-le : il est imprimé sur l’attestation.")
        return _show(code, error=sentence, status=422)
    return redirect_to("myspace.ask_revocation", fait="oui")


def _find(code: str) -> MandateView:
    found = mandates.find_by_code(unit(), code)
    if found is None:
        raise NotFound("code_unknown")
    return found


def _count_attempt() -> None:
    undo()
    with background_unit() as session:
        network = client_network(request.remote_addr)
        take(session, "mandate_stop", network, limit=settings().sign_in_limit, per=PER)
        take(session, "mandate_stop_all", "all", limit=ALL_TOGETHER, per=ALL_IN)


def _show(
    code: str = "", *, found: MandateView | None = None, error: str = "", stopped: bool = False, status: int = 200
) -> Response:
    here = _("Arrêter un mandat")
    return page(
        "myspace/stop_by_code.html",
        title=here,
        status=status,
        code=code,
        found=found,
        department=get_department(unit(), found.department_id).name if found else "",
        said=said,
        errors=[("code", error)] if error else [],
        stopped=stopped,
        trail=[(_("Accueil"), "/"), (here, None)],
    )
