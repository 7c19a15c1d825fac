"""A move in the sample commune: its procedures published, its facts, and what partners do, without a network."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from connectors.sdk import Receipt
from journeys.moving_house.journey import JOURNEY, declaration
from portal.casework.catalogue.journeys import import_journey
from portal.casework.life_events import service as life_events
from portal.casework.life_events.shapes import Changed, EventView, LineView
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict
from portal.ground.permissions import SYSTEM, Actor
from portal.people.accounts.service import AccountView
from portal.records.outbox import service as outbox
from tests.support.town import Town, request_id_of

LANES = {"ecole": "ecoles", "caf": "caf-courrier", "transport": "mobilite"}


def open_procedures(database: Database) -> None:
    """Publish the procedures of a move."""
    with database.writing() as session:
        import_journey(session, JOURNEY, actor=SYSTEM, connections={*LANES.values()})


def in_days(days: int) -> str:
    """A day, counted from today."""
    return (clock.today() + timedelta(days=days)).isoformat()


def facts(**changes: Any) -> dict[str, Any]:
    """What Angela tells."""
    return {
        "person_family_name": "DUBOIS",
        "person_given_names": "Angela Claire Louise",
        "person_birthdate": "1962-08-24",
        "contact_email": "angela@usagers.example",
        "move_household": "all",
        "address_current_line": "38 rue des Tanneurs",
        "address_current_postcode": "38999",
        "address_current_city": "Valmont-sur-Iselle",
        "move_kind": "out",
        "move_new_address_line": "5 chemin des Lavandières",
        "move_new_address_postcode": "26998",
        "move_new_address_city": "Clairval",
        "move_date": in_days(30),
        "move_address_protected": False,
        "caf_beneficiary_number": "1234567",
        "mobility_pass_number": "VAL-2048-7731",
        "mobility_refund_iban": "FR7630006000011234567890189",
        **changes,
    }


def child(given: str = "Nour", **changes: Any) -> dict[str, Any]:
    """One child of hers."""
    return {
        "household_child_family_name": "Dubois",
        "household_child_given_names": given,
        "household_child_birthdate": "2018-05-04",
        "guardian_role": "mother",
        "guardian_parental_authority": True,
        "school_wished_school": "0389902B",
        "move_other_parent": "agrees",
        **changes,
    }


class Move:
    """One move of one person, acted upon through the services, each act in a unit of its own."""

    def __init__(self, database: Database, account: AccountView, *children: Mapping[str, Any], **changes: Any) -> None:
        self.database = database
        self.actor: Actor = Town.resident(account)
        with database.writing() as session:
            self.id = life_events.open_event(
                session, self.actor, declaration(), facts(**changes), idempotency_key=str(uuid4())
            )
        for one in children:
            self.add_child(one)

    def see(self) -> EventView:
        """The move as it is now."""
        with self.database.reading() as session:
            return life_events.read_event(session, self.actor, declaration(), self.id)

    def line(self, key: str) -> LineView:
        """One organisation of it."""
        found = self.see().line(key)
        assert found is not None
        return found

    def add_child(self, told: Mapping[str, Any], slot: str = "") -> Changed:
        """Add a child, or change one."""
        version = self.see().version
        with self.database.writing() as session:
            return life_events.change_entry(
                session, self.actor, declaration(), self.id, slot or str(version), told, version=version
            )

    def agree(self, key: str, *, version: int | None = None, form: str = "") -> str:
        """Agree that an organisation be told; the reference of the request."""
        seen = self.see().version if version is None else version
        with self.database.writing() as session:
            sent = life_events.consent_and_send(
                session, self.actor, declaration(), self.id, key, version=seen, idempotency_key=form or str(uuid4())
            )
        return sent.reference

    def change(self, **changes: Any) -> Changed:
        """Change some facts."""
        view = self.see()
        with self.database.writing() as session:
            return life_events.change_facts(
                session, self.actor, declaration(), self.id, {**view.facts.common, **changes}, version=view.version
            )

    def cancel(self) -> Changed:
        """Give the move up."""
        with self.database.writing() as session:
            return life_events.cancel(session, self.actor, declaration(), self.id)


def deliver(database: Database, lane: str, *, received: bool = True) -> list[str]:
    """The worker hands over everything that waits in a lane; the kinds of what was handed over, in their order."""
    kinds = []
    with database.writing() as session:
        for held in outbox.claim(session, worker="essai", lane=lane, limit=50):
            request_id = UUID(held.payload["request_id"])
            if held.kind == requests.FORWARD_KIND:
                try:
                    requests.forwarding_command(session, request_id, frozenset(), lane)
                except Conflict:  # given up before it left
                    outbox.complete(session, held)
                    continue
                carried = requests.current_amendment(session, request_id)
                receipt = Receipt(external_ref=f"X-{request_id}", raw_status="received", received=received)
                requests.record_delivery(session, request_id, lane, receipt, amendment=carried)
            elif held.kind == requests.AMENDMENT_KIND:
                receipt = Receipt(external_ref=f"X-{request_id}", raw_status="received", received=received)
                requests.record_amendment(session, request_id, lane, int(held.payload["amendment"]), receipt)
            else:
                receipt = Receipt(external_ref=f"X-{request_id}", raw_status="cancelled", received=received)
                requests.record_withdrawal(session, request_id, lane, receipt)
            kinds.append(held.kind)
            outbox.complete(session, held)
    return kinds


def report(database: Database, reference: str, lane: str, status: RequestStatus, update: str = "u-1") -> None:
    """A recipient reports a status."""
    with database.writing() as session:
        requests.apply_status(
            session,
            request_id=request_id_of(database, reference),
            connection=lane,
            update_id=update,
            status=status,
            occurred_at=clock.now(),
            details={},
            actor=SYSTEM,
        )
