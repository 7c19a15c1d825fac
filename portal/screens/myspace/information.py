"""« Mes informations » : what is known of the person, and what is offered in forms and can be refused."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.engine.prefill.service import Offer, identity_facts, proposals_of, say_concept
from portal.engine.prefill.service import mark_of as mark_of_value
from portal.ground.dictionary.service import display, get_concept, has_concept
from portal.ground.errors import Invalid
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.service import KnownValue, accept_declined, decline_value
from portal.screens.myspace.blueprint import blueprint

SHOWN = 20
Trail = list[tuple[str, str | None]]


def trail_to(here: str) -> Trail:
    """The way to a page of « Mon espace »."""
    return [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (here, None)]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that forms would offer: ``digest`` names it without saying it."""

    topic: str
    label: str
    text: str
    mark: str
    digest: str


@blueprint.get("/mon-espace/informations")
@resident_only
def information() -> Response:
    """Identity and contacts, each with where it comes from."""
    return page(
        "myspace/information.html",
        title=_("Mes informations"),
        service=_("Mon espace"),
        known=identity_facts(unit(), actor()),
        trail=trail_to(_("Mes informations")),
    )


@blueprint.get("/mon-espace/propositions")
@resident_only
def proposals() -> Response:
    """What earlier requests would fill in the next forms."""
    return _show(changed=request.args.get("change", ""))


def _show(*, changed: str = "", full: str = "", status: int = 200) -> Response:
    offers, declared = proposals_of(unit(), actor())
    return page(
        "myspace/proposals.html",
        title=_("Ce qui vous est proposé"),
        status=status,
        service=_("Mon espace"),
        proposals=[_told(one) for one in offers[:SHOWN]],
        declined=len(declared.declined),
        changed=changed,
        full=full,
        trail=trail_to(_("Ce qui vous est proposé")),
    )


def _told(offer: Offer) -> Proposal:
    label = {"address.current": _("Votre adresse"), "household.child": _("Un enfant")}.get(offer.topic)
    texts = [
        display(get_concept(concept), value) if has_concept(concept) else value
        for concept, value in offer.values.items()
    ]
    known = KnownValue("", offer.source, verified=False, as_of=offer.as_of, reference=offer.reference)
    return Proposal(
        offer.topic, label or say_concept(offer.topic), ", ".join(texts), mark_of_value(known), offer.digest
    )


@blueprint.post("/mon-espace/propositions")
@resident_only
def change_proposals() -> Response:
    """Refuse one value, named by its fingerprint among the person's own; or have all of them offered again."""
    if request.form.get("tout"):
        accept_declined(unit(), actor())
        return redirect_to("myspace.proposals", change="tout")
    topic, digest = request.form.get("sujet", ""), request.form.get("valeur", "")
    offers, _declared = proposals_of(unit(), actor())
    offer = next((one for one in offers if (one.topic, one.digest) == (topic, digest)), None)
    if offer is None:
        return redirect_to("myspace.proposals")
    try:
        decline_value(unit(), actor(), offer.topic, offer.told)
    except Invalid as refused:
        undo()
        return _show(full=refused.fields["valeur"], status=422)
    return redirect_to("myspace.proposals", change="une")
