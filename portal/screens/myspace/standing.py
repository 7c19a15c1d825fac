"""How long a request takes and what silence means, said to the person who made it: nothing that is not known."""

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.catalogue.enums import Regime
from portal.casework.delays.service import Delays
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.service import RequestView
from portal.ground.web import reading_language
from portal.ground.web.formats import format_date


def say_implicit(view: RequestView) -> str:
    """What silence has decided, while no express answer has come; empty when it has decided nothing."""
    if view.implicit_on is None:
        return ""
    day = format_date(view.implicit_on)
    if view.deadline_regime is Regime.ACCEPTANCE:
        return _("Votre demande est acceptée depuis le %(day)s, parce que nous n’avons pas répondu à temps.", day=day)
    return _("Faute de réponse à temps, votre demande est considérée comme refusée depuis le %(day)s.", day=day)


def advice_after_silence(view: RequestView) -> list[str]:
    """What one may do once silence has decided (CRPA L232-3, L232-4 and R421-2 of the code of justice)."""
    if view.implicit_on is None or view.decided_at:
        return []
    if view.deadline_regime is Regime.ACCEPTANCE:
        return [
            _("Demandez-nous une attestation : écrivez-nous plus bas, ou appelez le service (article L232-3)."),
            _("Gardez votre accusé de réception : il porte la date et la règle."),
        ]
    return [
        _("Demandez-nous les raisons : écrivez-nous plus bas. Nous avons un mois pour vous les dire (article L232-4)."),
        _("Vous pouvez contester. Votre accusé de réception dit comment, et jusqu’à quand."),
        _("Une réponse du service peut encore venir : elle remplacera ce silence."),
    ]


def say_state(view: RequestView) -> str:
    """The status in the words of the procedure's own workflow; empty in the standard one, which the lead tells."""
    if view.workflow is None or view.status is RequestStatus.WITHDRAWN:
        return ""
    return view.workflow.at(view.state).label.get(reading_language())


def say_late(view: RequestView) -> str:
    """Why it takes longer than usual, as far as we know: nothing is promised, and nobody is blamed."""
    late = [event for event in view.events if event.type == "running_late"]
    if view.late_since is None or not late or view.implicit_on:
        return ""
    days = int(late[-1].payload["days"])
    if late[-1].payload["source"] == "measured":
        usual = ngettext(
            "D’habitude, neuf demandes sur dix ont une réponse en %(num)d jour.",
            "D’habitude, neuf demandes sur dix ont une réponse en %(num)d jours.",
            days,
        )
    else:
        usual = ngettext(
            "D’habitude, le service répond en %(num)d jour environ.",
            "D’habitude, le service répond en %(num)d jours environ.",
            days,
        )
    return f"{usual} {_say_where(view)}"


def _say_where(view: RequestView) -> str:
    """Where the request really is, for whoever waits for longer than usual."""
    waiting = [one.recipient for one in view.forwardings if one.transmitted_at and not one.finished_at]
    if waiting:
        return _("Elle est chez : %(who)s. Nous attendons sa réponse.", who=", ".join(waiting))
    if any(one.is_open for one in view.opinions) or view.state == "opinion":
        return _("Un autre service donne son avis.")
    if view.assigned_agent_id:
        return _("Elle est bien enregistrée, un agent l’a en main.")
    return _("Elle est bien enregistrée, dans la liste du service. Aucun agent ne l’a encore prise en main.")


def say_delays(delays: Delays) -> str:
    """What was measured, in words; the time when the person was awaited does not count."""
    half = ngettext("%(num)d jour", "%(num)d jours", delays.median_days)
    most = ngettext("%(num)d jour", "%(num)d jours", delays.p90_days)
    return _(
        "Sur un an, une demande sur deux a eu sa réponse en %(half)s, et neuf sur dix en %(most)s.",
        half=half,
        most=most,
    )
