"""The two providers of the running application."""

from typing import cast

from flask import Flask, current_app

from connectors.sdk import EgressPolicy
from portal.ground.settings import Settings
from portal.people.identity.enums import Realm
from portal.people.identity.provider import Provider

EXTENSION = "parvis_identity"
CALLBACKS = {Realm.RESIDENT: "/connexion/usager/retour", Realm.AGENT: "/connexion/agent/retour"}
AFTER_LOGOUT = "/deconnexion/retour"
NAMES = {Realm.RESIDENT: "FranceConnect", Realm.AGENT: "ProConnect"}
DOORS = {Realm.RESIDENT: "/connexion", Realm.AGENT: "/agents/connexion"}
HOMES = {Realm.RESIDENT: "/mon-espace", Realm.AGENT: "/agents/"}


def install_providers(app: Flask, known: Settings) -> None:
    """One client object and one callback address for each provider."""
    policy = EgressPolicy(known.egress_allow, known.production)
    app.extensions[EXTENSION] = {
        realm: Provider(realm, chosen, redirect_uri=known.public_url + CALLBACKS[realm], policy=policy)
        for realm, chosen in ((Realm.RESIDENT, known.resident), (Realm.AGENT, known.agent))
    }


def provider(realm: Realm) -> Provider:
    """The provider behind a door."""
    return cast("dict[Realm, Provider]", current_app.extensions[EXTENSION])[realm]
