"""Defects sown one at a time in clean pages of the gallery, and the rule that must find each."""

from __future__ import annotations

import re
from dataclasses import dataclass

STEP, FILE, LIST = "champs-refuses", "dossier-courant", "liste"


@dataclass(frozen=True)
class Mutant:
    """``old`` is a regular expression; its first match becomes ``new`` (``every``: all of them)."""

    name: str
    rule: str
    page: str
    old: str
    new: str
    every: bool = False

    def sow(self, html: str) -> str:
        """The page with its defect."""
        changed, times = re.subn(self.old, self.new, html, count=0 if self.every else 1, flags=re.DOTALL)
        assert times, f"{self.name}: nothing matches {self.old!r} in {self.page}"
        assert changed != html, f"{self.name}: nothing changed"
        return changed


def _m(name: str, rule: str, page: str, old: str, new: str, *, every: bool = False) -> Mutant:
    return Mutant(name, rule, page, old, new, every)


LEAD = r'(<p class="lead">)'
HEAD = [
    _m("no doctype", "doctype", STEP, r"<!DOCTYPE html>", ""),
    _m("no language", "lang", STEP, r'<html lang="fr"', "<html"),
    _m("a catalogue for a language", "lang", STEP, r'lang="fr"', 'lang="fr@falc"'),
    _m("wrong direction", "dir", STEP, r'dir="ltr"', 'dir="rtl"'),
    _m("vague title", "title", FILE, r"<title>[^<]*", "<title>Page – Valmont-sur-Iselle"),
    _m("title of the page alone", "title", FILE, r"<title>[^<]*", "<title>Inscription à l’école"),
    _m("empty title", "title", FILE, r"<title>[^<]*", "<title>"),
    _m("title of another page", "title", FILE, r"<title>[^<]*", "<title>Vos paiements en cours – Valmont"),
    _m("title silent on errors", "title-error", STEP, r"<title>Erreur : ", "<title>"),
    _m("title cries errors", "title-error", FILE, r"<title>", "<title>Erreur : "),
    _m("title silent on the step", "title-step", STEP, r"Étape 2 sur 5 : L", "L"),
    _m("the page reloads", "refresh", FILE, r"<title>", '<meta http-equiv="refresh" content="9"><title>'),
    _m("zoom forbidden", "zoom", FILE, r"initial-scale=1", "initial-scale=1, user-scalable=no"),
]
OUTLINE = [
    _m("no h1", "h1", FILE, r"<h1>(.*?)</h1>", r"<p>\1</p>"),
    _m("two h1", "h1", FILE, r'(<h2 id="fil">.*?</h2>)', r"<h1>Encore</h1>\1"),
    _m("a level skipped", "heading-order", FILE, r"<h3>Vous</h3>", "<h5>Vous</h5>"),
    _m("an empty heading", "heading", FILE, r'<h2 id="fil">.*?</h2>', '<h2 id="fil"></h2>'),
    _m("no skip link", "skip-link", STEP, r'<nav class="skip".*?</nav>', ""),
    _m("a skip link to nowhere", "anchor", STEP, r'id="contenu"', 'id="corps"'),
    _m("no main", "landmark", STEP, r"<main (.*?)>(.*)</main>", r"<div \1>\2</div>"),
    _m("an unnamed menu", "landmark", STEP, r' aria-label="Menu principal"', ""),
    _m("two menus of one name", "landmark", STEP, r'aria-label="Se repérer"', 'aria-label="Menu principal"'),
    _m("no live region", "status", STEP, r'<div id="status".*?</div>', ""),
    _m("a live region that comes full", "status", STEP, r'(<div id="status"[^>]*>)', r"\1Enregistré"),
    _m("a trail without its end", "breadcrumb", STEP, r'<li aria-current="page">', "<li>"),
    _m("a list of boxes", "list", STEP, r"(<ul>)", r"\1<div>Avant</div>"),
]
LINKS = [
    _m("click here", "link", FILE, r">vos échanges avec le service<", ">cliquez ici<"),
    _m("know more", "link", FILE, r">vos échanges avec le service<", ">En savoir plus<"),
    _m("a bare address", "link", FILE, r">vos échanges avec le service<", ">https://exemple.fr/aide<"),
    _m("an empty link", "link", FILE, r">vos échanges avec le service<", "><"),
    _m("a link without address", "link", FILE, r'<a href="#echanges">', "<a>"),
    _m("a window unannounced", "new-window", FILE, r'<a href="#echanges">', '<a href="/aide" target="_blank">'),
    _m("a name that hides the words", "name", FILE, r'<a href="#echanges">', '<a href="#echanges" aria-label="Aide">'),
    _m(
        "two places, the same words",
        "twin-links",
        FILE,
        LEAD,
        r'<p><a href="/un">Le règlement</a></p><p><a href="/deux">Le règlement</a></p>\1',
    ),
    _m("a button without type", "button-type", STEP, r'<button class="btn" type="submit">', '<button class="btn">'),
    _m("OK", "button", STEP, r">Continuer</button>", ">OK</button>"),
    _m("a mute button", "button", STEP, r">Continuer</button>", "></button>"),
    _m("another order", "tabindex", STEP, r'<button class="btn"', '<button tabindex="3" class="btn"'),
    _m("a shortcut", "accesskey", STEP, r'<button class="btn"', '<button accesskey="s" class="btn"'),
    _m("a box that acts", "role", FILE, LEAD, r'<div role="button" tabindex="0">Envoyer la demande</div>\1'),
    _m("a link in a button", "nested", STEP, r">Continuer</button>", '><a href="/suite">Continuer</a></button>'),
    _m("focus on what is hidden", "hidden-focus", STEP, r' tabindex="-1" autocomplete="off"', ' autocomplete="off"'),
]
CONTENT = [
    _m("space made of lines", "br", FILE, LEAD, r"<p>Un<br><br>deux</p>\1"),
    _m("an empty paragraph", "empty", FILE, LEAD, r"<p>&nbsp;</p>\1"),
    _m("a drawing read aloud", "drawing", FILE, r' aria-hidden="true" focusable="false"', ""),
    _m("a picture without alternative", "alt", FILE, LEAD, r'<img src="/x.png" width="9" height="9">\1'),
    _m("a file name for a picture", "alt", FILE, LEAD, r'<img src="/x.png" alt="plan.png" width="9" height="9">\1'),
    _m("another script, unmarked", "script", FILE, LEAD, r"\1مرحبا "),
    _m("a wrong language inside", "lang", FILE, LEAD, r'<p lang="anglais">Welcome</p>\1'),
    _m("a translation left open", "left-over", FILE, LEAD, r"\1%(name)s "),
    _m("a template left open", "left-over", FILE, LEAD, r"\1{{ nom }} "),
    _m("escaped twice", "left-over", FILE, LEAD, r"\1l&amp;#39;école "),
    _m("a picture character", "picture-character", FILE, LEAD, r"\1🎉 "),
    _m("spread letters", "spread", FILE, LEAD, r"\1B O N J O U R "),
    _m("a disclosure without summary", "disclosure", FILE, r"<summary>.*?</summary>", ""),
]
TABLES = [
    _m("no caption", "caption", LIST, r"<caption[^>]*>.*?</caption>", '<caption id="demandes"></caption>'),
    _m("headers without scope", "scope", LIST, r' scope="col"', "", every=True),
    _m("an empty header", "scope", LIST, r'(<th scope="col"[^>]*>)Demande', r"\1"),
    _m("no header", "table", LIST, r"<(/?)th\b", r"<\1td", every=True),
    _m("a spanning cell", "span", LIST, r"<td>", '<td colspan="2">'),
    _m("a row too short", "row", LIST, r"<td><bdi>.*?</td>", ""),
    _m("a table that runs off", "table-region", LIST, r'<section class="scroll"[^>]*>', "<section>"),
    _m("sorted by nobody", "sort", LIST, r'aria-sort="ascending"', 'aria-sort="croissant"'),
]
FIELDS = [
    _m("no label", "label", STEP, r'<label for="nom">(.*?)</label>', r"<span>\1</span>"),
    _m("an empty label", "label", STEP, r'<label for="nom">.*?</label>', '<label for="nom"></label>'),
    _m("a label of nothing", "reference", STEP, r'<label for="nom">', '<label for="nome">'),
    _m("a hidden label", "label", STEP, r'<label for="nom">', '<label class="vh" for="nom">'),
    _m("a name nobody sees", "label", STEP, r'id="nom" name', 'id="nom" aria-label="Nom" name'),
    _m("a placeholder", "placeholder", STEP, r'id="nom" name', 'id="nom" placeholder="Dubois" name'),
    _m("an id twice", "id", STEP, r'id="courriel"', 'id="nom"'),
    _m("a description lost", "reference", STEP, r'id="nom-aide"', 'id="aide-du-nom"'),
    _m("the error before the hint", "described-order", STEP, r'"nom-aide nom-err"', '"nom-err nom-aide"'),
    _m("no legend", "legend", STEP, r"<legend>.*?</legend>", ""),
    _m("a group of loose boxes", "group", STEP, r"<(/?)fieldset", r"<\1div", every=True),
    _m("an unknown token", "autocomplete", STEP, r'autocomplete="email"', 'autocomplete="courriel"'),
    _m("no token", "autocomplete", STEP, r' autocomplete="email"', ""),
    _m("a date of the browser", "input-type", STEP, r'name="nom" type="text"', 'name="nom" type="date"'),
    _m("a field without name", "input-name", STEP, r' name="nom"', ""),
    _m("a page that starts in its middle", "autofocus", STEP, r'id="nom" name', 'id="nom" autofocus name'),
    _m("a list that chooses for you", "option", STEP, r'<option value="">Choisissez</option>', ""),
]
FORMS = [
    _m("optional, unsaid", "required", STEP, r' <span class="soft">\(facultatif\)</span>', "", every=True),
    _m("required, unsaid", "required", STEP, r' dir="auto" required', ' dir="auto"'),
    _m("bubbles of the browser", "novalidate", STEP, r" novalidate", ""),
    _m("no token of the form", "form-token", STEP, r'<input type="hidden" name="csrf_token"[^>]*>', ""),
    _m("a form without button", "form-button", LIST, r"<button.*?</button>", ""),
    _m("sent on change", "change", LIST, r"<select", '<select data-hx-trigger="change"'),
    _m("no summary", "summary", STEP, r'<div class="sum".*?</ul>\s*</div>\s*</div>', ""),
    _m("a mute summary", "summary", STEP, r' role="alert"', ""),
    _m("a summary that leads nowhere", "summary-link", STEP, r'<a href="#nom">', '<a href="#nomme">'),
    _m("other words in the summary", "summary-link", STEP, r'(<a href="#nom">)[^<]*', r"\1Champ incorrect"),
    _m("an error alone", "error", STEP, r'"nom-aide nom-err"', '"nom-aide"'),
    _m("wrong, and not told invalid", "invalid", STEP, r' aria-invalid="true"', "", every=True),
    _m("invalid, and no word why", "invalid", STEP, r'id="telephone" name', 'id="telephone" aria-invalid="true" name'),
]
SOURCE = [
    _m("an inline style", "inline-style", FILE, r'<p class="lead">', '<p class="lead" style="color:red">'),
    _m("an inline script", "inline-script", FILE, LEAD, r"<script>alert(1)</script>\1"),
    _m("an event attribute", "event-attribute", FILE, r'<p class="lead">', '<p class="lead" onclick="go()">'),
    _m("a script for an address", "script-address", FILE, r'href="#echanges"', 'href="javascript:go()"'),
    _m("htmx without data-", "htmx-attribute", FILE, r'<p class="lead">', '<p class="lead" hx-get="/x">'),
    _m("a script from elsewhere", "third-party", FILE, LEAD, r'<script src="https://exemple.fr/x.js"></script>\1'),
    _m("a frame", "medium", FILE, LEAD, r'<iframe src="/x" title="Plan"></iframe>\1'),
    _m("looks in the markup", "presentation", FILE, LEAD, r'<p align="center">Bonjour</p>\1'),
    _m("an attribute twice", "parse-error", FILE, r'<p class="lead">', '<p class="lead" class="soft">'),
    _m("a stray end", "parse-error", FILE, LEAD, r"</span>\1"),
    _m("too many elements", "budget", FILE, LEAD, "<p>" + "<span>mot</span> " * 200 + r"</p>\1"),
]

MUTANTS = [*HEAD, *OUTLINE, *LINKS, *CONTENT, *TABLES, *FIELDS, *FORMS, *SOURCE]
