"""What the room gives: plain immutable values, never rows. One door to all of them."""

from portal.casework.requests.shapes.answers import (
    AnswerLine,
    AnswerStep,
    EarlierAnswer,
    EarlierRequest,
    Origin,
    ToldRecipient,
    ToldRequest,
)
from portal.casework.requests.shapes.corrections import AmendedView, AmendmentView, AnswerChange, CorrectionsView
from portal.casework.requests.shapes.departments import DuplicateView, NoteView, Target, TransferLine, TwinRequest
from portal.casework.requests.shapes.drafts import DiscardedView, DraftOwner, DraftSummary, DraftView, SubmittedView
from portal.casework.requests.shapes.forwardings import FollowUpView, ForwardingView
from portal.casework.requests.shapes.migrations import MigrationOffer
from portal.casework.requests.shapes.opinions import OpinionCase, OpinionLine, OpinionView
from portal.casework.requests.shapes.papers import AcknowledgementView, DecisionLetterView
from portal.casework.requests.shapes.requests import (
    DecisionView,
    DepartmentContact,
    MessageView,
    RequestStanding,
    RequestSummary,
    RequestView,
)

__all__ = [
    "AcknowledgementView",
    "AmendedView",
    "AmendmentView",
    "AnswerChange",
    "AnswerLine",
    "AnswerStep",
    "CorrectionsView",
    "DecisionLetterView",
    "DecisionView",
    "DepartmentContact",
    "DiscardedView",
    "DraftOwner",
    "DraftSummary",
    "DraftView",
    "DuplicateView",
    "EarlierAnswer",
    "EarlierRequest",
    "FollowUpView",
    "ForwardingView",
    "MessageView",
    "MigrationOffer",
    "NoteView",
    "OpinionCase",
    "OpinionLine",
    "OpinionView",
    "Origin",
    "RequestStanding",
    "RequestSummary",
    "RequestView",
    "SubmittedView",
    "Target",
    "ToldRecipient",
    "ToldRequest",
    "TransferLine",
    "TwinRequest",
]
