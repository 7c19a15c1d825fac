"""The journey's part of the sample commune: two moves, one on its way and one that has told nobody yet."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from journeys.moving_house.journey import declaration
from portal.casework.life_events import service as life_events
from portal.ground import clock
from portal.ground.errors import Conflict
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.service import AccountView
from portal.seed.plant import Ground
from portal.seed.post import send_mails

LEAVING, STAYING = 6, 11


def plant(ground: Ground) -> None:
    """Two moves, made through the services; what leaves is left for the worker to send."""
    if ground.count == 0:
        return
    with ground.database.writing() as session:
        _leave(session, ground.residents[LEAVING])
        _stay(session, ground.residents[STAYING])
        send_mails(session)


def _leave(session: Session, account: AccountView) -> None:
    """Away with a child: the school and the network are told, then the date is put off."""
    told, actor = declaration(), _resident(account)
    facts = _facts(account, move_kind="out", move_new_address_postcode="26998", move_new_address_city="Clairval")
    facts |= {"mobility_pass_number": "VAL-3155-0942"}
    event_id = life_events.open_event(session, actor, told, facts, idempotency_key=str(uuid4()))
    child = {
        "household_child_family_name": account.family_name,
        "household_child_given_names": "Beatriz",
        "household_child_birthdate": _day(-365 * 7),
        "guardian_role": "father",
        "guardian_parental_authority": True,
        "school_wished_school": "0389902B",
        "move_other_parent": "agrees",
    }
    changed = life_events.change_entry(session, actor, told, event_id, "1", child, version=1)
    for key in ("ecole-1", "transport"):
        _agree(session, actor, event_id, key, changed.version)
    facts["move_date"] = _day(40)
    life_events.change_facts(session, actor, told, event_id, facts, version=changed.version)


def _stay(session: Session, account: AccountView) -> None:
    """Across the town: only the CAF is concerned, and waits for a consent."""
    facts = _facts(account, move_kind="within", move_new_address_postcode="38999")
    facts |= {"move_new_address_city": "Valmont-sur-Iselle", "caf_beneficiary_number": "7654321"}
    life_events.open_event(session, _resident(account), declaration(), facts, idempotency_key=str(uuid4()))


def _agree(session: Session, actor: Actor, event_id: UUID, key: str, version: int) -> None:
    """Tell an organisation, unless its procedure is closed for want of a connection."""
    with suppress(Conflict), session.begin_nested():
        life_events.consent_and_send(
            session, actor, declaration(), event_id, key, version=version, idempotency_key=str(uuid4())
        )


def _facts(account: AccountView, **where: str) -> dict[str, Any]:
    known: Mapping[str, Any] = {
        "person_family_name": account.family_name,
        "person_given_names": account.given_names,
        "person_birthdate": account.birthdate,
        "contact_email": account.email,
    }
    return {
        **known,
        "move_household": "all",
        "address_current_line": "14 rue des Tanneurs",
        "address_current_postcode": "38999",
        "address_current_city": "Valmont-sur-Iselle",
        "move_new_address_line": "5 chemin des Lavandières",
        "move_date": _day(25),
        "move_address_protected": False,
        **where,
    }


def _day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def _resident(account: AccountView) -> Actor:
    return Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)
