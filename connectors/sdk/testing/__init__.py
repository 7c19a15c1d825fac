"""The contract every connector passes, run against a fake partner over real sockets.

``class TestSchool(contract_suite(CONNECTOR, package="connectors.partners.school", open_double=SchoolDouble)): ...``
Only a test environment imports this package: it needs pytest.
"""

from connectors.sdk.testing.doubles import Bench, EntitlementDouble, FollowUpDouble, PartnerDouble, StatusDouble
from connectors.sdk.testing.suite import RULES, contract_suite

__all__ = ["RULES", "Bench", "EntitlementDouble", "FollowUpDouble", "PartnerDouble", "StatusDouble", "contract_suite"]
