"""The public pages."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.fields import field_concept
from portal.casework.catalogue.service import get_published, list_published
from portal.engine.journey_kit.journeys import current_journeys
from portal.engine.journey_kit.wording import say_reference, say_retention
from portal.engine.retention.service import list_durations
from portal.ground.dictionary.service import Source, clean_line, list_concepts
from portal.ground.errors import NotFound
from portal.ground.web import page, reading_language, settings, unit
from portal.ground.web.access import public
from portal.screens.pages import blank_forms, language, verification, wording

blueprint = Blueprint("pages", __name__)
MAX_SEARCH = 200
MAX_FOUND = 30
SHOWN_AT_HOME = 6


def _trail(here: str) -> list[tuple[str, str | None]]:
    return [(_("Accueil"), "/"), (here, None)]


@blueprint.get("/")
@public
def home() -> Response:
    """One question, the moments of life, the procedures, and somebody to talk to."""
    procedures = list_published(unit(), language=reading_language())
    return page(
        "pages/home.html",
        title=_("Que souhaitez-vous faire ?"),
        journeys=current_journeys(),
        procedures=sorted(procedures, key=lambda one: one.duration_minutes)[:SHOWN_AT_HOME],
        count=len(procedures),
        sandbox=settings().sandbox_url,
    )


@blueprint.get("/demarches")
@public
def procedures() -> Response:
    """Every procedure by theme, those of one theme, or those that answer a search."""
    wanted = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    theme = "" if wanted else request.args.get("theme", "")
    found = list_published(unit(), wanted or None, language=reading_language())
    found = found[:MAX_FOUND] if wanted else [one for one in found if theme in ("", one.theme)]
    if theme and not found:
        raise NotFound("theme_unknown")
    title = _("Toutes les démarches")
    if wanted or theme:
        title = _("Recherche : %(wanted)s", wanted=wanted) if wanted else wording.say_theme(theme)
    return page(
        "pages/procedures.html",
        title=title,
        heading=title,
        wanted=wanted,
        found=found,
        themes=[] if wanted else wording.by_theme(found),
        theme_shown=theme,
        detail="whole" if theme else wording.detail_of(len(found)),
        words=wording,
        trail=_trail(_("Démarches")),
    )


@blueprint.get("/accessibilite")
@public
def accessibility() -> Response:
    """The accessibility statement (loi 2005-102, article 47; arrêté of 20 September 2019)."""
    here = _("Déclaration d’accessibilité")
    return page("pages/accessibility.html", title=here, site=settings().public_url, trail=_trail(here))


@blueprint.get("/donnees-personnelles")
@public
def personal_data() -> Response:
    """What is kept, why and for how long: read from what runs the portal: dictionary, journeys, inventory of tables."""
    here = _("Données personnelles")
    known = [concept for concept in list_concepts() if concept.source_of_truth is Source.FRANCECONNECT]
    theme = request.args.get("theme", "")
    procedures = [one for one in list_published(unit(), language=reading_language()) if theme in ("", one.theme)]
    return page(
        "pages/personal_data.html",
        title=here,
        procedures=procedures,
        themes=wording.by_theme(procedures) if not theme and len(procedures) > wording.WHOLE_AT_MOST else [],
        journeys=[journey for journey in current_journeys() if journey.categories],
        known=known,
        durations=list_durations(),
        words=wording,
        trail=_trail(here),
    )


@blueprint.get("/donnees-personnelles/<slug>")
@public
def procedure_data(slug: str) -> Response:
    """What one procedure asks, on what grounds, who receives it and for how long."""
    procedure = get_published(unit(), slug, language=reading_language())
    above, here = _("Données personnelles"), _("Données de la démarche")
    return page(
        "pages/procedure_data.html",
        title=_("Vos données : %(title)s", title=procedure.title),
        procedure=procedure,
        document=procedure.document,
        field_concept=field_concept,
        say_retention=say_retention,
        say_reference=say_reference,
        trail=[(_("Accueil"), "/"), (above, "/donnees-personnelles"), (here, None)],
    )


@blueprint.get("/mentions-legales")
@public
def legal() -> Response:
    """Who publishes this site, and on what terms (loi 2004-575, article 1-1; CRPA R112-9-2)."""
    here = _("Mentions légales")
    return page("pages/legal.html", title=here, site=settings().public_url, trail=_trail(here))


@blueprint.get("/plan-du-site")
@public
def site_map() -> Response:
    """Every page open to everyone."""
    here = _("Plan du site")
    return page(
        "pages/site_map.html",
        title=here,
        headings=wording.SITE_MAP,
        journeys=current_journeys(),
        procedures=list_published(unit(), language=reading_language()),
        trail=_trail(here),
    )


blank_forms.register(blueprint)
language.register(blueprint)
verification.register(blueprint)
