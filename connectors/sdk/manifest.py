"""What is exchanged with a partner, in a file a data-protection officer reads without Python."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.sdk.errors import ConfigurationError

FollowUp = Literal["amends", "withdraws", "complements"]
Capability = Literal[
    "submits",
    "amends",
    "withdraws",
    "complements",
    "reports_status",
    "receives_webhooks",
    "sends_messages",
    "checks_entitlement",
    "locates_vehicles",
    "finds_places",
]
ConceptId = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)+$")]
Sentence = Annotated[str, Field(min_length=3, max_length=600)]


class Exemption(BaseModel):
    """A rule of the connector contract that cannot apply to this partner, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    reason: Sentence


class Manifest(BaseModel):
    """Identity of a connector. ``data_sent`` is a closed list: no other concept may leave.

    ``data_needed``: what the partner refuses a request without, whatever is asked of it.
    ``concepts_received``: the concepts whose value the partner vouches for, when it is asked about a person.
    ``follow_ups``: what leaves after the request itself, under each of those capabilities. What a person answers in
    words of their own is in no list of concepts: for ``complements``, it must be said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    title: Sentence
    purpose: Sentence
    owner: Sentence
    documentation: Sentence
    tier: Literal["draft", "tested", "production"]
    mode: Literal["api", "hubee", "email", "file_drop", "link", "simulation"]
    capabilities: Annotated[list[Capability], Field(min_length=1)]
    data_sent: list[ConceptId]
    data_needed: list[ConceptId] = []
    data_received: list[Annotated[str, Field(min_length=2, max_length=80)]]
    concepts_received: list[ConceptId] = []
    follow_ups: dict[FollowUp, Sentence] = {}
    legal_basis: Sentence
    retention: Sentence
    exemptions: list[Exemption] = []

    @field_validator("capabilities", "data_sent", "data_needed", "data_received", "concepts_received")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(value) != len(set(value)):
            raise ValueError("each entry once")
        return value

    @model_validator(mode="after")
    def _follow_ups_said(self) -> "Manifest":
        declared = set(self.capabilities)
        if not set(self.follow_ups) <= declared or ("complements" in declared and "complements" not in self.follow_ups):
            raise ValueError("say what leaves for complements, and nothing for what is not a capability")
        return self

    @model_validator(mode="after")
    def _needs_are_sent(self) -> "Manifest":
        if not set(self.data_needed) <= set(self.data_sent):
            raise ValueError("what is needed must be sent")
        return self

    def keep_declared(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a payload that may leave for this partner: declared concepts that hold a value."""
        return {concept: payload[concept] for concept in self.data_sent if payload.get(concept) not in (None, "")}


def load_manifest(package: str) -> Manifest:
    """Read ``manifest.toml`` of a partner's package, for instance ``connectors.partners.school``.

    Raises ConfigurationError ``manifest_invalid`` with the faulty fields, or ``manifest_misnamed`` when the id is not
    the folder's name.
    """
    content = files(package).joinpath("manifest.toml").read_text(encoding="utf-8")
    try:
        manifest = Manifest.model_validate(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("manifest_invalid", fields={"manifest.toml": "syntax"}) from error
    except ValidationError as error:
        faults = {".".join(str(part) for part in fault["loc"]): fault["type"] for fault in error.errors()}
        raise ConfigurationError("manifest_invalid", fields=faults) from error
    if manifest.id != package.rpartition(".")[2]:
        raise ConfigurationError("manifest_misnamed", fields={"id": manifest.id})
    return manifest
