"""The sample commune for the pages' tests."""

from tests.support.town import angela, app, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]
