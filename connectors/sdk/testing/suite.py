"""Builds the test class of one connector from the rules its capabilities call for."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from connectors.sdk import ConnectorType
from connectors.sdk.testing.delivery import DeliveryRules
from connectors.sdk.testing.doubles import Bench, PartnerDouble
from connectors.sdk.testing.entitlement import EntitlementRules
from connectors.sdk.testing.follow_ups import AmendmentRules, ComplementRules, WithdrawalRules
from connectors.sdk.testing.identity import IdentityRules
from connectors.sdk.testing.places import PlaceRules, VehicleRules
from connectors.sdk.testing.status import StatusRules, WebhookRules

_BY_CAPABILITY: dict[str, type] = {
    "submits": DeliveryRules,
    "sends_messages": DeliveryRules,
    "amends": AmendmentRules,
    "withdraws": WithdrawalRules,
    "complements": ComplementRules,
    "reports_status": StatusRules,
    "receives_webhooks": WebhookRules,
    "checks_entitlement": EntitlementRules,
    "locates_vehicles": VehicleRules,
    "finds_places": PlaceRules,
}


def _rules_of(mixin: type) -> set[str]:
    return {name.removeprefix("test_") for name in vars(mixin) if name.startswith("test_")}


RULES = frozenset().union(*(_rules_of(mixin) for mixin in {IdentityRules, *_BY_CAPABILITY.values()}))


class _Suite:
    """What all rules share: the connector, and a bench per test."""

    kind: ClassVar[ConnectorType]
    package: ClassVar[str]

    @staticmethod
    def open_double() -> PartnerDouble:
        """Replaced by the partner's own."""
        raise NotImplementedError

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        """A double that listens; everything is closed at the end."""
        opened = Bench(self.kind, self.open_double())
        yield opened
        opened.close()


def contract_suite(kind: ConnectorType, *, package: str, open_double: Callable[[], PartnerDouble]) -> type:
    """A base class holding one test per rule. Rules the manifest exempts, with its reason, are left out."""
    called_for = (_BY_CAPABILITY[name] for name in kind.manifest.capabilities)
    mixins = dict.fromkeys([IdentityRules, *called_for])
    exempted: dict[str, Any] = {f"test_{exemption.rule}": None for exemption in kind.manifest.exemptions}
    content = {"kind": kind, "package": package, "open_double": staticmethod(open_double), **exempted}
    return type("ContractSuite", (*mixins, _Suite), content)
