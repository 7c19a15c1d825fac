"""What a check reports."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Finding", "tell"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of one page.

    ``rule``: short stable name. ``criteria``: RGAA 4.1.2 numbers, empty for a rule of the house. ``message``: what is
    wrong and where to look. ``where``: the element, shortened, or a selector.
    """

    rule: str
    message: str
    where: str = ""
    criteria: tuple[str, ...] = ()

    def __str__(self) -> str:
        number = f" ({', '.join(self.criteria)})" if self.criteria else ""
        place = f" : {self.where}" if self.where else ""
        return f"{self.rule}{number}: {self.message}{place}"


def tell(findings: Iterable[Finding]) -> str:
    """One finding a line, for the message of an assertion."""
    return "\n".join(f"- {finding}" for finding in findings)
