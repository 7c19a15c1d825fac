"""The door of mandates. Everything flushes and nothing commits; somebody else's mandate looks like none.

To act under a mandate, a room finds it (:func:`find_usable`), opens a file under it (``assistance``), asks anew at each
click whether it still :func:`allows`, and tells what was done with :func:`note_use`.
"""

from portal.casework.mandates.policy import perimeter_of
from portal.casework.mandates.service.attesting import (
    AttestationOrder,
    AttestationReceipt,
    keep_attestation,
    order_attestation,
    print_attestation,
    read_attestation_pdf,
    show_attestation,
    verify_attestation,
)
from portal.casework.mandates.service.by_sms import (
    MANDATE_CODE_KIND,
    confirm_by_sms_code,
    find_consent,
    known_number,
    record_mandate_code_sent,
    render_mandate_code,
    send_sms_code,
)
from portal.casework.mandates.service.codes import normalise_revocation
from portal.casework.mandates.service.confirming import (
    accept_mandate,
    confirm_present,
    confirm_with_paper,
    refuse_mandate,
)
from portal.casework.mandates.service.ending import find_by_code, revoke_by_code, revoke_mandate
from portal.casework.mandates.service.proposing import check_proposal, propose_mandate, renew_mandate
from portal.casework.mandates.service.reading import (
    Shelf,
    get_mandate,
    journal_of,
    list_for_departments,
    list_for_person,
)
from portal.casework.mandates.service.telling import MANDATE_PAPER_KIND
from portal.casework.mandates.service.upkeep import adopt_mandates, purge_mandates, watch_mandates
from portal.casework.mandates.service.using import allows, find_usable, list_active_for, note_use
from portal.casework.mandates.shapes import ConsentView, MandateEventView, MandateView, Place, Proposal

__all__ = [
    "MANDATE_CODE_KIND",
    "MANDATE_PAPER_KIND",
    "AttestationOrder",
    "AttestationReceipt",
    "ConsentView",
    "MandateEventView",
    "MandateView",
    "Place",
    "Proposal",
    "Shelf",
    "accept_mandate",
    "adopt_mandates",
    "allows",
    "check_proposal",
    "confirm_by_sms_code",
    "confirm_present",
    "confirm_with_paper",
    "find_by_code",
    "find_consent",
    "find_usable",
    "get_mandate",
    "journal_of",
    "keep_attestation",
    "known_number",
    "list_active_for",
    "list_for_departments",
    "list_for_person",
    "normalise_revocation",
    "note_use",
    "order_attestation",
    "perimeter_of",
    "print_attestation",
    "propose_mandate",
    "purge_mandates",
    "read_attestation_pdf",
    "record_mandate_code_sent",
    "refuse_mandate",
    "render_mandate_code",
    "renew_mandate",
    "revoke_by_code",
    "revoke_mandate",
    "send_sms_code",
    "show_attestation",
    "verify_attestation",
    "watch_mandates",
]
