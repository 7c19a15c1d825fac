"""« Comment vous prévenir »: the channel of each kind of notice, the hours of peace, and the number of a phone."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import SMS_LANE, NoticeKind, PhoneView, Way
from portal.casework.satisfaction.service import is_refused
from portal.ground.dictionary.service import FRENCH, SIMPLIFIED, display, get_concept
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, take, unit
from portal.ground.web.access import resident_only
from portal.screens.myspace.blueprint import blueprint

CODES, CODES_PER = 5, timedelta(hours=1)
NUMBERS, NUMBERS_PER = 5, timedelta(days=1)
TRIES, TRIES_PER = 10, timedelta(hours=1)
KINDS: Mapping[NoticeKind, LazyString] = {
    NoticeKind.LEGAL: _l("Accusés de réception et décisions, que la loi nous demande de vous adresser"),
    NoticeKind.QUESTION: _l("Une question à laquelle votre demande attend une réponse"),
    NoticeKind.ANSWER: _l("Des nouvelles de vos demandes, par exemple un message du service"),
    NoticeKind.APPOINTMENT: _l("Vos rendez-vous, et leurs rappels"),
    NoticeKind.REMINDER: _l("Rappels, par exemple d’un brouillon qui va être effacé"),
    NoticeKind.POLL: _l("Nouveaux sondages, quand la commune demande votre avis"),
}
WAYS: Mapping[Way, LazyString] = {
    Way.EMAIL: _l("Par courriel"),
    Way.SMS: _l("Par SMS"),
    Way.BOTH: _l("Par courriel et par SMS"),
    Way.SPACE: _l("Seulement dans mon espace"),
    Way.NONE: _l("Ne pas me prévenir"),
}

LANGUAGES: tuple[tuple[str, LazyString], ...] = (
    (FRENCH, _l("En français courant")),
    (SIMPLIFIED, _l("En français simplifié : des phrases courtes")),
)


@blueprint.get("/mon-espace/preferences")
@resident_only
def preferences() -> Response:
    """What the person chose."""
    return _show()


@blueprint.post("/mon-espace/preferences")
@resident_only
def save_preferences() -> Response:
    """Keep the choices."""
    form = request.form
    _chosen, phone = _choices()
    try:
        notifications.save_preferences(
            unit(),
            actor(),
            ways={kind: form.get(kind.value, "") for kind in NoticeKind},
            quiet_from=_hour(form.get("quiet_from")),
            quiet_until=_hour(form.get("quiet_until")),
            digest=form.get("digest") == "oui",
            sms=phone.verified,
            language=form.get("language", FRENCH),
        )
    except Invalid as refused:
        return _show(errors=list(refused.fields.items()), typed=form.to_dict())
    return redirect_to("myspace.preferences", fait="choix")


@blueprint.post("/mon-espace/preferences/telephone")
@resident_only
def ask_phone_code() -> Response:
    """Send a code to a number. Codes are counted for the person, and for the number: nobody is flooded by another."""
    _sms_needed()
    typed = request.form.get("phone", "")[:40]
    try:
        number = notifications.read_mobile(typed)
    except Invalid as refused:
        return _show(errors=list(refused.fields.items()), typed={"phone": typed})
    take(unit(), "phone_code", str(actor().id), limit=CODES, per=CODES_PER)
    take(unit(), "phone_number", number, limit=NUMBERS, per=NUMBERS_PER)
    notifications.ask_phone_code(unit(), actor(), number)
    return redirect_to("myspace.preferences", fait="code", _anchor="telephone")


@blueprint.post("/mon-espace/preferences/telephone/code")
@resident_only
def confirm_phone() -> Response:
    """Prove the number by its code. Guesses are counted, right or wrong."""
    _sms_needed()
    take(unit(), "phone_guess", str(actor().id), limit=TRIES, per=TRIES_PER)
    if notifications.confirm_phone(unit(), actor(), request.form.get("code", "")[:20]):
        return redirect_to("myspace.preferences", fait="numero", _anchor="telephone")
    _chosen, phone = _choices()
    if phone.awaited_until:
        return _show(errors=[("code", _("Ce code n’est pas le bon. Vérifiez-le, ou demandez-en un autre."))])
    if phone.verified:
        return redirect_to("myspace.preferences", _anchor="telephone")
    return _show(errors=[("phone", _("Ce code n’est plus valable. Demandez-en un autre."))])


@blueprint.post("/mon-espace/preferences/telephone/retirer")
@resident_only
def drop_phone() -> Response:
    """Forget the number."""
    notifications.drop_phone(unit(), actor())
    return redirect_to("myspace.preferences", fait="retire", _anchor="telephone")


def _show(*, errors: list[tuple[str, str]] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    chosen, phone = _choices()
    kept = {
        **{kind.value: chosen.ways[kind].value for kind in NoticeKind},
        "quiet_from": str(chosen.quiet_from),
        "quiet_until": str(chosen.quiet_until),
        "digest": "oui" if chosen.digest else "",
        "language": chosen.language,
    }
    if typed is not None and "phone" not in typed:  # an unticked box is not sent
        kept |= {"digest": "", **typed}
    return page(
        "myspace/preferences.html",
        title=_("Comment vous prévenir"),
        status=422 if errors else 200,
        service=_("Mon espace"),
        kinds=[_offered(kind, phone) for kind in NoticeKind],
        languages=[(code, str(words)) for code, words in LANGUAGES],
        hours=[(str(hour), _("%(hour)d h", hour=hour)) for hour in range(24)],
        kept=kept,
        phone=phone,
        number=display(get_concept("contact.phone"), phone.number) if phone.number else "",
        typed_phone=(typed or {}).get("phone", ""),
        sms_open=_sms_open(),
        surveys_refused=is_refused(unit(), actor().id),
        errors=[("quiet_from" if name == "quiet" else name, sentence) for name, sentence in errors or []],
        wrong=dict(errors or []),
        done=request.args.get("fait", ""),
        trail=[
            (_("Accueil"), "/"),
            (_("Mon espace"), "/mon-espace"),
            (_("Vos notifications"), "/mon-espace/notifications"),
            (_("Comment vous prévenir"), None),
        ],
    )


def _offered(kind: NoticeKind, phone: PhoneView) -> tuple[str, str, list[tuple[str, str]]]:
    """Name, label and answers of the question about one kind."""
    ways = notifications.ways_open(kind, sms=phone.verified)
    return kind.value, str(KINDS[kind]), [(way.value, str(WAYS[way])) for way in ways]


def _choices() -> tuple[notifications.PreferenceView, PhoneView]:
    who = actor()
    if who.id is None or not isinstance(who.subject, UUID):
        raise Forbidden("resident_needed")
    return notifications.get_choices(unit(), who.id, who.subject)


def _sms_open() -> bool:
    return SMS_LANE in current_app.extensions["parvis_connections"]


def _sms_needed() -> None:
    if not _sms_open():
        raise NotFound("sms_closed")


def _hour(text: str | None) -> int:
    """An hour of the list, or -1 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 3 else -1
