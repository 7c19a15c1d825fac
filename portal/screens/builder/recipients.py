"""« Destinataires » : what each partner receives, on what legal basis, and what it does not."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.disclosure import disclosures_of, lookups_of
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.reviewing import find_edited, partners, show


@blueprint.get("/<slug>/destinataires")
@may_edit
def recipients(slug: str) -> Response:
    """Read from the declarations of the connections: nothing else than what they list may leave."""
    edited, known = find_edited(slug), partners()
    document = edited.latest.document
    return show(
        "recipients.html",
        edited,
        "destinataires",
        title=_("Destinataires"),
        document=document,
        disclosures=disclosures_of(document, known),
        lookups=lookups_of(document, known),
    )
