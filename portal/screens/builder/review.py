"""« Relecture » : what a careful colleague would say of a procedure before it is published."""

from collections import Counter
from collections.abc import Mapping

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.casework.catalogue import checking
from portal.casework.catalogue.checking import Remark, Rule
from portal.casework.catalogue.publishing.service import Edited
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.kinds import known_kinds
from portal.screens.builder.reviewing import as_text, fetchable, find_edited, partners, repair_address, show

GROUPS: Mapping[Rule, LazyString] = {
    Rule.REFUSED: _l("À corriger avant de publier"),
    Rule.KNOWN: _l("Demandé alors que c’est connu"),
    Rule.SENSITIVE: _l("Données protégées"),
    Rule.LABELS: _l("Libellés répétés"),
    Rule.CROWDED: _l("Pages trop longues"),
    Rule.HINT: _l("Aide à ajouter"),
    Rule.FREE_TEXT: _l("Réponses libres à remplacer par un choix"),
    Rule.ALTERNATIVES: _l("Sans internet"),
    Rule.READING: _l("Phrases difficiles à lire"),
    Rule.SIMPLIFIED: _l("Français simplifié manquant"),
}
FEW, MANY = 4, 40


def remarks_of(edited: Edited) -> tuple[Remark, ...]:
    """Every remark on the newest version, with the connections and the kinds of appointment that exist."""
    known, document = partners(), edited.latest.document
    kinds = known_kinds(document)
    return checking.review(document, connections=known, kinds=kinds, fetchable=fetchable(known))


@blueprint.get("/<slug>/relecture")
@may_edit
def review(slug: str) -> Response:
    """The remarks by subject, each with the way to the place; one subject alone with ``sujet``."""
    edited = find_edited(slug)
    remarks = remarks_of(edited)
    counts = Counter(remark.rule for remark in remarks)
    chosen = next((rule for rule in GROUPS if rule.value == request.args.get("sujet", "")), None)
    limit = FEW if chosen is None else MANY
    groups = [
        (rule, label, [one for one in remarks if one.rule is rule][:limit], counts[rule])
        for rule, label in GROUPS.items()
        if counts[rule] and chosen in {None, rule}
    ]
    return show(
        "review.html",
        edited,
        "relecture",
        title=_("Relecture"),
        groups=groups,
        chosen=chosen,
        refusals=counts[Rule.REFUSED],
        warnings=len(remarks) - counts[Rule.REFUSED],
        place=lambda remark: repair_address(slug, remark.path),
    )


@blueprint.get("/<slug>/relecture.txt")
@may_edit
def review_file(slug: str) -> Response:
    """Every remark as plain text."""
    edited = find_edited(slug)
    lines = [
        _("Relecture de « %(title)s », version %(version)d", title=edited.latest.title, version=edited.latest.version)
    ]
    remarks = remarks_of(edited)
    for rule, label in GROUPS.items():
        found = [remark for remark in remarks if remark.rule is rule]
        lines += ["", f"{label} ({len(found)})"] if found else []
        lines += [f"- {one.sentence} [{one.path}]{f' {one.quoted}' if one.quoted else ''}" for one in found]
    return as_text(f"relecture-{slug}", lines)
