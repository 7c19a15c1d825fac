"""What a procedure promises, in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.document import AcknowledgementRule, LegalReference, ProcedureDocument
from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.fields import asks_files, field_hint, field_name_for_errors
from portal.casework.delays.service import Delays
from portal.casework.receipts.wording import say_delay
from portal.ground.web import reading_language

AUDIENCES: Mapping[str, LazyString] = {
    "person": _l("les particuliers"),
    "association": _l("les associations"),
    "company": _l("les entreprises"),
}

WAYS: Mapping[str, LazyString] = {
    "counter": _l("Au guichet"),
    "phone": _l("Par téléphone"),
    "mail": _l("Par courrier"),
    "help": _l("Avec quelqu’un"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A supporting document that a procedure asks for, and when it is due."""

    label: str
    hint: str
    due: str


def evidence_of(document: ProcedureDocument) -> list[Evidence]:
    """The supporting documents asked, from the questions that take files."""
    return [
        Evidence(
            field_name_for_errors(field),
            field_hint(field, reading_language()) or "",
            _say_due(required=field.required, always=field.when is None and step.when is None),
        )
        for step, field in document.fields()
        if asks_files(field)
    ]


def _say_due(*, required: bool, always: bool) -> str:
    if not always:
        return _("seulement dans certains cas : le formulaire vous le dira")
    return _("à joindre à la demande") if required else _("à joindre, ou à apporter plus tard")


def say_euros(amount: Decimal) -> str:
    """« gratuit », « 12 € », « 2,50 € »."""
    if not amount:
        return _("gratuit")
    pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    return _("%(amount)s €", amount=format_decimal(amount, format=pattern, locale="fr"))


def say_reference(reference: LegalReference) -> str:
    """« Code civil, articles 34 et 101-1 »."""
    if not reference.articles:
        return reference.text
    *first, last = reference.articles
    listed = _("%(first)s et %(last)s", first=", ".join(first), last=last) if first else last
    return ngettext(
        "%(text)s, article %(listed)s",
        "%(text)s, articles %(listed)s",
        len(reference.articles),
        text=reference.text,
        listed=listed,
    )


def say_audience(codes: Iterable[str]) -> str:
    """« Pour les particuliers, les associations »."""
    return _("Pour %(who)s", who=", ".join(str(AUDIENCES[code]) for code in codes))


def say_delays(delays: Delays) -> str:
    """What was measured on the requests of a year; the time when people were awaited does not count."""
    half = ngettext("%(num)d jour", "%(num)d jours", delays.median_days)
    most = ngettext("%(num)d jour", "%(num)d jours", delays.p90_days)
    return _(
        "Une demande sur deux a eu sa réponse en %(half)s, et neuf sur dix en %(most)s. Le temps où nous attendions la "
        "personne ne compte pas.",
        half=half,
        most=most,
    )


def say_retention(days: int) -> str:
    """« 2 ans », « 6 mois », « 45 jours » : the largest unit that is exact enough."""
    if days % 365 == 0:
        return ngettext("%(num)d an", "%(num)d ans", days // 365)
    if days % 30 == 0:
        return _("%(count)d mois", count=days // 30)
    return ngettext("%(num)d jour", "%(num)d jours", days)


def say_silence(rule: AcknowledgementRule) -> str:
    """What no answer means, and after how long (CRPA L231-1, L231-4)."""
    if rule.delay is not None and rule.regime is Regime.ACCEPTANCE:
        return _(
            "Sans réponse de notre part %(delay)s après l’envoi d’un dossier complet, votre demande est acceptée.",
            delay=say_delay(rule.delay),
        )
    if rule.delay is not None and rule.regime is Regime.REJECTION:
        return _(
            "Sans réponse de notre part %(delay)s après l’envoi d’un dossier complet, votre demande est refusée. "
            "Vous pouvez alors contester : l’accusé de réception vous dit comment.",
            delay=say_delay(rule.delay),
        )
    if rule.exemption:
        return rule.exemption.get(reading_language())
    return _("L’absence de réponse ne vaut ni accord ni refus.")
