"""Until when the journey's tables keep what they hold."""

from collections.abc import Mapping
from typing import Final

from portal.engine.retention.shapes import Rule, With

RULES: Final[Mapping[str, Rule]] = {
    "street_report": With("service_request", by="street_report.request_id"),
    "street_voice": With("street_report", by="street_voice.report_id"),
}
