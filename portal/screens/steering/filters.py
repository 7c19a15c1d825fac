"""What the dashboard shows, as it stands in the address. What is unknown falls back to everything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from portal.casework.requests.enums import Channel
from portal.ground import clock

PERIODS: Final = (3, 6, 12, 24)
USUAL: Final = 12
ADDRESS: Final = "/agents/pilotage"


class View(StrEnum):
    """The questions that the dashboard answers, one a page."""

    VOLUMES = "volumes"
    DELAYS = "delais"
    REFUSALS = "refus"
    SATISFACTION = "satisfaction"
    EQUITY = "equite"
    OPEN = "en-cours"


@dataclass(frozen=True, slots=True)
class Filters:
    """One state of the dashboard. ``months``: how many, the present one included."""

    view: View = View.VOLUMES
    months: int = USUAL
    department: str = ""
    procedure: str = ""
    channel: str = ""

    @property
    def since(self) -> date:
        """The first day of the period."""
        return months_before(clock.today().replace(day=1), self.months - 1)

    @property
    def narrowed(self) -> bool:
        """Whether something is left out."""
        return bool(self.department or self.procedure or self.channel)

    def address(self, path: str = ADDRESS, **changes: object) -> str:
        """The address of this state, with some changes."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]  # fields of this class
        pairs = {
            "vue": wanted.view.value if wanted.view is not View.VOLUMES else "",
            "mois": str(wanted.months) if wanted.months != USUAL else "",
            "service": wanted.department,
            "demarche": wanted.procedure,
            "canal": wanted.channel,
        }
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"{path}?{text}" if text else path


def read_filters(arguments: Mapping[str, str], departments: Collection[str], procedures: Collection[str]) -> Filters:
    """The filters asked for in the address, among the departments and the procedures that the reader may see."""
    views, months = {one.value for one in View}, arguments.get("mois", "")
    view, channel = arguments.get("vue", ""), arguments.get("canal", "")
    department, procedure = arguments.get("service", ""), arguments.get("demarche", "")
    return Filters(
        view=View(view) if view in views else View.VOLUMES,
        months=int(months) if months in {str(one) for one in PERIODS} else USUAL,
        department=department if department in departments else "",
        procedure=procedure if procedure in procedures else "",
        channel=channel if channel in {one.value for one in Channel} else "",
    )


def months_before(month: date, number: int) -> date:
    """The first day of the month so many months before."""
    years, place = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, place + 1, 1)
