"""Every address of the portal, who may open it, and what the edge asks of a form. The table below is the decision."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.ground.db import Database
from portal.ground.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.ground.settings import Settings
from portal.ground.web import open_app
from portal.ground.web.access import access_of, agent_only, check_inventory, partner_hook, public, resident_only
from portal.people.accounts.service import set_agent_active
from tests.support.client import Browser
from tests.support.town import Town, app, sent_request, sign_in, town, visitor

__all__ = ["app", "sign_in", "town", "visitor"]

PUBLIC, RESIDENT, AGENT, PARTNER = "public", "resident", "agent", "partner"
READ, ASSIGN, MESSAGE, DECIDE = "requests:read", "requests:assign", "requests:message", "requests:decide"
HEALTH, OPERATE, RETRY = "connections:read", "connections:operate", "deliveries:retry"
JOIN = "accounts:join"
POLLS = "participation:manage"
POST_LETTERS = "letters:post"
AGENDA, HOURS = "appointments:keep", "appointments:settle"
FIND, KEEP, OVERSEE = "persons:find", "contacts:keep", "persons:oversee"
ASSIST, ENTER = "drafts:assist", "requests:enter"
EDIT, PUBLISH = "procedures:edit", "procedures:publish"
EDIT, PUBLISH, CONCEPTS = "procedures:edit", "procedures:publish", "concepts:decide"
TEMPLATES = "templates:edit"
AGENTS, JOURNAL, KEPT, RIGHTS_PAGE = "agents:manage", "journal:read", "retention:read", "rights:read"
STEER, STEER_ALL = "steering:read", "steering:read_all"
ANY = "any agent"

# Address → method → who may come in. A route that is not here, or not so, fails the tests.
TABLE: dict[str, dict[str, str]] = {
    "/": {"GET": PUBLIC},
    "/accessibilite": {"GET": PUBLIC},
    "/bienvenue": {"GET": PUBLIC, "POST": PUBLIC},
    "/bienvenue/liste/<key>": {"GET": PUBLIC, "POST": PUBLIC},
    "/bienvenue/liste/<key>/agenda.ics": {"GET": PUBLIC},
    "/bienvenue/liste/<key>/effacer": {"GET": PUBLIC, "POST": PUBLIC},
    "/bienvenue/liste/<key>/garder": {"POST": RESIDENT},
    "/bienvenue/liste/<key>/imprimer": {"GET": PUBLIC},
    "/bienvenue/liste/<key>/lignes/<line_id>": {"GET": PUBLIC, "POST": PUBLIC},
    "/bienvenue/liste/<key>/liste.txt": {"GET": PUBLIC},
    "/bienvenue/liste/<key>/reponses": {"GET": PUBLIC, "POST": PUBLIC},
    "/donnees-personnelles/<slug>": {"GET": PUBLIC},
    "/agents/": {"GET": ANY},
    "/agents/connexion": {"GET": PUBLIC},
    "/agents/connexions": {"GET": HEALTH},
    "/agents/connexions/<name>/pause": {"GET": OPERATE, "POST": OPERATE},
    "/agents/connexions/<name>/reprendre": {"POST": OPERATE},
    "/agents/connexions/<name>/verifier": {"POST": OPERATE},
    "/agents/demarches": {"GET": EDIT},
    "/agents/demarches/<slug>": {"GET": EDIT},
    "/agents/demarches/<slug>/<any(presentation,canaux,legal,envois):tab>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/abandonner": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/adresse": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/annuler": {"POST": EDIT},
    "/agents/demarches/<slug>/condition/<any(page,question,sortie):kind>/<key>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/action-nouvelle": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/actions/<code>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/actions/<code>/questions": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/etat-nouveau": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/etats/<code>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/etats/<code>/retirer": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/deroulement/lecture": {"GET": EDIT},
    "/agents/demarches/<slug>/deroulement/modele": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/dupliquer": {"POST": EDIT},
    "/agents/demarches/<slug>/fermer": {"GET": PUBLISH, "POST": PUBLISH},
    "/agents/demarches/<slug>/modifier": {"POST": EDIT},
    "/agents/demarches/<slug>/pages/<step_slug>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/pages/<step_slug>/questions/nouvelle": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/pages/<step_slug>/repetition": {"POST": EDIT},
    "/agents/demarches/<slug>/pages/<step_slug>/sorties": {"POST": EDIT},
    "/agents/demarches/<slug>/pages/<step_slug>/sorties/<exit_slug>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/pages/<step_slug>/sorties/<exit_slug>/retirer": {"POST": EDIT},
    "/agents/demarches/<slug>/pages/nouvelle": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/plan": {"POST": EDIT},
    "/agents/demarches/<slug>/questions/<name>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/questions/<name>/donnee": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/rouvrir": {"POST": PUBLISH},
    "/agents/demarches/<slug>/supprimer": {"GET": PUBLISH, "POST": PUBLISH},
    "/agents/demarches/<slug>/textes": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/versions/<int:version>.yaml": {"GET": EDIT},
    "/agents/demarches/<slug>/yaml": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/nouvelle": {"GET": EDIT, "POST": EDIT},
    "/agents/courriers": {"GET": POST_LETTERS},
    "/agents/courriers/<uuid:letter_id>": {"GET": POST_LETTERS},
    "/agents/courriers/<uuid:letter_id>.pdf": {"GET": POST_LETTERS},
    "/agents/courriers/<uuid:letter_id>/annuler": {"POST": POST_LETTERS},
    "/agents/courriers/<uuid:letter_id>/poste": {"POST": POST_LETTERS},
    "/agents/courriers/<uuid:letter_id>/revenu": {"POST": POST_LETTERS},
    "/agents/courriers/reponses/<uuid:contact_id>": {"GET": POST_LETTERS},
    "/agents/courriers/reponses/<uuid:contact_id>/annuler": {"POST": POST_LETTERS},
    "/agents/courriers/reponses/<uuid:contact_id>/lettre": {"GET": POST_LETTERS},
    "/agents/courriers/reponses/<uuid:contact_id>/poste": {"POST": POST_LETTERS},
    "/agents/demarches/<slug>/apercu": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/destinataires": {"GET": EDIT},
    "/agents/demarches/<slug>/differences": {"GET": EDIT},
    "/agents/demarches/<slug>/differences.txt": {"GET": EDIT},
    "/agents/demarches/<slug>/essais": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/essais/<int:number>": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/<slug>/publier": {"GET": PUBLISH, "POST": PUBLISH},
    "/agents/demarches/<slug>/relecture": {"GET": EDIT},
    "/agents/demarches/<slug>/relecture.txt": {"GET": EDIT},
    "/agents/demarches/concepts": {"GET": EDIT},
    "/agents/demarches/concepts/<concept_id>/proposer": {"GET": EDIT, "POST": EDIT},
    "/agents/demarches/concepts/acceptes.yaml": {"GET": CONCEPTS},
    "/agents/demarches/concepts/propositions": {"GET": CONCEPTS},
    "/agents/demarches/concepts/propositions/<uuid:proposal_id>": {"GET": CONCEPTS, "POST": CONCEPTS},
    "/agents/deconnexion": {"GET": PUBLIC, "POST": PUBLIC},
    "/agents/dossiers": {"GET": READ},
    "/agents/dossiers.csv": {"GET": READ},
    "/agents/dossiers/choisir": {"GET": READ},
    "/agents/dossiers/filtres": {"GET": READ},
    "/agents/dossiers/liste": {"GET": READ, "POST": READ},
    "/agents/dossiers/lot": {"GET": READ, "POST": READ},
    "/agents/dossiers/transmises": {"GET": READ},
    "/agents/listes/<uuid:list_id>": {"GET": READ, "POST": READ},
    "/agents/lots/<uuid:lot_id>": {"GET": READ},
    "/agents/lots/<uuid:lot_id>/arreter": {"POST": READ},
    "/agents/lots/<uuid:lot_id>/resultat.csv": {"GET": READ},
    "/agents/repartition": {"GET": TEMPLATES},
    "/agents/repartition/<uuid:rule_id>": {"GET": TEMPLATES, "POST": TEMPLATES},
    "/agents/repartition/<uuid:rule_id>/descendre": {"POST": TEMPLATES},
    "/agents/repartition/<uuid:rule_id>/monter": {"POST": TEMPLATES},
    "/agents/repartition/<uuid:rule_id>/retirer": {"POST": TEMPLATES},
    "/agents/repartition/nouvelle/<slug>": {"GET": TEMPLATES, "POST": TEMPLATES},
    "/agents/touches": {"GET": ANY},
    "/agents/vues": {"GET": READ, "POST": READ},
    "/agents/vues/<uuid:view_id>/depart": {"POST": READ},
    "/agents/vues/<uuid:view_id>/renommer": {"POST": READ},
    "/agents/vues/<uuid:view_id>/reprendre": {"POST": READ},
    "/agents/vues/<uuid:view_id>/retirer": {"POST": READ},
    "/agents/dossiers/<reference>/doublon": {"GET": DECIDE, "POST": DECIDE},
    "/agents/dossiers/<reference>/doublon/annuler": {"POST": DECIDE},
    "/agents/dossiers/<reference>/notes": {"GET": MESSAGE, "POST": MESSAGE},
    "/agents/dossiers/<reference>/notes/<uuid:note_id>": {"GET": MESSAGE, "POST": MESSAGE},
    "/agents/dossiers/<reference>/transmettre": {"GET": ASSIGN, "POST": ASSIGN},
    "/agents/dossiers/<reference>": {"GET": READ},
    "/agents/dossiers/<reference>/accuse": {"GET": READ},
    "/agents/dossiers/<reference>/accuse.pdf": {"GET": READ},
    "/agents/dossiers/<reference>/accuse/pdf": {"POST": READ},
    "/agents/dossiers/<reference>/decision": {"GET": READ},
    "/agents/dossiers/<reference>/decision.pdf": {"GET": READ},
    "/agents/dossiers/<reference>/decision/pdf": {"POST": READ},
    "/agents/dossiers/<reference>/affecter": {"POST": ASSIGN},
    "/agents/dossiers/<reference>/decider": {"GET": DECIDE, "POST": DECIDE},
    "/agents/dossiers/<reference>/pieces/<uuid:document_id>": {"GET": READ},
    "/agents/dossiers/<reference>/messages": {"POST": MESSAGE},
    "/agents/avis": {"GET": READ},
    "/agents/avis/<uuid:opinion_id>": {"GET": READ, "POST": MESSAGE},
    "/agents/avis/<uuid:opinion_id>/pieces/<uuid:document_id>": {"GET": READ},
    "/agents/dossiers/<reference>/avis/<uuid:opinion_id>/clore": {"POST": MESSAGE},
    "/agents/dossiers/<reference>/suite/<move>": {"GET": MESSAGE, "POST": MESSAGE},
    "/agents/conservation": {"GET": KEPT},
    "/agents/reglages": {"GET": ANY},
    "/agents/droits": {"GET": RIGHTS_PAGE},
    "/agents/droits.csv": {"GET": RIGHTS_PAGE},
    "/agents/equipes": {"GET": AGENTS},
    "/agents/equipes/agents/<uuid:agent_id>": {"GET": AGENTS, "POST": AGENTS},
    "/agents/equipes/agents/<uuid:agent_id>/inviter": {"POST": AGENTS},
    "/agents/equipes/agents/<uuid:agent_id>/rattacher": {"POST": AGENTS},
    "/agents/equipes/agents/<uuid:agent_id>/retablir": {"POST": AGENTS},
    "/agents/equipes/agents/<uuid:agent_id>/suspendre": {"GET": AGENTS, "POST": AGENTS},
    "/agents/equipes/inviter": {"GET": AGENTS, "POST": AGENTS},
    "/agents/equipes/partenaires": {"GET": AGENTS, "POST": AGENTS},
    "/agents/equipes/partenaires/<uuid:partner_id>/retirer": {"GET": AGENTS, "POST": AGENTS},
    "/agents/equipes/services": {"GET": AGENTS},
    "/agents/equipes/services/<uuid:department_id>": {"GET": AGENTS, "POST": AGENTS},
    "/agents/equipes/services/nouveau": {"GET": AGENTS, "POST": AGENTS},
    "/agents/journal": {"GET": JOURNAL, "POST": JOURNAL},
    "/agents/journal/<uuid:search_id>": {"GET": JOURNAL},
    "/agents/journal/verifier": {"POST": JOURNAL},
    "/agents/dossiers/<reference>/modeles": {"GET": MESSAGE},
    "/agents/dossiers/<reference>/satisfaction": {"GET": ENTER, "POST": ENTER},
    "/demandes/<reference>/avis": {"GET": RESIDENT, "POST": RESIDENT},
    "/suivre/<reference>/avis": {"GET": PUBLIC, "POST": PUBLIC},
    "/mon-espace/preferences/avis": {"POST": RESIDENT},
    "/agents/pilotage": {"GET": STEER},
    "/agents/pilotage.csv": {"GET": STEER},
    "/agents/pilotage/avis": {"GET": STEER},
    "/agents/pilotage/avis/<uuid:answer_id>/masquer": {"POST": STEER},
    "/agents/pilotage/avis/<uuid:answer_id>/montrer": {"POST": STEER},
    "/qualite-de-service": {"GET": PUBLIC},
    "/qualite-de-service.csv": {"GET": PUBLIC},
    "/qualite-de-service.json": {"GET": PUBLIC},
    "/agents/modeles": {"GET": TEMPLATES},
    "/agents/modeles/nouveau": {"GET": TEMPLATES, "POST": TEMPLATES},
    "/agents/modeles/<uuid:wording_id>": {"GET": TEMPLATES, "POST": TEMPLATES},
    "/agents/modeles/<uuid:wording_id>/archiver": {"POST": TEMPLATES},
    "/agents/ma-connexion": {"GET": ANY, "POST": ANY},
    "/agents/dossiers/<reference>/rattacher": {"GET": JOIN, "POST": JOIN},
    "/agents/signalements/<reference>": {"GET": READ},
    "/agents/signalements/<reference>/clore": {"POST": DECIDE},
    "/agents/signalements/<reference>/prendre": {"POST": ASSIGN},
    "/agents/signalements/<reference>/publier": {"POST": DECIDE},
    "/agents/signalements/<reference>/reparer": {"POST": DECIDE},
    "/quotidien/signalements": {"GET": PUBLIC},
    "/quotidien/signalements/<uuid:report_id>": {"GET": PUBLIC},
    "/quotidien/signalements/<uuid:report_id>/moi-aussi": {"POST": PUBLIC},
    "/quotidien/signalements/<uuid:report_id>/photo": {"GET": PUBLIC},
    "/quotidien/signalements/<uuid:report_id>/photo-apres": {"GET": PUBLIC},
    "/quotidien/signalements/nouveau": {"GET": PUBLIC, "POST": PUBLIC},
    "/rendez-vous": {"GET": PUBLIC},
    "/rendez-vous/<slug>": {"GET": PUBLIC},
    "/rendez-vous/<slug>/reserver": {"GET": PUBLIC, "POST": PUBLIC},
    "/rendez-vous/<slug>/attendre": {"GET": PUBLIC, "POST": PUBLIC},
    "/rendez-vous/suivre": {"GET": PUBLIC, "POST": PUBLIC},
    "/rendez-vous/suivre/<reference>": {"GET": PUBLIC},
    "/rendez-vous/suivre/<reference>.ics": {"GET": PUBLIC},
    "/rendez-vous/suivre/<reference>/deplacer": {"GET": PUBLIC, "POST": PUBLIC},
    "/rendez-vous/suivre/<reference>/annuler": {"GET": PUBLIC, "POST": PUBLIC},
    "/rendez-vous/suivre/<reference>/<any(attendre, cesser, accepter, refuser):act>": {"POST": PUBLIC},
    "/rendez-vous/suivre/<reference>/fermer": {"POST": PUBLIC},
    "/suivre": {"GET": PUBLIC, "POST": PUBLIC},
    "/suivre/<reference>": {"GET": PUBLIC},
    "/suivre/<reference>/<any(accuse, decision):paper>": {"GET": PUBLIC},
    "/suivre/<reference>/<any(accuse, decision):paper>.pdf": {"GET": PUBLIC},
    "/suivre/<reference>/<any(accuse, decision):paper>/pdf": {"POST": PUBLIC},
    "/suivre/<reference>/corriger": {"GET": PUBLIC, "POST": PUBLIC},
    "/suivre/<reference>/suite/<move>": {"GET": PUBLIC, "POST": PUBLIC},
    "/suivre/<reference>/fermer": {"POST": PUBLIC},
    "/suivre/<reference>/messages": {"POST": PUBLIC},
    "/suivre/<reference>/rattacher": {"POST": RESIDENT},
    "/agents/envois": {"GET": RETRY},
    "/agents/guichet": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/recherche": {"POST": FIND},
    "/agents/guichet/recherche/<uuid:lookup_id>": {"GET": FIND},
    "/agents/guichet/recherche/<uuid:lookup_id>/distinguer": {"POST": FIND},
    "/agents/guichet/recherche/<uuid:lookup_id>/ouvrir": {"POST": FIND},
    "/agents/guichet/personne/<uuid:opening_id>": {"GET": FIND},
    "/agents/guichet/personne/<uuid:opening_id>/echange": {"GET": FIND, "POST": FIND},
    "/agents/guichet/personne/<uuid:opening_id>/erreur": {"GET": FIND, "POST": FIND},
    "/agents/guichet/personne/<uuid:opening_id>/fermer": {"POST": FIND},
    "/agents/guichet/personne/<uuid:opening_id>/identite": {"POST": FIND},
    "/agents/guichet/personne/<uuid:opening_id>/pause": {"GET": FIND},
    "/agents/guichet/personne/<uuid:opening_id>/reprendre": {"POST": FIND},
    "/agents/rendez-vous": {"GET": AGENDA},
    "/agents/rendez-vous/liste.csv": {"GET": AGENDA},
    "/agents/rendez-vous/attente": {"GET": AGENDA},
    "/agents/rendez-vous/<uuid:appointment_id>": {"GET": AGENDA},
    "/agents/rendez-vous/<uuid:appointment_id>/note": {"POST": AGENDA},
    "/agents/rendez-vous/<uuid:appointment_id>/agent": {"POST": AGENDA},
    "/agents/rendez-vous/<uuid:appointment_id>/presence": {"POST": AGENDA},
    "/agents/rendez-vous/<uuid:appointment_id>/annuler": {"GET": AGENDA, "POST": AGENDA},
    "/agents/rendez-vous/<uuid:appointment_id>/deplacer": {"GET": AGENDA, "POST": AGENDA},
    "/agents/rendez-vous/nouveau": {"GET": AGENDA, "POST": AGENDA},
    "/agents/rendez-vous/agenda-externe": {"GET": AGENDA, "POST": AGENDA},
    "/agents/rendez-vous/agenda-externe/<uuid:feed_id>/arreter": {"POST": AGENDA},
    "/agents/rendez-vous/lieux": {"GET": HOURS},
    "/agents/rendez-vous/lieux/nouveau": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/lieux/<uuid:place_id>": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/types": {"GET": HOURS},
    "/agents/rendez-vous/types/nouveau": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/types/<uuid:kind_id>": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/horaires": {"GET": HOURS},
    "/agents/rendez-vous/horaires/nouveau": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/horaires/<uuid:rule_id>": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/horaires/<uuid:rule_id>/arreter": {"POST": HOURS},
    "/agents/rendez-vous/fermetures": {"GET": HOURS, "POST": HOURS},
    "/agents/rendez-vous/fermetures/confirmer": {"POST": HOURS},
    "/agents/rendez-vous/fermetures/<uuid:closure_id>/rouvrir": {"POST": HOURS},
    "/rendez-vous/agenda/<token>.ics": {"GET": PUBLIC},
    "/agents/contacts": {"GET": KEEP},
    "/agents/contacts/nouveau": {"GET": KEEP, "POST": KEEP},
    "/agents/contacts/<uuid:contact_id>": {"GET": KEEP},
    "/agents/contacts/<uuid:contact_id>/lettre": {"GET": KEEP},
    "/agents/contacts/<uuid:contact_id>/original": {"POST": KEEP},
    "/agents/contacts/<uuid:contact_id>/poste": {"POST": KEEP},
    "/agents/contacts/<uuid:contact_id>/rattacher": {"POST": FIND},
    "/agents/contacts/<uuid:contact_id>/repondre": {"POST": KEEP},
    "/mon-espace/echanges": {"GET": RESIDENT},
    "/agents/guichet/mandats": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/mandats/proposer": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>": {"GET": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/presence": {"POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/code": {"POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/code/envoyer": {"POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/papier": {"POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/ouvrir": {"POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/renouveler": {"POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/arreter": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/rendez-vous": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/rendez-vous/<uuid:appointment_id>/deplacer": {
        "GET": ASSIST,
        "POST": ASSIST,
    },
    "/agents/guichet/mandats/<uuid:mandate_id>/rendez-vous/<uuid:appointment_id>/annuler": {
        "GET": ASSIST,
        "POST": ASSIST,
    },
    "/agents/guichet/mandats/<uuid:mandate_id>/attestation": {"GET": ASSIST},
    "/agents/guichet/mandats/<uuid:mandate_id>/attestation.pdf": {"GET": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/demande": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>": {"GET": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/accuse": {"GET": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/fermer": {"POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/commencer": {"GET": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/envoyer": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/verifier": {"GET": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>/pieces": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>/pieces/choix": {"POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>/retirer": {"GET": ASSIST, "POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/pas-pour-vous": {"GET": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/pieces": {"POST": ASSIST},
    "/agents/guichet/<uuid:assistance_id>/<slug>/<step_slug>/pieces/choix": {"POST": ASSIST},
    "/agents/saisie": {"GET": ENTER},
    "/agents/saisie/<slug>": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/accuse": {"GET": ENTER},
    "/agents/saisie/<uuid:assistance_id>/effacer": {"POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/fermer": {"POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/reprendre": {"POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/original": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/original/retirer": {"POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/suite": {"GET": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/commencer": {"GET": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/envoyer": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/verifier": {"GET": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>/pieces": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>/pieces/choix": {"POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/<int:number>/retirer": {"GET": ENTER, "POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/pas-pour-vous": {"GET": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/pieces": {"POST": ENTER},
    "/agents/saisie/<uuid:assistance_id>/<slug>/<step_slug>/pieces/choix": {"POST": ENTER},
    "/agents/envois/<uuid:message_id>/clore": {"GET": RETRY, "POST": RETRY},
    "/agents/envois/<uuid:message_id>/rejouer": {"POST": RETRY},
    "/connexion": {"GET": PUBLIC},
    "/connexion/agent": {"POST": PUBLIC},
    "/connexion/agent/retour": {"GET": PUBLIC},
    "/connexion/usager": {"POST": PUBLIC},
    "/connexion/usager/retour": {"GET": PUBLIC},
    "/deconnexion": {"GET": PUBLIC, "POST": PUBLIC},
    "/deconnexion/retour": {"GET": PUBLIC},
    "/demandes/<reference>": {"GET": RESIDENT},
    "/demandes/<reference>/accuse": {"GET": RESIDENT},
    "/demandes/<reference>/reponses": {"GET": RESIDENT},
    "/demandes/<reference>/accuse.pdf": {"GET": RESIDENT},
    "/demandes/<reference>/accuse/pdf": {"POST": RESIDENT},
    "/demandes/<reference>/decision": {"GET": RESIDENT},
    "/demandes/<reference>/decision.pdf": {"GET": RESIDENT},
    "/demandes/<reference>/decision/pdf": {"POST": RESIDENT},
    "/demandes/<reference>/messages": {"GET": RESIDENT, "POST": RESIDENT},
    "/demandes/<reference>/corriger": {"GET": RESIDENT, "POST": RESIDENT},
    "/demandes/<reference>/suite/<move>": {"GET": RESIDENT, "POST": RESIDENT},
    "/demandes/<reference>/retirer": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches": {"GET": PUBLIC},
    "/demarches/<slug>": {"GET": PUBLIC},
    "/demarches/<slug>/<step_slug>": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/<int:number>": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/<int:number>/pieces": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/<int:number>/pieces/choix": {"POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/<int:number>/retirer": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/pas-pour-vous": {"GET": RESIDENT},
    "/demarches/<slug>/<step_slug>/accord/<field_name>": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/pieces": {"POST": RESIDENT},
    "/demarches/<slug>/<step_slug>/pieces/choix": {"POST": RESIDENT},
    "/demarches/<slug>/ailleurs": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/brouillon-efface": {"POST": RESIDENT},
    "/demarches/<slug>/abandonner": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/changement": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/commencer": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/envoyer": {"GET": RESIDENT, "POST": RESIDENT},
    "/demarches/<slug>/formulaire": {"GET": PUBLIC},
    "/demarches/<slug>/formulaire.pdf": {"GET": PUBLIC},
    "/demarches/<slug>/verifier": {"GET": RESIDENT},
    "/documents/<uuid:document_id>": {"GET": RESIDENT},
    "/donnees-personnelles": {"GET": PUBLIC},
    "/langage": {"GET": PUBLIC},
    "/healthz": {"GET": PUBLIC},
    "/hooks/<connection>": {"POST": PARTNER},
    "/je-demenage": {"GET": PUBLIC},
    "/je-demenage/<uuid:event_id>": {"GET": RESIDENT},
    "/je-demenage/<uuid:event_id>/<key>": {"GET": RESIDENT, "POST": RESIDENT},
    "/je-demenage/<uuid:event_id>/a-faire": {"GET": RESIDENT, "POST": RESIDENT},
    "/je-demenage/<uuid:event_id>/annuler": {"GET": RESIDENT, "POST": RESIDENT},
    "/je-demenage/<uuid:event_id>/enfants/<slot>": {"GET": RESIDENT, "POST": RESIDENT},
    "/je-demenage/<uuid:event_id>/modifier": {"GET": RESIDENT, "POST": RESIDENT},
    "/je-demenage/<uuid:event_id>/recapitulatif": {"GET": RESIDENT},
    "/je-demenage/nouveau": {"GET": RESIDENT, "POST": RESIDENT},
    "/mentions-legales": {"GET": PUBLIC},
    "/mon-espace": {"GET": RESIDENT},
    "/mon-espace/administrations": {"GET": RESIDENT},
    "/mon-espace/adresses": {"GET": RESIDENT},
    "/mon-espace/adresses/<uuid:declared_id>": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/adresses/<uuid:declared_id>/retirer": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/adresses/ajouter": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/demandes": {"GET": RESIDENT},
    "/mon-espace/foyer": {"GET": RESIDENT},
    "/mon-espace/foyer/<uuid:declared_id>": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/foyer/<uuid:declared_id>/retirer": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/foyer/ajouter": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/informations": {"GET": RESIDENT},
    "/mon-espace/rendez-vous": {"GET": RESIDENT},
    "/mon-espace/rendez-vous/<uuid:appointment_id>": {"GET": RESIDENT},
    "/mon-espace/rendez-vous/<uuid:appointment_id>.ics": {"GET": RESIDENT},
    "/mon-espace/rendez-vous/<uuid:appointment_id>/deplacer": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/rendez-vous/<uuid:appointment_id>/annuler": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/rendez-vous/<uuid:appointment_id>/<any(attendre, cesser, accepter, refuser):act>": {"POST": RESIDENT},
    "/mon-espace/mandats": {"GET": RESIDENT},
    "/mon-espace/courriers": {"GET": RESIDENT},
    "/mon-espace/mandats/<uuid:mandate_id>": {"GET": RESIDENT},
    "/mon-espace/mandats/<uuid:mandate_id>/repondre": {"POST": RESIDENT},
    "/mon-espace/mandats/<uuid:mandate_id>/arreter": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/mandats/<uuid:mandate_id>/attestation": {"GET": RESIDENT},
    "/mon-espace/mandats/<uuid:mandate_id>/attestation.pdf": {"GET": RESIDENT},
    "/mandat": {"GET": PUBLIC, "POST": PUBLIC},
    "/mon-espace/messages": {"GET": RESIDENT},
    "/mon-espace/propositions": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/autorisations": {"GET": RESIDENT},
    "/mon-espace/autorisations/<uuid:consent_id>/retirer": {"POST": RESIDENT},
    "/mon-espace/consultations": {"GET": RESIDENT},
    "/mon-espace/connexion": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/bientot-efface": {"GET": RESIDENT},
    "/mon-espace/documents/<uuid:document_id>/garder": {"POST": RESIDENT},
    "/mon-espace/effacer": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/mes-donnees": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/mes-donnees/<uuid:export_id>": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/notifications": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/notifications/reessayer": {"POST": RESIDENT},
    "/mon-espace/preferences": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/preferences/telephone": {"POST": RESIDENT},
    "/mon-espace/preferences/telephone/code": {"POST": RESIDENT},
    "/mon-espace/preferences/telephone/retirer": {"POST": RESIDENT},
    "/mon-espace/rattachement": {"GET": RESIDENT, "POST": RESIDENT},
    "/mon-espace/rattachement/code": {"POST": RESIDENT},
    "/mon-espace/rattachement/confirmer": {"POST": RESIDENT},
    "/mon-espace/rattachement/courriel": {"POST": RESIDENT},
    "/mon-espace/documents": {"GET": RESIDENT},
    "/mon-espace/documents/<uuid:document_id>/supprimer": {"GET": RESIDENT, "POST": RESIDENT},
    "/agents/sondages": {"GET": POLLS},
    "/agents/sondages/nouveau": {"GET": POLLS, "POST": POLLS},
    "/agents/sondages/<uuid:poll_id>": {"GET": POLLS},
    "/agents/sondages/<uuid:poll_id>/clore": {"GET": POLLS, "POST": POLLS},
    "/agents/sondages/<uuid:poll_id>/modifier": {"GET": POLLS, "POST": POLLS},
    "/agents/sondages/<uuid:poll_id>/publier": {"POST": POLLS},
    "/participer": {"GET": PUBLIC},
    "/participer/<slug>": {"GET": PUBLIC},
    "/participer/<slug>/codes.csv": {"GET": PUBLIC},
    "/participer/<slug>/croisement": {"GET": PUBLIC},
    "/participer/<slug>/resultats.csv": {"GET": PUBLIC},
    "/participer/<slug>/resultats/<int:number>": {"GET": PUBLIC},
    "/participer/<slug>/verifier": {"POST": PUBLIC},
    "/participer/<slug>/voter": {"POST": PUBLIC},
    "/plan-du-site": {"GET": PUBLIC},
    "/quotidien": {"GET": PUBLIC},
    "/quotidien/velos": {"GET": PUBLIC},
    "/readyz": {"GET": PUBLIC},
    "/verifier": {"GET": PUBLIC, "POST": PUBLIC},
}
# Unsafe addresses that ask for no form token: machines, whose signature the view checks.
WITHOUT_TOKEN = {"/hooks/<connection>"}
RIGHTS: dict[str, set[str]] = {
    "visitor": set(),
    "partner": set(),
    "resident": set(),
    "counter agent": {READ, ASSIGN, MESSAGE, DECIDE, JOIN, POST_LETTERS, ASSIST, ENTER, FIND, KEEP, AGENDA},
    "department agent": {READ, ASSIGN, MESSAGE, DECIDE, KEEP, AGENDA},
    "supervisor": {READ, ASSIGN, MESSAGE, DECIDE, HEALTH, RETRY, JOIN, POLLS, POST_LETTERS, ASSIST, ENTER, TEMPLATES}
    | {KEPT, RIGHTS_PAGE, STEER, FIND, KEEP, OVERSEE, AGENDA, HOURS},
    "operator": {HEALTH, OPERATE, RETRY, CONCEPTS, KEPT, STEER, STEER_ALL},
    "procedure officer": {EDIT, PUBLISH, STEER, STEER_ALL},
    "data-protection officer": {JOURNAL, KEPT, RIGHTS_PAGE},
    "administrator": {AGENTS, RIGHTS_PAGE},
    "suspended agent": set(),
}
LOGINS = {
    "counter agent": "k.haddad",
    "department agent": "c.legoff",
    "supervisor": "s.amrani",
    "operator": "o.operateur",
    "procedure officer": "i.moreau",
    "data-protection officer": "d.quere",
    "administrator": "a.ngoma",
}
# A department head whose access is closed while the pages are open: as a visitor from the next click on.
SUSPENDED = "v.sorel"
PERMISSIONS = {
    READ: Permission.REQUESTS_READ,
    ASSIGN: Permission.REQUESTS_ASSIGN,
    MESSAGE: Permission.REQUESTS_MESSAGE,
    DECIDE: Permission.REQUESTS_DECIDE,
    HEALTH: Permission.CONNECTIONS_READ,
    OPERATE: Permission.CONNECTIONS_OPERATE,
    RETRY: Permission.DELIVERIES_RETRY,
    JOIN: Permission.ACCOUNTS_JOIN,
    POLLS: Permission.PARTICIPATION_MANAGE,
    POST_LETTERS: Permission.LETTERS_POST,
    FIND: Permission.PERSONS_FIND,
    KEEP: Permission.CONTACTS_KEEP,
    AGENDA: Permission.APPOINTMENTS_KEEP,
    HOURS: Permission.APPOINTMENTS_SETTLE,
    OVERSEE: Permission.PERSONS_OVERSEE,
    ASSIST: Permission.DRAFTS_ASSIST,
    ENTER: Permission.REQUESTS_ENTER,
    EDIT: Permission.PROCEDURES_EDIT,
    PUBLISH: Permission.PROCEDURES_PUBLISH,
    CONCEPTS: Permission.CONCEPTS_DECIDE,
    TEMPLATES: Permission.TEMPLATES_EDIT,
    AGENTS: Permission.AGENTS_MANAGE,
    JOURNAL: Permission.JOURNAL_READ,
    KEPT: Permission.RETENTION_READ,
    RIGHTS_PAGE: Permission.RIGHTS_READ,
    STEER: Permission.STEERING_READ,
    STEER_ALL: Permission.STEERING_READ_ALL,
}
# Signing out comes last, so that one browser may try them all.
ROUTES = sorted(
    ((rule, method) for rule, methods in TABLE.items() for method in methods),
    key=lambda route: route[0].endswith("deconnexion"),
)


def expected(who: str, audience: str) -> str:
    """What this role meets at an address for this audience: ``in``, ``resident door``, ``agent door``, ``refused``."""
    if audience in {PUBLIC, PARTNER}:
        return "in"
    if audience == RESIDENT:
        return "in" if who == "resident" else "resident door"
    if who not in LOGINS:
        return "agent door"
    return "in" if audience == ANY or audience in RIGHTS[who] else "refused"


def address(rule: str) -> str:
    """An address of this route: of a thing that is not there, so that nothing changes."""
    chosen = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int:[^>]+>", "1", rule))
    return re.sub(r"<uuid:[^>]+>", str(UUID(int=1)), re.sub(r"<[^:>]+>", "inconnu", chosen))


def met(answer: TestResponse) -> str:
    """What an answer amounts to."""
    if answer.status_code == 303:
        location = answer.headers["Location"]
        doors = {"/connexion": "resident door", "/agents/connexion": "agent door"}
        return doors.get(location.partition("?")[0], "in")
    return "refused" if answer.status_code == 403 else "in"


@pytest.fixture
def browsers(app: Flask, settings: Settings, database: Database, town: Town) -> dict[str, Browser]:
    """One browser for each role, signed in; a partner has none of our cookies."""
    found = {who: Browser(app, settings, database) for who in RIGHTS}
    found["resident"].sign_in(town.angela)
    for who, login in LOGINS.items():
        found[who].sign_in(town.commune.agents[login])
    found["suspended agent"].sign_in(town.commune.agents[SUSPENDED])
    with database.writing() as session:
        set_agent_active(session, town.commune.agents[SUSPENDED].id, False)
    return found


def test_every_route_is_in_the_table_and_no_other(app: Flask) -> None:
    actual: dict[str, dict[str, str]] = {}
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        assert access is not None, rule
        words = {permission: word for word, permission in PERMISSIONS.items()}
        audience = access.kind
        if access.kind == AGENT:
            audience = words[access.permission] if access.permission else ANY
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            actual.setdefault(rule.rule, {})[method] = audience
    assert actual == TABLE


def test_the_rights_of_each_role() -> None:
    roles = {
        "resident": Role.RESIDENT,
        "counter agent": Role.COUNTER_AGENT,
        "department agent": Role.DEPARTMENT_AGENT,
        "supervisor": Role.SUPERVISOR,
        "operator": Role.OPERATOR,
        "procedure officer": Role.PROCEDURE_OFFICER,
        "data-protection officer": Role.DATA_PROTECTION_OFFICER,
        "administrator": Role.ADMINISTRATOR,
    }
    assert set(roles.values()) == set(Role)
    for who, role in roles.items():
        assert {PERMISSIONS[word] for word in RIGHTS[who]} == ROLE_PERMISSIONS[role], who


def test_each_role_meets_what_the_table_says(browsers: dict[str, Browser], settings: Settings) -> None:
    wrong = []
    for who, browser in browsers.items():
        for rule, method in ROUTES:
            sent = {"csrf_token": browser._fresh_token()} if method == "POST" else None
            answer = browser.http.open(
                address(rule), method=method, data=sent, base_url=settings.public_url, follow_redirects=False
            )
            assert answer.status_code < 500 or rule.startswith("/connexion/"), (who, method, rule, answer.status_code)
            if met(answer) != expected(who, TABLE[rule][method]):
                wrong.append((who, method, rule, answer.status_code, answer.headers.get("Location")))
    assert wrong == []


def test_a_form_without_its_token_is_refused(browsers: dict[str, Browser], settings: Settings) -> None:
    asked = {
        rule: {
            who: browser.http.post(address(rule), base_url=settings.public_url).status_code
            for who, browser in browsers.items()
        }
        for rule, method in ROUTES
        if method == "POST"
    }
    assert {rule for rule, codes in asked.items() if set(codes.values()) != {400}} == WITHOUT_TOKEN
    foreign = browsers["resident"]._fresh_token()
    stolen = browsers["department agent"].http.post(
        "/agents/dossiers/inconnu/messages", data={"csrf_token": foreign}, base_url=settings.public_url
    )
    assert stolen.status_code == 400, "the token of another browser"


def test_htmx_is_no_excuse(browsers: dict[str, Browser], settings: Settings) -> None:
    answer = browsers["resident"].http.post(
        "/demarches/inconnu/commencer", headers={"HX-Request": "true"}, base_url=settings.public_url
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "nonsense"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://ailleurs.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://127.0.0.1:8071"}, True),
        ({"Origin": "http://127.0.0.1:8070"}, False),
        ({}, False),
    ],
)
def test_a_form_of_another_site_is_refused(
    browsers: dict[str, Browser], settings: Settings, headers: dict[str, str], refused: bool
) -> None:
    browser = browsers["resident"]
    answer = browser.http.post(
        "/demarches/inconnu/commencer",
        data={"csrf_token": browser._fresh_token()},
        headers=headers,
        base_url=settings.public_url,
    )
    assert (answer.status_code == 403) is refused
    page = browser.http.get("/mon-espace", headers=headers, base_url=settings.public_url)
    assert page.status_code == 200, "a link from anywhere leads to a page"


def test_an_application_with_an_undeclared_route_does_not_start(settings: Settings, database: Database) -> None:
    opened = open_app(settings, database)
    opened.add_url_rule("/oubli", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="without an access declaration: forgotten"):
        check_inventory(opened)


@pytest.mark.parametrize("first", [public, resident_only, agent_only(None), partner_hook])
@pytest.mark.parametrize("second", [public, resident_only, agent_only(Permission.REQUESTS_READ), partner_hook])
def test_a_second_declaration_is_refused(
    first: Callable[[Callable[[], str]], Callable[[], str]], second: Callable[[Callable[[], str]], Callable[[], str]]
) -> None:
    def view() -> str:
        return ""

    with pytest.raises(TypeError, match="view carries two access declarations"):
        second(first(view))


def test_a_route_added_behind_the_back_of_the_inventory_is_closed(settings: Settings, database: Database) -> None:
    opened = open_app(settings, database)
    opened.add_url_rule("/oubli", "forgotten", lambda: "SESAME")
    client: FlaskClient = opened.test_client()
    answer = client.get("/oubli", base_url=settings.public_url)
    assert answer.status_code == 403
    assert "SESAME" not in answer.text


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/agents/dossiers/VSI-2222-22/messages", "/agents/dossiers/VSI-2222-22"),
        ("/agents/dossiers/VSI-2222-22/decider", "/agents/dossiers/VSI-2222-22/decider"),
        ("/agents/connexions/ecoles/verifier", "/agents/connexions"),
        (f"/agents/envois/{UUID(int=1)}/rejouer", "/agents/envois"),
    ],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_a_page(visitor: Browser, path: str, back: str) -> None:
    answer = visitor.post(path)
    assert answer.location == f"/agents/connexion?suite={back.replace('/', '%2F')}"


def test_an_agent_of_another_department_finds_no_request_under_any_address(
    app: Flask, settings: Settings, database: Database, town: Town
) -> None:
    """Every address that names a request, with one that is there: the right is held, the request is not theirs."""
    reference = sent_request(database, town.angela)
    stranger = Browser(app, settings, database).sign_in(town.commune.agents["j.ferrand"])
    named = [
        (rule, method)
        for rule, methods in TABLE.items()
        for method, audience in methods.items()
        if rule.startswith("/agents/") and "<reference>" in rule and audience in RIGHTS["department agent"]
    ]
    assert len(named) > 15, "the addresses of requests have moved"
    theirs = Browser(app, settings, database).sign_in(town.meryem)
    assert theirs.http.get(f"/agents/dossiers/{reference}", base_url=settings.public_url).status_code == 200
    for rule, method in named:
        sent = {"csrf_token": stranger._fresh_token()} if method == "POST" else None
        path = address(rule.replace("<reference>", reference))
        answer = stranger.http.open(path, method=method, data=sent, base_url=settings.public_url)
        assert answer.status_code == 404, (method, rule, answer.status_code)
        assert "DUBOIS" not in answer.get_data(as_text=True), rule
