"""Turns an attempt to reach a partner into the three points of a check."""

from collections.abc import Callable

from connectors.sdk.errors import ConfigurationError, ConnectorError, RetryableError
from connectors.sdk.values import CheckReport

CREDENTIALS_REFUSED = "credentials_refused"


def report_check(probe: Callable[[], object]) -> CheckReport:
    """Run ``probe``, which must have no effect at the partner's, and say what worked."""
    try:
        probe()
    except ConfigurationError as error:
        if error.code == CREDENTIALS_REFUSED:
            return CheckReport(False, True, True, False, error.code)
        return CheckReport(False, False, None, None, error.code)
    except RetryableError as error:
        return CheckReport(False, True, False, None, error.code)
    except ConnectorError as error:
        return CheckReport(False, False, True, None, error.code)
    return CheckReport(True, True, True, True, "ok")
