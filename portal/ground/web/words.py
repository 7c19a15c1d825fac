"""The words of the portal, looked up once for the life of an application.

Babel finds the language of the request again at each text; the portal has two, plain French and its simplified twin,
and a page has a hundred texts.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_babel import Babel, Domain, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


class KeptDomain(Domain):
    """The translations of each language, found at its first text."""

    def __init__(self, language: Callable[[], str]) -> None:
        super().__init__()
        self.language = language
        self.found: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """The same for every request in a language."""
        language = self.language()
        if language not in self.found:
            self.found[language] = super().get_translations()
        return self.found[language]


def set_up_words(app: Flask, language: Callable[[], str]) -> None:
    """Let Babel speak the language of the reader, and remember what templates said and escaped in it."""
    Babel(app, locale_selector=language).domain_instance = KeptDomain(language)
    _set_up_templates(app, language)


def _set_up_templates(app: Flask, language: Callable[[], str]) -> None:
    texts: dict[tuple[str, str], str] = {}
    finished: dict[tuple[str, str], Markup] = {}

    def text_of(message: str) -> str:
        key = (language(), message)
        if key not in texts:
            texts[key] = get_translations().ugettext(message)
        return texts[key]

    @pass_eval_context
    def gettext(context: EvalContext, message: str, /, **variables: Any) -> str:
        if not context.autoescape:
            return text_of(message) % variables
        if variables:
            return Markup(text_of(message)) % variables  # noqa: S704  a text of ours; the variables are escaped
        key = (language(), message)
        if key not in finished:
            finished[key] = Markup(text_of(message)) % {}  # noqa: S704  a text of ours
        return finished[key]

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **variables: Any) -> str:
        said = get_translations().ungettext(one, many, num)
        variables.setdefault("num", num)
        return (Markup(said) if context.autoescape else said) % variables  # noqa: S704  a text of ours

    app.jinja_env.globals.update({"gettext": gettext, "_": gettext, "ngettext": ngettext})
