"""The sheets of a status and of a move: which controls, for which places of the workflow. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from portal.casework.catalogue.asked import label_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import workflows
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.editing.workflows import Kind, own_workflow
from portal.casework.catalogue.saying_workflows import MOVERS, STANDARD, WRITTEN
from portal.casework.catalogue.workflow import WORDED, ActionKind, Workflow
from portal.ground.dictionary.service import FRENCH, SIMPLIFIED
from portal.ground.errors import Invalid
from portal.screens.builder.entries import CODES, NUMBER, Data, Entry, Form, Path, flag
from portal.screens.builder.sheetpages import Find
from portal.screens.builder.sheets import ListField, block, line, number, said, several, yes_no

ANY_DEPARTMENT = "*"
DOES = ("does",)
# What says more of one of the things that write to the person, and of no other.
OF_ONE_KIND: Mapping[str, ActionKind] = {"fields": "corrections", "kind": "appointment", "then": "appointment"}


def find_part(kind: Kind, code: str) -> Find:
    """Where a status or a move stands in a document."""
    return lambda document: ("workflow", kind, workflows.place_of(document, kind, code))


def new_place(flow: Workflow, kind: Kind) -> Path:
    """Where one more would stand."""
    return ("workflow", kind, len(getattr(flow, kind)))


def new_code(kept: DraftView, kind: Kind, before: set[str]) -> str:
    """The code of what was just added."""
    return next((one.code for one in getattr(own_workflow(kept.document), kind) if one.code not in before), "")


def told_full(wrong: Mapping[str, str] | None, kind: Kind, sentence: str) -> Mapping[str, str] | None:
    """A list that is too long, in words."""
    if wrong is None:
        return None
    return {place: sentence if place == f"workflow.{kind}" else text for place, text in wrong.items()}


def among(options: Sequence[tuple[str, str]]) -> Form:
    """One of these codes, and nothing else."""

    def read(typed: Any, _former: Any) -> Any:
        if typed and typed not in dict(options):
            raise ValueError(typed)
        return typed or None

    return Form(lambda data: data or "", read)


def status_entries(document: ProcedureDocument) -> list[Entry]:
    """What a status is called, what it means, how long it may last."""
    # Only the person withdraws, and the portal does it by itself.
    found = {one.status for one in own_workflow(document).statuses}
    meanings = [(code, words) for code, words in said(STANDARD) if code != "withdrawn" or code in found]
    return [
        Entry("nom", ("label", FRENCH), line(_("Nom de l’état"), hint=_("La personne le lit."), needed=True)),
        Entry("nom_simple", ("label", SIMPLIFIED), line(_("Nom en français simplifié"))),
        Entry("nom_en", ("label", "en"), line(_("Nom en anglais"))),
        Entry(
            "sens",
            ("status",),
            ListField(
                _("Ce que cet état veut dire"),
                options=meanings,
                hint=_("Les délais, les courriels et la liste des demandes s’en servent."),
            ),
            among(meanings),
        ),
        Entry(
            "delai",
            ("wait_days",),
            number(_("Jours au plus dans cet état"), hint=_("De 1 à 730. Vide : sans limite.")),
            NUMBER,
        ),
    ]


def beginning_entries(document: ProcedureDocument) -> list[Entry]:
    """What makes a move: its button, where it leads from and to, and who may."""
    return [_name_entry(), *_way_entries(document)]


def _name_entry() -> Entry:
    hint = _("Le bouton que l’on choisit. Commencez par un verbe.")
    return Entry("nom", ("label", FRENCH), line(_("Nom de l’action"), hint=hint, needed=True))


def _way_entries(document: ProcedureDocument) -> list[Entry]:
    states = own_workflow(document).statuses
    starts = [(one.code, str(one.label)) for one in states if not one.is_end]
    targets = [(one.code, str(one.label)) for one in states if one.status != "submitted"]
    movers = [(code, _capital(words)) for code, words in said(MOVERS)]
    return [
        Entry("depuis", ("from",), several(_("Depuis"), starts, needed=True), CODES),
        Entry("vers", ("to",), ListField(_("Vers"), options=targets), among(targets)),
        Entry("qui", ("who",), several(_("Qui peut la faire"), movers, needed=True), CODES),
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def move_entries(
    document: ProcedureDocument,
    departments: Sequence[tuple[str, str]],
    later: Mapping[str, str],
    booked: Sequence[Entry],
) -> list[Entry]:
    """A move, and what it does besides. ``later``: connection → recipient, of those that a move may send to.

    :param booked: what is asked of the appointment that it proposes.
    """
    asked, sent, sent_hint = _asked(departments), _sent(later), _sending_hint(later)
    text_hint = _("Envoyé tel quel quand c’est le temps qui agit.")
    return [
        _name_entry(),
        Entry("nom_simple", ("label", SIMPLIFIED), line(_("Nom en français simplifié"))),
        Entry("nom_en", ("label", "en"), line(_("Nom en anglais"))),
        *_way_entries(document),
        Entry("ecrit", DOES, ListField(_("Ce que la personne reçoit"), options=_written()), WRITTEN_KIND),
        Entry("texte", DOES, block(_("Texte proposé à l’agent"), hint=text_hint), text_form(FRENCH)),
        Entry("texte_simple", DOES, block(_("Texte en français simplifié")), text_form(SIMPLIFIED)),
        Entry("texte_en", DOES, block(_("Texte en anglais")), text_form("en")),
        *booked,
        Entry("avis", DOES, ListField(_("Avis demandé à un autre service"), options=asked), opinion_form(departments)),
        Entry("transmet", DOES, ListField(_("Transmise à"), options=sent, hint=sent_hint), forward_form(later)),
        Entry("courrier", DOES, yes_no(_("La décision est-elle mise en page ?")), LETTER),
    ]


def _written() -> list[tuple[str, str]]:
    return [("", _("Rien")), *((code, _capital(words)) for code, words in said(WRITTEN))]


def _asked(departments: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", _("Aucun")), (ANY_DEPARTMENT, _("Au choix de l’agent")), *departments]


def _sent(later: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", _("Personne")), *later.items()]


def _sending_hint(later: Mapping[str, str]) -> str | None:
    if later:
        return None
    return _("Pour en choisir un, ajoutez-le d’abord dans l’onglet « Envois », avec « Plus tard ».")


def recipients_later(document: ProcedureDocument) -> dict[str, str]:
    """Connection → recipient, of those that a move sends the request to."""
    found = {route.connection: str(route.recipient) for route in document.routing if route.mode == "on_move"}
    named = {one.connection for move in own_workflow(document).transitions for one in move.does if one.connection}
    return found | {name: name for name in sorted(named - set(found))}


def first_of(data: Any, kinds: frozenset[ActionKind]) -> Data | None:
    """What a move does of these kinds, None when it does not."""
    return next((one for one in data or () if one["do"] in kinds), None)


def only(kind: ActionKind) -> frozenset[ActionKind]:
    """A kind, and no other."""
    return frozenset({kind})


def put_action(former: Any, kinds: frozenset[ActionKind], made: Data | None) -> list[Data] | None:
    """The list with ``made`` in the place of the first thing of these kinds, at the end when there was none."""
    actions, mine = list(former or ()), first_of(former, kinds)
    if mine is None:
        return [*actions, *([made] if made else [])] or None
    replaced = [made if one is mine else one for one in actions]
    return [one for one in replaced if one is not None] or None


def _read_written(typed: Any, former: Any) -> Any:
    mine = first_of(former, WORDED)
    if typed and typed not in WORDED:
        raise ValueError(typed)
    if not typed:
        return put_action(former, WORDED, None)
    kept = {key: value for key, value in (mine or {}).items() if OF_ONE_KIND.get(key, typed) == typed}
    return put_action(former, WORDED, {**kept, "do": typed})


# Which of the things that write to the person the move does: one at most.
WRITTEN_KIND = Form(lambda data: (first_of(data, WORDED) or {}).get("do", ""), _read_written)


def text_form(language: str) -> Form:
    """The text of what is written, in one language."""

    def read(typed: Any, former: Any) -> Any:
        words, mine = str(typed or "").replace("\r\n", "\n").strip(), first_of(former, WORDED)
        if mine is None:
            if words:
                sentence = _("choisissez ce que la personne reçoit, ou videz les textes plus bas.")
                raise Invalid({"entry:ecrit": sentence})
            return former
        texts = {key: text for key, text in mine.get("text", {}).items() if key != language}
        made = {**mine, "text": {**texts, language: words} if words else texts}
        if not made["text"] or (language == FRENCH and not words):
            del made["text"]
        elif FRENCH not in made["text"]:
            raise Invalid({"entry:texte": _("écrivez aussi le texte en français.")})
        return put_action(former, WORDED, made)

    return Form(lambda data: ((first_of(data, WORDED) or {}).get("text") or {}).get(language, ""), read)


def _show_opinion(data: Any) -> str:
    mine = first_of(data, only("opinion"))
    return "" if mine is None else str(mine.get("department", ANY_DEPARTMENT))


def opinion_form(departments: Sequence[tuple[str, str]]) -> Form:
    """Whose opinion is asked: nobody’s, one of these departments’, or as the agent chooses."""

    def read(typed: Any, former: Any) -> Any:
        chosen = among(_asked(departments)).read(typed, None)
        made: Data | None = {"do": "opinion"} if chosen else None
        if made and chosen != ANY_DEPARTMENT:
            made["department"] = chosen
        return put_action(former, only("opinion"), made)

    return Form(_show_opinion, read)


def forward_form(later: Mapping[str, str]) -> Form:
    """Where the move sends the request, among these connections."""

    def read(typed: Any, former: Any) -> Any:
        chosen = among(_sent(later)).read(typed, None)
        return put_action(former, only("forward"), {"do": "forward", "connection": chosen} if chosen else None)

    return Form(lambda data: (first_of(data, only("forward")) or {}).get("connection", ""), read)


def _read_letter(typed: Any, former: Any) -> Any:
    return put_action(former, only("letter"), {"do": "letter"} if typed == "oui" else None)


LETTER = Form(lambda data: flag(False).show(first_of(data, only("letter")) is not None), _read_letter)


def corrections_entries(document: ProcedureDocument, page: str) -> list[Entry]:
    """Which questions of one page a move may have corrected; those of the other pages stay."""
    order = [field.name for _step, field in document.fields()]
    options = can_be_corrected(document, page)
    here = {name for name, _label in options}

    def show(data: Any) -> list[str]:
        return [name for name in (first_of(data, only("corrections")) or {}).get("fields", ()) if name in here]

    def read(typed: Any, former: Any) -> Any:
        mine = first_of(former, only("corrections"))
        if mine is None:
            raise Invalid({"entry:questions": _("cette action ne demande plus de corriger des réponses.")})
        chosen = {name for name in mine.get("fields", ()) if name not in here} | (here & set(typed or ()))
        made = {**mine, "fields": [name for name in order if name in chosen]}
        return put_action(former, only("corrections"), made)

    hint = _("Si aucune page n’a de case cochée, l’agent choisit parmi toutes les réponses.")
    control = several(_("Réponses que l’agent peut faire corriger"), options, hint=hint)
    return [Entry("questions", DOES, control, Form(show, read))] if options else []


def can_be_corrected(document: ProcedureDocument, page: str) -> list[tuple[str, str]]:
    """The questions of a page that may be asked again, with their words."""
    step = document.step(page)
    if step is None or step.repeat is not None:
        return []
    return [(field.name, label_of(field)) for field in step.fields if field.formula is None]
