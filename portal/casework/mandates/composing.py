"""The attestation of a mandate as a paper: the page and the PDF are both made from what is composed here. Pure."""

from flask_babel import gettext as _

from portal.casework.mandates.enums import ProofKind
from portal.casework.mandates.shapes import MandateView
from portal.casework.mandates.text import AgreedText
from portal.casework.mandates.wording import GIVEN, IDENTITY_DOCUMENTS, say_themes
from portal.casework.receipts.composing import CHECK, line, say
from portal.casework.receipts.enums import Form, PaperKind
from portal.casework.receipts.shapes import Fact, Line, Paper, Section
from portal.casework.receipts.wording import spell
from portal.ground.web.formats import format_moment
from portal.people.accounts.service import AuthorityView


def compose_attestation(
    mandate: MandateView, text: AgreedText, authority: AuthorityView, *, revocation: str, check: str, public_url: str
) -> Paper:
    """What the person takes away: who, what, until when, what is forbidden, how to stop it, in easy words too."""
    base = public_url.rstrip("/")
    return Paper(
        kind=PaperKind.MANDATE,
        number=check,
        title=_("Mandat pour des démarches administratives"),
        letterhead=(line(say(authority.name, Form.STRONG)), line(authority.address)),
        lead=(line(_("Donné par "), say(text.person, Form.NAME), _(" à "), say(text.department, Form.STRONG), "."),),
        sections=(
            Section("clair", _("En clair"), paragraphs=_paragraphs(text.simply)),
            _facts(mandate, text),
            Section("permis", _("Ce qui est permis"), paragraphs=_paragraphs(text.allowed)),
            Section("interdit", _("Ce qui est interdit"), paragraphs=_paragraphs(text.forbidden)),
            _stopping(text, revocation, base),
            _checking(check, base),
        ),
        closing=(
            line(_("Texte version %(version)s, proposé ", version=text.version), format_moment(text.created_at), "."),
            line(_("Empreinte : "), say(mandate.text_hash, Form.CODE)),
        ),
        author=authority.name,
        language="fr",
    )


def _facts(mandate: MandateView, text: AgreedText) -> Section:
    facts = [
        Fact(_("La personne"), (line(say(text.person, Form.NAME)),)),
        Fact(_("Qui peut agir"), (line(say(text.department, Form.STRONG)), line(text.authority))),
        Fact(_("Domaines"), tuple(line(say_themes([theme])) for theme in text.themes)),
        Fact(_("Fin du mandat"), (line(say(format_moment(text.until), Form.STRONG)),)),
        Fact(_("Accord"), (line(_agreed(mandate)),)),
    ]
    return Section("mandat", _("Le mandat"), facts=tuple(facts))


def _agreed(mandate: MandateView) -> str:
    if mandate.confirmed_at is None or mandate.proof is None:
        return _("Pas encore donné. Date et signature de la personne, si elle signe ce papier :")
    given = str(GIVEN[mandate.proof])
    if mandate.proof is ProofKind.PRESENT and mandate.identity_document is not None:
        given = f"{given} ({str(IDENTITY_DOCUMENTS[mandate.identity_document]).lower()})"
    return _("Donné %(when)s, %(how)s.", when=format_moment(mandate.confirmed_at), how=given)


def _stopping(text: AgreedText, revocation: str, base: str) -> Section:
    said = (
        *text.rights,
        _("Sur internet, sans compte : %(where)s, avec ce code :", where=f"{base}/mandat"),
    )
    code = line(say(revocation, Form.STRONG))
    spelled = line(_("Au téléphone, dites : %(spelled)s.", spelled=", ".join(spell(revocation))))
    return Section("arreter", _("Arrêter le mandat"), paragraphs=(*_paragraphs(said), (code,), (spelled,)))


def _checking(check: str, base: str) -> Section:
    said = (_("Pour vérifier que ce document est authentique : %(where)s, avec ce code :", where=f"{base}/verifier"),)
    return Section(CHECK, _("Vérifier ce document"), paragraphs=(*_paragraphs(said), (line(say(check, Form.STRONG)),)))


def _paragraphs(said: tuple[str, ...]) -> tuple[tuple[Line, ...], ...]:
    return tuple((line(one),) for one in said)
