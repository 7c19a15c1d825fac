"""What a blank form says, from the document of a version. Pure: the page and the PDF are both made from it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.blank_forms.enums import Answering
from portal.casework.blank_forms.shapes import BlankForm, PaperPart, PaperQuestion
from portal.casework.catalogue.conditions import Condition
from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.fields import field_concept, field_hint, field_name_for_errors, field_options
from portal.casework.catalogue.saying import say_on_paper
from portal.casework.receipts.service import say_remark
from portal.ground.dictionary.service import clean_block
from portal.people.accounts.service import AuthorityView

# A page asked for each of several is printed so many times; more is a sheet joined.
COPIES: Final = 2
MANY_BOXES: Final = 24
# The layout of the paper: a new one makes every form again.
LAYOUT: Final = 1
LONG: Final = frozenset({"long_text", "address", "map_point"})
TICKED: Final = frozenset({"choice", "several", "school_year"})
DATES: Final = frozenset({"date", "partial_date"})
JOINED: Final = frozenset({"files", "identity_file"})
SILENT: Final = frozenset({"information", "computed"})


def compose_form(document: ProcedureDocument, version: int, authority: AuthorityView) -> BlankForm:
    """The form of one version: every question with its help, what to join, where to send it, the law."""
    questions = _Questions(document)
    parts = [*_steps(document, questions), *_evidence(document), _sending(document, authority), _law(document)]
    parts.append(_signature())
    code = _code_of(document, version, parts, authority)
    return BlankForm(
        title=_("Formulaire : %(title)s", title=document.title),
        letterhead=(authority.name, authority.address),
        lead=(
            str(document.summary),
            _("À remplir en lettres capitales, à l’encre. Laissez vide ce qui ne vous concerne pas."),
        ),
        parts=tuple(parts),
        closing=_(
            "Formulaire %(slug)s, version %(version)s, code %(code)s", slug=document.slug, version=version, code=code
        ),
        code=code,
        author=authority.name,
    )


class _Questions:
    """Numbers what is asked, in order, and says it."""

    def __init__(self, document: ProcedureDocument) -> None:
        asked = [field for _step, field in document.fields() if not is_silent(field)]
        self.numbers = {field.name: str(place) for place, field in enumerate(asked, start=1)}
        self._fields = {field.name: field for _step, field in document.fields()}

    def say(self, condition: Condition | None) -> str:
        """A condition, with the numbers of the questions it looks at."""
        return say_on_paper(condition, self._fields, self.numbers)

    def ask(self, field: Field) -> PaperQuestion | None:
        """A question as printed; None for what is worked out from the others."""
        kind = field_concept(field).type.value
        if kind == "computed" or field.formula is not None:
            return None
        answering, boxes = _answering(field, kind)
        label = field_name_for_errors(field)
        if not field.required and answering is not Answering.NOTHING:
            label = _("%(label)s (facultatif)", label=label)
        return PaperQuestion(
            number=self.numbers.get(field.name, ""),
            label=label,
            answering=answering,
            hint=" ".join(filter(None, (field_hint(field) or "", _format_of(kind), _limits_of(field)))),
            when=self.say(field.when),
            boxes=boxes,
            several=kind == "several",
        )


def is_silent(field: Field) -> bool:
    """Whether the field asks nothing of the person: a text to read, or a value worked out."""
    return field.formula is not None or field_concept(field).type.value in SILENT


def _answering(field: Field, kind: str) -> tuple[Answering, tuple[str, ...]]:
    options = tuple(str(one.label) for one in field_options(field))
    if kind in SILENT:
        return Answering.NOTHING, ()
    if kind == "boolean":
        return Answering.BOXES, (_("Oui"), _("Non"))
    if kind == "declaration":
        return Answering.BOXES, (_("Je le déclare sur l’honneur"),)
    if kind in JOINED:
        return Answering.BOXES, (_("Document joint"),)
    if options and len(options) <= MANY_BOXES:
        return Answering.BOXES, options
    return (Answering.LINES if kind in LONG else Answering.LINE), ()


def _format_of(kind: str) -> str:
    if kind in DATES:
        return _("Jour, mois, année.")
    if kind == "several":
        return _("Cochez tout ce qui convient.")
    return _("Cochez une seule case.") if kind == "choice" else ""


def _limits_of(field: Field) -> str:
    if field.at_least is not None and field.at_most is not None:
        return _("De %(least)s à %(most)s.", least=field.at_least, most=field.at_most)
    if field.at_least is not None:
        return _("Au moins %(least)s.", least=field.at_least)
    return _("Au plus %(most)s.", most=field.at_most) if field.at_most is not None else ""


def _steps(document: ProcedureDocument, questions: _Questions) -> Iterator[PaperPart]:
    for step in document.steps:
        copies = COPIES if step.repeat and step.repeat.at_most > 1 else 1
        for copy in range(1, copies + 1):
            yield _step(step, questions, copy)


def _step(step: Step, questions: _Questions, copy: int) -> PaperPart:
    asked = tuple(filter(None, (questions.ask(field) for field in step.fields)))
    title, notes = str(step.title), [str(step.lead)] if step.lead else []
    if step.when is not None:
        notes.insert(0, questions.say(step.when))
    if step.repeat is not None:
        title = _("%(title)s, fiche %(number)d", title=title, number=copy)
        if copy == COPIES:
            notes.append(_("S’il y en a d’autres, joignez une feuille avec les mêmes réponses pour chacun."))
        elif copy == 1:
            notes.append(_("Remplissez une fiche pour chacun : %(item)s.", item=step.repeat.item))
    notes += [_say_exit(str(one.title), str(one.text), one.phone) for one in step.exits]
    return PaperPart(f"{step.slug}-{copy}", title, tuple(filter(None, notes)), asked)


def _say_exit(title: str, text: str, phone: str) -> str:
    return " ".join(filter(None, (_("À savoir : %(title)s.", title=title.rstrip(".")), text, phone)))


def _evidence(document: ProcedureDocument) -> Iterator[PaperPart]:
    """What to join, and to have at hand."""
    names = [
        field_name_for_errors(field) for _step, field in document.fields() if field_concept(field).type.value in JOINED
    ]
    said = [*map(str, document.needs), *names]
    if said:
        yield PaperPart("pieces", _("Ce qu’il faut joindre ou avoir sous la main"), tuple(dict.fromkeys(said)))


def _sending(document: ProcedureDocument, authority: AuthorityView) -> PaperPart:
    service = document.acknowledgement.service
    address = service.postal_address or authority.address
    said = [
        _(
            "Envoyez ce formulaire, ou déposez-le : %(name)s, %(address)s.",
            name=service.designation or authority.name,
            address=address,
        ),
        _("Par courriel : %(email)s.", email=service.email) if service.email else "",
        _("Une question ? Appelez le %(phone)s.", phone=service.phone or authority.phone),
        _("En ligne, la même démarche se fait sans rien recopier, et se suit pas à pas."),
        _("Vous recevez un accusé de réception avec la référence de votre demande."),
    ]
    return PaperPart("envoi", _("Où l’envoyer"), tuple(filter(None, said)))


def _law(document: ProcedureDocument) -> PaperPart:
    """Legal mentions: an incomplete file (CRPA L114-5), personal data (RGPD, article 13)."""
    missing, days = document.acknowledgement.missing_evidence, document.retention_days
    said = [str(document.legal_basis)]
    if missing:
        delay = ngettext("%(num)d jour", "%(num)d jours", missing.deadline_days)
        said.append(
            _(
                "S’il manque une pièce indispensable, nous vous la demandons et vous laissons %(delay)s "
                "pour l’envoyer (code des relations entre le public et l’administration, article L114-5).",
                delay=delay,
            )
        )
        said.append(str(missing.effect))
    said.append(
        _(
            "Vos réponses servent à cette demande seulement. Nous les gardons %(delay)s après sa fin.",
            delay=_say_days(days),
        )
    )
    said.append(
        _(
            "Vous pouvez les consulter, les faire corriger ou effacer : écrivez au service, "
            "ou à la CNIL (www.cnil.fr) si la réponse ne vous convient pas."
        )
    )
    return PaperPart("loi", _("Ce que dit la loi, et vos données"), tuple(said))


def _say_days(days: int) -> str:
    if days % 365 == 0:
        return ngettext("%(num)d an", "%(num)d ans", days // 365)
    return ngettext("%(num)d jour", "%(num)d jours", days)


def _signature() -> PaperPart:
    questions = (
        PaperQuestion("", _("Fait le"), Answering.LINE),
        PaperQuestion("", _("Signature"), Answering.LINES),
    )
    return PaperPart("signature", _("Date et signature"), (), questions)


def _code_of(document: ProcedureDocument, version: int, parts: list[PaperPart], authority: AuthorityView) -> str:
    said = json.dumps(
        [LAYOUT, document.slug, version, authority.name, authority.address, [asdict(one) for one in parts]],
        ensure_ascii=False,
        default=str,
    )
    return hashlib.sha256(said.encode()).hexdigest()[:8].upper()


def for_the_press(form: BlankForm) -> Mapping[str, Any]:
    """The form as the template takes it: strings, and nothing to be evaluated."""
    return {
        "title": clean_block(form.title),
        "author": form.author,
        "language": "fr",
        "remark": say_remark(),
        "letterhead": list(form.letterhead),
        "lead": list(form.lead),
        "closing": form.closing,
        "parts": [
            {
                "title": part.title,
                "notes": list(part.notes),
                "questions": [{**asdict(one), "boxes": list(one.boxes)} for one in part.questions],
            }
            for part in form.parts
        ],
    }
