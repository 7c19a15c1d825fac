"""Security headers, on every answer, errors included."""

import secrets
from functools import lru_cache
from urllib.parse import urlsplit

from flask import g, request
from werkzeug.wrappers import Response

from portal.ground.web.context import settings

USUAL_PORTS = {"http": 80, "https": 443}
ONE_YEAR = 31_536_000
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT = ("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains")


def nonce() -> str:
    """The nonce of this answer's content security policy."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def origin_of(address: str) -> str:
    """The origin of an address as browsers write it: lower case, the usual port left out."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port if parts.port != USUAL_PORTS.get(parts.scheme) else None
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _form_targets() -> str:
    """Sign-in and sign-out forms are answered by a redirection to the provider, which ``form-action`` also governs."""
    known = settings()
    providers = (known.resident, known.agent)
    return _origins(tuple(address for one in providers for address in (one.issuer, one.logout_url) if address))


@lru_cache(maxsize=8)
def _origins(addresses: tuple[str, ...]) -> str:
    return " ".join(["'self'", *sorted({origin_of(address) for address in addresses})])


def _within(location: str) -> str:
    """An address of ours without its origin: behind a proxy, only the browser knows what we are called."""
    own = request.host_url
    return f"/{location[len(own) :].lstrip('/')}" if location.startswith(own) else location


def add_headers(response: Response) -> Response:
    """Set the headers that are not already set. Static files, which Flask does not answer, have their own."""
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce()}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {_form_targets()}; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy)
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=(), accelerometer=(), gyroscope=()")
    headers.setdefault("X-Request-Id", str(g.get("correlation_id", "")))
    if settings().https:
        headers.setdefault(*TRANSPORT)
    headers.setdefault("Cache-Control", "no-store")
    if "Location" in headers:
        headers["Location"] = _within(headers["Location"])
    return response
