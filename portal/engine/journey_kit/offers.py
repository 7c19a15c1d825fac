"""What can be asked elsewhere instead of being typed, and where that stands, for the page of a step."""

from dataclasses import dataclass
from typing import Final

from flask import current_app
from flask_babel import gettext as _

from portal.casework.catalogue.document import Fetch, Step
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import field_name_for_errors
from portal.casework.consents.service import ConsentView, Outcome
from portal.engine.journey_kit.folder import Folder
from portal.ground.web import unit
from portal.ground.web.formats import format_moment
from portal.records.connections.service import ConnectionRegistry, breaker_allows

REGISTRY: Final = "parvis_connections"


@dataclass(frozen=True, slots=True)
class Offer:
    """One question that a partner may answer. ``again``: the button asks at once, the person has agreed already."""

    title: str
    text: str
    label: str = ""
    address: str = ""
    again: bool = False
    waiting: bool = False


def registry() -> ConnectionRegistry:
    """The connections of the running application."""
    found: ConnectionRegistry = current_app.extensions[REGISTRY]
    return found


def offers_of(folder: Folder, step: Step, asked: list[FormField]) -> list[Offer]:
    """The questions on the page that a configured partner may answer."""
    configured = registry()
    return [
        _offer(folder, step, one, one.fetch)
        for one in asked
        if one.fetch is not None and one.fetch.connection in configured
    ]


def address_of(folder: Folder, step: Step, field: FormField) -> str:
    """Where the person reads what would be asked, and agrees."""
    return f"/demarches/{folder.slug}/{step.slug}/accord/{field.name}"


def _offer(folder: Folder, step: Step, field: FormField, fetch: Fetch) -> Offer:
    consent = folder.consents().get(field.name)
    label, address = field_name_for_errors(field), address_of(folder, step, field)
    if consent is None or consent.outcome is Outcome.NOT_ASKED:
        return _first(label, fetch, address)
    told = {
        Outcome.ASKING: _asking,
        Outcome.NOT_FOUND: _not_found,
        Outcome.IDENTITY_REFUSED: _identity_refused,
    }.get(consent.outcome, _unavailable)
    return told(label, fetch, consent, address)


def _first(label: str, fetch: Fetch, address: str) -> Offer:
    allowed, _until = breaker_allows(unit(), fetch.connection)
    if not allowed:
        return Offer(
            _("%(what)s : à écrire vous-même aujourd’hui", what=label),
            _(
                "Nous ne pouvons pas interroger %(who)s pour le moment. Écrivez la réponse vous-même, "
                "ou revenez plus tard.",
                who=fetch.provider,
            ),
        )
    return Offer(
        _("Nous pouvons le demander pour vous"),
        _("Avec votre accord, %(who)s nous le donne tout de suite : vous n’avez rien à chercher.", who=fetch.provider),
        _("Le demander pour moi"),
        address,
    )


def _asking(label: str, fetch: Fetch, _consent: ConsentView, address: str) -> Offer:
    return Offer(
        _("%(what)s : nous attendons la réponse", what=label),
        _("La question est posée (%(who)s). La réponse arrive en quelques secondes.", who=fetch.provider),
        _("Voir la réponse"),
        address.partition("/accord/")[0],
        waiting=True,
    )


def _not_found(label: str, fetch: Fetch, consent: ConsentView, _address: str) -> Offer:
    return Offer(
        _("%(what)s : inconnu", what=label),
        _(
            "Nous avons posé la question (%(who)s) %(when)s : aucun dossier n’a été trouvé à votre nom. "
            "Inconnu ne veut pas dire zéro. "
            "Si vous connaissez la réponse, écrivez-la ; sinon, vous pourrez apporter un justificatif.",
            who=fetch.provider,
            when=_when(consent),
        ),
    )


def _identity_refused(label: str, fetch: Fetch, _consent: ConsentView, _address: str) -> Offer:
    return Offer(
        _("%(what)s : à écrire vous-même", what=label),
        _(
            "L’état civil que nous a donné FranceConnect ne suffit pas pour vous retrouver (%(who)s). Ce n’est pas une "
            "erreur de votre part. Écrivez la réponse vous-même, ou apportez un justificatif plus tard.",
            who=fetch.provider,
        ),
    )


def _unavailable(label: str, fetch: Fetch, _consent: ConsentView, address: str) -> Offer:
    text = _(
        "Nous n’avons pas eu de réponse (%(who)s). Votre démarche continue : écrivez la réponse vous-même, ou "
        "apportez un justificatif plus tard.",
        who=fetch.provider,
    )
    allowed, _until = breaker_allows(unit(), fetch.connection)
    title = _("%(what)s : pas de réponse", what=label)
    return Offer(title, text, _("Demander de nouveau"), address, again=True) if allowed else Offer(title, text)


def _when(consent: ConsentView) -> str:
    return format_moment(consent.answered_at) if consent.answered_at else ""
