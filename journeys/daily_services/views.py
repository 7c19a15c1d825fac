"""The page of the journey: its procedures, gathered by what people are living; then the pages of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from journeys.daily_services import bikes
from journeys.daily_services.journey import JOURNEY
from journeys.daily_services.reports import telling
from journeys.daily_services.reports import views as public_views
from journeys.daily_services.reports.desk import blueprint as desk_blueprint
from portal.casework.catalogue.journeys import journey_documents
from portal.casework.catalogue.service import ProcedureSummary, list_published
from portal.engine.journey_kit.journeys import unmet_needs
from portal.ground.web import page, reading_language, unit
from portal.ground.web.access import public

blueprint = Blueprint("daily_services", __name__, url_prefix=f"/{JOURNEY.slug}", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Moment:
    """A corner of daily life and the themes of the procedures that belong to it. ``lead`` speaks to the person."""

    slug: str
    title: Any
    lead: Any
    themes: frozenset[str]


MOMENTS: Final[Sequence[Moment]] = (
    Moment(
        "enfants",
        _l("Vos enfants"),
        _l("De la crèche à l’école, le midi et pendant les vacances."),
        frozenset({"enfance"}),
    ),
    Moment(
        "rue",
        _l("Votre rue"),
        _l("Ce qui est cassé, ce qui gêne, et la place du camion."),
        frozenset({"rue"}),
    ),
    Moment(
        "temps-libre",
        _l("Votre temps libre"),
        _l("Lire, jouer, écouter, bouger."),
        frozenset({"culture", "sport"}),
    ),
    Moment(
        "aide",
        _l("Un coup de main"),
        _l("Quelqu’un à côté de vous, un ordinateur prêté, une facture trop lourde."),
        frozenset({"aide", "solidarite"}),
    ),
    Moment(
        "papiers",
        _l("Vos papiers"),
        _l("Un acte, un rendez-vous, une union, et ce que l’on fait à seize ans."),
        frozenset({"papiers"}),
    ),
    Moment(
        "logement",
        _l("Votre logement"),
        _l("Des travaux, un terrain, de gros objets à faire emporter."),
        frozenset({"urbanisme", "dechets"}),
    ),
)


@cache
def own_slugs() -> frozenset[str]:
    """The procedures that this journey brings."""
    return frozenset(str(document["slug"]) for document in journey_documents(JOURNEY))


def by_moment(procedures: Sequence[ProcedureSummary]) -> list[tuple[Moment, list[ProcedureSummary]]]:
    """The open procedures of this journey, moment by moment; a moment without any is left out."""
    own = [one for one in procedures if one.slug in own_slugs()]
    found = [(moment, [one for one in own if one.theme in moment.themes]) for moment in MOMENTS]
    return [(moment, items) for moment, items in found if items]


public_views.register(blueprint)
telling.register(blueprint)


def _with_desk(state: BlueprintSetupState) -> None:
    """The agents' pages stand under their own address, where their session is read."""
    if isinstance(state.app, Flask):
        state.app.register_blueprint(desk_blueprint)


blueprint.record_once(_with_desk)


@blueprint.get("")
@public
def home() -> Response:
    """Daily services on one page."""
    return page(
        "daily_services/home.html",
        title=str(JOURNEY.title),
        journey=JOURNEY,
        missing=unmet_needs(JOURNEY),
        lead=_(
            "Choisissez ce qui vous occupe : chaque démarche dit ce qu’il faut, combien de temps elle prend, "
            "et ce qui se passe ensuite."
        ),
        moments=by_moment(list_published(unit(), language=reading_language())),
        bikes=bikes.is_served(),
        trail=[(_("Accueil"), "/"), (str(JOURNEY.title), None)],
    )


bikes.register(blueprint)
