"""Every macro in every state, on pages of the real shells, with a plain Jinja environment: no application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict

from accessibility import components_loader
from accessibility.forms import (
    AccessibleForm,
    ChoiceField,
    DatePartsField,
    LongTextField,
    TextLineField,
    YesNoField,
    build_form,
)

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PARIS = ZoneInfo("Europe/Paris")
LONG_NAME = "Marie-Philomène Bérengère Ségolène de La Rochefoucauld-Montmorency-Châteaubriant-Rey"
UNBROKEN = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochetunpeuplusencorepourvoir"
ARABIC = "عائشة بنت الحسن"
HEBREW = "מרים בת־שבע"
TAMIL = "சுப்பிரமணியம் அருணாசலம்"
MIXED = f"{ARABIC} (née Yılmaz-Đặng Ngọc Ánh)"
AUTHORITY = SimpleNamespace(
    name="Valmont-sur-Iselle",
    address="2 place du Parvis, 38999 Valmont-sur-Iselle",
    phone="04 65 71 20 10",
    opening_hours={"fr": "Lundi au vendredi, 8 h 30 à 17 h\nSamedi, 9 h à 12 h"},
)
NAMES = (
    "des Tilleuls",
    "du Pont-Vieux",
    "Jeanne-Barret",
    "de la Côte-Rouge",
    "du Marais",
    "Simone-Lagrange",
    "des Prés",
)
SCHOOLS = [(f"ecole-{rank}", f"École {name}") for rank, name in enumerate(NAMES, 1)]
LINKS = [("mere", "Sa mère"), ("pere", "Son père"), ("autre", "Autre lien")]
YES_NO = [("oui", "Oui"), ("non", "Non")]


@dataclass(frozen=True)
class Shown:
    """One page of the gallery. ``context`` is what its template needs."""

    name: str
    template: str
    title: str
    agent: bool = False
    context: dict[str, Any] = field(default_factory=dict)


def environment() -> Environment:
    """Jinja with the two loaders and the names that the shells expect; sentences stay in French, their language."""
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader([HERE / "pages", ROOT / "portal" / "templates"]), components_loader()]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        lambda text: text, lambda one, many, number: one if number < 2 else many, newstyle=True
    )
    made.filters.update(
        moment=lambda at: f"{format_date(at, 'EEEE d MMMM y', locale='fr')}, {at.hour} h {at.minute:02d}",
        machine_time=lambda at: at.isoformat(timespec="minutes"),
        date=lambda at: format_date(at, "d MMMM y", locale="fr"),
    )
    made.globals.update(
        static=lambda path: f"/static/{path}",
        nonce=lambda: "nonce-of-the-gallery",
        csrf_token=lambda: "token-of-the-gallery",
        reading_choice=lambda: SimpleNamespace(simplified=False, other="/langage?choix=simple&suite=%2F"),
        authority=AUTHORITY,
        sandbox_url=None,
        public_url="http://127.0.0.1:8070",
    )
    return made


def render(page: Shown, made: Environment | None = None) -> str:
    """The whole HTML of a page of the gallery."""
    actor = SimpleNamespace(
        is_resident=not page.agent, is_agent=page.agent, label="Claire Le Goff" if page.agent else ""
    )
    menu = (
        [("Demandes", "/agents/dossiers"), ("Envois", "/agents/envois"), ("Connexions", "/agents/connexions")]
        if page.agent
        else [("Mon espace", "/mon-espace"), ("Toutes les démarches", "/demarches")]
    )
    path = "/agents/dossiers" if page.agent else f"/mon-espace/{page.name}"
    return (made or environment()).get_template(page.template).render(
        page_title=page.title,
        request=SimpleNamespace(path=path),
        current_actor=actor,
        menu=menu,
        menu_place=path,
        **page.context,
    )  # fmt: skip


def at(day: int, hour: int = 14, minute: int = 5) -> datetime:
    """A moment of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=PARIS)


def step_form(*, all_needed: bool = False) -> type[AccessibleForm]:
    """A form of every kind of field, made at run time as a procedure's step is."""
    needed = all_needed
    text = TextLineField
    return build_form(
        {
            "nom": text("Nom de naissance", hint="Tel qu’il figure sur l’acte.", autocomplete="family-name"),
            "courriel": text("Adresse électronique", input_type="email", autocomplete="email", needed=needed),
            "telephone": text("Téléphone", input_type="tel", autocomplete="tel", width="w16", needed=needed),
            "code_postal": text("Code postal", inputmode="numeric", autocomplete="off", width="w8", max_length=5),
            "naissance": DatePartsField("Date de naissance", hint="Par exemple 24 8 1962.", autocomplete="bday"),
            "arrivee": DatePartsField("Date d’arrivée dans la commune", partial=True, needed=needed),
            "ecole": ChoiceField("École souhaitée", options=SCHOOLS),
            "lien": ChoiceField("Votre lien avec l’enfant", options=LINKS),
            "cantine": YesNoField("Votre enfant ira-t-il à la cantine ?", options=YES_NO),
            "precision": LongTextField("Ce que l’école doit savoir", hint="Rien sur la santé.", needed=needed),
        }
    )


WRONG = {
    "nom": "Saisissez le nom de naissance, par exemple Dubois.",
    "courriel": "Saisissez l’adresse électronique avec un @, par exemple nom@exemple.fr.",
    "naissance": "Saisissez la date de naissance avec quatre chiffres pour l’année, par exemple 24 8 1962.",
    "ecole": "Choisissez l’école souhaitée dans la liste.",
    "lien": "Choisissez votre lien avec l’enfant : sa mère, son père ou un autre lien.",
    "precision": "Raccourcissez ce que l’école doit savoir : 2 000 signes au plus, par exemple cinq lignes.",
}


def refused_form() -> AccessibleForm:
    """The same form sent back by the server, with what was typed."""
    typed = {
        "nom": "",
        "courriel": "angela.exemple.fr",
        "naissance-day": "24",
        "naissance-month": "8",
        "naissance-year": "62",
        "code_postal": "38999",
        "cantine": "non",
        "precision": MIXED,
    }
    form = step_form()(MultiDict(typed))
    form.refuse(WRONG)
    return form


def _form_pages() -> list[Shown]:
    refused = refused_form()
    answers = {
        "nom": LONG_NAME,
        "courriel": f"{UNBROKEN}@exemple.fr",
        "naissance": "1962-08-24",
        "arrivee": "2019-00-00",
        "cantine": True,
        "lien": "mere",
        "ecole": "ecole-3",
        "precision": f"{ARABIC}\n{UNBROKEN}",
        "code_postal": "38999",
    }
    known = step_form(all_needed=True)(None, data=answers)
    step = "Étape 2 sur 5 : L’enfant"
    return [
        Shown("champs", "step.html", step, context={"form": step_form()(), "errors": []}),
        Shown(
            "champs-refuses",
            "step.html",
            "Étape 2 sur 5 : L’enfant",
            context={"form": refused, "errors": refused.summary},
        ),
        Shown("champs-connus", "step.html", step, context={"form": known, "errors": []}),
        Shown("un-champ", "one_field.html", "Écrire au service", context={"errors": [], "typed": ""}),
        Shown(
            "un-champ-refuse",
            "one_field.html",
            "Écrire au service",
            context={
                "errors": [("texte", "Écrivez votre message, par exemple « Quand ouvre le guichet ? »")],
                "typed": ARABIC,
            },
        ),
        Shown("choix", "choices.html", "Vos préférences", context={"errors": []}),
        Shown(
            "choix-refuses",
            "choices.html",
            "Vos préférences",
            context={"errors": [("engage", "Cochez la case pour confirmer que vos réponses sont exactes.")]},
        ),
    ]


def _display_pages() -> list[Shown]:
    usual = {"who": "Angela Dubois", "free": "Bonjour,\nà quelle heure ouvre l’école ?", "names": ["Angela Dubois"]}
    long = {"who": LONG_NAME, "free": f"{UNBROKEN} {LONG_NAME}\n{UNBROKEN}", "names": [LONG_NAME, UNBROKEN]}
    other = {"who": ARABIC, "free": f"{MIXED}\n{HEBREW}", "names": [ARABIC, HEBREW, TAMIL, MIXED]}
    pages = [
        Shown(f"dossier-{kind}", "casefile.html", "Inscription à l’école", context={**data, "at": at})
        for kind, data in (("courant", usual), ("long", long), ("autres-ecritures", other))
    ]
    return [*pages, Shown("vide", "empty.html", "Mon espace", context={})]


def _agent_pages() -> list[Shown]:
    names = ["Angela Dubois", LONG_NAME, UNBROKEN, ARABIC, HEBREW, TAMIL, MIXED]
    rows = [(f"VSI-{number}F3K-2M", names[number % len(names)], at(1 + number % 27)) for number in range(20)]
    return [
        Shown("liste", "worklist.html", "Demandes : à traiter", agent=True, context={"rows": rows}),
        Shown("liste-vide", "worklist.html", "Demandes : à traiter", agent=True, context={"rows": []}),
    ]


def _failure_pages() -> list[Shown]:
    titles = {
        400: "Cette demande n’a pas pu être lue",
        404: "Cette page n’existe pas",
        503: "Le service est indisponible",
    }
    codes = sorted(int(file.stem) for file in (ROOT / "portal" / "templates" / "errors").glob("[0-9]*.html"))
    return [
        Shown(
            f"erreur-{code}",
            f"errors/{code}.html",
            titles.get(code, "Cette action n’a pas pu aboutir"),
            context={"code": "form_token", "incident": "3f9a01c7"},
        )
        for code in codes
    ]


def pages() -> list[Shown]:
    """Every page of the gallery."""
    return [*_form_pages(), *_display_pages(), *_agent_pages(), *_failure_pages()]
