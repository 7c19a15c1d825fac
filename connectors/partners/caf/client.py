"""The one call of API Particulier that we make, and what its errors mean."""

from pydantic import ValidationError

from connectors.partners.caf.mapping import Parameters
from connectors.partners.caf.settings import CafSettings
from connectors.partners.caf.wire import Fault, Found, Refused
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    PermanentError,
    ProtocolError,
    RetryableError,
    Timeouts,
)
from connectors.sdk.http import Response, classify, guarded, open_client, read_json

PATH = "/v3/dss/quotient_familial/identite"
SIGNED_PATH = "/v3/dss/quotient_familial/france_connect"
# Somebody is waiting for the page: less than the five seconds of the capability.
PATIENCE = Timeouts(connect=2.0, read=4.0, total=4.5)
MAX_RETRY = 3600.0


class Unknown(Exception):
    """The person is not in the partner's files: an answer like another. ``code`` is the partner's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CafClient:
    """Raises connector errors, and Unknown for a person that is not found."""

    def __init__(self, settings: CafSettings, context: ConnectorContext) -> None:
        self._now = context.now
        self._recipient = settings.recipient
        self._client = open_client(
            context.egress,
            base_url=settings.base_url,
            headers={"authorization": f"Bearer {settings.token.get_secret_value()}"} if settings.token else {},
            timeout=_at_most(context.timeouts),
        )

    def ask(self, parameters: Parameters) -> tuple[Found, int | None]:
        """What is known of one person, and for how many seconds the partner will repeat this answer."""
        return self._read(self._get(parameters))

    def ask_signed(self, access_token: str) -> tuple[Found, int | None]:
        """The same, of the person whose sign-in gave this token a minute ago at most."""
        return self._read(self._get_signed(access_token))

    def _read(self, response: Response) -> tuple[Found, int | None]:
        self._accept(response)
        return read_json(response, Found), _seconds(response.headers.get("x-cache-expires-in"))

    def probe(self) -> None:
        """A question about nobody: the partner refuses its form once it has accepted who asks."""
        response = self._get([])
        if response.status_code == 422 and _fault(response) is not None:
            return
        self._accept(response)
        raise ProtocolError("answer_unreadable")

    def probe_signed(self) -> None:
        """A question without a token: being refused in their envelope is all that can be known beforehand."""
        response = self._get_signed("")
        if response.status_code != 401 or _fault(response) is None:
            self._accept(response)
            raise ProtocolError("answer_unreadable")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _get(self, parameters: Parameters) -> Response:
        with guarded():
            return self._client.get(PATH, params=[("recipient", self._recipient), *parameters])

    def _get_signed(self, access_token: str) -> Response:
        with guarded():
            headers = {"authorization": f"Bearer {access_token}"} if access_token else {}
            return self._client.get(SIGNED_PATH, params=[("recipient", self._recipient)], headers=headers)

    def _accept(self, response: Response) -> None:
        """Return on success; raise what the answer means otherwise (interface description, v3)."""
        fault = _fault(response)
        match response.status_code, fault:
            case 404, Fault(code=code):
                raise Unknown(code)
            case 404, None:  # no envelope: the address set is not the partner's
                raise ConfigurationError("address_unknown")
            case 409, _:  # the same question is being answered
                raise RetryableError("http_409", retry_after=_retry_in(fault))
            case 422, Fault(source=source) if source is not None and source.parameter == "recipient":
                raise ConfigurationError("recipient_refused", fields={"recipient": "refused"})
            case 422, Fault(code="00203"):
                raise ConfigurationError("recipient_refused", fields={"recipient": "refused"})
            case 422, Fault():
                raise PermanentError("identity_refused_422")
            case (502 | 504) as status, Fault():
                raise RetryableError(f"http_{status}", retry_after=_retry_in(fault))
        classify(response, now=self._now())


def _at_most(limits: Timeouts) -> Timeouts:
    return Timeouts(
        connect=min(limits.connect, PATIENCE.connect),
        read=min(limits.read, PATIENCE.read),
        total=min(limits.total, PATIENCE.total),
    )


def _fault(response: Response) -> Fault | None:
    """The first error of the envelope; None when there is no envelope."""
    if response.status_code < 400:
        return None
    try:
        return Refused.model_validate_json(response.content).errors[0]
    except ValidationError:
        return None


def _retry_in(fault: Fault | None) -> float | None:
    """Seconds to wait, as the envelope asks, an hour at most."""
    asked = fault.meta.get("retry_in") if fault else None
    if isinstance(asked, bool) or not isinstance(asked, int | float) or asked < 0:
        return None
    return min(float(asked), MAX_RETRY)


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
