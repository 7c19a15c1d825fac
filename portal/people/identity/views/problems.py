"""When a sign-in does not come to its end: one calm page that says what happened and what can be done."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.ground.audit.service import record
from portal.ground.errors import ParvisError
from portal.ground.logs import get_logger
from portal.ground.permissions import ANONYMOUS
from portal.ground.web import background_unit, page
from portal.people.identity.enums import Realm
from portal.people.identity.errors import SignInFailed
from portal.people.identity.providers import DOORS, NAMES

log = get_logger("identity")


@dataclass(frozen=True, slots=True)
class Words:
    """Title and explanation of a failure; ``%(provider)s`` is replaced."""

    title: Any
    text: Any


STALE = Words(
    _l("Cette connexion n’est plus valable"),
    _l(
        "Plus de dix minutes ont passé, la page a été rechargée, ou elle a été ouverte dans un autre navigateur. "
        "Par sécurité, il faut recommencer : cela prend quelques instants."
    ),
)
UNAVAILABLE = Words(
    _l("%(provider)s ne répond pas pour le moment"),
    _l("Rien n’est perdu sur ce site. Réessayez dans quelques minutes."),
)
BUSY = Words(
    _l("%(provider)s répond lentement en ce moment"),
    _l("Rien n’est perdu. Rechargez cette page dans une minute ; si cela ne suffit pas, recommencez la connexion."),
)
INVALID = Words(
    _l("Nous n’avons pas pu vérifier votre identité"),
    _l(
        "La réponse de %(provider)s n’a pas passé nos contrôles de sécurité, et la connexion s’est arrêtée là. "
        "Vous pouvez réessayer."
    ),
)
TOO_WEAK = Words(
    _l("Il faut une identification plus sûre"),
    _l(
        "Le moyen choisi auprès de %(provider)s n’a pas le niveau de sécurité demandé ici. Recommencez avec un moyen "
        "plus sûr, par exemple avec un deuxième contrôle sur votre téléphone."
    ),
)
INCOMPLETE = Words(
    _l("Votre identité est incomplète"),
    _l("%(provider)s ne nous a transmis aucun nom : nous ne pouvons pas ouvrir votre espace. Contactez-nous."),
)
REFUSED = {
    "agent_unknown": Words(
        _l("Votre accès n’est pas encore ouvert"),
        _l(
            "Votre identification avec ProConnect a réussi, mais aucun accès ne correspond à votre adresse "
            "professionnelle. Demandez à la personne qui administre le portail de l’ouvrir."
        ),
    ),
    "agent_disabled": Words(
        _l("Votre accès est fermé"),
        _l("Votre accès d’agent a été désactivé. Pour le rouvrir, parlez-en à la personne qui administre le portail."),
    ),
    "agent_moved": Words(
        _l("Votre identification a changé"),
        _l(
            "Votre adresse est connue ici, mais avec un autre moyen d’identification. La personne qui administre le "
            "portail trouve votre demande sur votre fiche : dites-lui que c’est bien vous, puis recommencez."
        ),
    ),
    "siret_not_allowed": Words(
        _l("Votre organisation n’a pas accès à cet espace"),
        _l(
            "ProConnect indique une organisation qui n’est ni la collectivité, ni l’un de ses partenaires. Si vous "
            "travaillez pour plusieurs organisations, recommencez et choisissez la bonne. Sinon, demandez à la "
            "personne qui administre le portail d’ajouter la vôtre à la liste des partenaires."
        ),
    ),
}


def words_for(error: ParvisError) -> Words:
    """What to say of a failure."""
    if error.code in REFUSED:
        return REFUSED[error.code]
    if error.code == "provider_busy":
        return BUSY
    if error.code in {"acr_insufficient", "amr_insufficient"}:
        return TOO_WEAK
    if error.code == "identity_incomplete":
        return INCOMPLETE
    if error.status == 503:
        return UNAVAILABLE
    if error.code.startswith(("state_", "attempt_", "browser_")):
        return STALE
    return INVALID


def show_problem(realm: Realm, error: ParvisError, *, suite: str, level: str = "") -> Response:
    """Log, journal, and answer with the page. Neither the log nor the journal holds anything of the person."""
    incident = secrets.token_hex(4)
    detail = error.detail if isinstance(error, SignInFailed) else ""
    log.warning("sign_in_refused", realm=realm.value, code=error.code, incident=incident, error_uri_code=detail)
    with background_unit() as session:
        record(session, ANONYMOUS, "sign_in_refused", details={"realm": realm.value, "code": error.code})
    words = words_for(error)
    name = {"provider": NAMES[realm]}
    title = str(words.title) % name
    response = page(
        "identity/problem.html",
        title=title,
        status=error.status,
        heading=title,
        text=str(words.text) % name,
        incident=incident,
        way=way_to_door(realm, suite, level),
        realm=realm.value,
    )
    if error.status == 503:
        response.headers["Retry-After"] = "60"
    return response


def way_to_door(realm: Realm, suite: str, level: str = "") -> str:
    """The door's address, with the way back and the level to reach."""
    asked = {"suite": suite} | ({"niveau": level} if level else {})
    return f"{DOORS[realm]}?{urlencode(asked)}"


def show_cancelled(realm: Realm, *, suite: str, level: str = "") -> Response:
    """The person turned back at the provider: nothing went wrong."""
    return page(
        "identity/cancelled.html",
        title=str(_l("L’identification est interrompue")),
        provider=NAMES[realm],
        way=way_to_door(realm, suite, level),
        realm=realm.value,
    )
