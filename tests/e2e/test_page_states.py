"""Every page in every state, in Chromium, on the whole product: accessibility, the two validators, the weight.

The residents of this walk have the longest names and the rarest letters of the sandbox. What a state is and who sees it
stands in ``tests/support/states.py`` for tests without a browser; here each state is reached as people reach it.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from accessibility.checks.findings import tell
from accessibility.checks.markup import run_html_validate, run_vnu
from tests.e2e.audit import Role, State, Visit, fill, visiting
from tests.e2e.conftest import Stack
from tests.e2e.scenes import SCHOOL, answer_arrival, read_reference, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONGEST = "Anastasia Bérénice"
GREEK = "ΠΑΡΆΔΕΙΓΜΑ"
SHORTEST = "Ô Y"
MAX_STEPS = 12
# Procedures whose every step is opened in the browser: together they have every kind of question and of condition.
WALKED = {
    "accompagnement-numerique",
    "acte-de-naissance",
    "aide-energie",
    "carte-mediatheque",
    "place-en-creche",
    "stationnement-demenagement",
}
PNG = base64.b64decode(  # one grey point
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AQAAygDJmcpdfgAAAABJRU5ErkJggg=="
)
REFUSED = {"Victor Dehors": "sans double authentification", "Nadia Inconnue": "sans accès"}
OTHER_VIEWS = 6


@dataclass(frozen=True)
class Walked:
    """All the states seen, and the folder of their sources."""

    states: list[State]
    folder: Path

    def of(self, role: Role) -> list[State]:
        """Those of the residents' pages, or of the agents'."""
        return [state for state in self.states if state.role == role]


@pytest.fixture(scope="module")
def walked(stack: Stack, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The walk, once for all the tests of this file."""
    seen: list[State] = []
    folder = tmp_path_factory.mktemp("states")
    with visiting(browser, folder, seen, "resident") as visit:
        walk_as_visitor(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_to_the_agents_door(visit, stack)
    with visiting(browser, folder, seen, "resident") as visit:
        walk_in_and_out(visit, stack)
    with visiting(browser, folder, seen, "resident") as resident:
        reference = walk_through_the_school_procedure(resident, stack)
        with visiting(browser, folder, seen, "agent") as agent:
            walk_as_department_agent(agent, stack, reference)
            walk_after_the_question(resident, stack, reference)
            walk_to_the_decision(agent, stack, reference)
        walk_after_the_decision(resident, stack, reference)
        walk_through_the_papers(resident, stack, reference)
    with visiting(browser, folder, seen, "resident") as visit:
        walk_through_the_other_procedures(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_as_operator(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_as_procedure_officer(visit, stack)
    return Walked(seen, folder)


def walk_as_visitor(visit: Visit, stack: Stack) -> None:
    """What everybody sees."""
    for path, name in (
        ("/", "accueil"),
        ("/quotidien", "vie quotidienne"),
        ("/quotidien/velos", "vélos, question"),
        ("/quotidien/velos?adresse=3+quai+des+moulins", "vélos, stations"),
        ("/quotidien/velos?adresse=zzzz", "vélos, adresse inconnue"),
        ("/participer", "participer"),
        ("/participer/la-cour-de-l-ecole-des-tilleuls", "sondage, visiteur"),
        ("/participer/le-nom-du-nouveau-square", "sondage sans compte"),
        ("/participer/la-rue-des-tanneurs-le-dimanche", "résultats d’un sondage"),
        ("/participer/la-rue-des-tanneurs-le-dimanche/croisement", "réponses croisées"),
        ("/quotidien/signalements", "signalements"),
        ("/quotidien/signalements?etat=closed&genre=sign", "signalements, choisis"),
        ("/quotidien/signalements/nouveau", "signaler, lieu"),
        ("/suivre", "suivre sans compte"),
        ("/demarches", "toutes les démarches"),
        ("/demarches?q=inscrire+mon+fils", "recherche, trouvé"),
        ("/demarches?q=zzzz", "recherche, rien"),
        (SCHOOL, "présentation, visiteur"),
        (f"/langage?choix=simple&suite={SCHOOL}", "présentation, français simplifié"),
        (
            "/langage?choix=complet&suite=/donnees-personnelles/aide-energie",
            "données d’une démarche, retour au texte complet",
        ),
        ("/accessibilite", "accessibilité"),
        ("/donnees-personnelles", "données personnelles"),
        ("/donnees-personnelles/inscription-scolaire", "données d’une démarche"),
        ("/mentions-legales", "mentions légales"),
        ("/plan-du-site", "plan du site"),
        ("/verifier", "vérifier un document"),
        ("/une-page-qui-n-existe-pas", "adresse inconnue"),
        ("/connexion", "porte des usagers"),
    ):
        visit.go(f"{stack.url}{path}", name)
    visit.hand.press("S’identifier avec FranceConnect")
    visit.press("Annuler et revenir", "identification interrompue, usager")
    walk_through_a_list(visit, stack)


def walk_through_a_list(visit: Visit, stack: Stack) -> None:
    """The questions refused then answered, the list, one of its lines, what is taken away, the end."""
    visit.go(f"{stack.url}/bienvenue", "bienvenue")
    visit.press("Voir ma liste", "questions d’arrivée refusées")
    answer_arrival(visit.hand)
    visit.press("Voir ma liste", "liste d’arrivée")
    here = urlsplit(visit.page.url).path
    visit.press("C’est fait", "liste d’arrivée, une ligne faite")
    for end, name in (
        ("lignes/ecole", "ligne d’une liste"),
        ("imprimer", "liste à imprimer"),
        ("reponses", "réponses d’une liste"),
        ("effacer", "effacer une liste"),
    ):
        visit.go(f"{stack.url}{here}/{end}", name)
    visit.press("Effacer ma liste", "liste effacée")


def walk_to_the_agents_door(visit: Visit, stack: Stack) -> None:
    """The door of agents, and those who are not let in."""
    visit.go(f"{stack.url}/agents/connexion", "porte des agents")
    visit.hand.press("S’identifier avec ProConnect")
    visit.press("Annuler et revenir", "identification interrompue, agent")
    for person, why in REFUSED.items():
        visit.context.clear_cookies()
        sign_in(visit.hand, stack, person, agent=True)
        visit.look(f"agent refusé, {why}")


def walk_in_and_out(visit: Visit, stack: Stack) -> None:
    """A space with nothing in it, then leaving."""
    sign_in(visit.hand, stack, SHORTEST)
    visit.go(f"{stack.url}/mon-espace", "mon espace, vide")
    visit.go(f"{stack.url}/demandes/VSI-AAAA-AA", "demande de personne")
    visit.go(f"{stack.url}/deconnexion", "se déconnecter")
    visit.hand.press("Se déconnecter")
    leave_the_provider(visit, stack)
    visit.look("déconnecté")


def leave_the_provider(visit: Visit, stack: Stack) -> None:
    """Come back from the simulated provider, when it asks something."""
    if visit.page.url.startswith(stack.sandbox):
        visit.page.get_by_role("main").get_by_role("button").first.click()
        visit.page.wait_for_url(re.compile(re.escape(stack.url)))


def paths_in(page: Page, start: str) -> list[str]:
    """Addresses of the main part that begin with ``start``, each once, without their fragment."""
    links = page.locator(f"main a[href^='{start}']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return list(dict.fromkeys(link.partition("#")[0] for link in links))


def walk_through_the_school_procedure(visit: Visit, stack: Stack) -> str:
    """Each step empty, refused, filled; the check; the acknowledgement; the request. Returns the reference."""
    sign_in(visit.hand, stack, LONGEST)
    visit.go(f"{stack.url}{SCHOOL}", "présentation, usager")
    visit.hand.press("Commencer")
    steps = answer_every_step(visit, refused=True)
    visit.look("vérification")
    add_files(visit, stack)
    for number, path in enumerate(steps, 1):
        visit.go(f"{stack.url}{path}", f"école, étape {number}, remplie")
    visit.go(f"{stack.url}{SCHOOL}", "présentation, brouillon")
    visit.go(f"{stack.url}{SCHOOL}/abandonner", "effacer le brouillon ?")
    visit.go(f"{stack.url}/mon-espace", "mon espace, un brouillon")
    visit.go(f"{stack.url}{SCHOOL}/tarif/accord/caf_family_quotient", "accord pour demander")
    visit.press("Je suis d’accord, demander", "école, tarif demandé")
    visit.go(f"{stack.url}/mon-espace/autorisations", "autorisations")
    visit.go(f"{stack.url}{SCHOOL}/verifier", "vérification, relue")
    visit.press("Envoyer ma demande", "accusé de réception")
    reference = read_reference(visit.hand)
    visit.go(f"{stack.url}{SCHOOL}/verifier", "déjà envoyée")
    visit.go(f"{stack.url}/demandes/{reference}", "demande")
    visit.press("Envoyer le message", "demande, message refusé")
    visit.hand.write("Votre message au service", "Bonjour,\nà quelle heure ouvre l’école ?")
    visit.press("Envoyer le message", "demande, message envoyé")
    visit.go(f"{stack.url}/demandes/{reference}/reponses", "mes réponses")
    visit.page.goto(f"{stack.url}/demandes/{reference}")
    visit.follow("Retirer ma demande", "retirer ?")
    return reference


def add_files(visit: Visit, stack: Stack) -> None:
    """A file that is refused, one that is kept; then the person's documents."""
    visit.page.goto(f"{stack.url}{SCHOOL}/pieces")
    field = visit.page.locator("input[type=file]")
    field.set_input_files({"name": "facture.docm", "mimeType": "application/msword", "buffer": b"PK" + bytes(99)})
    visit.press("Ajouter ce fichier", "école, pièce refusée")
    visit.page.locator("input[type=file]").set_input_files(
        {"name": "facture-de-l-eau-au-nom-tres-long-pour-tout-le-trimestre.png", "mimeType": "image/png", "buffer": PNG}
    )
    visit.press("Ajouter ce fichier", "école, pièce ajoutée")
    visit.go(f"{stack.url}/mon-espace/documents", "mes documents")
    visit.follow("Supprimer", "supprimer un document ?")
    visit.go(f"{stack.url}/mon-espace/rattachement", "retrouver un autre compte")
    visit.press("Afficher un code", "code pour un autre compte")


def answer_every_step(visit: Visit, *, refused: bool, label: str = "école") -> list[str]:
    """From the first step to the check page; ``refused`` also sends each step empty. Returns the steps' paths."""
    paths: list[str] = []
    for number in range(1, MAX_STEPS):
        path = re.sub(r"^https?://[^/]+", "", visit.page.url)
        if path.endswith("/verifier"):
            return paths
        visit.look(f"{label}, étape {number}, vide")
        if refused:
            visit.hand.press("Continuer")
            if not visit.page.url.endswith(path) or not visit.page.locator(".sum").count():
                paths.append(path)
                continue
            visit.look(f"{label}, étape {number}, refusée")
        paths.append(path)
        fill(visit)
        visit.hand.press("Continuer")
        if visit.page.url.endswith(path):
            visit.look(f"{label}, étape {number}, une question de plus")
            fill(visit)
            visit.hand.press("Continuer")
        assert not visit.page.url.endswith(path), visit.page.locator("main").inner_text()
    raise AssertionError(f"no end after {paths}")


def walk_as_department_agent(visit: Visit, stack: Stack, reference: str) -> None:
    """The queue and its views, a request, what is refused there, a question asked."""
    sign_in(visit.hand, stack, "Claire Le Goff", agent=True)
    visit.go(f"{stack.url}/agents/dossiers", "liste")
    views = paths_in(visit.page, "/agents/dossiers?")
    assert len(views) >= OTHER_VIEWS, views
    for path in views:
        visit.go(f"{stack.url}{path}", f"liste, {path.partition('?')[2]}")
    visit.go(f"{stack.url}/agents/dossiers?q=zzzz", "liste, filtres sans résultat")
    visit.go(f"{stack.url}/agents/dossiers?q={reference}", "liste, une demande")
    visit.go(f"{stack.url}/agents/dossiers/{reference}", "dossier")
    visit.press("Envoyer le message", "dossier, message refusé")
    visit.press("Demander la précision", "dossier, question refusée")
    visit.press("Prendre la demande", "dossier, pris")
    visit.follow("Lire l’accusé de réception", "accusé de réception vu de l’agent")
    visit.page.goto(f"{stack.url}/agents/dossiers/{reference}")
    visit.hand.write("Ce qu’il vous faut", "Le nom de l’école de cette année, s’il vous plaît.")
    visit.press("Demander la précision", "dossier, en attente de l’usager")


def walk_after_the_question(visit: Visit, stack: Stack, reference: str) -> None:
    """What the person sees when something is asked of them."""
    visit.go(f"{stack.url}/mon-espace", "mon espace, une réponse attendue")
    visit.go(f"{stack.url}/demandes/{reference}", "demande, une réponse attendue")
    visit.hand.write("Votre réponse au service", "École des Tilleuls.")
    visit.press("Envoyer le message", "demande, réponse donnée")
    visit.go(f"{stack.url}/mon-espace/consultations", "qui a consulté mon dossier")
    visit.go(f"{stack.url}/mon-espace/consultations?demande={reference}", "qui a consulté, une demande")
    visit.go(f"{stack.url}/mon-espace/connexion", "ma connexion")


def walk_to_the_decision(visit: Visit, stack: Stack, reference: str) -> None:
    """Deciding: the form, what is refused, reading again, sent."""
    base = f"{stack.url}/agents/dossiers/{reference}"
    visit.go(f"{base}/decider", "décider")
    visit.press("Relire avant d’envoyer", "décider, refusé")
    visit.hand.choose("Quelle est la décision", "Refuser")
    visit.hand.write("Motif", "Cette école n’a plus de place.\nUne autre école vous est proposée.")
    visit.press("Relire avant d’envoyer", "décision relue")
    visit.press("Envoyer la décision", "dossier, décidé")
    visit.go(f"{base}/decider", "décider, trop tard")
    visit.go(f"{stack.url}/agents/ma-connexion", "agent, ma connexion")
    visit.go(f"{stack.url}/agents/deconnexion", "agent, se déconnecter")


def walk_after_the_decision(visit: Visit, stack: Stack, reference: str) -> None:
    """What the person reads once it is decided."""
    visit.go(f"{stack.url}/demandes/{reference}", "demande, refusée")
    visit.go(f"{stack.url}/demandes/{reference}/decision", "décision, à imprimer")
    visit.go(f"{stack.url}/mon-espace", "mon espace, une demande terminée")
    visit.page.go_back()


def walk_through_the_papers(visit: Visit, stack: Stack, reference: str) -> None:
    """What was said in writing, once it is printed, then its code checked by somebody it was shown to."""
    for place, name in (("accuse", "accusé de réception, PDF prêt"), ("decision", "décision, PDF prêt")):
        for _turn in range(60):
            visit.page.goto(f"{stack.url}/demandes/{reference}/{place}")
            if visit.page.locator("a[href$='.pdf']").count():
                break
            visit.page.wait_for_timeout(500)
        assert visit.page.locator("a[href$='.pdf']").count() == 1, "the paper was not printed"
        visit.look(name)
    visit.follow("Page de vérification", "document scanné")
    visit.press("Vérifier", "document authentique")
    visit.press("Vérifier", "document inconnu")


def walk_through_the_other_procedures(visit: Visit, stack: Stack) -> None:
    """The other procedures of the sample commune, with a name in Greek letters; one request is then withdrawn."""
    sign_in(visit.hand, stack, GREEK)
    visit.page.goto(f"{stack.url}/demarches")
    open_ones = paths_in(visit.page, "/demarches/")
    others = [path for path in open_ones if path.removeprefix("/demarches/") in WALKED]
    assert len(others) == len(WALKED), open_ones
    for path in others:
        slug = path.removeprefix("/demarches/")
        visit.go(f"{stack.url}{path}", f"{slug}, présentation")
        visit.hand.press("Commencer")
        answer_every_step(visit, refused=False, label=slug)
        visit.look(f"{slug}, vérification")
    visit.press("Envoyer ma demande", "accusé de réception, autres lettres")
    reference = read_reference(visit.hand)
    visit.page.goto(f"{stack.url}/demandes/{reference}/retirer")
    visit.press("Retirer ma demande", "demande, retirée")
    visit.go(f"{stack.url}/mon-espace", "mon espace, autres lettres")


def walk_as_operator(visit: Visit, stack: Stack) -> None:
    """Connections, a pause, what did not leave."""
    sign_in(visit.hand, stack, "Odile Perrin", agent=True)
    visit.go(f"{stack.url}/agents/connexions", "connexions")
    visit.go(f"{stack.url}/agents/connexions/ecoles/pause", "mettre en pause")
    visit.press("Mettre en pause", "mettre en pause, refusé")
    visit.hand.write("Raison de la pause", "Maintenance du logiciel jusqu’à 14 h.")
    visit.press("Mettre en pause", "connexions, en pause")
    visit.press("Reprendre", "connexions, reprise")
    visit.go(f"{stack.url}/agents/envois", "envois")


def walk_as_procedure_officer(visit: Visit, stack: Stack) -> None:
    """A procedure written in the browser."""
    sign_in(visit.hand, stack, "Inès Moreau", agent=True)
    visit.go(f"{stack.url}/agents/demarches", "démarches")
    visit.go(f"{stack.url}/agents/demarches/nouvelle", "démarche, nouvelle")
    visit.press("Créer la démarche", "démarche, nouvelle, refusée")
    base = f"{stack.url}/agents/demarches/place-en-creche"
    visit.go(base, "démarche publiée")
    visit.press("Commencer une nouvelle version", "démarche, brouillon ouvert")
    for path, name in (
        ("?page=accueil", "questions"),
        ("/presentation", "présentation"),
        ("/canaux", "canaux"),
        ("/legal", "cadre légal"),
        ("/envois", "envois"),
        ("/circuit", "circuit"),
        ("/textes?langue=en&page=accueil", "langues"),
        ("/yaml", "versions et YAML"),
        ("/pages/nouvelle", "page, nouvelle"),
        ("/pages/accueil", "page"),
        ("/questions/childcare_kind", "question"),
        ("/questions/childcare_kind/donnee?q=enfant", "donnée, recherche"),
        ("/pages/accueil/questions/nouvelle?propre=1", "donnée propre au service"),
        ("/condition/question/childcare_days", "conditions"),
        ("/condition/page/accueil?question=guardian_role", "condition, réponse"),
        ("/abandonner", "abandonner un brouillon"),
        ("/fermer", "fermer une démarche"),
    ):
        visit.go(base + path, f"démarche, {name}")


@pytest.mark.parametrize("role", ["resident", "agent"])
def test_nothing_is_found_in_any_state(walked: Walked, role: Role) -> None:
    lines = [f"{state.name} ({state.path})\n{tell(state.defects)}" for state in walked.of(role) if state.defects]
    assert not lines, "\n".join(lines)


def test_html_validate_finds_nothing(walked: Walked) -> None:
    found = run_html_validate(walked.folder)
    assert not found, tell(found)


def test_vnu_finds_nothing(walked: Walked) -> None:
    found = run_vnu(walked.folder)
    assert not found, tell(found)


@pytest.mark.parametrize("role", ["resident", "agent"])
def test_a_first_visit_is_light(walked: Walked, role: Role) -> None:
    states = walked.of(role)
    assert states
    assert all(state.requests > 1 and state.weight > 1000 for state in states), "nothing was measured"
    heavy = [
        f"{state.name}: {state.requests} requests, {state.weight} bytes, {state.elements} elements"
        for state in states
        if state.is_heavy
    ]
    assert not heavy, "\n".join(heavy)


def test_two_pages_have_two_titles(walked: Walked) -> None:
    titles: dict[tuple[Role, str], set[str]] = {}
    for state in walked.states:
        if state.status == 200:
            titles.setdefault((state.role, state.title), set()).add(page_of(state.path))
    assert len(titles) > 40
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}


def page_of(path: str) -> str:
    """The page behind an address: filters and anchors show another part of the same page."""
    return re.sub(r"[?#].*$", "", path)


def test_the_walk_saw_refusals_and_failures_too(walked: Walked) -> None:
    counted = Counter(state.status for state in walked.states)
    assert counted[422] >= 8
    assert counted[404] >= 2
    assert counted[409] >= 1
    names = [state.name for state in walked.states]
    assert len(names) == len(set(names)), "a name for each state"
