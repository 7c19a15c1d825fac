"""Plausible answers to any procedure: by concept where the story matters, by type otherwise."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.fields import (
    check_item,
    check_step,
    field_concept,
    field_options,
    is_typed,
    visible_fields,
    visible_steps,
)
from portal.ground.clock import today
from portal.ground.dictionary.concept import ConceptType
from portal.people.accounts.service import AccountView
from portal.seed.inhabitants import CHILDREN

STREETS = (
    "rue des Tanneurs", "quai de l’Iselle", "place du Parvis", "rue du Four-à-Pain", "chemin des Vignes-Hautes",
    "avenue de la Gare", "impasse du Lavoir", "rue Simone-Veil", "montée de la Tour", "allée des Tilleuls",
)  # fmt: skip
TROUBLES = (
    "Le lampadaire devant le numéro 12 est éteint depuis une semaine.",
    "Un trou s’est formé sur la chaussée, les vélos l’évitent de justesse.",
    "Le banc du square est cassé, une latte dépasse.",
    "Les poubelles n’ont pas été ramassées mardi.",
    "L’eau stagne au passage piéton dès qu’il pleut.",
)
# What people add, by procedure: each asks for something else.
COMMENTS = {
    "accompagnement-numerique": (
        "Je ne sais pas comment faire mes papiers en ligne.",
        "Je voudrais de l’aide pour ma déclaration de revenus.",
    ),
    "aide-energie": (
        "J’ai perdu mon emploi en septembre, les indemnités n’ont pas encore commencé.",
        "Nous sommes séparés depuis l’été, je paie le loyer seul.",
    ),
    "inscription-scolaire": (
        "Sa sœur est déjà dans cette école, en CE2.",
        "Je travaille à côté, je peux le déposer à 8 heures.",
    ),
    "place-en-creche": ("Je reprends mon travail en mars.", "Mes horaires changent chaque semaine."),
    "pret-ordinateur": ("Un clavier à grosses touches, si vous en avez un.", "Avec un casque, si possible."),
    "proposer-un-projet": ("Arroser les arbres les deux premiers étés.",),
    "rendez-vous-nouvel-arrivant": ("Nous cherchons un club de judo et un médecin.",),
    "stationnement-demenagement": ("Le camion fait 2,50 mètres de large.",),
}
USUAL_COMMENTS = ("Merci de votre aide.", "Je suis joignable après 17 heures.", "Nous venons d’arriver à Valmont.")
ASSOCIATIONS = ("Les Amis de l’Iselle", "Chorale des Deux-Rives", "Judo-club du Plateau", "Solidarité Tanneurs")
LANGUAGES = ("portugais", "ukrainien", "arabe", "turc", "roumain", "pachto")
PROJECTS = (
    (
        "Des bancs sous les tilleuls",
        "Trois bancs à l’ombre, pour faire une pause en montant.",
    ),
    ("Une boîte à livres au Plateau", "Une boîte fermée, à hauteur d’enfant, devant l’arrêt de bus."),
    ("Un abri à vélos à la gare", "Douze places couvertes, éclairées, pour laisser son vélo la journée."),
    ("Un jardin à l’école des Deux-Rives", "Des bacs hauts, accessibles en fauteuil, et une réserve d’eau de pluie."),
)

Maker = Callable[[AccountView, random.Random], Any]


def _street(_account: AccountView, draw: random.Random) -> str:
    return f"{draw.randrange(1, 60)} {draw.choice(STREETS)}"


def _years_ago(least: int, most: int) -> Maker:
    """A birth date of somebody between these ages."""

    def make(_account: AccountView, draw: random.Random) -> str:
        return (today() - timedelta(days=draw.randrange(least * 365 + 10, most * 365))).isoformat()

    return make


def _plate(_account: AccountView, draw: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTVWXYZ"
    first, last = ("".join(draw.choices(letters, k=2)) for _ in range(2))
    return f"{first}-{draw.randrange(1, 999):03d}-{last}"


BY_CONCEPT: dict[str, Maker] = {
    "person.family_name": lambda account, _draw: account.family_name,
    "person.given_names": lambda account, _draw: account.given_names,
    "person.birthdate": lambda account, _draw: account.birthdate,
    "contact.email": lambda account, _draw: account.email,
    "contact.phone": lambda _account, draw: f"06 39 98 {draw.randrange(10, 99)} {draw.randrange(10, 99)}",
    "address.current.line": _street,
    "address.current.postcode": lambda _account, _draw: "38999",
    "address.current.city": lambda _account, _draw: "Valmont-sur-Iselle",
    "street.location": _street,
    "report.description": lambda _account, draw: draw.choice(TROUBLES),
    "request.comment": lambda _account, draw: draw.choice(USUAL_COMMENTS),
    "household.child.family_name": lambda account, _draw: account.preferred_name or account.family_name,
    "household.child.given_names": lambda _account, draw: draw.choice(CHILDREN)[0],
    "census.youth_family_name": lambda account, _draw: account.preferred_name or account.family_name,
    "census.youth_given_names": lambda _account, draw: draw.choice(CHILDREN)[0],
    "census.youth_birthdate": _years_ago(16, 17),
    "welcome.language": lambda _account, draw: draw.choice(LANGUAGES),
    "vehicle.plate": _plate,
    "energy.amount_due": lambda _account, draw: str(draw.randrange(90, 620)),
    "birth_record.family_name": lambda account, _draw: account.family_name,
    "birth_record.given_names": lambda _account, draw: draw.choice(CHILDREN)[0],
    "birth_record.birthdate": _years_ago(1, 80),
    "association.name": lambda _account, draw: draw.choice(ASSOCIATIONS),
    "association.number": lambda _account, draw: f"W3899{draw.randrange(10_000, 99_999)}",
    "project.name": lambda account, _draw: _project_of(account)[0],
    "project.description": lambda account, _draw: _project_of(account)[1],
    "project.cost": lambda _account, draw: str(draw.randrange(2, 60) * 1_000),
    "guardian.parental_authority": lambda _account, _draw: True,
    "caf.beneficiary_number": lambda _account, draw: str(draw.randrange(1_000_000, 9_999_999)),
    "mobility.pass_number": lambda _account, draw: f"VAL-{draw.randrange(1000, 9999)}-{draw.randrange(1000, 9999)}",
    "move.new_address.line": _street,
    "move.new_address.postcode": lambda _account, _draw: "26998",
    "move.new_address.city": lambda _account, _draw: "Clairval",
    "move.new_address.country": lambda _account, _draw: None,
}
# Where a procedure needs an answer that the concept alone cannot know.
BY_PROCEDURE: dict[tuple[str, str], Maker] = {
    ("inscription-scolaire", "household.child.birthdate"): _years_ago(3, 10),
    ("place-accueil-loisirs", "household.child.birthdate"): _years_ago(3, 11),
    ("place-en-creche", "household.child.birthdate"): _years_ago(0, 3),
    ("proposer-un-projet", "project.guardian_agrees"): lambda _account, _draw: True,
}


def _project_of(account: AccountView) -> tuple[str, str]:
    return PROJECTS[len(account.family_name + account.given_names) % len(PROJECTS)]


def _maker_of(document: ProcedureDocument, field: Field) -> Maker | None:
    if field.concept == "request.comment" and document.slug in COMMENTS:
        return lambda _account, draw: draw.choice(COMMENTS[document.slug])
    return BY_PROCEDURE.get((document.slug, field.concept)) or BY_CONCEPT.get(field.concept)


def _by_type(field: Field, draw: random.Random) -> Any:
    concept = field_concept(field)
    if concept.type in DRAWN:
        return DRAWN[concept.type](field, draw)
    if concept.example:
        return str(concept.example)
    return SIMPLE.get(concept.type, "Précisé par téléphone")


def _choice(field: Field, draw: random.Random) -> str:
    return draw.choice(field_options(field)).code


def _day(field: Field, draw: random.Random) -> str:
    past = field_concept(field).period == "past"
    days = -draw.randrange(200, 2_000) if past else draw.randrange(15, 60)
    return (today() + timedelta(days=days)).isoformat()


def _school_year(_field: Field, _draw: random.Random) -> str:
    return f"{today().year}-{today().year + 1}"


DRAWN: dict[ConceptType, Callable[[Field, random.Random], Any]] = {
    ConceptType.BOOLEAN: lambda _field, draw: draw.random() < 0.6,
    ConceptType.CHOICE: _choice,
    ConceptType.DATE: _day,
    ConceptType.DECLARATION: lambda _field, _draw: True,
    ConceptType.EUROS: lambda _field, draw: str(draw.randrange(250, 1_900)),
    ConceptType.FILES: lambda _field, _draw: None,
    ConceptType.IDENTITY_FILE: lambda _field, _draw: None,
    ConceptType.MONEY: lambda _field, draw: f"{draw.randrange(40, 420)}.{draw.randrange(100):02d}",
    ConceptType.PARTIAL_DATE: _day,
    ConceptType.SCHOOL_YEAR: _school_year,
    ConceptType.SEVERAL: _choice,
}
SIMPLE: dict[ConceptType, str] = {
    ConceptType.EMAIL: "habitant@exemple.example",
    ConceptType.PHONE: "06 39 98 00 00",
    ConceptType.POSTCODE: "38999",
    ConceptType.COMMUNE_CODE: "38999",
    ConceptType.COMMUNE: "Valmont-sur-Iselle (38999)",
    ConceptType.NUMBER: "2",
    ConceptType.ADDRESS: "8 quai de l’Iselle\n38999 Valmont-sur-Iselle",
    ConceptType.SIRET: "73282932000074",
    ConceptType.NIR: "185057800608491",
    ConceptType.COUNTRY_CODE: "99100",
    ConceptType.NAME: "Valmont",
    ConceptType.HOUSEHOLD_MEMBER: "Camille Valmont",
    ConceptType.IBAN: "FR7630006000011234567890189",
}


def _page(
    document: ProcedureDocument, step: Step, given: dict[str, Any], account: AccountView, draw: random.Random
) -> dict[str, Any]:
    """The answers of one page, or about one item of it."""
    values: dict[str, Any] = {}
    for _ in range(3):  # an answer may open another field of the same step
        kept, _errors = check_item(document, step, values, given)
        for field in visible_fields(document, step, {**given, **kept}):
            if field.name not in values and is_typed(field):
                make = _maker_of(document, field)
                values[field.name] = make(account, draw) if make else _by_type(field, draw)
    return values


def answers_for(
    document: ProcedureDocument, account: AccountView, draw: random.Random
) -> list[tuple[str, dict[str, Any]]]:
    """Answers step by step, in the order a person meets them, conditions followed."""
    given: dict[str, Any] = {}
    steps: list[tuple[str, dict[str, Any]]] = []
    for step in document.steps:
        if step not in visible_steps(document, given):
            continue
        values = _page(document, step, given, account, draw)
        if step.repeat:
            values = {step.repeat.name: [values]}
        kept, errors = check_step(document, step, values, given)
        if errors:
            raise ValueError(f"{document.slug}, {step.slug}: {sorted(errors)}")
        given |= kept
        steps.append((step.slug, values))
    return steps
