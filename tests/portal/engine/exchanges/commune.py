"""A small commune with one procedure that goes to the school software, and residents who enrol children."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask_babel import Babel

from portal.casework.catalogue.service import ProcedureView, import_procedure, parse_document
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM, Actor, ActorKind
from portal.people.accounts.service import (
    AccountView,
    ResidentClaims,
    create_authority,
    create_department,
    link_resident,
)

SCHOOL = "ecoles"
MAIL = "courriel"


@dataclass(frozen=True, slots=True)
class Commune:
    """What tests stand on."""

    database: Database
    procedure: ProcedureView
    accounts: list[AccountView]

    def submit(self, number: int = 0, *, form: str = "") -> requests.SubmittedView:
        """One enrolment of child ``number``, by one of the residents in turn."""
        account = self.accounts[number % len(self.accounts)]
        resident = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)
        with translations(), self.database.writing() as session:
            draft = requests.start_draft(session, resident, self.procedure)
            for step, answers in enrolment_answers(account, number):
                draft = requests.save_step(
                    session, resident, draft.id, step=step, answers=answers, version=draft.version
                )
            return requests.submit(
                session, resident, draft.id, idempotency_key=form or f"form-{number}", version=draft.version
            )

    def submit_again(self, number: int) -> requests.SubmittedView:
        """Another enrolment of the same child."""
        return self.submit(number, form=f"again-{number}")

    def seen(self, reference: str, number: int = 0) -> requests.RequestView:
        """What the resident sees of their request."""
        account = self.accounts[number % len(self.accounts)]
        resident = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id)
        with translations(), self.database.reading() as session:
            return requests.get_request(session, resident, reference)

    def request_id(self, reference: str, number: int = 0) -> UUID:
        """The key behind a reference."""
        return self.seen(reference, number).id


def translations():
    """An application's context, for texts that are translated."""
    app = Flask("tests")
    Babel(app, locale_selector=lambda: "fr")
    return app.app_context()


def open_commune(database: Database, *, residents: int = 1) -> Commune:
    """Make the commune."""
    text = (Path(__file__).parent / "enrolment.yaml").read_text(encoding="utf-8")
    with translations(), database.writing() as session:
        authority = create_authority(
            session,
            name="Valmont-sur-Iselle",
            siret="21380999900019",
            insee_code="38999",
            reference_prefix="VSI",
            address="2 place du Parvis, 38999 Valmont-sur-Iselle",
            phone="04 65 71 20 10",
            email="mairie@valmont-sur-iselle.example",
            privacy_email="donnees@valmont-sur-iselle.example",
            opening_hours={"fr": "Lundi au vendredi"},
        )
        create_department(
            session,
            local_authority_id=authority.id,
            slug="enfance",
            title={"fr": "Service Enfance"},
            email="enfance@valmont-sur-iselle.example",
            phone="04 65 71 20 21",
        )
        procedure = import_procedure(
            session, parse_document(text), publish=True, actor=SYSTEM, connections=[SCHOOL, MAIL]
        )
        accounts = [
            link_resident(session, issuer="https://id.example", sub=f"s{number}", claims=_claims(number))
            for number in range(residents)
        ]
    return Commune(database, procedure, accounts)


def _claims(number: int) -> ResidentClaims:
    return ResidentClaims(
        family_name=f"ESSAI{_letters(number)}",
        given_names=("Camille",),
        birthdate="1985-04-12",
        gender="female",
        birth_place="38185",
        birth_country="99100",
        email=f"habitant{number}@exemple.example",
    )


def _letters(number: int) -> str:
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))


def enrolment_answers(account: AccountView, number: int) -> list[tuple[str, dict[str, object]]]:
    """Answers step by step; each ``number`` is another child."""
    year = clock.today().year
    return [
        (
            "vous",
            {
                "person_family_name": account.family_name,
                "person_given_names": account.given_names,
                "guardian_role": "mother",
                "contact_email": account.email,
            },
        ),
        (
            "enfant",
            {
                "household_child_family_name": "Essai",
                "household_child_given_names": f"Lou-{_letters(number)}",
                "household_child_birthdate": f"{year - 4}-05-12",
                "address_current_line": "12 rue des Tanneurs",
                "address_current_postcode": "38999",
                "address_current_city": "Valmont-sur-Iselle",
                "school_year": f"{year}-{year + 1}",
                "school_level": "PS",
                "school_enrolment_kind": "first",
                "request_comment": "Merci de votre aide.",
            },
        ),
    ]
