"""A sign-in that did not come to its end."""

from portal.ground.errors import ParvisError


class SignInFailed(ParvisError):
    """Refused or impossible. ``code`` is ours; ``detail`` is the provider's error code, for the log alone."""

    status = 400

    def __init__(self, code: str, *, status: int = 400, detail: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.detail = detail


class ProviderUnavailable(SignInFailed):
    """The provider does not answer, or not intelligibly: trying again later may do."""

    def __init__(self, code: str, *, detail: str = "") -> None:
        super().__init__(code, status=503, detail=detail)
