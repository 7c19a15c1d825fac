"""Everything that makes, proves and declares accessibility. Knows no request, no database, no resident."""

from pathlib import Path

from jinja2 import BaseLoader, FileSystemLoader, PrefixLoader

__all__ = ["components_loader"]

COMPONENTS = Path(__file__).resolve().parent / "components"


def components_loader() -> BaseLoader:
    """A loader for the macros: templates import them as ``components/<file>.html``."""
    return PrefixLoader({"components": FileSystemLoader(str(COMPONENTS))})
