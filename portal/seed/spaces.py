"""The spaces of a few residents: household, addresses, requests with their papers, messages read and unread."""

import hashlib
import random
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.settings import Settings
from portal.people.accounts.service import (
    AccountView,
    ResidentClaims,
    link_resident,
    save_address,
    save_member,
)
from portal.seed.answers import answers_for
from portal.seed.commune import Commune
from portal.seed.families import FAMILIES, QUESTIONED, Asked, Family
from portal.seed.post import RECENT
from portal.seed.story import Story, at_work, resident_of

FRANCE = "99100"
DECLARED = timedelta(days=70)
FIRST_NUMBER = 90_000


def furnish_spaces(settings: Settings, database: Database, commune: Commune, draw: random.Random) -> list[AccountView]:
    """Make each of them, and give them; in the empty sample there is nobody."""
    people = []
    provider, number = settings.resident, FIRST_NUMBER
    for family in FAMILIES:
        with database.writing() as session, clock.frozen(clock.now() - DECLARED):
            sub = subject_of(family.claims, provider.client_id)
            account = link_resident(session, issuer=provider.issuer or "sample", sub=sub, claims=family.claims)
            _declare(session, family, account)
        people.append(account)
        for asked in family.asked:
            number += 1
            with database.writing() as session:
                _ask(session, commune, draw, account, asked, number)
        if family.begun:
            with database.writing() as session:
                _begin(session, account, family.begun, draw)
    return people


def subject_of(claims: ResidentClaims, client_id: str) -> str:
    """The name by which the simulated provider knows somebody: signing in as them opens the account made here."""
    place = claims.birth_place if claims.birth_country == FRANCE else ""
    pivot = (" ".join(claims.given_names), claims.family_name, claims.birthdate, claims.gender)
    known = "|".join((client_id, *pivot, place, claims.birth_country))
    return hashlib.sha256(known.encode()).hexdigest() + "v1"


def _declare(session: Session, family: Family, account: AccountView) -> None:
    who = resident_of(account)
    for relation, facts in family.members:
        save_member(session, who, facts, relation=relation)
    for kind, place in family.addresses:
        save_address(session, who, place, kind=kind)


def _ask(
    session: Session, commune: Commune, draw: random.Random, account: AccountView, asked: Asked, number: int
) -> None:
    """One request and what became of it; both sides have read what is old, but for what still waits for an answer."""
    try:
        procedure = get_published(session, asked.procedure)
    except NotFound:  # its journey is closed here, or needs a connection that is not configured
        return
    story = Story(session, commune, draw, account, procedure, number)
    story.tell(at_work(clock.now() - timedelta(days=asked.days)), fate=asked.fate)
    if story.at < clock.now() - RECENT:
        with clock.frozen(story.at + timedelta(hours=1)):
            requests.get_request(session, story.agent, story.reference, journal=session)
            if asked.fate != QUESTIONED:
                requests.note_messages_read(session, story.resident, story.reference)


def _begin(session: Session, account: AccountView, slug: str, draw: random.Random) -> None:
    """A form that was left after its first page."""
    who = resident_of(account)
    with clock.frozen(clock.now() - timedelta(days=3)):
        procedure = get_published(session, slug)
        draft = requests.start_draft(session, who, procedure)
        step, values = next(iter(answers_for(procedure.document, account, draw)))
        requests.save_step(session, who, draft.id, step=step, answers=values, version=draft.version)
