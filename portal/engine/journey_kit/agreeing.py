"""Agreeing that a partner be asked instead of the person, and asking it at once."""

from datetime import timedelta

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Fetch, Step
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import field_name_for_errors, visible_fields
from portal.casework.consents.service import Outcome, Terms, give_consent
from portal.engine.journey_kit import wording
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import is_open
from portal.engine.journey_kit.folder import Folder, open_folder
from portal.engine.journey_kit.offers import address_of, registry
from portal.engine.journey_kit.start import go_on, go_to, trail_of, without_draft
from portal.engine.prefill import asking
from portal.ground.dictionary.service import get_concept
from portal.ground.errors import NotFound
from portal.ground.web import actor, database, end_unit, page, take, unit
from portal.ground.web.access import resident_only
from portal.people.identity.views.sign_in import leave_on_errand

# A person who presses again and again asks the partner ten times in ten minutes, no more.
QUESTIONS = 10
QUESTIONS_PER = timedelta(minutes=10)


@blueprint.get("/<slug>/<step_slug>/accord/<field_name>")
@resident_only
def show_terms(slug: str, step_slug: str, field_name: str) -> Response:
    """What is asked, from whom, why, and how long it is kept; the person agrees, or goes back."""
    folder = open_folder(slug)
    step, field, fetch = _find(folder, step_slug, field_name)
    if not _may_open(folder, step, field):
        return without_draft(folder) if folder.draft is None else go_on(folder)
    consent = folder.consents().get(field.name)
    if consent is not None and consent.outcome is Outcome.KNOWN:
        return go_to(folder, step)
    manifest = registry().manifest(fetch.connection)
    return page(
        "journey_kit/consent.html",
        title=_("Demander votre réponse à un autre service"),
        service=folder.procedure.title,
        folder=folder,
        step=step,
        fetch=fetch,
        label=field_name_for_errors(field),
        address=address_of(folder, step, field),
        given=[str(get_concept(concept).label) for concept in manifest.data_sent],
        by_sign_in=bool(asking.scope_needed(registry(), fetch.connection)),
        legal_basis=manifest.legal_basis,
        kept=wording.say_retention(fetch.keep_days),
        kept_in_request=wording.say_retention(folder.document.retention_days),
        trail=trail_of(folder, _("Votre accord")),
    )


@blueprint.post("/<slug>/<step_slug>/accord/<field_name>")
@resident_only
def agree(slug: str, step_slug: str, field_name: str) -> Response:
    """Record the consent, then ask; back to the step, whatever the partner does. Pressed twice, it asks once.

    Where the partner wants a sign-in of the person, it is made first, and the question is asked on the return.
    """
    folder = open_folder(slug)
    step, field, fetch = _find(folder, step_slug, field_name)
    if not _may_open(folder, step, field):
        return without_draft(folder) if folder.draft is None else go_on(folder)
    who = actor()
    take(unit(), "look_up", str(who.subject), limit=QUESTIONS, per=QUESTIONS_PER)
    terms = _terms(folder, field, fetch)
    scope = asking.scope_needed(registry(), fetch.connection)
    if scope:
        consent = give_consent(unit(), who, terms)
        end_unit()
        return leave_on_errand(consent.id, scope=scope, suite=f"/demarches/{folder.slug}/{step.slug}")
    question = asking.agree(unit(), who, terms)
    end_unit()
    if question.payload is not None:
        reply = asking.ask(registry(), question)
        asking.settle(unit(), who, question, reply)
    else:
        asking.wait_for_answer(database(), question.consent.id)
    return go_to(folder, step)


def _find(folder: Folder, step_slug: str, field_name: str) -> tuple[Step, FormField, Fetch]:
    """:raises NotFound: no such question, or no partner is configured to answer it."""
    step, field = folder.document.step(step_slug), folder.document.field(field_name)
    if step is None or field is None or field not in step.fields:
        raise NotFound("field_unknown")
    if field.fetch is None or field.fetch.connection not in registry():
        raise NotFound("nothing_to_fetch")
    return step, field, field.fetch


def _may_open(folder: Folder, step: Step, field: FormField) -> bool:
    seen = visible_fields(folder.document, step, folder.answers)
    return field in seen and is_open(folder.document, folder.answers, folder.done, step.slug)


def _terms(folder: Folder, field: FormField, fetch: Fetch) -> Terms:
    return Terms(
        procedure_id=folder.procedure.id,
        procedure_version=folder.procedure.version,
        field=field.name,
        connection=fetch.connection,
        concept=field.concept,
        provider=str(fetch.provider),
        purpose=str(fetch.purpose),
        legal_basis=registry().manifest(fetch.connection).legal_basis,
        kept=timedelta(days=fetch.keep_days),
    )
