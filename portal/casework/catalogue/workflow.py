"""How a request moves from one status to another, as a procedure describes it: data, never code. Pure.

The statuses of a workflow refine the standard ones, which notifications, legal clocks and lists go by: each says which
of them it stands for.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.ground.dictionary.service import LocalText

StandardStatus = Literal[
    "submitted", "in_progress", "waiting_for_resident", "accepted", "rejected", "closed", "withdrawn"
]
Mover = Literal["department", "counter_agent", "department_agent", "supervisor", "resident", "partner", "timeout"]
ActionKind = Literal["message", "letter", "forward", "documents", "corrections", "opinion", "appointment"]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]

ENDS: frozenset[StandardStatus] = frozenset({"accepted", "rejected", "closed", "withdrawn"})
# What each of these writes to the person goes by the same words: one of them a transition.
WORDED: frozenset[ActionKind] = frozenset({"message", "documents", "corrections", "appointment"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)


class Action(_Part):
    """What a transition does besides moving. ``text`` is proposed to the agent, and said as it is by a timeout.

    ``connection``: where ``forward`` sends the request; ``fields``: what ``corrections`` may ask again, all when empty;
    ``department``: whom ``opinion`` asks, left to the agent when empty; ``kind``: the slug of the appointments among
    which ``appointment`` has the person choose a time, ``then``: the move that is made once they have.
    """

    do: ActionKind
    text: LocalText | None = None
    connection: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")] | None = None
    department: Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] | None = None
    fields: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    kind: Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] | None = None
    then: Code | None = None


class WorkflowStatus(_Part):
    """A status: what people read, which standard one it stands for, how many days it may last untouched."""

    code: Code
    label: LocalText
    status: StandardStatus
    wait_days: Annotated[int, Field(ge=1, le=730)] | None = None

    @property
    def is_end(self) -> bool:
        """Nothing moves from here."""
        return self.status in ENDS


class Transition(_Part):
    """A move: from where, to where, who may, and what it does. ``label`` is the button."""

    code: Code
    label: LocalText
    sources: Annotated[tuple[Code, ...], Field(alias="from", min_length=1, max_length=40)]
    target: Code = Field(alias="to")
    who: Annotated[tuple[Mover, ...], Field(min_length=1, max_length=7)]
    does: Annotated[tuple[Action, ...], Field(max_length=4)] = ()

    def action(self, kind: ActionKind) -> Action | None:
        """What it does of this kind."""
        return next((one for one in self.does if one.do == kind), None)


class Workflow(_Part):
    """Statuses, the first of which is where a request starts, and the moves between them."""

    statuses: Annotated[tuple[WorkflowStatus, ...], Field(min_length=1, max_length=40)]
    transitions: Annotated[tuple[Transition, ...], Field(max_length=120)] = ()

    @property
    def start(self) -> WorkflowStatus:
        """Where a request starts."""
        return self.statuses[0]

    def at(self, code: str | None) -> WorkflowStatus:
        """The status with this code; where a request starts when it has none yet, or one unknown here."""
        return next((one for one in self.statuses if one.code == code), self.start)

    def transition(self, code: str) -> Transition | None:
        """The transition with this code."""
        return next((one for one in self.transitions if one.code == code), None)

    def leaving(self, code: str | None) -> Iterator[Transition]:
        """The moves from a status, in the order of the document."""
        here = self.at(code).code
        return (one for one in self.transitions if here in one.sources)

    def landing(self, code: str | None, wanted: str, by: Mover) -> str | None:
        """The status where a move to a standard one ends, when no transition is named; None when it is not allowed.

        Ends, what a partner reports and questions need a transition that ``by`` may make. Work that the standard
        machine starts by itself (a request given to an agent, a question answered) goes to the first status that stands
        for it.
        """
        here = self.at(code)
        for one in self.leaving(code):
            if by in one.who and self.at(one.target).status == wanted and self._stands_for(one, by):
                return one.target
        if here.status == wanted:
            return here.code
        if wanted in ENDS or (wanted == "waiting_for_resident" and by != "partner"):
            return None
        return next((one.code for one in self.statuses if one.status == wanted), None)

    def _stands_for(self, one: Transition, by: Mover) -> bool:
        """Whether a transition may be made without being named: a date proposed is no question, nor its acceptance."""
        return by == "partner" or self.at(one.target).is_end or one.action("documents") is not None


def kinds_named(workflow: Workflow) -> frozenset[str]:
    """The slugs of the kinds of appointment that its moves name."""
    return frozenset(action.kind for one in workflow.transitions for action in one.does if action.kind)
