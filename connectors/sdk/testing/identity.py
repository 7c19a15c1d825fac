"""Rules for all connectors: what they declare, how they are set, what they let out."""

# ruff: noqa: D102, S101 - each rule is an assertion whose name is its sentence

import logging
from importlib.resources import files
from typing import ClassVar

import pytest

from connectors.sdk import (
    ConfigurationError,
    ConnectorType,
    build_connector,
    capabilities_of,
    load_manifest,
    secret_fields,
)
from connectors.sdk.testing.doubles import Bench, told_by


class IdentityRules:
    """One test per rule."""

    kind: ClassVar[ConnectorType]
    package: ClassVar[str]

    def test_manifest_is_valid_and_named_after_its_folder(self) -> None:
        manifest = load_manifest(self.package)
        assert manifest == self.kind.manifest
        assert manifest.id == self.package.rpartition(".")[2]
        assert files(self.package).joinpath("README.md").read_text(encoding="utf-8").startswith("# ")

    def test_exemptions_name_rules_of_this_contract(self) -> None:
        from connectors.sdk.testing.suite import RULES  # the list is known once all rules are

        assert {exemption.rule for exemption in self.kind.manifest.exemptions} <= RULES

    def test_declared_capabilities_are_the_implemented_ones(self, bench: Bench) -> None:
        assert capabilities_of(bench.connect()) == set(self.kind.manifest.capabilities)

    def test_unknown_setting_is_refused(self, bench: Bench) -> None:
        options = {**bench.double.options, "colour": "blue"}
        with pytest.raises(ConfigurationError) as caught:
            build_connector(self.kind, options, bench.double.secrets, bench.context())
        assert caught.value.code == "settings_invalid"
        assert set(caught.value.fields) == {"colour"}

    def test_missing_setting_is_refused(self, bench: Bench) -> None:
        required = {name for name, info in self.kind.settings_model.model_fields.items() if info.is_required()}
        assert required
        for name in required:
            options = {key: value for key, value in bench.double.options.items() if key != name}
            secrets = {key: value for key, value in bench.double.secrets.items() if key != name}
            with pytest.raises(ConfigurationError) as caught:
                build_connector(self.kind, options, secrets, bench.context())
            assert caught.value.fields == {name: "missing"}

    def test_secret_written_among_the_options_is_refused(self, bench: Bench) -> None:
        for name in secret_fields(self.kind.settings_model):
            options = {**bench.double.options, name: "written-in-a-file"}
            with pytest.raises(ConfigurationError) as caught:
                build_connector(self.kind, options, {}, bench.context())
            assert caught.value.code == "settings_misplaced"
            assert "written-in-a-file" not in told_by(caught.value)

    def test_secrets_show_nowhere(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        settings = self.kind.settings_model.model_validate({**bench.double.options, **bench.double.secrets})
        connector = bench.connect()
        connector.check()
        bench.use(connector)
        bench.double.answer(bench.double.refused_credentials[0])
        error = bench.failure(connector, "key-2")
        shown = repr(settings) + str(settings) + repr(vars(connector)) + told_by(error) + caplog.text
        assert [name for name, secret in bench.double.secrets.items() if secret in shown] == []

    def test_check_has_no_effect(self, bench: Bench) -> None:
        report = bench.connect().check()
        assert (report.ok, report.settings_ok, report.connection_ok, report.credentials_ok) == (True, True, True, True)
        assert bench.double.records() == 0

    def test_check_tells_refused_credentials(self, bench: Bench) -> None:
        for status in bench.double.refused_credentials:
            bench.double.answer(status)
            report = bench.connect().check()
            assert (report.ok, report.connection_ok, report.credentials_ok) == (False, True, False)

    def test_check_tells_a_partner_that_is_down(self, bench: Bench) -> None:
        connector = bench.connect()
        bench.double.stop_listening()
        report = connector.check()
        assert (report.ok, report.connection_ok, report.credentials_ok) == (False, False, None)

    def test_loopback_is_refused_in_production(self, bench: Bench) -> None:
        """All doubles listen on loopback: a draft, or a password in clear, is refused even earlier."""
        code = self._code_in_production(bench)
        assert code in {"egress_loopback_refused", "draft_in_production", "settings_invalid"}
        assert (code == "draft_in_production") == (self.kind.manifest.tier == "draft")
        assert bench.double.records() == 0

    def _code_in_production(self, bench: Bench) -> str:
        double = bench.double
        try:
            connector = build_connector(self.kind, double.options, double.secrets, bench.context(production=True))
        except ConfigurationError as error:
            return error.code
        bench.connectors.append(connector)
        return connector.check().message_code

    def test_closing_twice_is_harmless(self, bench: Bench) -> None:
        connector = bench.connect()
        bench.use(connector)
        connector.close()
        connector.close()
        assert bench.double.records() == 1
