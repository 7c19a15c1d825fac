"""Where an organisation stands, said to the person. Prepared, sent, taken into account: nothing is said too early."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.life_events.declaration import Guide
from portal.casework.life_events.enums import Knowledge, Stage
from portal.casework.life_events.shapes import EventView, LineView
from portal.casework.requests.service import AMENDMENT_KIND
from portal.ground import clock
from portal.ground.web.formats import format_date, format_moment
from portal.records.outbox.enums import MessageState

Tag = tuple[str, str, str]
# Stages at which the organisation has what was sent.
HAS = frozenset({Stage.SENT, Stage.RECEIVED, Stage.QUESTION, Stage.TAKEN, Stage.REFUSED})
WAITS = frozenset({Stage.TO_CONFIRM, Stage.QUESTION})


def tag_of(line: LineView) -> Tag:
    """Word, drawing and tone of one organisation."""
    tags: Mapping[Stage, Tag] = {
        Stage.TO_CONFIRM: (_("Attend votre accord"), "diamond", "wait"),
        Stage.BLOCKED: (_("Rien ne part par ce site"), "stop", "bad"),
        Stage.CLOSED: (_("Pas ouvert en ligne"), "pause", "info"),
        Stage.DECLINED: (_("Vous vous en chargez"), "empty", "info"),
        Stage.PREPARED: (_("Préparé"), "clock", "wait"),
        Stage.STUCK: (_("Préparé, envoi en échec"), "stop", "bad"),
        Stage.OTHER_WAY: (_("Transmis autrement"), "letter", "info"),
        Stage.NOT_SENT: (_("Ne sera pas envoyé"), "stop", "bad"),
        Stage.SENT: (_("Envoyé"), "sent", "info"),
        Stage.RECEIVED: (_("Envoyé, bien arrivé"), "letter", "info"),
        Stage.QUESTION: (_("Attend votre réponse"), "diamond", "wait"),
        Stage.TAKEN: (_("Pris en compte"), "check", "ok"),
        Stage.REFUSED: (_("Refusé"), "cross", "bad"),
        Stage.WITHDRAWN: (_("Annulé"), "cross", "info"),
    }
    return tags[line.stage]


def say_stage(line: LineView) -> str:
    """The same in a sentence: what happened, when, and who says so."""
    who, at = line.name, format_moment(line.since) if line.since else ""
    if line.blocked and line.request is None:
        return line.blocked
    sentences = {
        Stage.TO_CONFIRM: _("Rien ne lui a été envoyé."),
        Stage.CLOSED: _("Cet organisme ne peut pas être prévenu par ce site en ce moment. Rien n’est envoyé."),
        Stage.DECLINED: _("Rien ne lui a été envoyé. Vous pouvez changer d’avis."),
        Stage.PREPARED: _say_prepared(line, at),
        Stage.STUCK: _("L’envoi n’est pas passé. Un agent doit le reprendre, vous n’avez rien à refaire."),
        Stage.OTHER_WAY: _("Un agent l’a transmis autrement que par ce site %(at)s.", at=at),
        Stage.NOT_SENT: _("Un agent a décidé %(at)s de ne pas l’envoyer. Lisez pourquoi.", at=at),
        Stage.SENT: _say_gone(line, at),
        Stage.RECEIVED: _("%(who)s dit l’avoir reçu %(at)s.", who=who, at=at),
        Stage.QUESTION: _("%(who)s vous pose une question et attend votre réponse.", who=who),
        Stage.TAKEN: _say_taken(line, at),
        Stage.REFUSED: _("La réponse du %(at)s est un refus. Lisez pourquoi, et que faire.", at=at),
        Stage.WITHDRAWN: _say_withdrawn(line, at),
    }
    return sentences[line.stage]


def _say_gone(line: LineView, at: str) -> str:
    posted = [one.posted_on for one in (line.request.forwardings if line.request else ()) if one.posted_on]
    if posted:
        day = format_date(max(posted))
        return _("Lettre postée le %(day)s. %(who)s vous répond directement, pas à nous.", day=day, who=line.name)
    return _("Envoyé %(at)s. %(who)s n’a pas encore confirmé.", at=at, who=line.name)


def _say_prepared(line: LineView, at: str) -> str:
    if any(one.prepared_at for one in (line.request.forwardings if line.request else ())):
        return _("La lettre est prête. Un agent doit encore l’imprimer et la poster.")
    ahead = [
        one.next_attempt_at
        for one in (line.request.forwardings if line.request else ())
        if one.next_attempt_at and one.next_attempt_at > clock.now()
    ]
    if ahead:
        when = format_moment(min(ahead))
        return _("Préparé %(at)s, pas encore envoyé. Nouvel essai %(when)s, sans vous.", at=at, when=when)
    return _("Préparé %(at)s, pas encore envoyé. L’envoi se fait sans vous.", at=at)


def _say_taken(line: LineView, at: str) -> str:
    told = any(one.taken_into_account_at for one in (line.request.forwardings if line.request else ()))
    if told:
        return _("%(who)s dit l’avoir pris en compte %(at)s.", who=line.name, at=at)
    return _("Le service de la commune le dit pris en compte %(at)s.", at=at)


def _say_withdrawn(line: LineView, at: str) -> str:
    forwardings = line.request.forwardings if line.request else ()
    if not any(one.transmitted_at for one in forwardings):
        return _("Annulé %(at)s, avant d’être envoyé : rien ne lui est parti.", at=at)
    if all(one.finished_at for one in forwardings if one.transmitted_at):
        return _("Annulé %(at)s. %(who)s confirme avoir arrêté.", at=at, who=line.name)
    return _("Annulé %(at)s. %(who)s n’a pas encore confirmé avoir arrêté.", at=at, who=line.name)


def say_correction(line: LineView) -> str:
    """What becomes of the latest change of the facts for an organisation already told; empty when all is said."""
    if line.stage is Stage.WITHDRAWN or line.request is None:
        return ""
    if not line.applies and line.stage in HAS:
        return _(
            "Vos nouvelles réponses ne la concernent plus, mais elle avait déjà terminé. %(manual)s",
            manual=line.organisation.manual,
        )
    if line.is_behind:
        return _(
            "Elle avait terminé avant votre changement et n’en sait rien. %(manual)s", manual=line.organisation.manual
        )
    if any(one.kind == AMENDMENT_KIND and one.state is MessageState.DEAD for one in line.request.follow_ups):
        return _("Votre changement n’est pas passé : un agent doit le lui dire. Elle a toujours la version d’avant.")
    if line.correction_waits and line.knowledge is Knowledge.NOTHING:
        return _("Votre changement est préparé lui aussi.")
    if line.correction_waits:
        return _("Votre changement est préparé, pas encore envoyé : elle a toujours la version d’avant.")
    if any(one.amendment_sent for one in line.request.forwardings):
        return _("Votre changement lui a été envoyé.")
    return ""


def say_count(view: EventView) -> str:
    """How many organisations have been sent something, in a sentence."""
    concerned = [one for one in view.lines if one.applies]
    told = [one for one in concerned if one.knowledge is not Knowledge.NOTHING and one.stage is not Stage.WITHDRAWN]
    if not concerned:
        return _("D’après vos réponses, aucun organisme n’est à prévenir par ce site")
    if not told:
        return _("Rien n’est encore envoyé")
    return ngettext(
        "%(num)d organisme prévenu sur %(total)d",
        "%(num)d organismes prévenus sur %(total)d",
        len(told),
        total=len(concerned),
    )


def names(lines: Sequence[LineView]) -> str:
    """« L’école de Nour ; La CAF », in the words of the page."""
    return " ; ".join(one.title for one in lines)


def say_labels(line: LineView) -> str:
    """What an organisation receives, in one sentence: « Nom de naissance, prénoms, date de naissance »."""
    first, *others = [label.removesuffix("?").strip() for label in line.labels]
    return ", ".join([first, *(label[0].lower() + label[1:] for label in others)])


def due_on(guide: Guide, happens_on: date) -> date | None:
    """The day before which the person should have done it."""
    return None if guide.due_days is None else happens_on + timedelta(days=guide.due_days)


def say_due(guide: Guide, happens_on: date) -> str:
    """« avant le 5 mars 2026 », and said when that day is past."""
    day = due_on(guide, happens_on)
    if day is None:
        return _("Sans date limite")
    if day < clock.today():
        return _("C’était à faire avant le %(day)s : faites-le dès que possible", day=format_date(day))
    return _("À faire avant le %(day)s", day=format_date(day))


def say_conflict(code: str) -> str:
    """Why a choice could not be kept, and what to do."""
    sentences = {
        "facts_changed": _("Vos réponses ont changé entre-temps. Relisez ce qui serait transmis, puis choisissez."),
        "event_cancelled": _("Ce déménagement est annulé : plus rien ne part."),
        "blocked": _("Vos réponses empêchent l’envoi par ce site. Lisez pourquoi ci-dessous."),
        "procedure_closed": _(
            "Cette démarche n’est pas ouverte en ce moment. Réessayez plus tard, ou passez par un agent."
        ),
        "draft_open": _(
            "Vous remplissez déjà cette démarche à part. Terminez ce brouillon, ou effacez-le, puis revenez ici."
        ),
        "already_sent": _("C’est déjà transmis. Pour l’arrêter, retirez la demande depuis sa page."),
    }
    return sentences.get(code, _("Votre choix n’a pas pu être enregistré. Rechargez la page, puis recommencez."))


def say_consent(line: LineView) -> str:
    """When the person agreed, and to which words."""
    if line.consent is None:
        return _("Retiré : vous vous en chargez")
    words = f"{line.consent.code}, version {line.consent.version}"
    return _("Donné %(at)s (texte « %(words)s »)", at=format_moment(line.consent.given_at), words=words)


def marks_of(line: LineView) -> list[tuple[bool, str, str]]:
    """Prepared, sent, taken into account: whether, when, and who says so."""
    request = line.request
    if request is None:
        return []
    missing = _("Cela s’est terminé sans cette étape.") if line.is_ended else _("Pas encore.")
    taken = request.taken_into_account_at
    return [
        (True, _("Préparé"), _("Nous l’avons enregistré %(at)s.", at=format_moment(request.submitted_at))),
        (request.transmitted_at is not None, _("Envoyé"), _say_sent(line) or missing),
        (taken is not None, _("Pris en compte"), _say_taken(line, format_moment(taken)) if taken else missing),
    ]


def _say_sent(line: LineView) -> str:
    request = line.request
    if request is None or request.transmitted_at is None:
        return ""
    if any(one.posted_on for one in request.forwardings):
        return _say_gone(line, "")
    sent = _("Notre envoi a été accepté %(at)s.", at=format_moment(request.transmitted_at))
    if request.received_at is None:
        return sent
    return f"{sent} {_('%(who)s confirme l’avoir reçu %(at)s.', who=line.name, at=format_moment(request.received_at))}"
