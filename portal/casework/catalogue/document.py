"""The document that describes a procedure: format 1. What a version must have to be published: ``completeness.py``."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic import Field as Limits

from portal.casework.catalogue.conditions import Condition
from portal.casework.catalogue.enums import DelayUnit, Regime
from portal.casework.catalogue.workflow import Workflow
from portal.ground.dictionary.service import Concept, ConceptId, FileKind, LocalText, Option

__all__ = [
    "AcknowledgementRule",
    "Alternative",
    "Case",
    "Conditions",
    "Delay",
    "DelayUnit",
    "Exit",
    "Fee",
    "FeeBand",
    "Fetch",
    "Field",
    "Formula",
    "LegalReference",
    "LocalText",
    "MissingEvidence",
    "ProcedureDocument",
    "Questionnaire",
    "Recourse",
    "Regime",
    "Repeat",
    "Route",
    "ServiceContact",
    "Step",
    "Workflow",
]

Slug = Annotated[str, Limits(min_length=1, max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
FieldName = Annotated[str, Limits(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
ChannelName = Literal["web", "counter", "phone", "mail", "email", "api"]
ConnectionName = Annotated[str, Limits(min_length=1, max_length=60, pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")]
OwnPath = Annotated[str, Limits(max_length=120, pattern=r"^(/[a-z0-9]+(-[a-z0-9]+)*)*$")]
Line = Annotated[str, Limits(min_length=1, max_length=300)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Fetch(_Part):
    """Whom the answer may be asked from, once the person agrees. ``provider`` is how people call who answers.

    ``purpose`` completes « pour … »; ``keep_days`` is how long the answer is kept outside the request.
    """

    connection: ConnectionName
    provider: LocalText
    purpose: LocalText
    keep_days: Annotated[int, Limits(ge=1, le=365)] = 30


class Formula(_Part):
    """How a value is worked out from other answers, instead of asked: exactly one way.

    ``total`` and ``product`` of numbers or amounts; ``count`` of what a repeated step holds; ``years_since`` a date.
    """

    total: Annotated[tuple[FieldName, ...], Limits(min_length=1, max_length=20)] | None = None
    product: Annotated[tuple[FieldName, ...], Limits(min_length=2, max_length=5)] | None = None
    count: FieldName | None = None
    years_since: FieldName | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Formula":
        ways = [way for way in (self.total, self.product, self.count, self.years_since) if way is not None]
        if len(ways) != 1:
            raise ValueError("one way exactly is needed: total, product, count or years_since")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The answers that the value hangs on."""
        single = self.count or self.years_since
        return (single,) if single else (self.total or self.product or ())


class Field(_Part):
    """A concept as this procedure asks it. ``label``, ``hint`` and ``options`` replace the concept's own.

    ``own`` describes a concept that this department alone uses, under an id that starts with ``department.``; the
    dictionary does not know it. ``accepts`` and ``max_files`` are for supporting documents only; ``at_least`` and
    ``at_most`` for numbers and amounts. ``linked_to`` names the choice whose answer limits the options (those whose
    ``under`` holds it). ``pattern`` is a regular expression (RE2) that a text must match whole, ``pattern_says`` what
    it asks, in words. ``nir_basis`` is the text that lets a social security number be asked here.
    """

    concept: ConceptId
    name: FieldName
    label: LocalText | None = None
    hint: LocalText | None = None
    required: bool = True
    when: Condition | None = None
    options: tuple[Option, ...] = ()
    accepts: Annotated[tuple[FileKind, ...], Limits(max_length=5)] = ()
    max_files: Annotated[int, Limits(ge=1, le=20)] | None = None
    prefill: bool = True
    fetch: Fetch | None = None
    own: Concept | None = None
    formula: Formula | None = None
    linked_to: FieldName | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    pattern: Annotated[str, Limits(min_length=1, max_length=200)] | None = None
    pattern_says: LocalText | None = None
    nir_basis: LocalText | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_from_concept(cls, data: Any) -> Any:
        if isinstance(data, dict) and "name" not in data and isinstance(data.get("concept"), str):
            return {**data, "name": data["concept"].replace(".", "_")}
        return data


class Repeat(_Part):
    """The page is asked for each of several: a child, a vehicle. Its answers are kept under ``name``, a list.

    ``item`` is how one is called (« un enfant »).
    """

    name: FieldName
    item: LocalText
    at_least: Annotated[int, Limits(ge=0, le=20)] = 1
    at_most: Annotated[int, Limits(ge=1, le=20)] = 6


class Exit(_Part):
    """Where those go whom the procedure is not for: shown when ``when`` holds of the answers saved so far."""

    slug: Slug
    when: Condition
    title: LocalText
    text: LocalText
    phone: Annotated[str, Limits(max_length=30)] = ""
    link: Annotated[str, Limits(max_length=300)] = ""


class Step(_Part):
    """One page of questions; with ``repeat``, one for each of several. ``exits`` are looked at once it is saved.

    A draft may have pages without any question yet: they are not shown, and not published.
    """

    slug: Slug
    title: LocalText
    lead: LocalText | None = None
    fields: Annotated[tuple[Field, ...], Limits(max_length=60)] = ()
    when: Condition | None = None
    repeat: Repeat | None = None
    exits: Annotated[tuple[Exit, ...], Limits(max_length=5)] = ()


class Questionnaire(Protocol):
    """Questions in the order they are asked: those of a procedure, or of whatever else is asked in the same way."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The pages of questions."""

    def fields(self) -> Iterator[tuple[Step, Field]]:
        """Every field with its step, in the order they are asked."""


class Delay(_Part):
    """A legal period. ``holidays_of`` adds the holidays of a place to those of the whole country: working days only."""

    count: Annotated[int, Limits(ge=1, le=120)]
    unit: DelayUnit = DelayUnit.MONTHS
    holidays_of: Literal["", "57", "6AE", "971", "972", "973", "974", "976"] = ""

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the place when there is none: acknowledgements issued before it existed keep their fingerprint."""
        written: dict[str, Any] = write(self)
        if not written.get("holidays_of"):
            written.pop("holidays_of", None)
        return written


class ServiceContact(_Part):
    """The service in charge, as the acknowledgement names it (CRPA R112-11-1, 2°)."""

    designation: Line | None = None
    postal_address: Line | None = None
    email: Annotated[str, Limits(max_length=254)] | None = None
    phone: Annotated[str, Limits(max_length=30)] | None = None


class Recourse(_Part):
    """How a rejection, even silent, may be contested."""

    court: Line
    address: Line
    delay: Delay
    preliminary: LocalText | None = None


class MissingEvidence(_Part):
    """What happens when the file is incomplete (CRPA L114-5)."""

    deadline_days: Annotated[int, Limits(ge=1, le=365)]
    effect: LocalText


class AcknowledgementRule(_Part):
    """What the acknowledgement of receipt says. All optional here, so that a draft may be incomplete.

    ``alert_days``: how long before silence decides the department is warned.
    """

    is_request: bool = True
    service: ServiceContact = ServiceContact()
    regime: Regime | None = None
    delay: Delay | None = None
    attestation: LocalText | None = None
    recourse: Recourse | None = None
    exemption: LocalText | None = None
    missing_evidence: MissingEvidence | None = None
    alert_days: Annotated[int, Limits(ge=1, le=90)] = 10


class Route(_Part):
    """A connection that receives each request at submission, or when a move of the workflow sends it (``on_move``).

    ``recipient`` is how people call who is behind it.
    """

    connection: ConnectionName
    mode: Literal["at_submission", "on_move"] = "at_submission"
    recipient: LocalText


class FeeBand(_Part):
    """What some people pay. ``euros`` has two decimals at most; zero is said « gratuit »."""

    who: LocalText
    euros: Annotated[Decimal, Limits(ge=0, le=100_000, decimal_places=2)]


class Fee(_Part):
    """What it costs: free when there is no band. ``note`` says when and how one pays, or what else there is to know."""

    bands: Annotated[tuple[FeeBand, ...], Limits(max_length=12)] = ()
    note: LocalText | None = None

    @property
    def is_free(self) -> bool:
        """Nobody pays anything."""
        return not any(band.euros for band in self.bands)


class Conditions(_Part):
    """Who may ask; ``otherwise``: where those who may not go instead, one sentence a case."""

    may_ask: Annotated[tuple[LocalText, ...], Limits(min_length=1, max_length=8)]
    otherwise: Annotated[tuple[LocalText, ...], Limits(max_length=8)] = ()


class Alternative(_Part):
    """A way to ask without the internet. ``by``: at the counter, on the phone, by post, or with somebody's help."""

    by: Literal["counter", "phone", "mail", "help"]
    text: LocalText


class LegalReference(_Part):
    """A text in force and the articles of it that count here; no article when the whole text does."""

    text: Line
    articles: Annotated[tuple[Annotated[str, Limits(min_length=1, max_length=40)], ...], Limits(max_length=20)] = ()


class Case(_Part):
    """A recorded trial: these answers, as people type them, must end so.

    ``steps``: the pages seen, in order; ``refused``: the fields whose answer is refused; ``exit``: the exit page.
    """

    name: Line
    answers: dict[str, Any]
    ends: Literal["sent", "refused", "exit"]
    steps: Annotated[tuple[Slug, ...], Limits(max_length=30)] = ()
    refused: Annotated[tuple[FieldName, ...], Limits(max_length=60)] = ()
    exit: Slug | None = None


class ProcedureDocument(_Part):
    """A procedure. ``department`` is the slug of the one in charge; ``needs`` is what to have at hand at the start.

    ``assurance`` is the level of sign-in that answering asks for, where the usual one is not enough; ``unsigned``
    procedures may be used without any. ``own_form`` and ``own_desk`` are pages of a journey: where people answer
    otherwise than step by step, and where agents work on a request (its reference follows the address).
    ``usual_delay`` is what the department observes, and promises nothing: what silence means after how long is in
    ``acknowledgement``. ``workflow`` names a ready-made one (``workflows.yaml``), or is one.
    """

    format: Literal[1]
    slug: Slug
    title: LocalText
    summary: LocalText
    audience: tuple[Literal["person", "association", "company"], ...] = ("person",)
    keywords: Annotated[tuple[Line, ...], Limits(max_length=60)] = ()
    theme: Slug
    duration_minutes: Annotated[int, Limits(ge=1, le=240)]
    department: Slug
    workflow: Literal["standard", "case", "forward", "report", "booking"] | Workflow = "standard"
    own_form: OwnPath = ""
    own_desk: OwnPath = ""
    unsigned: bool = False
    assurance: Literal["", "eidas1", "eidas1-mfa", "eidas2", "eidas3"] = ""
    channels: Annotated[tuple[ChannelName, ...], Limits(min_length=1)] = ("web",)
    conditions: Conditions | None = None
    needs: Annotated[tuple[LocalText, ...], Limits(max_length=20)] = ()
    fee: Fee | None = None
    usual_delay: Delay | None = None
    alternatives: Annotated[tuple[Alternative, ...], Limits(max_length=6)] = ()
    next: LocalText | None = None
    steps: Annotated[tuple[Step, ...], Limits(min_length=1, max_length=30)]
    acknowledgement: AcknowledgementRule
    routing: Annotated[tuple[Route, ...], Limits(max_length=20)] = ()
    retention_days: Annotated[int, Limits(ge=1, le=36500)]
    legal_basis: LocalText
    legal_references: Annotated[tuple[LegalReference, ...], Limits(max_length=10)] = ()
    cases: Annotated[tuple[Case, ...], Limits(max_length=40)] = ()

    @property
    def first_routes(self) -> tuple[Route, ...]:
        """Who receives a request as soon as it is submitted."""
        return tuple(route for route in self.routing if route.mode == "at_submission")

    def fields(self) -> Iterator[tuple[Step, Field]]:
        """Every field with its step, in the order they are asked."""
        for step in self.steps:
            for field in step.fields:
                yield step, field

    def step(self, slug: str) -> Step | None:
        """The step with this slug."""
        return next((step for step in self.steps if step.slug == slug), None)

    def field(self, name: str) -> Field | None:
        """The field with this name."""
        return next((field for _step, field in self.fields() if field.name == name), None)
