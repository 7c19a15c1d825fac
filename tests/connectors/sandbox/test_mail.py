"""The mail server and its inbox."""

import secrets
import smtplib
import time
from email.message import EmailMessage

import httpx2
import pytest

from tests.connectors.sandbox.support import Program


@pytest.fixture
def address() -> str:
    return f"zoe-{secrets.token_hex(4)}@usagers.example"


def letter(recipient: str, *, html: str = "<h1>Bonjour</h1><script>alert(1)</script>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "ne-pas-repondre@valmont-sur-iselle.example"
    message["To"] = recipient
    message["Subject"] = "Votre demande est reçue"
    message.set_content("Bonjour Zoé,\n\nVotre demande est reçue.\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def post(bac: Program, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", bac.smtp_port, timeout=10) as server:
        server.send_message(message)


def received(visitor: httpx2.Client, address: str) -> list[dict]:
    return visitor.get("/courriels.json", params={"destinataire": address}).json()["items"]


def test_a_mail_is_kept_with_its_parts(bac: Program, visitor: httpx2.Client, address: str) -> None:
    message = letter(address)
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="accusé.pdf")
    post(bac, message)
    [mail] = received(visitor, address)
    assert mail["subject"] == "Votre demande est reçue"
    assert (mail["sender"], mail["recipients"]) == ("ne-pas-repondre@valmont-sur-iselle.example", [address])
    assert mail["text"].startswith("Bonjour Zoé,")
    assert "<h1>" in mail["html"]
    assert mail["attachments"] == ["accusé.pdf"]
    assert mail["headers"]["To"] == address


def test_the_newest_is_first_and_the_recipient_filters(bac: Program, visitor: httpx2.Client, address: str) -> None:
    for subject in ("Premier", "Second"):
        message = letter(address, html="")
        message.replace_header("Subject", subject)
        post(bac, message)
    post(bac, letter("autre@usagers.example"))
    assert [mail["subject"] for mail in received(visitor, address.upper())] == ["Second", "Premier"]
    page = visitor.get("/courriels", params={"destinataire": address}).text
    assert page.index("Second") < page.index("Premier")
    assert "2 courriels" in page
    assert "autre@usagers.example" not in page


def test_the_html_part_is_shown_as_text_and_rendered_where_nothing_runs(
    bac: Program, visitor: httpx2.Client, address: str
) -> None:
    post(bac, letter(address))
    [mail] = received(visitor, address)
    page = visitor.get(f"/courriels/{mail['id']}").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    rendered = visitor.get(f"/courriels/{mail['id']}/html")
    assert "<script>" in rendered.text
    policy = rendered.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert visitor.get("/courriels/999999").status_code == 404


@pytest.mark.parametrize(("scenario", "code"), [("greylist", 451), ("reject", 550)])
def test_a_recipient_is_refused(bac: Program, visitor: httpx2.Client, address: str, scenario: str, code: int) -> None:
    bac.incident("courriel", scenario, once=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        post(bac, letter(address))
    assert refused.value.recipients[address][0] == code
    assert received(visitor, address) == []
    post(bac, letter(address))
    assert len(received(visitor, address)) == 1


def test_a_server_that_is_down(bac: Program, address: str) -> None:
    bac.incident("courriel", "down")
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        post(bac, letter(address))
    assert refused.value.smtp_code == 421


def test_a_slow_server_keeps_the_mail_first(bac: Program, visitor: httpx2.Client, address: str) -> None:
    bac.incident("courriel", "slow", delay=0.5)
    begun = time.monotonic()
    post(bac, letter(address))
    assert time.monotonic() - begun >= 0.5
    assert len(received(visitor, address)) == 1


def test_kept_then_cut(bac: Program, visitor: httpx2.Client, address: str) -> None:
    bac.incident("courriel", "commit_then_drop")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        post(bac, letter(address))
    assert len(received(visitor, address)) == 1


def test_a_strange_charset_does_not_hide_the_mail(bac: Program, visitor: httpx2.Client, address: str) -> None:
    raw = f"From: a@b.example\r\nTo: {address}\r\nSubject: =?inconnu?q?x?=\r\n".encode()
    raw += b"Content-Type: text/plain; charset=inconnu\r\n\r\nBonjour \xe9\r\n"
    with smtplib.SMTP("127.0.0.1", bac.smtp_port, timeout=10) as server:
        server.sendmail("a@b.example", [address], raw)
    [mail] = received(visitor, address)
    assert mail["text"].startswith("Bonjour")
    assert visitor.get(f"/courriels/{mail['id']}").status_code == 200
