"""Drafts: begun, saved at each step, set aside and taken back, carried over to a new version, erased."""

from portal.casework.requests.service.access import assisted_draft
from portal.casework.requests.service.drafting.attachments import attach_document, detach_document
from portal.casework.requests.service.drafting.discarding import (
    erase_discarded,
    find_discarded,
    purge_discarded,
    restore_draft,
    set_draft_aside,
)
from portal.casework.requests.service.drafting.drafts import (
    discard_draft,
    drop_answers,
    find_assisted,
    find_draft,
    find_published,
    get_draft,
    hold_draft,
    list_drafts,
    owner_of_draft,
    save_step,
    start_draft,
)
from portal.casework.requests.service.drafting.forgotten import (
    DRAFT_NOTICE_KIND,
    purge_drafts,
    render_draft_notice,
    warn_of_drafts,
)
from portal.casework.requests.service.drafting.in_their_name import (
    HeldDraft,
    HeldRequest,
    held_drafts,
    held_requests,
    reference_of,
    start_draft_for,
)
from portal.casework.requests.service.drafting.items import remove_item, save_item
from portal.casework.requests.service.drafting.joining import join_accounts, read_code_for_request
from portal.casework.requests.service.drafting.migrating import (
    count_drafts,
    describe_migration,
    migrate_draft,
    offer_migration,
)

__all__ = [
    "DRAFT_NOTICE_KIND",
    "HeldDraft",
    "HeldRequest",
    "assisted_draft",
    "attach_document",
    "count_drafts",
    "describe_migration",
    "detach_document",
    "discard_draft",
    "drop_answers",
    "erase_discarded",
    "find_assisted",
    "find_discarded",
    "find_draft",
    "find_published",
    "get_draft",
    "held_drafts",
    "held_requests",
    "hold_draft",
    "join_accounts",
    "list_drafts",
    "migrate_draft",
    "offer_migration",
    "owner_of_draft",
    "purge_discarded",
    "purge_drafts",
    "read_code_for_request",
    "reference_of",
    "remove_item",
    "render_draft_notice",
    "restore_draft",
    "save_item",
    "save_step",
    "set_draft_aside",
    "start_draft",
    "start_draft_for",
    "warn_of_drafts",
]
