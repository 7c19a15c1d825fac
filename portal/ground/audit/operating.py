"""The words of the operator's commands about the journal, and the seals they keep elsewhere."""

import re
from collections.abc import Iterable

from portal.ground.audit.service import Fault, Finding, KeptSeal, Report
from portal.ground.clock import today

_KEPT = re.compile(r"(?:\S+\s+)?(\d{1,10})\s+([0-9a-f]{64})")

SENTENCES = {
    Fault.ADDED: "a été ajoutée après coup",
    Fault.ALTERED: "a été modifiée ou déplacée",
    Fault.LINE_MISSING: "a été retirée",
    Fault.LINK_MISSING: "a été retirée avec son maillon",
    Fault.REWRITTEN: "ne répond plus au sceau gardé ailleurs : la chaîne a été réécrite",
    Fault.TRUNCATED: "était scellée et ne l’est plus : la fin de la chaîne a été coupée",
}


def read_kept_seals(lines: Iterable[str]) -> list[KeptSeal]:
    """The seals of a file, one a line, as :func:`say_seal` writes them; empty lines are passed over.

    :raises ValueError: a line is not a seal; the French sentence names it.
    """
    seals = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _KEPT.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"La ligne {number} du fichier n’est pas un sceau : attendu « date position empreinte ».")
        seals.append(KeptSeal(int(found[1]), found[2]))
    return seals


def say_seal(seal: KeptSeal) -> str:
    """One line to keep outside of the portal: day, position, hash."""
    return f"{today().isoformat()} {seal.position} {seal.hash}"


def say_report(report: Report) -> str:
    """What the verification found, in one or two sentences."""
    if report.finding is not None:
        return f"{_where(report.finding)} {SENTENCES[report.finding.fault]}. Avant elle, {_count(report.sealed)}."
    waiting = f" En attente de scellement : {report.waiting}." if report.waiting else ""
    end = f" Dernier sceau : {report.head.position} {report.head.hash}." if report.head else ""
    return f"Le journal est intact : {_count(report.sealed)}.{waiting}{end}"


def _where(finding: Finding) -> str:
    place = "" if finding.position is None else f" {finding.position}"
    return f"La ligne{place}{f' ({finding.entry_id})' if finding.entry_id else ''}"


def _count(lines: int) -> str:
    return f"{lines} ligne scellée tient" if lines < 2 else f"{lines} lignes scellées tiennent"
