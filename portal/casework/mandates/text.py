"""The text that a person agrees to, frozen when it is proposed; its hash is what both sides may compare. Pure."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from portal.casework.mandates.enums import Theme
from portal.casework.mandates.policy import TEXT_VERSION
from portal.casework.mandates.wording import say_themes
from portal.ground.web.formats import format_moment


@dataclass(frozen=True, slots=True)
class AgreedText:
    """What is said, word for word. ``simply`` says the same in easy words."""

    version: str
    authority: str
    department: str
    person: str
    themes: tuple[Theme, ...]
    created_at: datetime
    until: datetime
    allowed: tuple[str, ...]
    forbidden: tuple[str, ...]
    rights: tuple[str, ...]
    simply: tuple[str, ...]


def write_text(
    *, authority: str, department: str, person: str, themes: Collection[Theme], created_at: datetime, until: datetime
) -> AgreedText:
    """The text of a mandate."""
    ordered = tuple(theme for theme in Theme if theme in themes)
    day = format_moment(until)
    return AgreedText(
        version=TEXT_VERSION,
        authority=authority,
        department=department,
        person=person,
        themes=ordered,
        created_at=created_at,
        until=until,
        allowed=(
            _(
                "Les agents d’accueil de %(department)s peuvent commencer et finir une démarche, lire une demande "
                "et répondre aux questions, au nom de la personne, dans ces domaines seulement : %(themes)s.",
                department=department,
                themes=say_themes(ordered),
            ),
            _("Le mandat se termine de lui-même : %(day)s.", day=day),
        ),
        forbidden=(
            _("Voter ou donner un avis à la place de la personne."),
            _("Effacer ses demandes ou son compte."),
            _("Changer sa connexion, son adresse électronique ou son téléphone."),
            _("Ouvrir « Mes documents », donner un accord à un organisme."),
            _("Lire ce qui n’est pas dans ces domaines."),
        ),
        rights=(
            _("La personne lit dans « Mon espace » tout ce qui est fait en son nom, et par qui."),
            _("Elle arrête le mandat, ou un domaine, quand elle veut, sans dire pourquoi : tout s’arrête aussitôt."),
        ),
        simply=(
            _("Un agent vous aide : il remplit vos papiers pour vous."),
            _("Il ne peut pas tout faire. Par exemple, il ne vote pas pour vous."),
            _("Vous pouvez dire stop quand vous voulez."),
            _("Après cette date, l’agent ne peut plus rien faire pour vous : %(day)s.", day=day),
        ),
    )


def as_data(text: AgreedText) -> dict[str, Any]:
    """The text as it is sealed."""
    return {
        "version": text.version,
        "authority": text.authority,
        "department": text.department,
        "person": text.person,
        "themes": [theme.value for theme in text.themes],
        "created_at": text.created_at.isoformat(),
        "until": text.until.isoformat(),
        "allowed": list(text.allowed),
        "forbidden": list(text.forbidden),
        "rights": list(text.rights),
        "simply": list(text.simply),
    }


def read_text(data: Mapping[str, Any]) -> AgreedText:
    """What :func:`as_data` gave."""
    return AgreedText(
        version=data["version"],
        authority=data["authority"],
        department=data["department"],
        person=data["person"],
        themes=tuple(Theme(one) for one in data["themes"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        until=datetime.fromisoformat(data["until"]),
        allowed=tuple(data["allowed"]),
        forbidden=tuple(data["forbidden"]),
        rights=tuple(data["rights"]),
        simply=tuple(data["simply"]),
    )


def hash_of(text: AgreedText) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of the text."""
    canonical = json.dumps(as_data(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
