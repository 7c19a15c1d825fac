"""Where the portal may connect to: names are resolved once, every address is checked, the checked one is used."""

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from connectors.sdk.errors import ConfigurationError, RetryableError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

PUBLIC_PORTS = frozenset({443})
RESOLUTION_TIMEOUT = 5.0

# Refused even when allowed: "this network", link-local (cloud metadata), multicast, reserved, and every form of
# IPv6 that carries an IPv4 address inside (compatible, mapped, translated, NAT64, Teredo, 6to4).
_NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
# Not public, whatever the version of the standard library thinks of them.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in ("100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "2001::/23", "2001:db8::/32", "3fff::/20")
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_LOOPBACK_V6 = IPv6Address("::1")
_NUMERIC_LABEL = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?")
_ENTRY = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+)):(?P<port>[0-9]{1,5})")


def resolve_with_system(host: str, port: int) -> Sequence[str]:
    """Addresses of a name, in the order the system prefers. Raises OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """Which hosts may be reached.

    Without an entry in ``allow``: public addresses, https, port 443. ``allow`` holds ``host:port`` (``[v6]:port``) or
    CIDR blocks; what it covers may be an intranet address, plain http, any port. Loopback is refused in production,
    allowed or not. Raises ConfigurationError ``egress_entry_invalid`` on an entry that cannot be read.
    """

    allow: Sequence[str] = ()
    production: bool = False
    resolver: Resolver = field(default=resolve_with_system, repr=False, compare=False)
    _names: frozenset[tuple[str, int]] = field(init=False, repr=False, compare=False)
    _networks: tuple[Network, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: set[tuple[str, int]] = set()
        networks: list[Network] = []
        for entry in self.allow:
            if "/" in entry:
                networks.append(_read_network(entry))
            else:
                names.add(_read_name(entry))
        object.__setattr__(self, "allow", tuple(self.allow))
        object.__setattr__(self, "_names", frozenset(names))
        object.__setattr__(self, "_networks", tuple(networks))

    def refusal(self, host: str, address: Address, port: int, *, tls: bool) -> str | None:
        """Why this address of ``host`` may not be reached, as a code; None when it may."""
        if address.is_loopback and self.production:
            return "egress_loopback_refused"
        if address != _LOOPBACK_V6 and _within(address, _NEVER):
            return "egress_address_refused"
        if (host, port) in self._names or _within(address, self._networks):
            return None
        if not _is_public(address):
            return "egress_address_refused"
        if not tls:
            return "egress_https_required"
        return None if port in PUBLIC_PORTS else "egress_port_refused"


def checked_addresses(
    policy: EgressPolicy, host: str, port: int, *, tls: bool = True, timeout: float = RESOLUTION_TIMEOUT
) -> tuple[str, ...]:
    """Resolve ``host`` once and check *every* address found: a single refused one refuses the host.

    Raises ConfigurationError (``egress_…``), or RetryableError (``name_not_resolved``, ``name_resolution_slow``).
    """
    name = _canonical_host(host)
    literal = _literal(name)
    found = (literal,) if literal else _resolve(policy.resolver, name, port, timeout)
    for address in found:
        code = policy.refusal(name, address, port, tls=tls)
        if code:
            raise ConfigurationError(code)
    return tuple(str(address) for address in found)


def resolve_checked(policy: EgressPolicy, host: str, port: int, *, timeout: float = RESOLUTION_TIMEOUT) -> str:
    """One checked address of ``host``, for a protocol other than HTTP. Errors as in `checked_addresses`."""
    return checked_addresses(policy, host, port, timeout=timeout)[0]


def _read_network(entry: str) -> Network:
    try:
        return ipaddress.ip_network(entry.strip())
    except ValueError as error:
        raise ConfigurationError("egress_entry_invalid", fields={"egress_allow": entry}) from error


def _read_name(entry: str) -> tuple[str, int]:
    refused = ConfigurationError("egress_entry_invalid", fields={"egress_allow": entry})
    match = _ENTRY.fullmatch(entry.strip().lower())
    if not match or not 0 < int(match["port"]) < 65536:
        raise refused
    try:
        return _canonical_host(match["v6"] or match["name"]), int(match["port"])
    except ConfigurationError as error:
        raise refused from error


def _canonical_host(host: str) -> str:
    """Lower case, no final dot. Addresses in decimal, octal, hexadecimal or shortened form are refused."""
    name = host.lower().removesuffix(".")
    literal = _literal(name)
    if literal:
        return str(literal)
    if not _HOST.fullmatch(name) or ".." in name or _NUMERIC_LABEL.fullmatch(name.rpartition(".")[2]):
        raise ConfigurationError("egress_host_refused")
    return name


def _literal(name: str) -> Address | None:
    if "%" in name:
        raise ConfigurationError("egress_host_refused")
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST_V6:
        return False
    return address.is_global and not address.is_multicast and not _within(address, _NOT_PUBLIC)


def _resolve(resolver: Resolver, name: str, port: int, timeout: float) -> tuple[Address, ...]:
    """Call the resolver in a thread of its own: the system's has no time limit."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(name, port))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label of more than 63 characters
            answers.put(error)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout, 0.001))
    except queue.Empty:
        raise RetryableError("name_resolution_slow") from None
    if isinstance(answer, Exception):
        raise RetryableError("name_not_resolved") from answer
    if not answer:
        raise RetryableError("name_not_resolved")
    return tuple(_read_answer(text) for text in answer)


def _read_answer(text: str) -> Address:
    """A resolver may add a zone to an address (``fe80::1%eth0``): such an address is link-local, hence refused."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError as error:
        raise ConfigurationError("egress_address_refused") from error
