"""Every page in every state, in Chromium, on the whole product: one request, from its first question to its decision.

The resident of this walk has the longest name of the sandbox.
"""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser

from tests.e2e.audit import State, Visit, visiting
from tests.e2e.conftest import Stack
from tests.e2e.scenes import SCHOOL, read_reference, sign_in
from tests.e2e.state_checks import StateChecks, Walked, answer_every_step, paths_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONGEST = "Anastasia Bérénice"
PNG = base64.b64decode(  # one grey point
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AQAAygDJmcpdfgAAAABJRU5ErkJggg=="
)
OTHER_VIEWS = 6


class TestCasework(StateChecks):
    titles = 15
    refusals = 6
    absences = 0
    conflicts = 1


@pytest.fixture(scope="module")
def walked(stack: Stack, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The walk, once for all the tests of this file."""
    seen: list[State] = []
    folder = tmp_path_factory.mktemp("states")
    with visiting(browser, folder, seen, "resident") as resident:
        reference = walk_through_the_school_procedure(resident, stack)
        with visiting(browser, folder, seen, "agent") as agent:
            walk_as_department_agent(agent, stack, reference)
            walk_after_the_question(resident, stack, reference)
            walk_to_the_decision(agent, stack, reference)
        walk_after_the_decision(resident, stack, reference)
        walk_through_the_papers(resident, stack, reference)
    return Walked(seen, folder)


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
    visit.go(f"{stack.url}{SCHOOL}/commencer", "brouillon déjà là")
    visit.go(f"{stack.url}{SCHOOL}/ailleurs", "continuer ailleurs")
    visit.press("Avoir un code", "continuer ailleurs, code")
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
