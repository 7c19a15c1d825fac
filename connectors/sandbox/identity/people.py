"""The test people. All of them are made up; any likeness is accidental."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in: what the page shows, what the tokens may say."""

    id: str
    label: str
    note: str
    claims: Mapping[str, Any]
    levels: tuple[str, ...] = ()


def load_residents() -> Mapping[str, Person]:
    """The residents, in the order of the page."""
    return {person.id: person for person in map(_resident, _read("residents.json"))}


def load_agents() -> Mapping[str, Person]:
    """The agents, in the order of the page."""
    return {person.id: person for person in map(_agent, _read("agents.json"))}


def _resident(entry: dict[str, Any]) -> Person:
    claims = dict(entry["claims"])
    given = claims.pop("given_names")
    claims |= {
        "given_name": " ".join(given),
        "given_name_array": given,
        "idp_birthdate": claims["birthdate"],
        "idp_id": "bac-fip-1",
        "amr": ["pwd"],
    }
    return Person(entry["id"], f"{' '.join(given)} {claims['family_name']}", entry["note"], claims)


def _agent(entry: dict[str, Any]) -> Person:
    claims = dict(entry["claims"])
    label = f"{claims['given_name']} {claims['usual_name']}"
    return Person(entry["id"], label, entry["note"], claims, tuple(entry["levels"]))


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found
