"""The words of the dashboard and of the public page, by code."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.figures.service import AGES, STEPS, Gap, Hidden, Shown
from portal.casework.requests.enums import Channel
from portal.ground.web.formats import format_month
from portal.screens.steering.filters import View

CHANNELS: Mapping[Channel, LazyString] = {
    Channel.WEB: _l("En ligne"),
    Channel.COUNTER: _l("Au guichet"),
    Channel.PHONE: _l("Par téléphone"),
    Channel.MAIL: _l("Par courrier"),
    Channel.EMAIL: _l("Par courriel"),
    Channel.API: _l("Par un autre logiciel"),
}
VIEWS: Mapping[View, LazyString] = {
    View.VOLUMES: _l("Volumes"),
    View.DELAYS: _l("Délais"),
    View.REFUSALS: _l("Refus"),
    View.SATISFACTION: _l("Satisfaction"),
    View.EQUITY: _l("Égalité d’accès"),
    View.OPEN: _l("En cours et retards"),
}
GAPS: Mapping[Gap, LazyString] = {
    Gap.SUCCESS: _l("Les personnes aidées par un agent obtiennent moins souvent un accord que les autres."),
    Gap.REFUSAL: _l("Les personnes aidées par un agent reçoivent plus souvent un refus que les autres."),
    Gap.DELAY: _l("Les personnes aidées par un agent attendent plus longtemps que les autres."),
}
HIDDEN: Mapping[Hidden, LazyString] = {Hidden.FEW: _l("moins de 5"), Hidden.OTHER: _l("masqué")}
NO_SHARE = _l("non affiché")


def say_number(number: Shown) -> str:
    """A count, or why it is not shown."""
    return str(HIDDEN[number]) if isinstance(number, Hidden) else str(number)


def say_share(share: int | None) -> str:
    """« 12 % »."""
    return str(NO_SHARE) if share is None else f"{share}\xa0%"


def say_days(days: int | None) -> str:
    """« 12 jours »; what is beyond the longest step is not told exactly."""
    if days is None:
        return _("trop peu de cas")
    if days > STEPS[-1]:
        return _("plus de %(days)d jours", days=STEPS[-1])
    return ngettext("%(num)d jour", "%(num)d jours", days)


def say_helped(*, assisted: bool) -> str:
    """The two kinds of persons compared."""
    return _("Avec l’aide d’un agent") if assisted else _("Sans aide")


def say_channel(code: str) -> str:
    """The name of a channel."""
    return str(CHANNELS[Channel(code)])


def say_ages() -> list[str]:
    """How long open requests have waited, in the order of their numbers."""
    week, month, two, four = AGES
    return [
        _("Depuis %(days)d jours au plus", days=week),
        _("De %(least)d à %(most)d jours", least=week + 1, most=month),
        _("De %(least)d à %(most)d jours", least=month + 1, most=two),
        _("De %(least)d à %(most)d jours", least=two + 1, most=four),
        _("Depuis plus de %(days)d jours", days=four),
    ]


def say_months(months: list[date]) -> str:
    """« mars 2026 », « mars 2026 à mai 2026 »."""
    first, last = format_month(months[0]), format_month(months[-1])
    return first if first == last else _("%(first)s à %(last)s", first=first, last=last)
