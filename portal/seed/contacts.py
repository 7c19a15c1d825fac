"""Calls, visits and letters of the sample: to answer, late, answered on each channel, waiting to be posted, joined."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.contacts.service import ContactFacts, ContactView
from portal.casework.openings import service as openings
from portal.casework.openings.enums import IdentityCheck, OpeningEnd, Reason
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import Actor
from portal.seed.commune import Commune
from portal.seed.post import send_mails
from portal.seed.story import agent_of, days_ago

COUNTER: Final = "france-services"
# Only the agents of the counter look for persons.
FINDER: Final = "k.haddad"


@dataclass(frozen=True, slots=True)
class Noted:
    """One of them: so many days ago, for which department, in which words; how to answer, where, and what was answered.

    ``sought``: what the agent typed to find the person, whose file it is noted in. ``replied``: after so many days.
    """

    days: int
    department: str
    medium: Medium
    theme: str
    words: str
    answer_by: AnswerWay
    name: str = ""
    where: str = ""
    sought: str = ""
    replied: tuple[int, str] | None = None


NOTED: Final = (
    Noted(
        24, "voirie", Medium.LETTER, "rue",
        "Demande un passage piéton devant la résidence des Tilleuls. Joint un plan dessiné à la main.",
        AnswerWay.LETTER, "Mme Odette Fictive", "6 allée des Tilleuls, 38999 Valmont-sur-Iselle",
    ),
    Noted(
        19, "dechets", Medium.EMAIL, "dechets",
        "Le bac jaune de son immeuble n’a pas été vidé deux semaines de suite.",
        AnswerWay.EMAIL, "M. Basile Exemple", "basile@usagers.example",
        replied=(2, "Bonjour, le camion n’avait pas pu passer à cause des travaux. Le bac a été vidé hier."),
    ),
    Noted(
        16, "mediatheque", Medium.CALL, "culture",
        "Voudrait savoir si la médiathèque prête des liseuses, et pour combien de temps.",
        AnswerWay.PHONE, "M. Léandre Simulé", "+33639980112",
        replied=(1, "Rappelé : trois semaines, avec la carte. Il passera samedi."),
    ),
    Noted(
        12, "urbanisme", Medium.LETTER, "urbanisme",
        "Signale un chantier voisin sans panneau. Demande si une autorisation a été donnée.",
        AnswerWay.LETTER, "M. et Mme Essai-Duval", "14 montée de la Tour, 38999 Valmont-sur-Iselle",
        replied=(6, "Une déclaration préalable a bien été accordée. Nous avons demandé que le panneau soit posé."),
    ),
    Noted(
        9, "ccas", Medium.VISIT, "solidarite",
        "Cherche une aide pour la facture d’eau. Dossier expliqué et remis sur place.",
        AnswerWay.NONE, "Anonyme",
    ),
    Noted(
        8, COUNTER, Medium.CALL, "arrivee",
        "Demande si son rendez-vous peut avoir lieu au téléphone.",
        AnswerWay.SPACE, sought="Testamarre 1987",
        replied=(1, "Oui : choisissez « par téléphone » en déplaçant le rendez-vous, ou dites-le-nous ici."),
    ),
    Noted(
        5, COUNTER, Medium.VISIT, "aide",
        "Ne retrouve plus l’identifiant de sa caisse de retraite. Aidée sur place, tout est retrouvé.",
        AnswerWay.NONE, sought="De La Tour-D’Essai 1974",
    ),
    Noted(
        4, "etat-civil", Medium.EMAIL, "papiers",
        "Habite à l’étranger et demande comment obtenir une copie d’acte sans compte en ligne.",
        AnswerWay.EMAIL, "Mme Perpétue Fictive-Nord", "perpetue@usagers.example",
    ),
    Noted(
        2, "sports", Medium.CALL, "sport",
        "Veut inscrire sa petite-fille au mercredi sportif et demande s’il reste des places.",
        AnswerWay.PHONE, "Mme Colombe Essai", "+33639980145",
    ),
    Noted(
        1, COUNTER, Medium.CALL, "aide",
        "Voudrait être aidée pour sa demande d’aide à l’énergie : il lui manque un papier.",
        AnswerWay.SPACE, sought="Exempleira 1995",
    ),
)  # fmt: skip


def note_contacts(database: Database, commune: Commune) -> None:
    """Each of them noted by who works there, in one unit; those of somebody who was sought, in their file."""
    with database.writing() as session:
        for number, noted in enumerate(NOTED):
            department_id = commune.departments[noted.department].id
            view = commune.agents[FINDER] if noted.sought else commune.agent_of(department_id, number)
            _live(session, agent_of(view), department_id, noted)


def _live(session: Session, agent: Actor, department_id: UUID, noted: Noted) -> None:
    with clock.frozen(days_ago(noted.days)):
        facts = ContactFacts(
            department_id=department_id,
            medium=noted.medium,
            occurred_on=clock.today(),
            theme=noted.theme,
            words=noted.words,
            answer_by=noted.answer_by,
            name=noted.name,
            where=noted.where,
        )
        if noted.sought:
            kept = _log_in_file(session, agent, facts, noted.sought)
        else:
            kept = contacts.log_contact(session, agent, facts)
    if noted.replied is not None:
        days, words = noted.replied
        with clock.frozen(days_ago(noted.days - days)):
            way = noted.answer_by.value
            contacts.answer_contact(session, agent, kept.id, version=kept.version, way=way, text=words)
            send_mails(session)


def _log_in_file(session: Session, agent: Actor, facts: ContactFacts, sought: str) -> ContactView:
    """In the file of who was found, opened with a reason and an identity document, then closed."""
    found = openings.look_up(session, agent, sought, reason=Reason.CONTACT.value)
    opened = openings.open_person(session, agent, found.id, 1)
    opened = openings.check_identity(session, agent, opened.id, IdentityCheck.DOCUMENT)
    kept = contacts.log_contact(
        session, agent, facts, person_id=opened.person_id, proof=opened.identity_check, opening_id=opened.id
    )
    openings.close_opening(session, agent, opened.id, OpeningEnd.AGENT)
    return kept
