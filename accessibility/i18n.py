"""Language, direction and people's words, for templates."""

from markupsafe import Markup

__all__ = ["apart", "direction", "language"]

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def language(locale: str) -> str:
    """The ``lang`` of a page in this locale: ``fr@falc`` (simplified French) is ``fr``, ``pt_BR`` is ``pt-BR``.

    A modifier names a catalogue, not a language: browsers and screen readers refuse ``fr@falc``.

    :raises ValueError: when nothing is left to say.
    """
    code = locale.partition("@")[0].partition(".")[0].replace("_", "-").strip()
    if not code:
        raise ValueError(f"no language in {locale!r}")
    base, _, region = code.partition("-")
    return f"{base.lower()}-{region.upper() if len(region) == 2 else region.title()}" if region else base.lower()


def direction(locale: str) -> str:
    """``rtl`` or ``ltr``, for the ``dir`` attribute."""
    return "rtl" if language(locale).partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def apart(text: str) -> Markup:
    """Somebody's name or reference, set apart so that its direction disturbs nothing around it.

    The mark-up is our constant; the text is escaped into it.
    """
    return Markup("<bdi>{}</bdi>").format(text)
