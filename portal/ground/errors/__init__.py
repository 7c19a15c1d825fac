"""Errors that rooms raise and that the edge turns into a calm page; see :mod:`portal.ground.web.pages`."""


class ParvisError(Exception):
    """Base of every designed failure. ``code`` is a stable identifier, never a sentence and never personal data."""

    status = 500

    def __init__(self, code: str = "error") -> None:
        super().__init__(code)
        self.code = code


class NotFound(ParvisError):
    """The thing does not exist, or is not for this actor: the two look alike on purpose."""

    status = 404


class Forbidden(ParvisError):
    """The actor is known and may not do this."""

    status = 403


class StepUpNeeded(Forbidden):
    """The actor may do this, once signed in with at least the level of assurance ``acr``."""

    def __init__(self, acr: str) -> None:
        super().__init__("step_up_needed")
        self.acr = acr


class Conflict(ParvisError):
    """Somebody else changed the thing first. ``theirs`` is the state now stored."""

    status = 409

    def __init__(self, code: str = "conflict", theirs: object = None) -> None:
        super().__init__(code)
        self.theirs = theirs


class Invalid(ParvisError):
    """Input refused. ``fields`` maps a field name to a French sentence that says how to repair it."""

    status = 422

    def __init__(self, fields: dict[str, str], code: str = "invalid") -> None:
        super().__init__(code)
        self.fields = fields


class Busy(ParvisError):
    """Too much at once, or a resource is taken. ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, code: str = "busy", retry_after: int = 60) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class NotReady(ParvisError):
    """The portal runs and cannot serve yet: something that an operator must do is missing."""

    status = 503


class SettingsError(ParvisError):
    """The configuration is unusable. The text is one French sentence for the operator."""

    def __init__(self, sentence: str) -> None:
        super().__init__("settings")
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence
