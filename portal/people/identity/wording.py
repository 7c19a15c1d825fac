"""Devices in plain words, from the coarse codes that a session keeps."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SYSTEMS: Mapping[str, LazyString] = {
    "android": _l("un téléphone ou une tablette Android"),
    "chromebook": _l("un Chromebook"),
    "ipad": _l("un iPad"),
    "iphone": _l("un iPhone"),
    "linux": _l("un ordinateur Linux"),
    "mac": _l("un Mac"),
    "windows": _l("un ordinateur Windows"),
}


def say_device(browser: str, system: str) -> str:
    """« Firefox sur un ordinateur Windows », or as much of it as the browser said."""
    place = SYSTEMS.get(system)
    known = browser or _("Navigateur inconnu")
    return _("%(browser)s sur %(system)s", browser=known, system=place) if place else known
