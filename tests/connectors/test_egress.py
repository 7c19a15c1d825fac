"""Where the portal refuses to go, whatever the address is written like."""

import socket
import time
from collections.abc import Sequence

import pytest

from connectors.sdk import ConfigurationError, EgressPolicy, RetryableError, resolve_checked
from connectors.sdk.egress import checked_addresses

PUBLIC_V4, PUBLIC_V6 = "93.184.216.34", "2606:4700::1111"

DISGUISED = [
    "2130706433", "0x7f.1", "0x7f000001", "0", "017700000001", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1",
    "1.2.3.4.5", "010.0.0.1", "134744072", "999.1.1.1", "example.0x10", "fe80::1%eth0", "", ".", "..", "a..b.example",
    "-x.example",
    "par tner.example", "partner.example/", "user@partner.example", "pärtner.example", "partner\x00.example",
]  # fmt: skip

NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:7f00:1", "64:ff9b::7f00:1",
    "64:ff9b::808:808", "64:ff9b:1::1", "2001::1", "2002:7f00:1::", "2002:808:808::1", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip

NOT_PUBLIC = [
    "127.0.0.1", "127.8.8.8", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.127.255.254",
    "192.0.0.9", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "fc00::1", "fd12::1", "2001:db8::1",
    "2001:20::1", "3fff::1", "5f00::1", "4000::1", "100::1",
]  # fmt: skip


def answering(*addresses: str) -> EgressPolicy:
    return EgressPolicy(resolver=lambda _host, _port: addresses)


@pytest.mark.parametrize("host", DISGUISED)
def test_disguised_or_malformed_host_is_refused_before_any_resolution(host: str) -> None:
    asked: list[str] = []

    def resolver(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return [PUBLIC_V4]

    with pytest.raises(ConfigurationError) as caught:
        resolve_checked(EgressPolicy(["0.0.0.0/0", "::/0"], resolver=resolver), host, 443)
    assert caught.value.code == "egress_host_refused"
    assert asked == []


@pytest.mark.parametrize("address", [*NEVER, *NOT_PUBLIC])
def test_address_that_is_not_public_is_refused_written_or_resolved(address: str) -> None:
    for policy, host in ((EgressPolicy(), address), (answering(address), "partner.example")):
        with pytest.raises(ConfigurationError) as caught:
            resolve_checked(policy, host, 443)
        assert caught.value.code == "egress_address_refused"


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_refused_even_when_allowed(address: str) -> None:
    policy = EgressPolicy(["0.0.0.0/0", "::/0", "partner.example:443"], resolver=lambda _h, _p: [address])
    with pytest.raises(ConfigurationError) as caught:
        resolve_checked(policy, "partner.example", 443)
    assert caught.value.code == "egress_address_refused"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.255.0.1", "::1"])
def test_loopback_is_refused_in_production_even_when_allowed(address: str) -> None:
    def policy(*, production: bool) -> EgressPolicy:
        allow = ["127.0.0.0/8", "::1/128", "partner.example:443"]
        return EgressPolicy(allow, production=production, resolver=lambda _h, _p: [address])

    assert resolve_checked(policy(production=False), "partner.example", 443) == address
    with pytest.raises(ConfigurationError) as caught:
        resolve_checked(policy(production=True), "partner.example", 443)
    assert caught.value.code == "egress_loopback_refused"


def test_public_addresses_pass_in_order() -> None:
    policy = answering(PUBLIC_V6, PUBLIC_V4)
    assert checked_addresses(policy, "Partner.Example.", 443) == (PUBLIC_V6, PUBLIC_V4)
    assert resolve_checked(policy, "partner.example", 443) == PUBLIC_V6


def test_one_bad_address_among_good_ones_refuses_the_host() -> None:
    for addresses in ([PUBLIC_V4, "10.0.0.1"], ["169.254.169.254", PUBLIC_V4], [PUBLIC_V6, "::1"]):
        with pytest.raises(ConfigurationError):
            resolve_checked(answering(*addresses), "partner.example", 443)


def test_https_and_443_are_compulsory_without_an_entry() -> None:
    policy = answering(PUBLIC_V4)
    with pytest.raises(ConfigurationError) as caught:
        checked_addresses(policy, "partner.example", 443, tls=False)
    assert caught.value.code == "egress_https_required"
    for port in (22, 25, 80, 587, 8443):
        with pytest.raises(ConfigurationError) as caught:
            checked_addresses(policy, "partner.example", port)
        assert caught.value.code == "egress_port_refused"


def test_host_and_port_entry_opens_that_port_of_that_host_only() -> None:
    policy = EgressPolicy(["Smtp.Intranet.Example:587", "[fd12::9]:8443"], resolver=lambda _h, _p: ["10.2.3.4"])
    assert checked_addresses(policy, "smtp.intranet.example", 587, tls=False) == ("10.2.3.4",)
    assert checked_addresses(policy, "fd12::9", 8443, tls=False) == ("fd12::9",)
    for host, port in (("smtp.intranet.example", 25), ("other.intranet.example", 587), ("10.2.3.4", 587)):
        with pytest.raises(ConfigurationError):
            checked_addresses(policy, host, port)


def test_block_entry_opens_its_addresses_only() -> None:
    policy = EgressPolicy(["10.20.0.0/16"], production=True, resolver=lambda _h, _p: ["10.20.1.1"])
    assert checked_addresses(policy, "intranet.example", 8080, tls=False) == ("10.20.1.1",)
    with pytest.raises(ConfigurationError):
        checked_addresses(policy, "10.21.0.1", 8080, tls=False)


@pytest.mark.parametrize(
    "entry",
    ["partner.example", "10.0.0.1", "https://partner.example:443", "10.0.0.1/8", "300.0.0.0/8", ":443", "a:0",
     "a:70000", "*:443", "*.example:443", "0x7f.1:80", "partner.example:", ""],
)  # fmt: skip
def test_entry_that_cannot_be_read_refuses_to_start(entry: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        EgressPolicy([entry])
    assert caught.value.code == "egress_entry_invalid"


def test_name_that_does_not_resolve_is_retryable_and_not_ambiguous() -> None:
    def failing(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    for policy in (EgressPolicy(resolver=failing), answering()):
        with pytest.raises(RetryableError) as caught:
            resolve_checked(policy, "partner.example", 443)
        assert (caught.value.code, caught.value.ambiguous) == ("name_not_resolved", False)


def test_overlong_label_does_not_resolve() -> None:
    with pytest.raises(RetryableError) as caught:
        resolve_checked(EgressPolicy(), "a" * 64 + ".example", 443)
    assert caught.value.code == "name_not_resolved"


def test_slow_resolution_is_given_up() -> None:
    def slow(_host: str, _port: int) -> Sequence[str]:
        time.sleep(0.5)
        return [PUBLIC_V4]

    before = time.monotonic()
    with pytest.raises(RetryableError) as caught:
        resolve_checked(EgressPolicy(resolver=slow), "partner.example", 443, timeout=0.05)
    assert caught.value.code == "name_resolution_slow"
    assert time.monotonic() - before < 0.4


def test_system_resolver_knows_localhost() -> None:
    policy = EgressPolicy(["localhost:8071"])
    assert resolve_checked(policy, "localhost", 8071) in {"127.0.0.1", "::1"}
    with pytest.raises(ConfigurationError):
        resolve_checked(EgressPolicy(), "localhost", 443)
