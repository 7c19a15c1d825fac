"""Where a value comes from, in a few words: on a form, on the check page, in the request once sent."""

from datetime import date

from flask_babel import gettext as _

from portal.casework.requests.service import Origin
from portal.engine.prefill.shapes import Prefilled
from portal.ground.dictionary.service import get_concept, has_concept
from portal.ground.web.formats import format_date, format_month
from portal.people.accounts.enums import ValueSource
from portal.people.accounts.service import KnownValue


def mark_of(known: Prefilled | KnownValue) -> str:
    """Where a value known of the person comes from, said to them."""
    day = format_date(known.as_of)
    if known.source is ValueSource.DECLARED:
        return _("Déclaré par vous le %(day)s", day=day)
    if known.source is ValueSource.HOUSEHOLD:
        return _("Votre foyer, déclaré par vous le %(day)s", day=day)
    if known.source is ValueSource.EARLIER_REQUEST:
        return _("Repris de votre demande %(reference)s du %(day)s", reference=known.reference, day=day)
    if isinstance(known, Prefilled) and known.consent is not None:
        who, month = say_source(known.consent.source), say_month(known.consent.period)
        return _("%(who)s, %(month)s, vérifié le %(day)s", who=who, month=month, day=day)
    if known.verified:
        return _("FranceConnect, vérifié")
    return _("Donné par FranceConnect, à vérifier")


def origin_of(known: Prefilled) -> Origin:
    """What is frozen of a value's source with the request that carries it: codes and days."""
    consent = known.consent
    return Origin(
        source=known.source,
        verified=known.verified,
        as_of=known.as_of,
        reference=known.reference,
        who=consent.source if consent else "",
        period=consent.period if consent else "",
    )


def say_origin(origin: Origin) -> str:
    """Where an answer of a request came from, said to whoever reads the request."""
    day = format_date(origin.as_of)
    match origin.source:
        case ValueSource.FRANCECONNECT:
            return _("FranceConnect, vérifié") if origin.verified else _("FranceConnect, non vérifié")
        case ValueSource.FETCHED:
            who, month = say_source(origin.who), say_month(origin.period)
            return _("%(who)s, %(month)s, vérifié le %(day)s", who=who, month=month, day=day)
        case ValueSource.EARLIER_REQUEST:
            return _("repris de la demande %(reference)s du %(day)s", reference=origin.reference, day=day)
        case ValueSource.HOUSEHOLD:
            return _("foyer, déclaré le %(day)s", day=day)
        case ValueSource.DECLARED:
            return _("déclaré le %(day)s", day=day)
        case ValueSource.TYPED:
            return _("saisi")


def say_concept(concept_id: str) -> str:
    """The label of a concept; one that the dictionary no longer has is « une réponse »."""
    return str(get_concept(concept_id).label) if has_concept(concept_id) else _("Une réponse")


def say_concepts(codes: str) -> str:
    """The labels of concepts separated by commas; what the dictionary does not know is left out."""
    known = [one for one in codes.split(",") if has_concept(one)]
    return ", ".join(str(get_concept(one).label).lower() for one in known)


def say_source(code: str) -> str:
    """Who vouches for a fetched value, as people call them; a code that we do not know is shown as it is."""
    return {"CNAF": _("CAF"), "MSA": _("MSA")}.get(code, code)


def say_month(period: str) -> str:
    """« novembre 2026 » for ``2026-11``; anything else is shown as it is."""
    try:
        return format_month(date.fromisoformat(f"{period}-01"))
    except ValueError:
        return period
