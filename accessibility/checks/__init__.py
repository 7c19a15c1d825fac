"""What proves a page: rules over its HTML, checks in a browser, validators in batch.

Used by tests only: the rules need the test extra. ``page`` needs no browser; ``browser`` needs Playwright and
Chromium; ``markup`` needs Node.js and Java. Import the last two by name.
"""

from accessibility.checks.findings import Finding
from accessibility.checks.page import check_page

__all__ = ["Finding", "check_page"]
