"""« Touches » : every key of the agents' pages, and the switch that turns them off."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground import web
from portal.ground.web.access import agent_only


def shortcuts() -> Response:
    """What each key does, where; nothing needs them."""
    return web.page("backoffice/shortcuts.html", title=_("Touches du clavier"), service=_("Agents"), groups=_groups())


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            _("Partout"),
            [("?", _("lire cette page")), ("g", _("ouvrir la liste des demandes"))],
        ),
        (
            _("Dans la liste"),
            [
                ("/", _("chercher un nom ou une référence")),
                ("j", _("demande suivante")),
                ("k", _("demande précédente")),
            ],
        ),
        (
            _("Dans une demande"),
            [
                ("r", _("répondre à la personne")),
                ("n", _("écrire une note interne")),
                ("m", _("choisir un modèle de texte")),
            ],
        ),
    ]


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    blueprint.get("/touches", endpoint="shortcuts")(agent_only(None)(shortcuts))
