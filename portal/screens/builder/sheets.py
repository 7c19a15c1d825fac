"""The sheets of a procedure's tabs: which controls, for which places of its document. Pure.

A sheet shows the French of each text; other languages have their own tab, side by side.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from accessibility.forms import ChoiceField, LongTextField, SeveralField, TextLineField
from portal.casework.catalogue.document import ProcedureDocument
from portal.ground.dictionary.service import FRENCH
from portal.screens.builder.entries import (
    CODES,
    LINES,
    NUMBER,
    TEXTS,
    WORDS,
    Entry,
    Form,
    flag,
)
from portal.screens.builder.wording import ALTERNATIVES, AUDIENCES, CHANNELS, LEVELS, REGIMES, UNITS
from portal.screens.pages.wording import THEMES

Options = list[tuple[str, str]]


def line(label: str, *, hint: str | None = None, needed: bool = False, width: str = "wide", **more: Any) -> Any:
    """One line of text."""
    return TextLineField(label, hint=hint, needed=needed, width=width, **more)


def number(label: str, *, hint: str | None = None, needed: bool = False) -> Any:
    """A short number."""
    return TextLineField(label, hint=hint, needed=needed, width="w4", inputmode="numeric")


def block(label: str, *, hint: str | None = None, needed: bool = False) -> Any:
    """Several lines of text."""
    return LongTextField(label, hint=hint, needed=needed)


class ListField(ChoiceField):
    """A native list however few answers there are: one radio would be no choice."""

    def __init__(self, label: str, *, options: Options, **kwargs: Any) -> None:
        super().__init__(label, options=options, **kwargs)
        self.kind = "select"


def choice(label: str, options: Options, *, hint: str | None = None, needed: bool = True) -> Any:
    """One of several."""
    control = ChoiceField if len(options) > 1 else ListField
    return control(label, options=options, hint=hint, needed=needed)


def several(label: str, options: Options, *, hint: str | None = None, needed: bool = False) -> Any:
    """Any of several; one at least where it is needed."""
    return SeveralField(label, options=options, hint=hint, needed=needed)


def said(words: Mapping[Any, Any]) -> Options:
    """Codes with their words, for a control."""
    return [(code, str(label)) for code, label in words.items()]


def presentation(document: ProcedureDocument, departments: Sequence[tuple[str, str]]) -> list[Entry]:
    """What people read before they begin."""
    themes = said(THEMES)
    if document.theme not in THEMES:
        themes.append((document.theme, document.theme))
    hint = _("Une phrase par ligne.")
    return [
        Entry("titre", ("title", FRENCH), line(_("Titre"), hint=_("Commencez par un verbe."), needed=True)),
        Entry("resume", ("summary", FRENCH), block(_("Résumé"), hint=_("Une ou deux phrases."), needed=True)),
        Entry("mots", ("keywords",), block(_("Mots de recherche"), hint=_("Séparés par des virgules.")), WORDS),
        Entry("theme", ("theme",), choice(_("Thème"), themes)),
        Entry("service", ("department",), choice(_("Service chargé de la démarche"), list(departments))),
        Entry("publics", ("audience",), several(_("Pour qui"), said(AUDIENCES)), CODES),
        Entry("minutes", ("duration_minutes",), number(_("Durée en minutes"), needed=True), NUMBER),
        Entry("admis", ("conditions", "may_ask"), block(_("Qui peut faire cette demande"), hint=hint), TEXTS),
        Entry("ailleurs", ("conditions", "otherwise"), block(_("Où vont les autres"), hint=hint), TEXTS),
        Entry("pieces", ("needs",), block(_("À préparer avant de commencer"), hint=hint), TEXTS),
        Entry("payant", ("fee",), choice(_("La démarche est-elle payante ?"), _fees()), FEE_KIND),
        Entry(
            "tarifs",
            ("fee", "bands"),
            block(_("Tarifs"), hint=_("Un par ligne : « 12,50 : Adultes ». Vide si la démarche est gratuite.")),
            BANDS,
        ),
        Entry("paiement", ("fee", "note", FRENCH), block(_("Précision sur le prix"))),
        Entry("habituel", ("usual_delay", "count"), number(_("Délai habituel de réponse")), NUMBER),
        Entry("habituel_unite", ("usual_delay", "unit"), choice(_("Ce délai est en"), said(UNITS)), unit_form()),
        Entry("suite", ("next", FRENCH), block(_("Ce qui se passe ensuite"))),
    ]


def _fees() -> Options:
    return [("", _("Pas encore dit")), ("dit", _("Gratuite, ou aux tarifs ci-dessous"))]


def _fee_data(typed: Any, former: Any) -> Any:
    return former or ({} if typed == "dit" else None)


# « fee » absent: nothing was said; present without bands: it is free.
FEE_KIND = Form(lambda data: "" if data is None else "dit", _fee_data)


def _bands_words(data: Any) -> str:
    return "\n".join(f"{str(band['euros']).replace('.', ',')} : {band['who'][FRENCH]}" for band in data or ())


def _bands_data(typed: Any, former: Any) -> list[dict[str, Any]] | None:
    known = {band["who"][FRENCH]: band["who"] for band in former or []}
    made = []
    for text in str(typed or "").splitlines():
        if not text.strip():
            continue
        euros, _sep, who = text.partition(":")
        try:
            amount = Decimal(re.sub(r"[\s€]", "", euros).replace(",", "."))
        except InvalidOperation:
            raise ValueError(text) from None
        if not who.strip() or not amount.is_finite():
            raise ValueError(text)
        made.append({"who": {**known.get(who.strip(), {}), FRENCH: who.strip()}, "euros": str(amount)})
    return made or None


BANDS = Form(_bands_words, _bands_data)


def unit_form() -> Form:
    """Months are left unsaid; a unit without a count is no delay."""
    return Form(lambda data: data or "months", lambda typed, _former: typed if typed == "days" else None)


def alternatives() -> list[Entry]:
    """How to ask without the internet, and by which ways the department takes requests."""
    hint = _("Une phrase par ligne.")
    ways = [
        Entry(f"moyen_{by}", ("alternatives",), block(str(label), hint=hint), ways_form(by))
        for by, label in ALTERNATIVES.items()
    ]
    return [
        Entry("canaux", ("channels",), several(_("Par où la demande peut arriver"), said(CHANNELS)), CODES),
        Entry(
            "niveau",
            ("assurance",),
            choice(_("Niveau d’identification demandé"), said(LEVELS)),
            Form(lambda data: data or "", lambda typed, _former: typed or None),
        ),
        *ways,
    ]


def ways_form(by: str) -> Form:
    """The sentences of one way among all, each on its line; the others stay."""

    def show(data: Any) -> str:
        return TEXTS.show([way["text"] for way in data or () if way["by"] == by])  # type: ignore[no-any-return]

    def read(typed: Any, former: Any) -> Any:
        mine = [way["text"] for way in former or () if way["by"] == by]
        others = [way for way in former or () if way["by"] != by]
        made = [{"by": by, "text": text} for text in TEXTS.read(typed, mine) or ()]
        return others + made or None

    return Form(show, read)


def legal() -> list[Entry]:
    """What the acknowledgement must say, the texts, and how long a request is kept."""
    rule = "acknowledgement"
    contact, recourse, missing = (rule, "service"), (rule, "recourse"), (rule, "missing_evidence")
    return [
        Entry("demande", (rule, "is_request"), yes_no(_("Est-ce une demande à l’administration ?")), flag(True)),
        Entry("bureau", (*contact, "designation"), line(_("Service désigné par l’accusé de réception"))),
        Entry("adresse", (*contact, "postal_address"), line(_("Adresse postale du service"))),
        Entry("courriel", (*contact, "email"), line(_("Adresse électronique du service"), input_type="email")),
        Entry("telephone", (*contact, "phone"), line(_("Téléphone du service"), width="w16", input_type="tel")),
        Entry("silence", (rule, "regime"), choice(_("Ce que vaut le silence"), said(REGIMES), needed=False)),
        Entry("delai", (rule, "delay", "count"), number(_("Délai au terme duquel le silence vaut décision")), NUMBER),
        Entry("delai_unite", (rule, "delay", "unit"), choice(_("Ce délai est en"), said(UNITS)), unit_form()),
        Entry("attestation", (rule, "attestation", FRENCH), block(_("Attestation d’acceptation"))),
        Entry("exemption", (rule, "exemption", FRENCH), block(_("Pourquoi aucune décision implicite"))),
        Entry("tribunal", (*recourse, "court"), line(_("Tribunal où contester un rejet"))),
        Entry("tribunal_adresse", (*recourse, "address"), line(_("Adresse du tribunal"))),
        Entry("recours", (*recourse, "delay", "count"), number(_("Délai pour contester")), NUMBER),
        Entry("recours_unite", (*recourse, "delay", "unit"), choice(_("Ce délai est en"), said(UNITS)), unit_form()),
        Entry("gracieux", (*recourse, "preliminary", FRENCH), block(_("Ce qu’on peut demander avant le tribunal"))),
        Entry("manquant", (*missing, "deadline_days"), number(_("Jours pour envoyer une pièce manquante")), NUMBER),
        Entry("manquant_effet", (*missing, "effect", FRENCH), block(_("Effet d’un dossier incomplet"))),
        Entry("base", ("legal_basis", FRENCH), block(_("Base légale du traitement"), needed=True)),
        Entry(
            "textes",
            ("legal_references",),
            block(
                _("Textes qui fondent la démarche"), hint=_("Un par ligne : « Code de l’éducation : L131-1, L131-5 ».")
            ),
            REFERENCES,
        ),
        Entry(
            "conservation",
            ("retention_days",),
            number(_("Conservation des demandes, en jours après leur fin"), needed=True),
            NUMBER,
        ),
    ]


def yes_no(label: str, *, hint: str | None = None) -> Any:
    """Yes or no, both said."""
    return choice(label, [("oui", _("Oui")), ("non", _("Non"))], hint=hint)


def _references(typed: Any, _former: Any) -> list[dict[str, Any]] | None:
    made: list[dict[str, Any]] = []
    for text in LINES.read(typed, None) or ():
        name, _sep, articles = text.rpartition(" : ") if " : " in text else (text, "", "")
        one: dict[str, Any] = {"text": name.strip()}
        if articles.strip():
            one["articles"] = [article.strip() for article in articles.split(",") if article.strip()]
        made.append(one)
    return made or None


def _reference_words(data: Any) -> str:
    return "\n".join(
        " : ".join([one["text"], *filter(None, [", ".join(one.get("articles", ()))])]) for one in data or ()
    )


REFERENCES = Form(_reference_words, _references)


def routing(document: ProcedureDocument, connections: Mapping[str, str]) -> list[Entry]:
    """Who receives each request: the words for each connection that exists, or that the document names."""
    names = dict(connections) | {
        route.connection: route.connection for route in document.routing if route.connection not in connections
    }
    hint = _("Comment les usagers appellent le destinataire. Vide : rien n’est envoyé par cette connexion.")
    found = []
    for place, (name, title) in enumerate(names.items()):
        when = choice(_("Quand envoyer : %(name)s", name=title), _moments())
        found += [
            Entry(f"envoi_{place}", ("routing",), line(str(title), hint=hint), route_form(name)),
            Entry(f"moment_{place}", ("routing",), when, moment_form(name)),
        ]
    return found


def _moments() -> Options:
    return [("", _("Dès le dépôt de la demande")), ("on_move", _("Plus tard, par une action du déroulement"))]


def moment_form(connection: str) -> Form:
    """When one connection is sent the request; nothing is kept where it is not sent any."""

    def show(data: Any) -> str:
        return next((route.get("mode", "") for route in data or () if route["connection"] == connection), "")

    def read(typed: Any, former: Any) -> Any:
        return [
            {**{key: value for key, value in route.items() if key != "mode"}, **({"mode": typed} if typed else {})}
            if route["connection"] == connection
            else route
            for route in former or ()
        ] or None

    return Form(show, read)


def route_form(connection: str) -> Form:
    """The recipient behind one connection; the other routes stay."""

    def show(data: Any) -> str:
        return next((route["recipient"][FRENCH] for route in data or () if route["connection"] == connection), "")

    def read(typed: Any, former: Any) -> Any:
        words, routes = str(typed or "").strip(), list(former or ())
        mine: dict[str, Any] = next((route for route in routes if route["connection"] == connection), {})
        if not words:
            return [route for route in routes if route is not mine] or None
        made = {**mine, "connection": connection, "recipient": {**mine.get("recipient", {}), FRENCH: words}}
        return [made if route is mine else route for route in routes] if mine else [*routes, made]

    return Form(show, read)
