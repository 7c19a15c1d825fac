"""What a version must have before it is offered. Pure: path in the document → French sentence.

An acknowledgement that lacks a mention leaves the person's time to appeal open (CRPA L112-6); so a procedure that could
only issue such an acknowledgement is not published.
"""

from collections.abc import Collection, Iterator

from flask_babel import gettext as _

from portal.casework.catalogue.document import AcknowledgementRule, ProcedureDocument, Regime
from portal.casework.catalogue.soundness import Problem, faults_of, repeated
from portal.casework.catalogue.workflow_checks import workflow_problems


def problems_of(
    document: ProcedureDocument,
    *,
    connections: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
) -> dict[str, str]:
    """Everything that stands against publication; empty when nothing does.

    :param connections: the names of the connections that exist; not checked when None.
    :param kinds: the slugs of the kinds of appointment that exist; not checked when None.
    """
    found: dict[str, str] = {}
    for path, sentence in (
        *_service(document),
        *_silence(document.acknowledgement),
        *_evidence(document.acknowledgement),
        *_preparation(document),
        *_without_account(document),
        *faults_of(document),
        *_routes(document, connections),
        *workflow_problems(document, kinds=kinds),
    ):
        found.setdefault(path, sentence)
    return found


def _service(document: ProcedureDocument) -> Iterator[Problem]:
    """CRPA R112-11-1, 2°; R112-5 asks for the postal address as soon as the request may come otherwise than online."""
    service = document.acknowledgement.service
    if not service.designation:
        yield "acknowledgement.service.designation", _("Indiquez le nom du service chargé de la demande.")
    if not service.postal_address and not service.email:
        yield "acknowledgement.service.address", _("Indiquez l’adresse postale ou électronique du service.")
    elif not service.postal_address and set(document.channels) - {"web", "api"}:
        yield (
            "acknowledgement.service.postal_address",
            _("Indiquez l’adresse postale du service : la demande peut se faire autrement qu’en ligne."),
        )
    if not service.phone:
        yield "acknowledgement.service.phone", _("Indiquez le numéro de téléphone du service.")


def _silence(rule: AcknowledgementRule) -> Iterator[Problem]:
    """CRPA R112-11-1, 3° to 5°."""
    if not rule.is_request:
        if rule.regime in {Regime.ACCEPTANCE, Regime.REJECTION}:
            yield (
                "acknowledgement.regime",
                _("Ce qui n’est pas une demande ne peut pas être accepté ni rejeté par le silence."),
            )
        return
    if rule.regime is None:
        yield (
            "acknowledgement.regime",
            _("Indiquez ce que vaut le silence de l’administration : acceptation, rejet, ou ni l’un ni l’autre."),
        )
    elif rule.regime is Regime.NONE:
        if not rule.exemption:
            yield (
                "acknowledgement.exemption",
                _("Expliquez pourquoi la demande ne donne lieu à aucune décision implicite."),
            )
    else:
        yield from _implicit_decision(rule)


def _implicit_decision(rule: AcknowledgementRule) -> Iterator[Problem]:
    if rule.delay is None:
        yield "acknowledgement.delay", _("Indiquez le délai au terme duquel le silence vaut décision.")
    if rule.regime is Regime.ACCEPTANCE and not rule.attestation:
        yield (
            "acknowledgement.attestation",
            _("Mentionnez l’attestation que la personne peut demander (article L232-3)."),
        )
    if rule.regime is Regime.REJECTION and not rule.recourse:
        yield "acknowledgement.recourse", _("Indiquez les délais et les voies de recours.")


def _evidence(rule: AcknowledgementRule) -> Iterator[Problem]:
    """CRPA R112-11-1, 6° and L114-5."""
    if rule.is_request and rule.missing_evidence is None:
        yield (
            "acknowledgement.missing_evidence",
            _("Indiquez le délai pour compléter un dossier, et l’effet d’un dossier incomplet."),
        )


def _preparation(document: ProcedureDocument) -> Iterator[Problem]:
    """What a person needs to decide and to get ready. What is no request, as a report, asks nothing of anybody."""
    if not document.acknowledgement.is_request:
        return
    if document.conditions is None:
        yield "conditions", _("Dites qui peut faire cette demande, et où vont les autres.")
    if document.fee is None:
        yield "fee", _("Dites ce que la démarche coûte, ou qu’elle est gratuite.")
    if document.usual_delay is None:
        yield "usual_delay", _("Dites en combien de temps le service répond d’habitude.")
    if not document.alternatives:
        yield "alternatives", _("Dites comment faire la démarche sans internet.")
    if not document.legal_references:
        yield "legal_references", _("Indiquez les textes qui fondent la démarche, avec leurs articles.")


def _without_account(document: ProcedureDocument) -> Iterator[Problem]:
    """The steps of any procedure keep a draft, which belongs to an account; a page of a journey can do without."""
    if document.unsigned and document.assurance:
        yield "unsigned", _("Une démarche ouverte sans compte ne peut pas demander une identification plus sûre.")
    if document.unsigned and not document.own_form:
        yield "own_form", _("Une démarche ouverte sans compte a besoin d’une page à elle : indiquez son adresse.")


def _routes(document: ProcedureDocument, connections: Collection[str] | None) -> Iterator[Problem]:
    for name in repeated(route.connection for route in document.routing):
        yield f"routing.{name}", _("La demande est envoyée deux fois au même endroit : %(name)s.", name=name)
    for route in document.routing:
        if connections is not None and route.connection not in connections:
            yield f"routing.{route.connection}", _("Cette connexion n’existe pas : %(name)s.", name=route.connection)
