"""What agents of the sample write to each other and keep for themselves: notes, opinions, a transfer, views, a rule."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.casework.requests.policy import OPEN
from portal.casework.requests.service import RequestSummary
from portal.casework.routing import service as routing
from portal.casework.worklists import service as worklists
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.seed.commune import Commune
from portal.seed.post import send_mails
from portal.seed.story import agent_of, at_work

HEAD: Final = "s.amrani"
NEXT_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Between:
    """What an agent does with their oldest open request of a procedure: a note; or a question to another department.

    ``answered``: by whom, and in which words.
    """

    agent: str
    procedure: str
    words: str
    asks: str = ""
    answered: tuple[str, str] | None = None


BETWEEN: Final = (
    Between("m.yildiz", "carte-mediatheque", "Carte déjà demandée l’an dernier, à une autre adresse : à vérifier."),
    Between("t.kowalski", "aide-energie", "A appelé ce matin. Préfère qu’on la rappelle après 17 h."),
    Between("h.rasoa", "livret-de-famille", "L’acte est dans le registre de 1987, volume 2 : copie à signer."),
    Between("p.mendes", "enlevement-encombrants", "Tournée du jeudi complète : proposer la semaine suivante."),
    Between("c.legoff", "place-accueil-loisirs", "Fratrie déjà inscrite le mercredi, d’après la famille."),
    Between("n.belkacem", "occupation-salle-association", "La salle est libre ce jour-là : gardée pour 48 heures."),
    Between("j.ferrand", "declaration-prealable", "Plan de masse à relire avec l’architecte-conseil, lundi."),
    Between(
        "t.kowalski", "portage-repas", "Cette personne est-elle déjà suivie chez vous ?", asks="france-services",
    ),
    Between(
        "n.belkacem", "occupation-salle-association", "Peut-on stationner devant la halle ce samedi ?", asks="voirie",
        answered=("j.ferrand", "Oui, jusqu’à 20 h : la rue n’est barrée qu’à partir du lendemain."),
    ),
    Between("j.ferrand", "terrasse", "La terrasse gêne-t-elle le passage des bennes le mardi ?", asks="dechets"),
    Between(
        "h.rasoa", "attestation-accueil", "L’enfant est-il inscrit à l’école sous ce nom ?", asks="enfance",
        answered=("c.legoff", "Oui, sous ce nom et à cette adresse depuis la rentrée."),
    ),
    Between("c.legoff", "place-accueil-loisirs", "Le quartier a-t-il un arrêt pour le car du matin ?", asks="voirie"),
)  # fmt: skip
# From whom, of which procedure, to which department, why.
TRANSFER: Final = (
    "t.kowalski",
    "aide-energie",
    "france-services",
    "La Maison France Services monte ce dossier avec vous : elle vous appelle cette semaine.",
)
# By whom, for which department (for oneself without one), name, filters.
VIEWS: Final = (
    ("s.amrani", "", "Reçues au guichet", "canal=counter"),
    ("s.amrani", "", "En retard, sans agent", "vue=retard&agent=personne"),
    ("k.haddad", "", "Reçues au téléphone", "canal=phone"),
    ("m.yildiz", "", "Mes cartes", "vue=miennes&demarche=carte-mediatheque"),
    ("t.kowalski", "", "J’attends une réponse", "vue=attente"),
    ("s.amrani", "voirie", "Stationnement pour un déménagement", "demarche=stationnement-demenagement"),
    ("s.amrani", "france-services", "Remplies avec un agent", "aide=oui"),
    ("s.amrani", "mediatheque", "Sans agent", "vue=sans-agent"),
)
# Procedure, name of the rule, agents who take turns.
RULE: Final = ("enlevement-encombrants", "Tournées de la semaine", ("p.mendes",))


def keep_office(database: Database, commune: Commune) -> None:
    """All of it, in one unit: what agents do with a request follows the last thing that happened to it."""
    with database.writing() as session:
        for number, between in enumerate(BETWEEN):
            _tell(session, commune, between, f"sample-{number}")
        _transfer(session, commune)
        _save_views(session, commune)
        _share_out(session, commune)


def _open_request(session: Session, agent: Actor, slug: str, *, newest: bool = False) -> RequestSummary | None:
    """An open request of a procedure that this agent may act on: the oldest, or the newest."""
    found = [one for one in requests.list_requests(session, agent) if one.status in OPEN and one.procedure_slug == slug]
    found.sort(key=lambda one: (one.submitted_at, one.reference), reverse=newest)
    return found[0] if found else None


def _tell(session: Session, commune: Commune, between: Between, key: str) -> None:
    agent = agent_of(commune.agents[between.agent])
    request = _open_request(session, agent, between.procedure)
    if request is None:
        return
    with clock.frozen(min(at_work(request.updated_at + NEXT_DAY), clock.now())):
        if not between.asks:
            requests.write_note(session, agent, request.reference, between.words, idempotency_key=key)
            return
        asked = commune.departments[between.asks].id
        opinion_id = requests.ask_opinion(session, agent, request.reference, asked, between.words, idempotency_key=key)
        send_mails(session)
    if between.answered is not None:
        login, words = between.answered
        requests.answer_opinion(session, agent_of(commune.agents[login]), opinion_id, words)
        send_mails(session)


def _transfer(session: Session, commune: Commune) -> None:
    login, slug, to, reason = TRANSFER
    agent = agent_of(commune.agents[login])
    request = _open_request(session, agent, slug, newest=True)
    if request is not None:
        department = commune.departments[to].id
        requests.transfer(session, agent, request.reference, department, reason, idempotency_key="sample-transfer")
        send_mails(session)


def _save_views(session: Session, commune: Commune) -> None:
    for login, slug, name, query in VIEWS:
        department_id = commune.departments[slug].id if slug else None
        worklists.save_view(session, agent_of(commune.agents[login]), name, query, department_id=department_id)


def _share_out(session: Session, commune: Commune) -> None:
    slug, name, logins = RULE
    try:
        procedure = get_published(session, slug)
    except NotFound:  # its journey is closed here
        return
    team = tuple(commune.agents[login].id for login in logins)
    head = agent_of(commune.agents[HEAD])
    routing.write_rule(session, head, procedure.department_id, routing.RuleDraft(procedure.id, name, team))
