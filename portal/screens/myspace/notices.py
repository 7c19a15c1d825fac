"""« Vos notifications »: what a person was told, read or not, and what could not reach them."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import DeliveryProgress, NoticeChannel
from portal.casework.requests import service as requests
from portal.ground.errors import Forbidden, NotFound
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import read_instant
from portal.people.accounts.service import get_account
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.queries.notices import Notice, list_notices, progress_of

PER_PAGE = 10
Progress = list[tuple[NoticeChannel, DeliveryProgress]]


@blueprint.get("/mon-espace/notifications")
@resident_only
def list_notifications() -> Response:
    """The newest first. Reading the list marks nothing: a page that is only opened writes nothing."""
    account_id = _account()
    found = list_notices(unit(), account_id, limit=PER_PAGE + 1, before=read_instant(request.args.get("avant")))
    shown = found[:PER_PAGE]
    progress = progress_of(unit(), [one.id for one in shown])
    in_order = [progress[one.id] for one in shown if one.id in progress]
    return page(
        "myspace/notices.html",
        title=_("Vos notifications"),
        service=_("Mon espace"),
        notices=shown,
        say=say_notice,
        reached={notice_id: say_progress(each) for notice_id, each in progress.items()},
        email_refused=_refused(in_order, NoticeChannel.EMAIL),
        sms_refused=_refused(in_order, NoticeChannel.SMS),
        unread=any(not one.read for one in shown),
        first="/mon-espace/notifications" if "avant" in request.args else None,
        next=_after(shown[-1].at) if len(found) > PER_PAGE else None,
        done=request.args.get("fait", ""),
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (_("Vos notifications"), None)],
    )


@blueprint.post("/mon-espace/notifications")
@resident_only
def read_notification() -> Response:
    """Note one notice as read, and go to what it is about; or note them all."""
    asked = request.form.get("ouvrir", "")
    if not asked:
        notifications.mark_all_read(unit(), actor())
        return redirect_to("myspace.list_notifications", fait="lues")
    try:
        notice = notifications.mark_read(unit(), actor(), UUID(asked))
    except ValueError:
        raise NotFound("notification_unknown") from None
    if notice.request_id is None:
        return redirect_to_path(notice.path)
    return redirect_to_path(_place(notice.id))


@blueprint.post("/mon-espace/notifications/reessayer")
@resident_only
def try_address_again() -> Response:
    """The person says that their mailbox works: we write to it again from the next notice on.

    That of their account, and those given in the requests whose last notices were refused.
    """
    account_id = _account()
    addresses = {get_account(unit(), account_id).email}
    shown = [one.id for one in list_notices(unit(), account_id, limit=PER_PAGE)]
    for notice_id, progress in progress_of(unit(), shown).items():
        if (NoticeChannel.EMAIL, DeliveryProgress.REFUSED) in progress:
            addresses.add(requests.address_of_notice(unit(), notice_id))
    for address in addresses - {""}:
        notifications.unblock(unit(), NoticeChannel.EMAIL, address)
    return redirect_to("myspace.list_notifications", fait="reessai")


def say_notice(notice: Notice) -> str:
    """The line of a notice, in the words of its e-mail."""
    return notifications.subject_of(notice.event, notice.reference, notice.title)


def say_progress(progress: Progress) -> str:
    """By what it was sent besides, and how far it got."""
    words = {
        (NoticeChannel.EMAIL, DeliveryProgress.GATHERED): _("Dans votre prochain courriel du matin."),
        (NoticeChannel.EMAIL, DeliveryProgress.SENT): _("Envoyée aussi par courriel."),
        (NoticeChannel.EMAIL, DeliveryProgress.REFUSED): _("Notre courriel n’a pas pu vous être remis."),
        (NoticeChannel.EMAIL, DeliveryProgress.UNSURE): _("Nous ne savons pas si notre courriel est arrivé."),
        (NoticeChannel.SMS, DeliveryProgress.SENT): _("Envoyée aussi par SMS."),
        (NoticeChannel.SMS, DeliveryProgress.DELIVERED): _("Reçue par SMS."),
        (NoticeChannel.SMS, DeliveryProgress.REFUSED): _("Notre SMS n’a pas pu vous être remis."),
    }
    return " ".join(words[each] for each in progress if each in words)


def _refused(found: list[Progress], channel: NoticeChannel) -> bool:
    """Whether the latest notice that left by a channel could not be delivered; the newest comes first."""
    told = [progress for each in found for known, progress in each if known is channel]
    return bool(told) and told[0] is DeliveryProgress.REFUSED


def _place(notice_id: UUID) -> str:
    found = list_notices(unit(), _account(), limit=1, only=notice_id)
    return found[0].path if found else "/mon-espace"


def _account() -> UUID:
    who = actor()
    if who.id is None:
        raise Forbidden("resident_needed")
    return who.id


def _after(instant: datetime) -> str:
    return f"/mon-espace/notifications?{urlencode({'avant': instant.isoformat()})}"
