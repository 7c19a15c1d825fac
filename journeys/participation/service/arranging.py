"""What agents do with a poll: write it, publish it, close it early. Everything flushes and nothing commits."""

import re
import secrets
import unicodedata
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from journeys.participation import policy
from journeys.participation.enums import Access, Phase, PollState
from journeys.participation.models import Poll
from journeys.participation.sealed_box import KEY_BYTES, new_key_pair
from journeys.participation.service.reading import view_of
from journeys.participation.shapes import PollView, Terms, questions_to_json
from portal.ground.audit.service import record
from portal.ground.clock import now, today
from portal.ground.db import new_id
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, seal

SLUG_LENGTH = 60
SLUG_ATTEMPTS = 4


def create_poll(session: Session, actor: Actor, authority_id: UUID, terms: Terms) -> PollView:
    """A new poll, which nobody sees yet.

    :raises Invalid: the terms do not make a poll.
    :raises Busy: others take the same address again and again.
    """
    agent_id = _manager(actor)
    check_terms(terms)
    for _attempt in range(SLUG_ATTEMPTS):
        row = Poll(id=new_id(), local_authority_id=authority_id, slug=_slug(session, terms.title), created_by=agent_id)
        _write(row, terms)
        try:
            with session.begin_nested():
                session.add(row)
                session.flush()
        except IntegrityError:  # the same title, written at the same moment by somebody else
            continue
        record(session, actor, "poll_created", details={"poll": str(row.id)})
        return view_of(row)
    raise Busy("poll_address_unavailable", retry_after=1)


def change_poll(session: Session, actor: Actor, poll_id: UUID, terms: Terms) -> PollView:
    """Other terms for a poll that nobody sees yet.

    :raises Invalid: the terms do not make a poll.
    :raises Conflict: it is published: those who voted must find what they voted on.
    """
    _manager(actor)
    row = lock_poll(session, poll_id)
    if row.state is not PollState.DRAFT:
        raise Conflict("poll_published")
    check_terms(terms)
    _write(row, terms)
    session.flush()
    record(session, actor, "poll_changed", details={"poll": str(row.id)})
    return view_of(row)


def publish_poll(session: Session, actor: Actor, poll_id: UUID) -> PollView:
    """Let people see it, and make its keys: from now on its questions do not change.

    :raises Conflict: it is published already.
    :raises Invalid: its closing day is past.
    """
    _manager(actor)
    row = lock_poll(session, poll_id)
    if row.state is not PollState.DRAFT:
        raise Conflict("poll_published")
    if row.closes_at <= now():
        raise Invalid({"closes_on": _("Cette date est passée. Choisissez une date de fin à venir.")})
    public, private = new_key_pair()
    row.data_key_id = create_data_key(session)
    row.public_key = public
    row.sealed_private_key = seal(session, row.data_key_id, private, context=private_key_place(row.id))
    marks = secrets.token_bytes(KEY_BYTES)
    row.sealed_mark_key = seal(session, row.data_key_id, marks, context=mark_key_place(row.id))
    row.state, row.published_at = PollState.PUBLISHED, now()
    session.flush()
    record(session, actor, "poll_published", details={"poll": str(row.id)})
    return view_of(row)


def close_early(session: Session, actor: Actor, poll_id: UUID, reason: str) -> PollView:
    """End the vote now. Ballots already cast are counted; the reason is published with the results.

    :raises Invalid: no reason is given, or it is too long.
    :raises Conflict: the poll is not open.
    """
    _manager(actor)
    if not reason.strip():
        raise Invalid({"reason": _("Écrivez pourquoi le sondage se termine plus tôt : les habitants le liront.")})
    if len(reason) > policy.TEXT_LENGTH:
        raise Invalid({"reason": _("Raccourcissez ce motif : %(max)d caractères au plus.", max=policy.TEXT_LENGTH)})
    row = lock_poll(session, poll_id)
    if view_of(row).phase is not Phase.OPEN:
        raise Conflict("poll_not_open")
    row.closes_at, row.early_reason = now(), reason.strip()
    session.flush()
    record(session, actor, "poll_closed_early", details={"poll": str(row.id)})
    return view_of(row)


def _manager(actor: Actor) -> UUID:
    """The agent who manages polls.

    :raises Forbidden: the actor does not.
    """
    if not policy.can_manage(actor) or actor.id is None:
        raise Forbidden("permission")
    return actor.id


def check_terms(terms: Terms) -> None:
    """:raises Invalid: a sentence for each field at fault, named as in the agents' form."""
    wrong: dict[str, str] = {}
    if not terms.title:
        wrong["title"] = _("Écrivez le titre, par exemple « La rue des Tanneurs le dimanche ».")
    if not terms.summary:
        wrong["presentation"] = _("Dites en deux phrases pourquoi vous posez la question.")
    for name, text, longest in (
        ("title", terms.title, policy.TITLE_LENGTH),
        ("presentation", terms.summary, policy.TEXT_LENGTH),
        ("next_step", terms.next_step, policy.TEXT_LENGTH),
    ):
        if len(text) > longest:
            wrong[name] = _("Raccourcissez ce texte : %(max)d caractères au plus.", max=longest)
    wrong |= _wrong_dates(terms) | _wrong_questions(terms)
    if wrong:
        raise Invalid(wrong)


def _wrong_dates(terms: Terms) -> dict[str, str]:
    if terms.closes_on < terms.opens_on:
        return {"closes_on": _("La fin vient avant le début. Choisissez une date de fin plus tardive.")}
    if terms.closes_on < today():
        return {"closes_on": _("Cette date est passée. Choisissez une date de fin à venir.")}
    if terms.closes_on - terms.opens_on > policy.LONGEST:
        return {"closes_on": _("Un sondage dure trois mois au plus. Choisissez une date de fin plus proche.")}
    return {}


def _wrong_questions(terms: Terms) -> dict[str, str]:
    if not terms.questions:
        return {"question_1": _("Écrivez au moins une question.")}
    wrong = {}
    for number, question in enumerate(terms.questions[: policy.MAX_QUESTIONS], start=1):
        if not question.text:
            wrong[f"question_{number}"] = _("Écrivez la question qui va avec ces réponses.")
        if len(question.text) > policy.TITLE_LENGTH:
            wrong[f"question_{number}"] = _(
                "Raccourcissez cette question : %(max)d caractères au plus.", max=policy.TITLE_LENGTH
            )
        sentence = _wrong_choices(question.choices)
        if sentence:
            wrong[f"choices_{number}"] = sentence
    return wrong


def _wrong_choices(choices: tuple[str, ...]) -> str:
    if not policy.MIN_CHOICES <= len(choices) <= policy.MAX_CHOICES:
        return _(
            "Donnez de %(least)d à %(most)d réponses, une par ligne.",
            least=policy.MIN_CHOICES,
            most=policy.MAX_CHOICES,
        )
    if len({choice.casefold() for choice in choices}) < len(choices):
        return _("Deux réponses sont les mêmes. Gardez-en une.")
    if max(map(len, choices)) > policy.CHOICE_LENGTH:
        return _("Raccourcissez les réponses : %(max)d caractères au plus chacune.", max=policy.CHOICE_LENGTH)
    return ""


def lock_poll(session: Session, poll_id: UUID) -> Poll:
    """The row, held until the end of the unit: for the journey's own services.

    :raises NotFound: there is none with this id.
    """
    row = session.scalars(
        select(Poll).where(Poll.id == poll_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("poll_unknown")
    return row


def private_key_place(poll_id: UUID) -> str:
    """Where the key that opens the ballots is sealed for."""
    return f"poll_private_key:{poll_id}"


def mark_key_place(poll_id: UUID) -> str:
    """Where the key that makes the marks is sealed for."""
    return f"poll_mark_key:{poll_id}"


def _write(row: Poll, terms: Terms) -> None:
    row.title, row.summary, row.next_step = terms.title, terms.summary, terms.next_step
    row.questions = questions_to_json(terms.questions)
    row.access, row.residence = terms.access, terms.residence
    row.min_age = None if terms.access is Access.OPEN else terms.min_age
    row.opens_at = policy.day_begins(terms.opens_on)
    row.closes_at = row.announced_closing = policy.day_ends(terms.closes_on)


def _slug(session: Session, title: str) -> str:
    """An address that can be read, not taken by another poll."""
    letters = title.casefold().replace("’", "-").replace("œ", "oe").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-") or "sondage"
    taken = set(session.scalars(select(Poll.slug).where(Poll.slug.startswith(base))))
    return next(slug for slug in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if slug not in taken)
