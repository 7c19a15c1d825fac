"""``data_needed`` of the manifests: what a partner refuses a request without, neither more nor less."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.partners.mobility.mapping import to_closure
from connectors.partners.school.mapping import to_deregistration, to_enrolment
from connectors.sdk import PermanentError
from connectors.sdk.discovery import discover_connectors
from connectors.sdk.manifest import Manifest
from tests.connectors.samples import MOBILITY, SCHOOL

Body = Callable[[str, Mapping[str, Any]], dict[str, Any]]
BODIES: dict[str, tuple[dict[str, Any], tuple[Body, ...]]] = {
    "school": (SCHOOL, (to_enrolment, to_deregistration)),
    "mobility": (MOBILITY, (to_closure,)),
}


def is_refused(body: Body, payload: Mapping[str, Any]) -> bool:
    try:
        body("VSI-7F3K-2M", payload)
    except PermanentError:
        return True
    return False


@pytest.mark.parametrize("name", BODIES)
def test_what_is_needed_is_what_is_refused_without(name: str) -> None:
    sample, bodies = BODIES[name]
    manifest = discover_connectors()[name].manifest
    refused = {
        concept
        for concept in manifest.data_sent
        if all(is_refused(body, {key: value for key, value in sample.items() if key != concept}) for body in bodies)
    }
    assert refused == set(manifest.data_needed)
    assert not any(is_refused(body, sample) for body in bodies)


def test_what_is_needed_must_be_sent() -> None:
    known = discover_connectors()["demo"].manifest
    with pytest.raises(ValidationError):
        Manifest.model_validate(known.model_dump() | {"data_needed": ["person.birthdate"]})
