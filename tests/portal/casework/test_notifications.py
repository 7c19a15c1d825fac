"""Letters: ids are kept, words are made at the end, nothing private is in them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text
from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.catalogue.service import import_procedure
from portal.casework.notifications.appointments import is_appointment
from portal.casework.notifications.enums import NoticeChannel, NotificationEvent
from portal.casework.notifications.service import RenderedNotification, get_notification, notify
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM
from portal.ground.vault.service import destroy_data_key
from tests.portal.casework.world import ANSWERS, ROUTE, World, document, send

ABOUT_NO_REQUEST = {
    NotificationEvent.ACCOUNT_ENDING,
    NotificationEvent.DRAFT_ENDING,
    NotificationEvent.SPACE_ENDING,
    NotificationEvent.POLL_OPENED,
    NotificationEvent.MANDATE_CHANGED,
}
OF_REQUESTS = {one for one in NotificationEvent if not is_appointment(one)} - ABOUT_NO_REQUEST
URL = "https://demarches.valmont-sur-iselle.example/"


def ids(session: Session) -> dict[str, UUID]:
    rows = session.execute(text("SELECT event, id FROM notification"))
    return {row.event: UUID(str(row.id)) for row in rows}


def render(session: Session, event: NotificationEvent) -> RenderedNotification:
    letter = requests.render_notification(session, ids(session)[event], public_url=URL)
    assert letter is not None
    return letter


def live_through_everything(session: Session, world: World) -> str:
    """A request that gives every kind of letter; returns its reference."""
    sent = send(session, world.resident(), world.routed)
    requests.record_delivery_failure(session, sent.request_id, "ecoles", code="http_400")
    requests.record_delivery(session, sent.request_id, "ecoles", Receipt(external_ref="E-1", received=True))
    agent = world.agent()
    requests.request_information(session, agent, sent.reference, "Secret-demandé ?", idempotency_key="a")
    requests.post_message(session, agent, sent.reference, "Secret-écrit", idempotency_key="b")
    requests.decide(session, agent, sent.reference, "rejected", "Secret-motif", idempotency_key="c")
    other = send(session, world.resident(), world.procedure)
    with clock.shifted(timedelta(days=80)):
        requests.note_implicit_decisions(session)
    requests.withdraw(session, world.resident(), other.reference)
    return sent.reference


def test_each_event_has_its_letter_in_two_equal_forms(session: Session, world: World) -> None:
    live_through_everything(session, world)
    assert set(ids(session)) == {event.value for event in OF_REQUESTS}
    for event in OF_REQUESTS:
        letter = render(session, event)
        page = BeautifulSoup(letter.html, "html5lib")
        html = page.find("html")
        assert html is not None
        assert html["lang"] == "fr"
        links = [link["href"] for link in page.find_all("a")]
        assert len(links) == 1
        assert str(links[0]).startswith(f"{URL}demandes/VSI-")
        assert str(links[0]) in letter.text
        assert "\n" not in letter.subject
        for private in ("Secret", "Lefèvre", "LEFÈVRE"):
            assert private not in letter.text + letter.html + letter.subject
        words = " ".join(page.get_text(" ").split())
        for line in letter.text.splitlines():
            if line.strip() and line != "--" and "http" not in line:
                assert " ".join(line.split()) in words


def test_the_agent_and_the_service_are_named(session: Session, world: World) -> None:
    live_through_everything(session, world)
    for event in (NotificationEvent.MESSAGE_POSTED, NotificationEvent.DECIDED, NotificationEvent.WAITING_FOR_RESIDENT):
        letter = render(session, event)
        assert "Claire Le Goff" in letter.text
        assert "2 place du Parvis" in letter.html
        assert "04 65 71 20 21" in letter.text
    assert "Claire" not in render(session, NotificationEvent.REQUEST_SUBMITTED).text
    assert "les écoles" in render(session, NotificationEvent.PARTNER_RECEIVED).text


def test_data_is_never_read_as_markup(session: Session, world: World) -> None:
    hostile = document(slug="hostile", title={"fr": "<b>{{ 7919*7907 }}</b>"}, routing=[ROUTE])
    procedure = import_procedure(session, hostile, publish=True, actor=SYSTEM)
    send(session, world.resident(), procedure)
    letter = render(session, NotificationEvent.REQUEST_SUBMITTED)
    assert "<b>" not in letter.html
    assert "{{ 7919*7907 }}" in letter.html
    assert "62615533" not in letter.html


def test_the_address_of_the_request_comes_first(session: Session, world: World) -> None:
    send(session, world.resident(), world.procedure)
    assert render(session, NotificationEvent.REQUEST_SUBMITTED).recipient == "noe@exemple.example"


def test_else_the_address_of_the_account(session: Session, world: World) -> None:
    answers = {"vous": {"nom": "Lefèvre"}, "ecole": ANSWERS["ecole"]}
    send(session, world.resident(), world.procedure, answers)
    assert render(session, NotificationEvent.REQUEST_SUBMITTED).recipient == "noe-compte@exemple.example"


def test_after_an_erasure_nobody_is_written_to(session: Session, world: World) -> None:
    sent = send(session, world.resident(), world.procedure)
    destroy_data_key(session, session.get_one(ServiceRequest, sent.request_id).data_key_id)
    found = requests.render_notification(session, ids(session)["request_submitted"], public_url=URL)
    assert found is None


def test_told_once_per_cause(session: Session, world: World) -> None:
    sent = send(session, world.resident(), world.procedure)

    def tell(cause: str) -> frozenset[NoticeChannel]:
        return notify(
            session,
            event=NotificationEvent.MESSAGE_POSTED,
            request_id=sent.request_id,
            account_id=world.noe.id,
            address="noe@exemple.example",
            cause=cause,
        )

    assert tell("m1") == tell("m1") == tell("m2") == {NoticeChannel.EMAIL}
    queued = session.execute(text("SELECT count(*) FROM outbox_message WHERE kind = 'notification'")).scalar_one()
    assert queued == 3


def test_what_was_sent_is_in_the_timeline(session: Session, world: World) -> None:
    sent = send(session, world.resident(), world.procedure)
    requests.record_notification_sent(session, ids(session)["request_submitted"])
    view = requests.get_request(session, world.resident(), sent.reference)
    assert (view.events[-1].type, view.events[-1].payload) == ("email_sent", {"template": "request_submitted"})
    with pytest.raises(NotFound):
        get_notification(session, uuid4())
