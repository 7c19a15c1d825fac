"""The sheet of one question: the words it is asked in, and the limits that its kind of answer can have. Pure."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal.casework.catalogue.asked import concept_of, label_of, options_of
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.casework.catalogue.editing.options import lines_to_options, options_to_lines
from portal.ground.dictionary.service import FRENCH, SIMPLIFIED, ConceptType, Option, Sensitivity
from portal.screens.builder import wording
from portal.screens.builder.entries import CODES, DECIMAL, NUMBER, Data, Entry, Form, flag
from portal.screens.builder.sheets import block, choice, line, number, said, several, yes_no

CHOICES = frozenset({"choice", "several"})
NUMBERS = frozenset({"number", "money", "euros"})
FILES = frozenset({"files", "identity_file"})
TEXTS = frozenset({"text", "long_text"})
WAYS = ("total", "product", "count", "years_since")
MAX_OPTIONS_SHOWN = 40
# What a department can describe by itself: the rest of the kinds needs the dictionary.
OWN_TYPES = (
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "boolean",
    "choice",
    "several",
    "email",
    "phone",
    "files",
    "information",
    "declaration",
    "computed",
)


def own_types() -> list[tuple[str, str]]:
    """The kinds of answer that a department may ask for in its own words, as far as the dictionary knows them."""
    known = {kind.value for kind in ConceptType}
    return [(code, wording.say_type(code)) for code in OWN_TYPES if code in known]


def question_entries(document: ProcedureDocument, name: str, connections: Mapping[str, str]) -> list[Entry]:
    """The controls of a question, those of its kind of answer among them."""
    field = document.field(name)
    if field is None:
        return []
    concept = concept_of(field)
    kind = concept.type.value if concept else ""
    entries = _words(field)
    if field.own is not None:
        entries += _own()
    for is_wanted, more in _by_kind(document, field, kind):
        entries += more if is_wanted else []
    return entries + _partner(connections)


def _by_kind(document: ProcedureDocument, field: Field, kind: str) -> list[tuple[bool, list[Entry]]]:
    """Controls that some kinds of answer have, or that the question already makes use of."""
    bounds = field.at_least is not None or field.at_most is not None
    return [
        (kind in CHOICES or bool(field.options), _options(document, field)),
        (kind in FILES or bool(field.accepts or field.max_files), _files()),
        (kind in NUMBERS or bounds, _bounds()),
        (kind in TEXTS or field.pattern is not None, _pattern()),
        (kind == "nir" or field.nir_basis is not None, _nir()),
        (kind == "computed" or field.formula is not None, _formula(document, field)),
    ]


def _bounds() -> list[Entry]:
    return [
        Entry("minimum", ("at_least",), number(_("Valeur minimale")), DECIMAL),
        Entry("maximum", ("at_most",), number(_("Valeur maximale")), DECIMAL),
    ]


def _nir() -> list[Entry]:
    label = _("Texte qui permet de demander le numéro de sécurité sociale")
    return [Entry("nir", ("nir_basis", FRENCH), block(label))]


def _words(field: Field) -> list[Entry]:
    concept = concept_of(field)
    usual = _("Vide : « %(label)s », comme dans le dictionnaire.", label=str(concept.label)) if concept else None
    return [
        Entry("question", ("label", FRENCH), line(_("Question"), hint=usual)),
        Entry("question_simple", ("label", SIMPLIFIED), line(_("Question en français simplifié"))),
        Entry("question_en", ("label", "en"), line(_("Question en anglais"))),
        Entry("aide", ("hint", FRENCH), block(_("Aide"))),
        Entry("aide_simple", ("hint", SIMPLIFIED), block(_("Aide en français simplifié"))),
        Entry("aide_en", ("hint", "en"), block(_("Aide en anglais"))),
        Entry("obligatoire", ("required",), yes_no(_("Réponse obligatoire ?")), flag(True)),
        Entry("prefill", ("prefill",), yes_no(_("Reprendre ce qui est déjà connu de la personne ?")), flag(True)),
    ]


def _own() -> list[Entry]:
    return [
        Entry("donnee", ("own", "label", FRENCH), line(_("Nom de la donnée propre au service"), needed=True)),
        Entry(
            "sensible", ("own", "sensitivity"), choice(_("Cette donnée est"), said(wording.SENSITIVITIES)), SENSITIVITY
        ),
    ]


SENSITIVITY = Form(
    lambda data: data or Sensitivity.PERSONAL.value,
    lambda typed, _former: None if typed == Sensitivity.PERSONAL.value else typed,
)


def _options(document: ProcedureDocument, field: Field) -> list[Entry]:
    own = tuple(options_of(field))
    hint = _("Une par ligne : « code : réponse ». Le code d’une nouvelle ligne est donné d’office.")
    links = [("", _("Aucune"))] + [(one.name, label_of(one)) for one in _before(document, field) if options_of(one)]
    under = _("Pour limiter une réponse, finissez sa ligne par « @ » et les codes de l’autre liste.")
    return [
        Entry("reponses", ("options",), block(_("Réponses proposées"), hint=hint), options_form(own)),
        Entry("liee", ("linked_to",), choice(_("Liste qui dépend de"), links, hint=under, needed=False)),
    ]


def _before(document: ProcedureDocument, field: Field) -> list[Field]:
    found: list[Field] = []
    for _step, one in document.fields():
        if one.name == field.name:
            break
        found.append(one)
    return found


def options_form(usual: tuple[Option, ...]) -> Form:
    """The answers as lines; the dictionary's own, left as they are, are not copied into the procedure."""

    def show(data: Any) -> str:
        return options_to_lines([Option.model_validate(one) for one in data] if data else usual)

    def read(typed: Any, former: Any) -> Any:
        known = [Option.model_validate(one) for one in former] if former else list(usual)
        made = lines_to_options(str(typed or ""), known)
        if not former and made == [_data(option) for option in usual]:
            return None
        return made or None

    return Form(show, read)


def _data(option: Option) -> Data:
    return option.model_dump(mode="json", exclude_defaults=True)


def _files() -> list[Entry]:
    return [
        Entry("formats", ("accepts",), several(_("Fichiers acceptés"), said(wording.FILE_KINDS)), CODES),
        Entry("fichiers", ("max_files",), number(_("Nombre de fichiers au plus")), NUMBER),
    ]


def _pattern() -> list[Entry]:
    return [
        Entry(
            "forme",
            ("pattern",),
            line(_("Forme attendue, en expression régulière (RE2)"), hint=_("Par exemple [A-Z]{2}[0-9]{3}")),
        ),
        Entry("forme_dite", ("pattern_says", FRENCH), line(_("Forme attendue, en mots"))),
    ]


def _formula(document: ProcedureDocument, field: Field) -> list[Entry]:
    ways = [
        ("", _("Aucun")),
        ("total", _("Le total de ces réponses")),
        ("product", _("Le produit de ces réponses")),
        ("count", _("Le nombre de réponses à une page répétée")),
        ("years_since", _("Les années écoulées depuis une date")),
    ]
    names = [(one.name, label_of(one)) for one in _before(document, field)]
    names += [(step.repeat.name, str(step.repeat.item)) for step in document.steps if step.repeat]
    return [
        Entry("calcul", ("formula",), choice(_("Calcul"), ways, needed=False), WAY),
        Entry("termes", ("formula",), several(_("À partir de"), names[:MAX_OPTIONS_SHOWN]), TERMS),
    ]


def _way_of(data: Any) -> str:
    return next((way for way in WAYS if data and way in data), "")


def _names_in(data: Any) -> list[str]:
    value = data[_way_of(data)] if data and _way_of(data) else []
    return [value] if isinstance(value, str) else list(value)


def _formula_data(way: str, names: list[str]) -> Any:
    if not way:
        return None
    if way in {"count", "years_since"}:
        return {way: names[0]} if names else {}
    return {way: names}


# The two controls write the same place, one after the other: each keeps what the other says.
WAY = Form(_way_of, lambda typed, former: _formula_data(str(typed or ""), _names_in(former)))
TERMS = Form(_names_in, lambda typed, former: _formula_data(_way_of(former), list(typed or ())) if former else None)


def _partner(connections: Mapping[str, str]) -> list[Entry]:
    if not connections:
        return []
    options = [("", _("Personne")), *connections.items()]
    place = ("fetch",)
    return [
        Entry(
            "partenaire",
            (*place, "connection"),
            choice(_("À qui demander la réponse, avec l’accord de la personne"), options, needed=False),
        ),
        Entry(
            "partenaire_nom",
            (*place, "provider", FRENCH),
            line(_("Comment on l’appelle"), hint=_("Par exemple : la CAF")),
        ),
        Entry("partenaire_but", (*place, "purpose", FRENCH), line(_("Pour quoi faire"), hint=_("Complète « pour … »"))),
        Entry("partenaire_jours", (*place, "keep_days"), number(_("Jours de garde de la réponse")), NUMBER),
    ]
