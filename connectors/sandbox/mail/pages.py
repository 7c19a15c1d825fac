"""The inbox: what the portal sent, for everybody to read."""

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.mail.inbox import Mail, count_mails, find_mails, read_mail, recipients_of
from connectors.sandbox.pages import page
from connectors.sandbox.world import iso, world

PER_PAGE = 25
MAX_JSON = 500
blueprint = Blueprint("courriels", __name__)


@blueprint.get("/courriels")
def list_mails() -> Response:
    """The mails, newest first, of one recipient if asked."""
    recipient = request.args.get("destinataire", "").strip()
    number = max(1, request.args.get("page", 1, type=int))
    total = count_mails(world().store, recipient=recipient)
    rows = find_mails(world().store, recipient=recipient, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    mails = [(row, recipients_of(world().store, row["id"])) for row in rows]
    return page(
        "bac/mails.html",
        title="Courriels" + (f", page {number}" if number > 1 else ""),
        mails=mails,
        recipient=recipient,
        number=number,
        more=total > number * PER_PAGE,
        total=total,
    )


@blueprint.get("/courriels.json")
def list_mails_for_tests() -> Response:
    """The mails with their texts; parameters `destinataire` and `limit` (500 at most)."""
    recipient = request.args.get("destinataire", "").strip()
    limit = min(max(1, request.args.get("limit", 100, type=int)), MAX_JSON)
    found = [read_mail(world().store, row["id"]) for row in find_mails(world().store, recipient=recipient, limit=limit)]
    items = [_as_json(mail) for mail in found if mail is not None]
    return jsonify({"items": items, "total": count_mails(world().store, recipient=recipient)})


@blueprint.get("/courriels/<int:mail_id>")
def show_mail(mail_id: int) -> ResponseReturnValue:
    """One mail: its text, the source of its HTML part, its headers."""
    mail = read_mail(world().store, mail_id)
    if mail is None:
        return _missing()
    return page("bac/mail.html", title=mail.subject or "Courriel sans objet", mail=mail)


@blueprint.get("/courriels/<int:mail_id>/html")
def render_mail(mail_id: int) -> ResponseReturnValue:
    """The HTML part as a mail program would show it, in a sandbox that runs and loads nothing."""
    mail = read_mail(world().store, mail_id)
    if mail is None or not mail.html:
        return _missing()
    answer = make_response(mail.html)
    answer.content_type = "text/html; charset=utf-8"
    answer.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return answer


def _missing() -> Response:
    return page("bac/message.html", title="Courriel introuvable", status=404, text="Ce courriel n’existe pas ou plus.")


def _as_json(mail: Mail) -> dict[str, object]:
    return {
        "id": mail.id,
        "received_at": iso(mail.received_at),
        "sender": mail.sender,
        "recipients": mail.recipients,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "headers": dict(mail.headers),
        "attachments": mail.attachments,
    }
