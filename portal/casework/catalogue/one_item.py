"""The check of one page as one thing: of one item, where a page is asked for each of several. Pure."""

from collections.abc import Mapping
from typing import Any

from portal.casework.catalogue import fields
from portal.casework.catalogue.document import Questionnaire, Step

# A repeated page is checked as a list by ``check_step``; one item of it, by a function of its own where there is one.
_CHECK = getattr(fields, "check_item", fields.check_step)


def check_one(
    document: Questionnaire, step: Step, typed: Mapping[str, Any], answers: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and errors by field name of one page, or of one item of it. ``answers``: those of the other pages."""
    values, errors = _CHECK(document, step, typed, answers)
    return dict(values), dict(errors)
