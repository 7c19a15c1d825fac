"""Connections as the settings declare them: found at the start, built when needed, refused in one clear sentence."""

import pytest

from connectors.partners.school import CONNECTOR as SCHOOL
from connectors.sdk import ConfigurationError
from portal.ground.errors import NotFound, SettingsError
from portal.ground.settings import ConnectionSettings
from portal.records.connections.service import load_connections

ENVIRON = {"KEY": "school-api-key", "HOOK": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}


def load(settings, environ=None, connector="school", **options):
    school = ConnectionSettings(
        connector=connector,
        title="Écoles",
        options={"base_url": "http://127.0.0.1:9", "authority_code": "21380999900019", **options},
        secrets={"api_key": "KEY", "webhook_secret": "HOOK"},
    )
    known = settings.model_copy(update={"connections": {"ecoles": school}})
    return load_connections(known, connectors={"school": SCHOOL}, environ=ENVIRON if environ is None else environ)


def test_a_connection_is_known_by_its_name_and_built_once(settings):
    registry = load(settings)
    assert registry.names() == ["ecoles"]
    assert "ecoles" in registry
    assert "autre" not in registry
    assert registry.title("ecoles") == "Écoles"
    assert registry.manifest("ecoles").id == "school"
    assert "household.child.family_name" in registry.data_sent("ecoles")
    assert registry.get("ecoles") is registry.get("ecoles")
    registry.close()
    registry.close()


def test_an_unknown_name_is_not_found(settings):
    registry = load(settings)
    for ask in (registry.get, registry.title, registry.manifest, registry.data_sent):
        with pytest.raises(NotFound):
            ask("autre")


def test_a_connector_that_is_not_installed_refuses_to_start(settings):
    with pytest.raises(SettingsError) as refused:
        load(settings, connector="concerto")
    assert "La connexion ecoles demande le connecteur concerto" in str(refused.value)


def test_a_missing_secret_is_said_when_the_connection_is_needed_not_before(settings):
    registry = load(settings, environ={"KEY": "school-api-key"})
    with pytest.raises(ConfigurationError) as refused:
        registry.get("ecoles")
    assert (refused.value.code, refused.value.fields) == ("secret_missing", {"webhook_secret": "missing"})


def test_a_wrong_option_is_named_and_its_value_is_not(settings):
    registry = load(settings, base_url="not an address")
    with pytest.raises(ConfigurationError) as refused:
        registry.get("ecoles")
    assert refused.value.code == "settings_invalid"
    assert "base_url" in refused.value.fields
    assert "not an address" not in str(refused.value)
