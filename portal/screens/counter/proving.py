"""The person agrees to a mandate: with an identity document at the desk, by SMS, or on a signed paper."""

from datetime import timedelta
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.documents import service as documents
from portal.casework.documents.service import Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import CodeAnswer, IdentityDocument
from portal.casework.mandates.policy import MANDATE_KEPT
from portal.casework.mandates.scans import is_sideways
from portal.ground.errors import Busy, Conflict, Invalid
from portal.ground.permissions import Actor, Assisted
from portal.ground.web import actor, redirect_to, settings, take, undo, unit
from portal.ground.web.uploads import takes_file
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.mandate_card import show_card, show_moved
from portal.screens.counter.mandates import may_hold
from portal.screens.counter.scans import MAX_BODY, SCAN_CONCEPT, receive_scan

CODES_PER_HOUR = 30
ONE = "/guichet/mandats/<uuid:mandate_id>"


@blueprint.post(f"{ONE}/presence")
@may_hold
def prove_present(mandate_id: UUID) -> Response:
    """The person is there, and their identity document was checked."""
    document = next((one for one in IdentityDocument if one.value == request.form.get("piece")), None)
    if document is None:
        sentence = _("Dites quelle pièce d’identité vous avez vérifiée. Nous ne gardons pas son numéro.")
        return show_card(mandate_id, [("piece", sentence)], 422)
    try:
        mandates.confirm_present(unit(), actor(), mandate_id, document)
    except Conflict:
        return show_moved(mandate_id)
    return redirect_to("counter.mandate", mandate_id=mandate_id, fait="donne")


@blueprint.post(f"{ONE}/code/envoyer")
@may_hold
def send_code(mandate_id: UUID) -> Response:
    """A code leaves for the telephone of the person."""
    try:
        take(unit(), "mandate_code", str(actor().id), limit=CODES_PER_HOUR, per=timedelta(hours=1))
        mandates.send_sms_code(unit(), actor(), mandate_id, request.form.get("numero", ""))
    except Invalid as refused:
        undo()
        return show_card(mandate_id, [("numero", sentence) for sentence in refused.fields.values()], 422)
    except Conflict as conflict:
        if conflict.code == "mandate_moved":
            return show_moved(mandate_id)
        undo()
        sentence = _("Cinq codes sont déjà partis pour ce mandat. Choisissez une autre preuve.")
        return show_card(mandate_id, [("numero", sentence)], 409)
    return redirect_to("counter.mandate", mandate_id=mandate_id, fait="code")


@blueprint.post(f"{ONE}/code")
@may_hold
def check_code(mandate_id: UUID) -> Response:
    """The six digits that the person reads on their telephone. A wrong one is counted."""
    typed = request.form.get("chiffres", "")[:20]
    if sum(sign.isdigit() for sign in typed) != 6:
        return show_card(
            mandate_id, [("chiffres", _("Écrivez les 6 chiffres que la personne lit sur son téléphone."))], 422
        )
    try:
        answer = mandates.confirm_by_sms_code(unit(), actor(), mandate_id, typed)
    except Conflict:
        return show_moved(mandate_id)
    if answer is CodeAnswer.RIGHT:
        return redirect_to("counter.mandate", mandate_id=mandate_id, fait="donne")
    return redirect_to("counter.mandate", mandate_id=mandate_id, fait="faux" if answer is CodeAnswer.WRONG else "passe")


@takes_file(MAX_BODY)
@may_hold
def prove_by_paper(mandate_id: UUID) -> Response:
    """The signed paper, scanned. What cannot be read, or lies on its side, is refused with what to do."""
    try:
        received = receive_scan(request.files.get("fichier"))
        if is_sideways(received.examined.content, received.examined.kind):
            return _refuse(mandate_id, _("La page est de travers. Tournez-la, puis numérisez-la de nouveau."), 422)
        held = mandates.get_mandate(unit(), actor(), mandate_id)
        keeper = _keeper(held.person_id, held.account_id, mandate_id)
        store = documents.store_of(settings())
        kept = documents.keep(unit(), store, keeper, received, concept=SCAN_CONCEPT, unused_for=2 * MANDATE_KEPT)
        mandates.confirm_with_paper(unit(), actor(), mandate_id, kept.id, received.examined.received)
    except Refused as refused:
        return _refuse(mandate_id, str(REFUSALS[refused.code]), 422)
    except Conflict as conflict:
        if conflict.code == "mandate_moved":
            return show_moved(mandate_id)
        return _unable(mandate_id, conflict.status)
    except (Busy, StorageFull) as trouble:
        return _unable(mandate_id, trouble.status)
    return redirect_to("counter.mandate", mandate_id=mandate_id, fait="donne")


blueprint.post(f"{ONE}/papier", endpoint="prove_by_paper")(prove_by_paper)


def _keeper(person_id: UUID, account_id: UUID | None, mandate_id: UUID) -> Actor:
    """The agent, for the person whose documents the signed paper joins."""
    agent = actor()
    assisted = Assisted(None, account_id)
    return Actor(agent.kind, agent.id, subject=person_id, mandate_id=mandate_id, assisted=assisted)


def _refuse(mandate_id: UUID, sentence: str, status: int) -> Response:
    undo()
    return show_card(mandate_id, [("fichier", sentence)], status)


def _unable(mandate_id: UUID, status: int) -> Response:
    sentence = _("Nous ne pouvons pas prendre ce fichier pour l’instant. Réessayez dans un moment, ou autrement.")
    response = _refuse(mandate_id, sentence, status)
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response
