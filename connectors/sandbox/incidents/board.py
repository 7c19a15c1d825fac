"""What each partner does now: kept over restarts, read at each answer."""

import threading
from dataclasses import dataclass, replace

from connectors.sandbox.incidents.scenarios import OK, PARTNERS, Stage
from connectors.sandbox.store import Store

DEFAULT_DELAY = 12.0
MAX_DELAY = 600.0


class UnknownChoice(Exception):
    """The partner, scenario, delay or rate asked for does not exist; the message is French."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The scenario of one partner. `delay` in seconds; `fail_rate` is a share of answers between 0 and 1."""

    scenario: str = OK
    once: bool = False
    delay: float = DEFAULT_DELAY
    fail_rate: float = 0.0


class Board:
    """The switches of all partners."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._choices = {name: Choice() for name in PARTNERS}
        for row in store.rows("SELECT * FROM incident"):
            if row["partner"] in PARTNERS:
                self._choices[row["partner"]] = Choice(
                    row["scenario"], bool(row["once"]), row["delay"], row["fail_rate"]
                )

    def choice(self, partner: str) -> Choice:
        """What is chosen, without using it up."""
        with self._lock:
            return self._choices[partner]

    def choose(
        self,
        partner: str,
        scenario: str,
        *,
        once: bool = False,
        delay: float | None = None,
        fail_rate: float | None = None,
    ) -> Choice:
        """Choose what a partner does from now on; `once` = for its next concerned answer only.

        Raises:
            UnknownChoice: one of the values does not exist or is out of bounds.

        """
        known = PARTNERS[partner].scenario(scenario) if partner in PARTNERS else None
        if known is None:
            raise UnknownChoice("Ce scénario n’existe pas pour ce partenaire.")
        if delay is not None and not 0 <= delay <= MAX_DELAY:
            raise UnknownChoice("Saisissez un délai entre 0 et 600 secondes, par exemple 12.")
        if fail_rate is not None and not 0 <= fail_rate <= 1:
            raise UnknownChoice("Saisissez une part de réponses perdues entre 0 et 1, par exemple 0.1.")
        with self._lock:
            chosen = replace(self._choices[partner], scenario=known.name, once=once and known.stage is not Stage.NONE)
            if delay is not None:
                chosen = replace(chosen, delay=delay)
            if fail_rate is not None:
                chosen = replace(chosen, fail_rate=fail_rate)
            self._keep(partner, chosen)
            return chosen

    def take(self, partner: str, *stages: Stage) -> str:
        """The scenario to play now at one of these stages, or ``ok``; a scenario chosen once is used up."""
        with self._lock:
            chosen = self._choices[partner]
            known = PARTNERS[partner].scenario(chosen.scenario)
            if known is None or known.stage not in stages:
                return OK
            if chosen.once:
                self._keep(partner, replace(chosen, scenario=OK, once=False))
            return known.name

    def reset(self) -> None:
        """Everybody works again, with the delays and rates of the first day."""
        with self._lock:
            for partner in PARTNERS:
                self._keep(partner, Choice())

    def _keep(self, partner: str, chosen: Choice) -> None:
        self._choices[partner] = chosen
        self._store.run(
            "INSERT INTO incident (partner, scenario, once, delay, fail_rate) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (partner) DO UPDATE SET scenario = excluded.scenario, once = excluded.once,"
            " delay = excluded.delay, fail_rate = excluded.fail_rate",
            (partner, chosen.scenario, int(chosen.once), chosen.delay, chosen.fail_rate),
        )
