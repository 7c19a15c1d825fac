"""What a letter says, as the press takes it. Pure but for the clock of its date."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from connectors.sdk import LetterDraft, LetterPurpose
from portal.casework.receipts.service import Line, flat_lines, line, say_remark
from portal.ground import clock
from portal.ground.dictionary.service import Value, display, list_concepts
from portal.ground.web.formats import format_date
from portal.people.accounts.service import AuthorityView


def compose(
    draft: LetterDraft, number: str, authority: AuthorityView, made_at: datetime, *, lead: str = ""
) -> Mapping[str, Any]:
    """The content of the template of papers, for one letter. ``lead`` replaces the first sentence of ours."""
    titles = {
        LetterPurpose.REQUEST: _("Courrier %(number)s", number=number),
        LetterPurpose.AMENDMENT: _(
            "Courrier %(number)s, qui corrige le courrier %(cited)s", number=number, cited=draft.cites
        ),
        LetterPurpose.WITHDRAWAL: _(
            "Courrier %(number)s, qui annule le courrier %(cited)s", number=number, cited=draft.cites
        ),
    }
    leads = {
        LetterPurpose.REQUEST: _(
            "Madame, Monsieur, voici la demande que nous a confiée la personne nommée ci-dessous."
        ),
        LetterPurpose.AMENDMENT: _(
            "Madame, Monsieur, ce courrier remplace le précédent : voici ce qui est exact maintenant."
        ),
        LetterPurpose.WITHDRAWAL: _(
            "Madame, Monsieur, la personne nommée ci-dessous retire la demande citée en référence."
        ),
    }
    day = format_date(clock.local(made_at).date())
    closing = _("Fait le %(day)s par %(name)s, à la demande de la personne.", day=day, name=authority.name)
    return {
        "title": titles[draft.purpose],
        "author": authority.name,
        "language": "fr",
        "remark": say_remark(),
        "letterhead": flat_lines((line(authority.name), line(authority.address))),
        "lead": flat_lines(_lines(lead or leads[draft.purpose])),
        "closing": flat_lines((line(closing),)),
        "sections": [
            _section(_("À l’attention de"), [], [draft.recipient]),
            _section(_("Références"), _references(draft, number), []),
            _section(_("Ce que la personne déclare"), _declared(draft.payload), []),
        ],
    }


def _references(draft: LetterDraft, number: str) -> list[tuple[str, str]]:
    said = [(_("Ce courrier"), number), (_("Demande"), draft.reference)]
    return [*said, (_("Courrier cité"), draft.cites)] if draft.cites else said


def _declared(payload: Mapping[str, Value]) -> list[tuple[str, str]]:
    """The answers in the order of the dictionary, as people read them."""
    return [(str(one.label), display(one, payload[one.id])) for one in list_concepts() if one.id in payload]


def _section(title: str, facts: Sequence[tuple[str, str]], paragraphs: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {
        "title": title,
        "facts": [{"term": term, "lines": flat_lines(_lines(text))} for term, text in facts],
        "paragraphs": [flat_lines(tuple(line(one) for one in lines)) for lines in paragraphs],
        "drawing": None,
    }


def _lines(text: str) -> tuple[Line, ...]:
    return tuple(line(part) for part in text.split("\n"))
