"""Its part of the sample commune: a poll that is open, one that is over and counted, one without account."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from journeys.participation.enums import Access, Residence
from journeys.participation.jobs import run_urns
from journeys.participation.policy import day_begins
from journeys.participation.service import cast, create_poll, publish_poll
from journeys.participation.shapes import PollView, Question, Terms, Voter
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind
from portal.people.accounts.service import AgentView
from portal.seed.plant import Ground

A_DAY: Final = 40
OPEN_BALLOTS: Final = 57

STREET: Final = (
    Question(
        "Faut-il fermer la rue des Tanneurs aux voitures le dimanche ?",
        ("Oui, toute l’année", "Oui, d’avril à septembre", "Non"),
    ),
    Question("Comment y venez-vous le plus souvent ?", ("À pied", "À vélo", "En voiture")),
)
# How many people gave each answer to the second question, for each answer to the first, « sans avis » first.
CROSSED: Final = ((0, 12, 12, 12), (0, 58, 36, 26), (0, 42, 23, 31), (0, 14, 12, 40))
BALLOTS: Final = sum(map(sum, CROSSED))
COURTYARD: Final = (
    Question("Que planter dans la cour de l’école des Tilleuls ?", ("Des arbres", "Un potager", "Des fleurs")),
    Question("Ouvrir la cour aux familles le mercredi ?", ("Oui", "Oui, l’été seulement", "Non")),
)
SQUARE: Final = (
    Question(
        "Quel nom donner au nouveau square ?", ("Square des Tisserandes", "Square du Bief", "Square Jeanne-Barret")
    ),
)


def plant(ground: Ground) -> None:
    """Make the three polls; the one that is over was answered day after day."""
    if not ground.count:
        return
    today = clock.today()
    _plant_counted(ground)
    _plant_open(
        ground,
        Terms(
            title="La cour de l’école des Tilleuls",
            summary="Les travaux commencent cet été. Votre avis aide à choisir ce qui pousse, et qui en profite.",
            questions=COURTYARD,
            opens_on=today - timedelta(days=3),
            closes_on=today + timedelta(days=18),
            residence=Residence.RESIDENT,
            min_age=16,
            next_step="Le conseil d’école, puis le conseil municipal, lisent les résultats avant de choisir les plans.",
        ),
    )
    _plant_open(
        ground,
        Terms(
            title="Le nom du nouveau square",
            summary="Le square du quai ouvre au printemps. Trois noms sont proposés par les habitants du quartier.",
            questions=SQUARE,
            opens_on=today - timedelta(days=5),
            closes_on=today + timedelta(days=25),
            access=Access.OPEN,
            next_step="Le conseil municipal choisit le nom en séance publique.",
        ),
    )


def _plant_counted(ground: Ground) -> None:
    """Closed since a week: late enough to be counted, early enough for its ballots to be there."""
    today = clock.today()
    terms = Terms(
        title="La rue des Tanneurs le dimanche",
        summary="Les riverains et les commerçants ne sont pas d’accord. La commune veut entendre tout le monde.",
        questions=STREET,
        opens_on=today - timedelta(days=21),
        closes_on=today - timedelta(days=8),
        residence=Residence.RESIDENT_OR_WORKER,
        min_age=16,
        next_step="Le conseil municipal en débat ce mois-ci. La décision et ses raisons seront publiées ici.",
    )
    with clock.frozen(day_begins(terms.opens_on)):
        poll = _make(ground, terms)
    answers = [
        (first, second)
        for first, line in enumerate(CROSSED)
        for second, people in enumerate(line)
        for _person in range(people)
    ]
    ground.draw.shuffle(answers)
    for number, start in enumerate(range(0, BALLOTS, A_DAY)):
        with clock.frozen(poll.opens_at + timedelta(days=number, hours=11)):
            _answer_all(ground, poll, answers[start : start + A_DAY])
    with clock.frozen(poll.closes_at + timedelta(minutes=2)):
        run_urns(ground.database)


def _plant_open(ground: Ground, terms: Terms) -> None:
    with clock.frozen(day_begins(terms.opens_on)):
        poll = _make(ground, terms)
    choices = [[*question.codes][1:] for question in terms.questions]
    answers = [tuple(ground.draw.choice(codes) for codes in choices) for _ballot in range(OPEN_BALLOTS)]
    _answer_all(ground, poll, answers)


def _make(ground: Ground, terms: Terms) -> PollView:
    agent = _actor(ground.commune.agents["s.amrani"])
    with ground.database.writing() as session:
        made = create_poll(session, agent, ground.commune.authority.id, terms)
        return publish_poll(session, agent, made.id)


def _answer_all(ground: Ground, poll: PollView, answers: Sequence[tuple[int, ...]]) -> None:
    with ground.database.writing() as session:
        for one in answers:
            _cast(session, poll.id, one)
    run_urns(ground.database)


def _cast(session: Session, poll_id: UUID, answers: tuple[int, ...]) -> None:
    """A ballot of an inhabitant who is nowhere else in the sample: of a voter, only a mark is kept."""
    somebody = Voter(names=(f"person:{new_id()}",), birthdate="1980-01-01")
    cast(session, poll_id, somebody, answers, concerned=True)


def _actor(agent: AgentView) -> Actor:
    return Actor(ActorKind.AGENT, agent.id, permissions=ROLE_PERMISSIONS[agent.role], label=agent.display_name)
