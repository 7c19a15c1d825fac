"""HTTP with a provider: Authlib's client on the guarded transport; every failure becomes one kind of refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign

from connectors.sdk import ConnectorError, EgressPolicy, Timeouts
from connectors.sdk.http import SafeTransport, guarded
from portal.ground.clock import now
from portal.ground.settings import ProviderSettings
from portal.ground.settings.private_keys import algorithm_of, read_private_key
from portal.people.identity.errors import ProviderUnavailable, SignInFailed

WAITING = Timeouts(connect=3.0, read=5.0, total=6.0)  # a person is waiting, and so is a thread of the portal
ASSERTION_LIFE = 60  # seconds


def open_exchange(settings: ProviderSettings, policy: EgressPolicy, *, redirect_uri: str, pkce: bool = False) -> Any:
    """A client of the provider, to be closed by ``with``. It follows no redirection and no proxy of the environment."""
    method, secret = _authentication(settings)
    client = OAuth2Client(
        client_id=settings.client_id,
        client_secret=secret,
        token_endpoint_auth_method=method,
        scope=settings.scopes,
        redirect_uri=redirect_uri,
        code_challenge_method="S256" if pkce else None,
        transport=SafeTransport(policy, timeouts=WAITING),
        follow_redirects=False,
        trust_env=False,
    )
    client.register_compliance_hook("access_token_response", _check_token_answer)
    return client


@contextmanager
def answering(what: str) -> Iterator[None]:
    """Turn what can go wrong in an exchange into a refusal whose code opens with ``what``.

    :raises SignInFailed: the provider said no.
    :raises ProviderUnavailable: it did not answer, or not intelligibly.
    """
    try:
        with guarded():
            yield
    except OAuthError as error:
        raise SignInFailed(f"{what}_refused", detail=str(error.error)[:60]) from None
    except ConnectorError as error:
        raise ProviderUnavailable(f"{what}_unreachable", detail=error.code) from None
    except (ValueError, RecursionError):
        raise ProviderUnavailable(f"{what}_nonsense") from None


def read_json(response: Any, what: str) -> Any:
    """The JSON body of a 200 answer.

    :raises ProviderUnavailable: another status, or another body.
    """
    if response.status_code != 200:
        raise ProviderUnavailable(f"{what}_status", detail=str(response.status_code))
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise ProviderUnavailable(f"{what}_nonsense") from None


def _check_token_answer(response: Any) -> Any:
    """Look at the answer before Authlib does.

    A refused code is told with the code and id that ``error_uri`` carries: the provider's support asks for them.
    """
    if response.status_code == 200:
        return response
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if response.status_code >= 500 or not isinstance(body, dict) or "error" not in body:
        raise ProviderUnavailable("token_status", detail=str(response.status_code))
    query = parse_qs(urlsplit(str(body.get("error_uri", ""))).query)
    found = [query.get(name, [""])[0][:40] for name in ("code", "id")]
    told = " ".join(part for part in found if part.replace("-", "").isalnum())
    raise SignInFailed("token_refused", detail=told or str(body["error"])[:60])


def _authentication(settings: ProviderSettings) -> tuple[Any, Any]:
    """Authlib's default is HTTP Basic, which these providers refuse: the method is always named."""
    if settings.private_key is None or not settings.token_auth_method.startswith("private_key"):
        return "client_secret_post", settings.client_secret.get_secret_value()
    key = read_private_key(settings.private_key.get_secret_value())
    kid = settings.private_key_kid or key.kid
    return _Assertion(headers={"kid": kid} if kid else None, alg=algorithm_of(key)), key


class _Assertion(PrivateKeyJWT):  # type: ignore[misc]  # the library has no types
    """A proof good for a minute, and for one request: its ``jti`` is drawn anew each time (RFC 7523 §3)."""

    def sign(self, auth: Any, token_endpoint: str) -> str:
        """The client assertion, for the token endpoint alone."""
        return str(
            private_key_jwt_sign(
                auth.client_secret,
                client_id=auth.client_id,
                token_endpoint=token_endpoint,
                header=dict(self.headers or {}),
                alg=self.alg,
                issued_at=int(now().timestamp()),
                expires_in=ASSERTION_LIFE,
            )
        )
