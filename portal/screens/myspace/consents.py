"""« Vos autorisations » : what a person let us ask elsewhere, what came of it, and taking it back."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import slugs_and_titles
from portal.casework.consents import service as consents
from portal.casework.consents.service import ConsentView, Ending, Outcome
from portal.casework.requests import service as requests
from portal.engine.prefill.service import say_concept, say_month, say_source
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import resident_only
from portal.ground.web.formats import format_date
from portal.screens.myspace.blueprint import blueprint

OUTCOMES: Mapping[Outcome, LazyString] = {
    Outcome.NOT_ASKED: _l("Rien n’a encore été demandé."),
    Outcome.ASKING: _l("La question est posée, la réponse n’est pas encore là."),
    Outcome.NOT_FOUND: _l("Aucun dossier n’a été trouvé à votre nom."),
    Outcome.IDENTITY_REFUSED: _l("Votre état civil n’a pas permis de vous retrouver."),
    Outcome.UNAVAILABLE: _l("Nous n’avons pas eu de réponse."),
}


@blueprint.get("/mon-espace/autorisations")
@resident_only
def list_consents() -> Response:
    """What holds first, then what is over."""
    found = consents.list_consents(unit(), actor())
    titles = slugs_and_titles(unit(), {(one.procedure_id, one.procedure_version) for one in found})
    return page(
        "myspace/consents.html",
        title=_("Vos autorisations"),
        holding=[one for one in found if one.ended_at is None],
        ended=[one for one in found if one.ended_at is not None],
        titles={key: title for key, (_slug, title) in titles.items()},
        withdrawn=request.args.get("retire") == "oui",
        say_concept=say_concept,
        say_outcome=say_outcome,
        say_ending=say_ending,
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (_("Vos autorisations"), None)],
    )


@blueprint.post("/mon-espace/autorisations/<uuid:consent_id>/retirer")
@resident_only
def withdraw_consent(consent_id: UUID) -> Response:
    """Taking back is as easy as giving (RGPD, art. 7.3): one press; the answer leaves the draft too."""
    held = consents.get_consent(unit(), actor(), consent_id)
    consents.withdraw_consent(unit(), actor(), consent_id)
    if held.value is not None:
        requests.drop_answers(unit(), actor(), held.procedure_id, {held.field: held.value})
    return redirect_to("myspace.list_consents", retire="oui")


def say_outcome(consent: ConsentView) -> str:
    """What came of the question, without the value: it is read where it serves."""
    if consent.outcome is not Outcome.KNOWN:
        return str(OUTCOMES[consent.outcome])
    who, month = say_source(consent.source), say_month(consent.period)
    return _("La réponse est arrivée : %(who)s, %(month)s.", who=who, month=month)


def say_ending(consent: ConsentView) -> str:
    """Why and when a consent ended; its answer is erased."""
    day = format_date(consent.ended_at) if consent.ended_at else ""
    if consent.ending is Ending.WITHDRAWN:
        return _("Retirée par vous le %(day)s. La réponse est effacée.", day=day)
    return _("Arrivée à son terme le %(day)s. La réponse est effacée.", day=day)
