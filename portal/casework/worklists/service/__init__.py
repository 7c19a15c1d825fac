"""The door of the room. Everything flushes and nothing commits."""

from portal.casework.worklists.enums import BulkKind, BulkState, ListFormat, ListState, Skipped
from portal.casework.worklists.policy import kinds_of
from portal.casework.worklists.service.bulk import foresee, get_bulk, purge_bulk, start_bulk, stop_bulk
from portal.casework.worklists.service.doing import Left, do_item, end_bulk, next_item, skip_item
from portal.casework.worklists.service.filling import values_of
from portal.casework.worklists.service.lists import (
    ask_list,
    fail_list,
    get_list,
    keep_list,
    list_store,
    next_list,
    purge_lists,
    seal_list,
    sweep_lists,
    take_list,
)
from portal.casework.worklists.service.presence import purge_presence, touch_presence
from portal.casework.worklists.service.telling import is_over, render_lot_notice
from portal.casework.worklists.service.views import (
    choose_default,
    default_query,
    list_views,
    purge_views,
    remove_view,
    rename_view,
    restore_view,
    save_view,
)
from portal.casework.worklists.shapes import (
    BulkOrder,
    BulkView,
    ListOrder,
    ListView,
    Present,
    SkippedLine,
    ViewLine,
)

__all__ = [
    "BulkKind",
    "BulkOrder",
    "BulkState",
    "BulkView",
    "Left",
    "ListFormat",
    "ListOrder",
    "ListState",
    "ListView",
    "Present",
    "Skipped",
    "SkippedLine",
    "ViewLine",
    "ask_list",
    "choose_default",
    "default_query",
    "do_item",
    "end_bulk",
    "fail_list",
    "foresee",
    "get_bulk",
    "get_list",
    "is_over",
    "keep_list",
    "kinds_of",
    "list_store",
    "list_views",
    "next_item",
    "next_list",
    "purge_bulk",
    "purge_lists",
    "purge_presence",
    "purge_views",
    "remove_view",
    "rename_view",
    "render_lot_notice",
    "restore_view",
    "save_view",
    "seal_list",
    "skip_item",
    "start_bulk",
    "stop_bulk",
    "sweep_lists",
    "take_list",
    "touch_presence",
    "values_of",
]
