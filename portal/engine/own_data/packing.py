"""A copy as one file: JSON for machines, a page for people, and the documents. See ``docs/copie-des-donnees.md``."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from flask_babel import gettext
from jinja2 import Environment, PackageLoader, StrictUndefined

from portal.engine.own_data.shapes import Chapter

FORMAT: Final = 1
DATA: Final = "donnees.json"
PAGE: Final = "lisez-moi.html"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("portal", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals.update(_=gettext, gettext=gettext)
    return environment


def pack(chapters: Sequence[Chapter], *, made_at: datetime, authority: str, made_on: str) -> bytes:
    """The ZIP. Every value is data: nothing in it is read as a template or as markup.

    :param made_on: the instant as people say it.
    """
    whole = {"format": FORMAT, "made_at": made_at.isoformat(), "authority": authority}
    whole |= {chapter.key: chapter.data for chapter in chapters}
    page = (
        _templates().get_template("own_data/copy.html").render(chapters=chapters, authority=authority, made_on=made_on)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, page)
        archive.writestr(DATA, json.dumps(whole, ensure_ascii=False, indent=2))
        for chapter in chapters:
            for path, content in chapter.files.items():
                archive.writestr(path, content)
    return packed.getvalue()
