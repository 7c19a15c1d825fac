"""What a department may say of a place, a kind or an opening. Pure: facts in, facts in their kept form out."""

import re
from dataclasses import replace
from datetime import time
from typing import Final

from flask_babel import gettext as _

from portal.casework.appointments import policy
from portal.casework.appointments.shapes import KindFacts, PlaceFacts, RuleFacts
from portal.ground.dictionary.service import clean_block, clean_line
from portal.ground.errors import Invalid

MAX_NAME, MAX_ADDRESS, MAX_TEXT, MAX_PHONE, MAX_SLUG, MAX_GROUP = 120, 300, 1_000, 30, 80, 50
# Name, least, most: minutes, people, hours or days. The longest is a workshop of a day.
NUMBERS: Final = (
    ("minutes", policy.TICK_MINUTES, 480),
    ("spare_minutes", 0, 120),
    ("capacity", 1, 100),
    ("notice_hours", 0, 720),
    ("horizon_days", 1, 365),
    ("cancel_hours", 0, 720),
)
DAYS_IN_WEEK: Final = 7
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def checked_place(facts: PlaceFacts) -> PlaceFacts:
    """:raises Invalid: ``name``, ``address``, ``access``, ``directions``, ``phone``."""
    clean = replace(
        facts,
        name=clean_line(facts.name),
        address=clean_line(facts.address),
        access=clean_block(facts.access),
        directions=clean_block(facts.directions),
        phone=clean_line(facts.phone),
    )
    faults = {}
    if not clean.name:
        faults["name"] = _("Écrivez le nom du lieu, par exemple « Maison France Services ».")
    if not clean.address:
        faults["address"] = _("Écrivez l’adresse complète.")
    if not clean.access:
        faults["access"] = _("Dites comment on entre : marches, rampe, ascenseur, boucle magnétique.")
    limits = {"name": MAX_NAME, "address": MAX_ADDRESS, "access": MAX_TEXT, "directions": MAX_TEXT, "phone": MAX_PHONE}
    for name, limit in limits.items():
        if len(getattr(clean, name)) > limit:
            faults[name] = _("Écrivez %(limit)s caractères au plus.", limit=limit)
    if faults:
        raise Invalid(faults)
    return clean


def checked_kind(facts: KindFacts) -> KindFacts:
    """:raises Invalid: ``title``, ``slug``, ``minutes``, ``spare_minutes``, ``capacity``, ``means``, and so on."""
    clean = replace(
        facts,
        slug=clean_line(facts.slug),
        title={language: clean_line(text) for language, text in facts.title.items() if clean_line(text)},
        bring={language: clean_block(text) for language, text in facts.bring.items() if clean_block(text)},
        procedure_slug=clean_line(facts.procedure_slug),
    )
    faults = _text_faults(clean) | _number_faults(clean)
    if not clean.means:
        faults["means"] = _("Choisissez au moins une façon de se rencontrer.")
    if faults:
        raise Invalid(faults)
    return clean


def _text_faults(facts: KindFacts) -> dict[str, str]:
    faults = {}
    if not facts.title.get("fr") or any(len(text) > MAX_NAME for text in facts.title.values()):
        faults["title"] = _("Écrivez le nom du rendez-vous, en %(limit)s caractères au plus.", limit=MAX_NAME)
    if not SLUG.fullmatch(facts.slug) or len(facts.slug) > MAX_SLUG:
        faults["slug"] = _("Écrivez un nom court : des lettres sans accent, des chiffres et des tirets.")
    if any(len(text) > MAX_TEXT for text in facts.bring.values()):
        faults["bring"] = _("Écrivez %(limit)s caractères au plus.", limit=MAX_TEXT)
    return faults


def _number_faults(facts: KindFacts) -> dict[str, str]:
    faults = {
        name: _("Écrivez un nombre entre %(least)s et %(most)s.", least=least, most=most)
        for name, least, most in NUMBERS
        if not least <= getattr(facts, name) <= most
    }
    for name in ("minutes", "spare_minutes"):
        if name not in faults and getattr(facts, name) % policy.TICK_MINUTES:
            faults[name] = _("Écrivez un nombre de minutes qui se divise par cinq.")
    return faults


def checked_rule(facts: RuleFacts) -> RuleFacts:
    """:raises Invalid: ``kinds``, ``weekday``, ``opens``, ``closes``, ``desks``, ``desk_group``, ``valid_until``."""
    clean = replace(facts, desk_group=clean_line(facts.desk_group))
    faults = _hour_faults(clean)
    if not clean.kind_ids:
        faults["kinds"] = _("Choisissez au moins un type de rendez-vous.")
    if not 1 <= clean.desks <= policy.MOST_DESKS:
        faults["desks"] = _("Écrivez un nombre entre %(least)s et %(most)s.", least=1, most=policy.MOST_DESKS)
    # A star begins the desks that the portal gives to sessions of several people.
    if len(clean.desk_group) > MAX_GROUP or clean.desk_group.startswith("*"):
        faults["desk_group"] = _("Écrivez %(limit)s caractères au plus, sans étoile au début.", limit=MAX_GROUP)
    if faults:
        raise Invalid(faults)
    return clean


def _hour_faults(facts: RuleFacts) -> dict[str, str]:
    faults = {
        name: _("Choisissez une heure par pas de cinq minutes.")
        for name in ("opens", "closes")
        if not _is_round(getattr(facts, name))
    }
    if not faults and facts.closes <= facts.opens:
        faults["closes"] = _("L’heure de fin vient après l’heure de début.")
    if not 0 <= facts.weekday < DAYS_IN_WEEK:
        faults["weekday"] = _("Choisissez un jour de la semaine.")
    if facts.valid_until is not None and facts.valid_until < facts.valid_from:
        faults["valid_until"] = _("La date de fin vient après la date de début.")
    return faults


def _is_round(hour: time) -> bool:
    return hour.minute % policy.TICK_MINUTES == 0 and hour.second == hour.microsecond == 0
