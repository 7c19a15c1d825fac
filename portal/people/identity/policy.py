"""Rules of sign-in. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from portal.people.identity.enums import Realm

IDLE = {Realm.RESIDENT: timedelta(minutes=30), Realm.AGENT: timedelta(minutes=60)}
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
ATTEMPT_LIFE = timedelta(minutes=10)
ATTEMPT_KEPT = timedelta(days=1)
STASH_LIFE = timedelta(minutes=30)


def is_session_over(realm: Realm, last_seen_at: datetime, expires_at: datetime, at: datetime) -> bool:
    """True past the idle time of the realm or past the absolute end."""
    return at >= expires_at or at - last_seen_at >= IDLE[realm]


def contradicts_level(required: str, given: str, methods: Collection[str]) -> bool:
    """True when two factors are required and announced by the level, while the methods told are of one factor only."""
    return required.endswith("-mfa") and given.endswith("-mfa") and bool(methods) and "mfa" not in methods


def realm_of_path(path: str) -> Realm:
    """The realm whose cookie is read for an address; the other one is not even looked at."""
    inside = any(path == root or path.startswith(f"{root}/") for root in ("/agents", "/connexion/agent"))
    return Realm.AGENT if inside else Realm.RESIDENT


def browser_family(user_agent: str) -> str:
    """The family alone (« Firefox »): enough for a person to recognise a session, too little to follow them."""
    for mark, family in (
        ("Edg", "Edge"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ):
        if mark in user_agent:
            return family
    return ""


def system_family(user_agent: str) -> str:
    """The kind of device, as a code, for the same purpose; no version, no model. Empty when it does not say."""
    for mark, family in (
        ("iPhone", "iphone"),
        ("iPad", "ipad"),
        ("Android", "android"),
        ("CrOS", "chromebook"),
        ("Windows", "windows"),
        ("Macintosh", "mac"),
        ("Linux", "linux"),
        ("X11", "linux"),
    ):
        if mark in user_agent:
            return family
    return ""
