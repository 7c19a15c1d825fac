"""Every page in every state, in Chromium, on the whole product: what everybody sees, the doors, the services.

The residents of this walk have the shortest names and the rarest letters of the sandbox. What a state is stands in
``tests/support/states.py`` for tests without a browser; here each state is reached as people reach it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from portal.ground import clock
from tests.e2e.audit import State, Visit, visiting
from tests.e2e.conftest import Stack
from tests.e2e.scenes import SCHOOL, answer_arrival, read_reference, sign_in
from tests.e2e.state_checks import StateChecks, Walked, answer_every_step, leave_the_provider, paths_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GREEK = "ΠΑΡΆΔΕΙΓΜΑ"
SHORTEST = "Ô Y"
# Procedures whose every step is opened in the browser: together they have every kind of question and of condition.
WALKED = {
    "accompagnement-numerique",
    "acte-de-naissance",
    "aide-energie",
    "carte-mediatheque",
    "place-en-creche",
    "stationnement-demenagement",
}
REFUSED = {"Victor Dehors": "sans double authentification", "Nadia Inconnue": "sans accès"}


class TestServices(StateChecks):
    titles = 20
    refusals = 2


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
    with visiting(browser, folder, seen, "resident") as visit:
        walk_through_the_other_procedures(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_at_the_counter(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_as_operator(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_as_administrator(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_as_head_of_department(visit, stack)
    with visiting(browser, folder, seen, "agent") as visit:
        walk_as_data_protection_officer(visit, stack)
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
        ("/rendez-vous", "prendre rendez-vous, types"),
        ("/rendez-vous/aide-numerique", "prendre rendez-vous, jours"),
        ("/rendez-vous/aide-numerique/attendre", "prendre rendez-vous, attendre"),
        ("/qualite-de-service", "qualité de service"),
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


def walk_at_the_counter(visit: Visit, stack: Stack) -> None:
    """The code refused; a paper refused, then begun, up to its first answers."""
    sign_in(visit.hand, stack, "Karim Haddad", agent=True)
    visit.go(f"{stack.url}/agents/guichet", "guichet")
    visit.press("Chercher", "guichet, refusé")
    visit.go(f"{stack.url}/agents/saisie", "saisie, démarches")
    visit.go(f"{stack.url}/agents/saisie/carte-mediatheque", "saisie, papier")
    visit.press("Continuer", "saisie, papier refusé")
    day = clock.today()
    for label, value in (("Jour", day.day), ("Mois", day.month), ("Année", day.year)):
        visit.hand.write(label, str(value))
    visit.hand.choose("Comment la demande est arrivée", "Par téléphone")
    visit.hand.write("Nom et prénom", "Zoé Müller")
    visit.hand.choose("Comment lui répondre", "Par courrier")
    visit.hand.write("Où lui répondre", "3 rue Haute, 38999 Valmont-sur-Iselle")
    visit.press("Continuer", "saisie, original")
    visit.press("Ajouter ce fichier", "saisie, fichier refusé")
    visit.hand.follow("Continuer vers les réponses")
    visit.look("saisie, première étape")
    visit.press("Fermer le dossier", "saisie, fermée")


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


def walk_as_administrator(visit: Visit, stack: Stack) -> None:
    """Agents, departments, partners; an invitation refused, an access about to be suspended."""
    sign_in(visit.hand, stack, "Aurore Ngoma-Lestrade", agent=True)
    teams = f"{stack.url}/agents/equipes"
    visit.go(teams, "équipes")
    visit.go(f"{teams}?q=zzzz", "équipes, filtres sans résultat")
    visit.page.goto(f"{teams}?q=yildiz")
    record = paths_in(visit.page, "/agents/equipes/agents/")[0]
    visit.go(f"{stack.url}{record}", "équipes, un agent")
    visit.go(f"{stack.url}{record}/suspendre", "équipes, suspendre")
    visit.go(f"{teams}/inviter", "équipes, inviter")
    visit.press("Envoyer l’invitation", "équipes, inviter, refusé")
    visit.go(f"{teams}/services", "équipes, services")
    visit.go(f"{teams}/services/nouveau", "équipes, service, nouveau")
    visit.press("Enregistrer le service", "équipes, service, refusé")
    visit.go(f"{teams}/partenaires", "équipes, partenaires")
    visit.press("Ajouter à la liste", "équipes, partenaire, refusé")
    visit.go(f"{stack.url}/agents/droits", "droits")
    visit.go(f"{stack.url}/agents/droits?vue=pages", "droits, pages")


def walk_as_head_of_department(visit: Visit, stack: Stack) -> None:
    """What the departments do beside requests: appointments, calls and letters, rules, figures."""
    sign_in(visit.hand, stack, "Samira Amrani", agent=True)
    for path, name in (
        ("/agents/dossiers", "demandes de tous les services"),
        ("/agents/dossiers?demarche=place-en-creche&canal=counter", "demandes d’une démarche"),
        ("/agents/reglages", "réglages"),
        ("/agents/rendez-vous?jours=31", "rendez-vous, un mois"),
        ("/agents/rendez-vous/attente", "rendez-vous, qui attend"),
        ("/agents/rendez-vous/lieux", "rendez-vous, lieux"),
        ("/agents/rendez-vous/types", "rendez-vous, types"),
        ("/agents/rendez-vous/horaires", "rendez-vous, horaires"),
        ("/agents/rendez-vous/fermetures", "rendez-vous, fermetures"),
        ("/agents/contacts", "échanges"),
        ("/agents/courriers", "courriers"),
        ("/agents/modeles", "modèles"),
        ("/agents/repartition", "répartition"),
        ("/agents/avis", "avis demandés"),
        ("/agents/vues", "vues"),
        ("/agents/pilotage", "pilotage, volumes"),
        ("/agents/pilotage?vue=equite", "pilotage, égalité d’accès"),
        ("/agents/pilotage?vue=en-cours", "pilotage, en cours"),
        ("/agents/pilotage/avis", "pilotage, ce que les gens écrivent"),
    ):
        visit.go(f"{stack.url}{path}", name)
    visit.page.goto(f"{stack.url}/agents/contacts")
    visit.go(f"{stack.url}{paths_in(visit.page, '/agents/contacts/')[-1]}", "échanges, un appel")
    visit.page.goto(f"{stack.url}/agents/courriers")
    visit.go(f"{stack.url}{paths_in(visit.page, '/agents/courriers/')[-1]}", "courriers, une réponse")


def walk_as_data_protection_officer(visit: Visit, stack: Stack) -> None:
    """The journal, refused without a reason, then read again from its first seal."""
    sign_in(visit.hand, stack, "Denis Quéré-Baptiste", agent=True)
    visit.go(f"{stack.url}/agents/journal", "journal")
    visit.press("Noter la raison et chercher", "journal, refusé")
    visit.press("Relire toute la chaîne", "journal, relu")
    visit.go(f"{stack.url}/agents/conservation", "conservation")


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
        ("/deroulement", "déroulement"),
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
