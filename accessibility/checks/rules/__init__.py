"""The rules, by what they read. Each takes a document and yields its findings."""

from collections.abc import Callable, Iterator

from accessibility.checks.document import Document
from accessibility.checks.findings import Finding
from accessibility.checks.rules import content, errors, fields, forms, head, links, outline, source, tables

__all__ = ["RULES"]

Rule = Callable[[Document], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    *source.RULES,
    *head.RULES,
    *outline.RULES,
    *links.RULES,
    *content.RULES,
    *tables.RULES,
    *fields.RULES,
    *forms.RULES,
    *errors.RULES,
)
