"""What a paper says, from frozen data. Pure: the page and the PDF are both made from what is composed here."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.catalogue.document import Recourse
from portal.casework.catalogue.enums import Regime
from portal.casework.receipts.enums import Form, PaperKind
from portal.casework.receipts.shapes import Fact, Line, Paper, Section, Span
from portal.casework.receipts.wording import CHANNELS, DECISIONS, say_delay, say_remark, spell
from portal.casework.requests.acknowledgements import AcknowledgedService, AcknowledgementData
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.service import DecisionLetterView
from portal.ground.dictionary.service import clean_line
from portal.ground.web.formats import format_day, format_moment, machine_time
from portal.people.accounts.service import AuthorityView

CHECK = "verifier"
_NO_BREAK = re.compile("([\u00a0\u202f])")


def say(text: str, form: Form = Form.PLAIN, machine: str = "") -> Span:
    """A piece of text, cleaned: what no eye can see changes nothing of how a paper reads."""
    return Span("".join(map(_clean, _NO_BREAK.split(text))), form, machine)


def _clean(part: str) -> str:
    """A part between two spaces at which a line must not break; a space at either end is kept."""
    if _NO_BREAK.fullmatch(part):
        return part
    start, end = " " if part[:1].isspace() else "", " " if part[-1:].isspace() else ""
    return f"{start}{clean_line(part)}{end if part.strip() else ''}"


def line(*parts: Span | str) -> Line:
    """A line of pieces."""
    return tuple(part if isinstance(part, Span) else say(part) for part in parts)


def at(instant: datetime) -> Span:
    """An instant, as people say it."""
    return say(format_moment(instant), Form.TIME, machine_time(instant))


def on(day: date) -> Span:
    """A day that matters."""
    return say(format_day(day), Form.STRONG, machine_time(day))


def compose_acknowledgement(
    data: AcknowledgementData, content_hash: str, authority: AuthorityView, *, code: str = "", address: str = ""
) -> Paper:
    """The acknowledgement of receipt (CRPA R112-11-1).

    :param code: of the PDF, once there is one.
    :param address: where the code is checked, for example ``https://…/verifier``.
    """
    sections = [_submission(data), _in_charge(data.service), _silence(data)]
    if data.recourse:
        sections.append(_recourse(data.recourse, silent=data.regime is Regime.REJECTION))
    if data.is_request:
        sections.append(_evidence(data))
    if code:
        sections.append(_check(code, address))
    issuer = _(" par %(name)s.", name=authority.name)
    opening = _("Accusé de réception émis ") if data.kind == "AR" else _("Accusé de réception électronique émis ")
    issued = line(opening, at(data.issued_at), issuer)
    return Paper(
        kind=PaperKind.ACKNOWLEDGEMENT,
        number=data.number,
        title=_("Accusé de réception %(number)s", number=data.number),
        letterhead=_letterhead(authority),
        lead=(line(data.subject),),
        sections=tuple(sections),
        closing=(issued, _fingerprint(content_hash)),
        author=authority.name,
        language=data.language.partition("@")[0],
    )


def _letterhead(authority: AuthorityView) -> tuple[Line, ...]:
    return line(say(authority.name, Form.STRONG)), line(authority.address)


def _fingerprint(content_hash: str) -> Line:
    return line(_("Empreinte : "), say(content_hash, Form.CODE))


def _submission(data: AcknowledgementData) -> Section:
    said = _("Au téléphone, dites : %(spelled)s.", spelled=", ".join(spell(data.number)))
    facts = [
        Fact(_("Reçue le"), (line(on(data.received_at.date()) if data.kind == "AR" else at(data.received_at)),)),
        Fact(_("Déposée par"), (line(say(data.applicant, Form.NAME)),)),
        Fact(_("De quelle manière"), (line(str(CHANNELS[data.channel])),)),
        Fact(_("Référence"), (line(say(data.number, Form.STRONG)), line(said))),
    ]
    if data.sent_to:
        facts.append(Fact(_("Nouvelles envoyées à"), (line(say(data.sent_to, Form.NAME)),)))
    return Section("depot", _("Votre demande"), facts=tuple(facts))


def _in_charge(service: AcknowledgedService) -> Section:
    lines = [line(say(service.designation, Form.STRONG))]
    if service.postal_address:
        lines.append(line(service.postal_address))
    lines.append(line(say(service.phone, Form.PHONE, service.phone.replace(" ", ""))))
    if service.email:
        lines.append(line(say(service.email, Form.EMAIL, service.email)))
    return Section("charge", _("Qui s’en occupe"), paragraphs=(tuple(lines),))


def _silence(data: AcknowledgementData) -> Section:
    ends = {
        Regime.ACCEPTANCE: _(", votre demande est acceptée."),
        Regime.REJECTION: _(", votre demande est considérée comme refusée."),
    }
    if data.implicit_decision_date and data.regime in ends:
        start = _("Si votre dossier est complet et que vous n’avez pas de réponse le ")
        sentence = line(start, on(data.implicit_decision_date), ends[data.regime])
    else:
        sentence = line(" ".join(filter(None, [_("L’absence de réponse ne vaut ni accord ni refus."), data.exemption])))
    return Section("silence", _("Si nous ne répondons pas"), paragraphs=_paragraphs(sentence, data.attestation))


def _recourse(recourse: Recourse, *, silent: bool) -> Section:
    """``silent``: no answer would be a refusal too."""
    delay = say_delay(recourse.delay)
    start = (
        _("Vous pouvez saisir le tribunal dans les %(delay)s qui suivent le refus, même silencieux :", delay=delay)
        if silent
        else _("Vous pouvez saisir le tribunal dans les %(delay)s qui suivent un refus :", delay=delay)
    )
    where = (line(start), line(f"{recourse.court}, {recourse.address}"))
    first = _paragraphs(str(recourse.preliminary) if recourse.preliminary else "")
    return Section("recours", _("Si vous n’êtes pas d’accord avec la réponse"), paragraphs=(*first, where))


def _evidence(data: AcknowledgementData) -> Section:
    received, missing = ", ".join(data.evidence_received), ", ".join(data.evidence_missing)
    days = data.evidence_deadline_days
    said = [
        _("Pièces reçues : %(names)s", names=received) if received else "",
        _("Pièces manquantes : %(names)s", names=missing)
        if missing
        else _("À ce jour, aucune pièce ne vous est demandée."),
        data.evidence_effect,
        ngettext(
            "Délai pour envoyer une pièce demandée : %(num)d jour.",
            "Délai pour envoyer une pièce demandée : %(num)d jours.",
            days,
        )
        if days
        else "",
    ]
    return Section("pieces", _("Si votre dossier est incomplet"), paragraphs=_paragraphs(*said))


def _check(code: str, address: str) -> Section:
    """How anyone makes sure that the paper is genuine."""
    told = _("Une personne à qui vous montrez ce document peut vérifier qu’il est authentique, avec ce code :")
    door = say(_("Page de vérification des documents"), Form.LINK, f"{address}?code={code}")
    where = line(door, _(", à l’adresse %(address)s", address=address))
    return Section(CHECK, _("Vérifier ce document"), paragraphs=((line(told), line(say(code, Form.STRONG)), where),))


def compose_decision(
    letter: DecisionLetterView, content_hash: str, authority: AuthorityView, *, code: str = "", address: str = ""
) -> Paper:
    """The decision of an agent with its reasons (CRPA L211-2, L211-5) and who made it (L111-2, L212-1)."""
    by = f"{letter.agent_name}, {letter.agent_role}" if letter.agent_role else letter.agent_name
    facts = (
        Fact(_("Décision"), (line(say(str(DECISIONS[letter.decision]), Form.STRONG)),)),
        Fact(_("Rendue le"), (line(at(letter.decided_at)),)),
        Fact(_("Par"), (line(say(by, Form.NAME)),)),
        Fact(_("Demande de"), (line(say(letter.applicant, Form.NAME)),)),
        Fact(_("Déposée le"), (line(at(letter.submitted_at)),)),
    )
    sections = [
        Section("decision", _("La décision"), facts=facts),
        Section("raisons", _("Les raisons"), paragraphs=_paragraphs(*letter.reason.split("\n"))),
        _in_charge(letter.service),
    ]
    if letter.recourse and letter.decision is RequestStatus.REJECTED:
        sections.append(_recourse(letter.recourse, silent=False))
    if code:
        sections.append(_check(code, address))
    issued = line(_("Décision rendue "), at(letter.decided_at), _(" par %(name)s.", name=authority.name))
    return Paper(
        kind=PaperKind.DECISION,
        number=letter.reference,
        title=_("Décision sur la demande %(number)s", number=letter.reference),
        letterhead=_letterhead(authority),
        lead=(line(letter.subject),),
        sections=tuple(sections),
        closing=(issued, _fingerprint(content_hash)),
        author=authority.name,
        language=letter.language.partition("@")[0],
    )


def _paragraphs(*said: Line | str) -> tuple[tuple[Line, ...], ...]:
    """One paragraph for each sentence that is not empty."""
    lines: Iterable[Line] = (line(one) if isinstance(one, str) else one for one in said if one and one != "\n")
    return tuple((one,) for one in lines if any(span.text.strip() for span in one))


def for_the_press(paper: Paper, drawing: str) -> Mapping[str, Any]:
    """The paper as the template takes it: strings, and nothing to be evaluated.

    :param drawing: the code to be scanned, as SVG.
    """
    return {
        "title": paper.title,
        "author": paper.author,
        "language": paper.language,
        "remark": say_remark(),
        "letterhead": flat_lines(paper.letterhead),
        "lead": flat_lines(paper.lead),
        "closing": flat_lines(paper.closing),
        "sections": [
            {
                "title": section.title,
                "facts": [{"term": fact.term, "lines": flat_lines(fact.lines)} for fact in section.facts],
                "paragraphs": [flat_lines(paragraph) for paragraph in section.paragraphs],
                "drawing": {"svg": drawing, "alt": _("Code à scanner : il ouvre la page de vérification.")}
                if section.key == CHECK
                else None,
            }
            for section in paper.sections
        ],
    }


def flat_lines(lines: tuple[Line, ...]) -> list[list[dict[str, Any]]]:
    """Lines as the template takes them."""
    return [[{"text": span.text, "strong": span.strong} for span in one] for one in lines]
