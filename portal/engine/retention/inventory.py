"""The inventory: every table of the portal, and until when it keeps what it holds.

A new table without its line fails ``tests/portal/engine/test_retention.py``. Durations are those of the rooms' own
rules, never written twice.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from portal.casework.appointments.policy import APPOINTMENT_KEPT
from portal.casework.assistance.policy import ASSISTANCE_KEPT, RESUME_CODE_LIFE
from portal.casework.checklists.policy import LOOSE_KEPT
from portal.casework.contacts.policy import CONTACT_KEPT
from portal.casework.documents.policy import UNUSED_KEPT
from portal.casework.mandates.policy import MANDATE_KEPT
from portal.casework.notifications.policy import BLOCK_LASTS
from portal.casework.notifications.policy import CLAIM_KEPT as PHONE_CLAIM_KEPT
from portal.casework.notifications.policy import CODE_LIFE as PHONE_CODE_LIFE
from portal.casework.openings.policy import LOOKUP_KEPT
from portal.casework.requests.policy import DISCARDED_KEPT, DRAFT_KEPT
from portal.casework.worklists.policy import BULK_KEPT, LIST_LIFE, PRESENCE_FADES
from portal.engine.exchanges.policy import RECEIPTS_KEPT
from portal.engine.retention.shapes import Dated, Lasting, Rule, With
from portal.ground.audit.policy import JOURNAL_KEPT
from portal.ground.web.limits import BUCKETS_KEPT
from portal.people.accounts.policy import CLAIM_KEPT, CODE_LIFE
from portal.people.identity.policy import ABSOLUTE, ATTEMPT_KEPT, ATTEMPT_LIFE, STASH_LIFE
from portal.records.outbox.policy import SETTLED_KEPT

# An account nobody has used for two years.
ACCOUNT_KEPT: Final = timedelta(days=730)

# How long a copy of one’s data waits for its owner.
LINK_LIFE: Final = timedelta(hours=24)

HOURLY: Final = "purge_expired"
DAILY: Final = "purge_kept"
RECEIPTS: Final = "purge_webhook_receipts"
COPIES: Final = "purge_copies"
WORKLISTS: Final = "purge_worklists"

_REQUEST: Final = "service_request"

# In the order in which residents read them.
INVENTORY: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "account": Dated(
            "confirmed_at",
            _l("Votre compte, votre identité, votre foyer et vos adresses"),
            _l("après votre dernière connexion"),
            ACCOUNT_KEPT,
            after=ACCOUNT_KEPT,
            erased_by=DAILY,
        ),
        "person": With("account", by="account.person_id"),
        "person_search": With("person", by="person_search.person_id"),
        "person_key": With("person", by="person_key.person_id"),
        "declared_contact": With("person", by="declared_contact.person_id"),
        "household_member": With("person", by="household_member.person_id"),
        "declared_address": With("person", by="declared_address.person_id"),
        "declined_value": With("person", by="declined_value.person_id"),
        "pivot_identity": With("account", by="pivot_identity.account_id"),
        "draft": Dated(
            "purge_after",
            _l("Un brouillon"),
            _l("après votre dernière modification ; nous vous prévenons avant"),
            DRAFT_KEPT,
            erased_by=DAILY,
        ),
        "discarded_draft": Dated(
            "purge_after",
            _l("Un brouillon que vous avez effacé"),
            _l("après l’effacement, au cas où ce serait une erreur ; vous pouvez l’effacer pour de bon avant"),
            DISCARDED_KEPT,
            erased_by=DAILY,
        ),
        "resume_code": Dated(
            "expires_at",
            _l("Un code pour finir une démarche au guichet"),
            _l("après sa création"),
            RESUME_CODE_LIFE,
            erased_by=HOURLY,
        ),
        "assistance": Dated(
            "opened_at",
            _l("La trace d’un agent qui vous a aidé à remplir une démarche"),
            _l("après l’ouverture de votre brouillon par cet agent"),
            ASSISTANCE_KEPT,
            after=ASSISTANCE_KEPT,
            erased_by=DAILY,
        ),
        "typed_entry": With("assistance", by="typed_entry.id"),
        "person_lookup": Dated(
            "searched_at",
            _l("Une recherche faite au guichet, et les fiches qu’elle a ouvertes"),
            _l("après la recherche ; sa trace reste dans le journal"),
            LOOKUP_KEPT,
            after=LOOKUP_KEPT,
            erased_by=HOURLY,
        ),
        "person_opening": With("person_lookup", by="person_opening.lookup_id"),
        "contact": Dated(
            "purge_after",
            _l("Un appel, une visite ou un courrier noté par un agent, et notre réponse"),
            _l("après la note de l’agent"),
            CONTACT_KEPT,
            erased_by=DAILY,
        ),
        "mandate": Dated(
            "expires_at",
            _l("Un mandat que vous avez donné, et le journal de ce qui a été fait en votre nom"),
            _l("après la date de fin du mandat"),
            MANDATE_KEPT,
            after=MANDATE_KEPT,
            erased_by=DAILY,
        ),
        "mandate_theme": With("mandate", by="mandate_theme.mandate_id"),
        "mandate_consent": With("mandate", by="mandate_consent.mandate_id"),
        "mandate_event": With("mandate", by="mandate_event.mandate_id"),
        "appointment": Dated(
            "ends_at",
            _l("Un rendez-vous, ce que vous en avez dit, et son histoire"),
            _l("après le jour du rendez-vous"),
            APPOINTMENT_KEPT,
            after=APPOINTMENT_KEPT,
            erased_by=DAILY,
        ),
        "appointment_seat": With("appointment", by="appointment_seat.appointment_id"),
        "appointment_wait": With("appointment", by="appointment_wait.appointment_id"),
        "appointment_event": With("appointment", by="appointment_event.appointment_id"),
        "checklist": Dated(
            "purge_after",
            _l("Une liste de choses à faire"),
            _l("après votre dernière visite, ou le temps que la liste annonce si elle est dans votre espace"),
            LOOSE_KEPT,
            erased_by=DAILY,
        ),
        _REQUEST: Dated(
            "retain_until",
            _l("Une demande, avec ses réponses et ses messages"),
            _l("le temps indiqué plus haut pour chaque démarche, après la fin de la demande"),
            None,
            erased_by=DAILY,
        ),
        "follow_up": With(_REQUEST, by="follow_up.request_id"),
        "acknowledgement": With(_REQUEST, by="acknowledgement.request_id"),
        "paper": With(_REQUEST, by="paper.request_id"),
        "request_amendment": With(_REQUEST, by="request_amendment.request_id"),
        "request_document": With(_REQUEST, by="request_document.request_id"),
        "applied_update": With(_REQUEST, by="applied_update.request_id"),
        "opinion": With(_REQUEST, by="opinion.request_id"),
        "internal_note": With(_REQUEST, by="internal_note.request_id"),
        "request_word": With(_REQUEST, by="request_word.request_id"),
        "request_transfer": With(_REQUEST, by="request_transfer.request_id"),
        "duplicate_mark": With(_REQUEST, by="duplicate_mark.request_id"),
        "forwarding": With(_REQUEST, by="forwarding.request_id"),
        "letter": With(_REQUEST, by="letter.request_id"),
        "notification": With(_REQUEST, by="notification.request_id"),
        "notification_delivery": With("notification", by="notification_delivery.notification_id"),
        "request_message": With(_REQUEST, by="request_message.request_id"),
        "timeline_event": With(_REQUEST, by="timeline_event.request_id"),
        "satisfaction_answer": With(_REQUEST, by="satisfaction_answer.request_id"),
        "figure_case": With(_REQUEST, by="figure_case.request_id"),
        "life_event": Dated(
            "purge_after",
            _l("Un dossier commun à plusieurs organismes, par exemple pour un déménagement"),
            _l("jusqu’au jour écrit sur sa page ; ce qui a été envoyé suit la durée de chaque demande"),
            None,
            erased_by=DAILY,
        ),
        "life_event_transfer": With("life_event", by="life_event_transfer.life_event_id"),
        "document": Dated(
            "keep_until",
            _l("Une pièce que vous avez ajoutée"),
            _l("après l’ajout, ou aussi longtemps que la demande où elle sert"),
            UNUSED_KEPT,
            erased_by=DAILY,
        ),
        "consent": Dated(
            "expires_at",
            _l("Votre accord pour interroger un organisme, et sa réponse"),
            _l("la durée que vous avez lue avant de le donner ; la réponse est alors effacée"),
            None,
            erased_by=HOURLY,
        ),
        "account_claim": Dated(
            "expires_at",
            _l("Un code pour retrouver un autre compte"),
            _l("après sa création"),
            CODE_LIFE + CLAIM_KEPT,
            after=CLAIM_KEPT,
            erased_by=HOURLY,
        ),
        "notification_preference": With("account", by="notification_preference.account_id"),
        "survey_refusal": With("account", by="survey_refusal.account_id"),
        "phone_claim": Dated(
            "expires_at",
            _l("Un code envoyé par SMS pour vérifier votre numéro"),
            _l("après son envoi"),
            PHONE_CODE_LIFE + PHONE_CLAIM_KEPT,
            after=PHONE_CLAIM_KEPT,
            erased_by=HOURLY,
        ),
        "blocked_contact": Dated(
            "blocked_at",
            _l("L’empreinte d’une adresse ou d’un numéro qui ne répond plus"),
            _l("après l’échec ; nous n’y écrivons pas d’ici là"),
            BLOCK_LASTS,
            after=BLOCK_LASTS,
            erased_by=HOURLY,
        ),
        "audit_entry": Dated(
            "occurred_at",
            _l("Le journal de qui a consulté votre dossier, et de vos connexions"),
            _l("après chaque consultation"),
            JOURNAL_KEPT,
            after=JOURNAL_KEPT,
        ),
        "journal_search": Dated(
            "searched_at",
            _l("La raison d’une recherche dans ce journal, faite par le délégué à la protection des données"),
            _l("après la recherche"),
            JOURNAL_KEPT,
            after=JOURNAL_KEPT,
            erased_by=DAILY,
        ),
        "outbox_message": Dated(
            "settled_at",
            _l("La trace technique de chaque envoi"),
            _l("après l’envoi"),
            SETTLED_KEPT,
            after=SETTLED_KEPT,
            erased_by=DAILY,
        ),
        "outbox_attempt": With("outbox_message", by="outbox_attempt.message_id"),
        "webhook_receipt": Dated(
            "received_at",
            _l("Ce qu’un partenaire nous a répondu"),
            _l("après sa réponse"),
            RECEIPTS_KEPT,
            after=RECEIPTS_KEPT,
            erased_by=RECEIPTS,
        ),
        "data_export": Dated(
            "expires_at",
            _l("Une copie de vos données, que vous avez demandée"),
            _l("après sa préparation, ou jusqu’à ce que vous la téléchargiez"),
            LINK_LIFE,
            erased_by=COPIES,
        ),
        "bulk_act": Dated(
            "purge_after",
            _l("La trace d’un même geste fait par un agent sur plusieurs demandes"),
            _l("après ce geste ; l’histoire de chaque demande garde ce qui a été fait"),
            BULK_KEPT,
            erased_by=WORKLISTS,
        ),
        "bulk_item": With("bulk_act", by="bulk_item.bulk_act_id"),
        "list_export": Dated(
            "expires_at",
            _l("Une liste de demandes préparée pour un agent"),
            _l("après sa préparation, ou jusqu’à ce qu’il la télécharge"),
            LIST_LIFE,
            erased_by=WORKLISTS,
        ),
        "presence": Dated(
            "seen_at",
            _l("Le nom de l’agent qui a votre dossier ouvert, pour ses collègues"),
            _l("après son dernier geste, effacé dans l’heure"),
            PRESENCE_FADES,
            after=PRESENCE_FADES,
            erased_by=WORKLISTS,
        ),
        "retention_notice": With("account", by="retention_notice.account_id"),
        "session": Dated(
            "expires_at",
            _l("Votre session ouverte sur un appareil"),
            _l("au plus"),
            ABSOLUTE + STASH_LIFE,
            after=STASH_LIFE,
            erased_by=HOURLY,
        ),
        "login_attempt": Dated(
            "expires_at",
            _l("Une identification commencée"),
            _l("après son début"),
            ATTEMPT_LIFE + ATTEMPT_KEPT,
            after=ATTEMPT_KEPT,
            erased_by=HOURLY,
        ),
        "stashed_form": Dated(
            "expires_at",
            _l("Ce que vous écriviez quand votre session s’est terminée"),
            _l("après la fin de la session"),
            STASH_LIFE,
            erased_by=HOURLY,
        ),
        "rate_bucket": Dated(
            "refilled_at",
            _l("Une empreinte de votre adresse sur le réseau, contre les abus"),
            _l("après votre dernière tentative"),
            BUCKETS_KEPT,
            after=BUCKETS_KEPT,
            erased_by=HOURLY,
        ),
        "wording": Lasting("Texts that the authority's own letters are made from: nothing of residents."),
        "wording_version": With("wording", by="wording_version.wording_id"),
        "wording_use": With("wording", by="wording_use.wording_id"),
        "appointment_place": Lasting("Where departments receive people: public, and about nobody."),
        "appointment_kind": Lasting("What people are received for: public, and about nobody."),
        "appointment_rule": Lasting("Weekly hours of opening: public, and about nobody."),
        "appointment_rule_kind": With("appointment_rule", by="appointment_rule_kind.rule_id"),
        "appointment_closure": Lasting("When a place is closed: public, and about nobody."),
        "appointment_feed": Lasting("Hashes of the addresses of agents' calendars: nothing of residents."),
        "appointment_sms": Lasting("How many text messages were ordered in a month: a count, and about nobody."),
        "saved_view": Lasting("The agents' own filters, without the words they search: nothing of residents."),
        "default_view": With("saved_view", by="default_view.view_id"),
        "routing_rule": Lasting("How a department shares its work out: nothing of residents."),
        "printed_form": Lasting("Blank forms: published texts."),
        "agent": Lasting("Who is in charge of a request must stay known as long as the request (CRPA L111-2)."),
        "agent_department": With("agent", by="agent_department.agent_id"),
        "agent_relink": With("agent", by="agent_relink.agent_id"),
        "audit_seal": Lasting("Hashes and places: they prove the journal and hold nothing of anybody."),
        "commune": Lasting("Names and postcodes of communes: public, and about nobody."),
        "public_place": Lasting("Places anyone may go to: public, and about nobody."),
        "concept_proposal": Lasting("Descriptions of data proposed for the dictionary: about nobody."),
        "connection_state": Lasting("The state of each partner's connection: one row each, nothing of residents."),
        "data_key": Lasting("Destroyed with what they seal; the row that stays is empty and tells when."),
        "delay_figure": Lasting("How long each procedure takes: two numbers a procedure, and about nobody."),
        "figure_cell": Lasting("How many requests, by month and kind: counts, about nobody; small ones are not shown."),
        "figure_backlog": Lasting("How many requests are open, by kind: counts, overwritten each hour."),
        "figure_progress": Lasting("How far the counting has come: one row each, overwritten."),
        "department": Lasting("The authority's own departments."),
        "job": Lasting("The timetable of periodic jobs."),
        "master_key": Lasting("Names of keys, never a key: they tell which one sealed what."),
        "local_authority": Lasting("The authority itself."),
        "sms_usage": Lasting("How many text messages left in a month: a count, and about nobody."),
        "partner_organisation": Lasting("Organisations whose agents may sign in: public identifiers."),
        "poll_cursor": Lasting("How far each partner was asked: one row each, overwritten at each round."),
        "procedure": Lasting("Published texts."),
        "procedure_version": Lasting("Published texts; requests stay tied to the version they were made under."),
    }
)
