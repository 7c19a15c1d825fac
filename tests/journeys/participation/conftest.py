"""The town, where polls are held."""

from tests.support.town import angela, app, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]
