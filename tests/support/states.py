"""Every state that a page can be in, by whom it is seen, and the test that opens it.

A route without a state here has never been seen by anybody: ``tests/portal/screens/test_states.py`` fails. ``test`` is
``<file under tests>::<function>``.
"""

from dataclasses import dataclass

# Routes that never answer with a page of their own: machines, files, redirections.
NOT_PAGES = frozenset(
    {
        "healthz",
        "welcome.checklist_act",
        "welcome.checklist_adopt",
        "welcome.checklist_calendar",
        "welcome.checklist_erase",
        "welcome.checklist_text",
        "builder.undo",
        "builder.change_workflow",
        "builder.take_ready_made",
        "builder.duplicate",
        "builder.write",
        "builder.discard",
        "builder.set_repeat",
        "builder.add_exit",
        "builder.remove_exit",
        "builder.export_yaml",
        "readyz",
        "exchanges.receive",
        "journey_kit.agree",
        "moving_house.cancel",
        "moving_house.tick",
        "journey_kit.begin",
        "journey_kit.discard",
        "journey_kit.back_to_check",
        "journey_kit.settle_code",
        "journey_kit.settle_discarded",
        "appointments_desk.agenda_csv",
        "appointments_desk.assign",
        "appointments_desk.read_feed",
        "appointments_desk.reopen",
        "appointments_desk.stop_feed",
        "appointments_desk.stop_hours",
        "counter.close_draft",
        "counter.close_file",
        "counter.open_file",
        "counter.tell_apart",
        "counter.close_entry",
        "counter.attestation_pdf",
        "counter.open_under_mandate",
        "counter.stop_mandate",
        "myspace.own_attestation_pdf",
        "myspace.stop_mandate",
        "counter.erase_entry",
        "counter.reopen_entry",
        "counter.desk_back_to_check",
        "counter.desk_remove_item",
        "counter.entry_remove_item",
        "counter.drop_original",
        "counter.entry_back_to_check",
        "myspace.withdraw_consent",
        "myspace.drop_address",
        "myspace.drop_member",
        "myspace.send_former_code",
        "myspace.read_notification",
        "myspace.try_address_again",
        "myspace.drop_phone",
        "daily_services.repair_photo",
        "daily_services.report_photo",
        "myspace.ask_followed_pdf",
        "myspace.attach",
        "myspace.follow_pdf",
        "myspace.stop_following",
        "street_desk.take_up",
        "backoffice.acknowledgement_pdf",
        "administration.end_partner",
        "administration.rights_file",
        "backoffice.archive_text",
        "myspace.prolong",
        "myspace.take_copy",
        "backoffice.ask_acknowledgement_pdf",
        "backoffice.ask_decision_pdf",
        "backoffice.decision_pdf",
        "backoffice.home",
        "backoffice.letter_pdf",
        "backoffice.assign",
        "backoffice.archive_rule",
        "backoffice.raise_rule",
        "backoffice.lower_rule",
        "backoffice.lot_file",
        "backoffice.restore_view",
        "backoffice.remove_view",
        "backoffice.start_from",
        "backoffice.stop_lot",
        "backoffice.take_list",
        "backoffice.unmark_duplicate",
        "backoffice.check",
        "backoffice.opinion_document",
        "backoffice.queue_file",
        "builder.accepted_file",
        "builder.differences_file",
        "builder.review_file",
        "backoffice.replay",
        "backoffice.resume",
        "backoffice.stop_waiting",
        "myspace.acknowledgement_pdf",
        "myspace.ask_acknowledgement_pdf",
        "myspace.ask_decision_pdf",
        "myspace.decision_pdf",
        "identity.back_from_sign_out",
        "identity.leave_as_agent",
        "identity.leave_as_resident",
        "identity.sign_out_agent",
        "identity.sign_out_resident",
        "pages.language",
        "myspace.choose_surveys",
        "participation.codes_file",
        "participation.results_file",
        "steering.hide_words",
        "steering.overview_file",
        "steering.service_levels_data",
        "steering.service_levels_file",
        "booking.calendar_own",
        "booking.calendar_followed",
        "booking.stop_following",
        "steering.show_words",
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """One state of one page. ``role``: visitor, resident, agent."""

    endpoint: str
    name: str
    role: str
    test: str


STATES: list[State] = []


def register(endpoint: str, role: str, file: str, **tests: str) -> None:
    """Add the states of a route: name (underscores for spaces) → function of ``file``."""
    STATES.extend(State(endpoint, name.replace("_", " "), role, f"{file}::{test}") for name, test in tests.items())


def is_registered(endpoint: str, name: str) -> bool:
    """Whether a state was announced."""
    return any(state.endpoint == endpoint and state.name == name for state in STATES)


_WALK = "portal/engine/journey_kit/test_walk.py"
_MEANWHILE = "portal/engine/journey_kit/test_meanwhile.py"
_PAGES = "portal/screens/test_pages.py"
_DASHBOARD = "portal/screens/test_dashboard.py"
_CASEFILE = "portal/screens/test_casefile.py"
_EVIDENCE = "portal/engine/journey_kit/test_evidence.py"
_DOCUMENTS = "portal/screens/test_documents.py"
_EVERY_WALK = "test_each_procedure_is_walked_to_its_acknowledgement"
_EVERY_STEP = "test_each_step_says_what_is_wrong_and_keeps_what_was_typed"

register("pages.home", "visitor", _PAGES, plain="test_home", many_journeys="test_home_with_four_journeys")
register(
    "pages.procedures",
    "visitor",
    _PAGES,
    plain="test_every_procedure_by_theme",
    one_theme="test_one_theme_and_a_theme_that_is_not_there",
    found="test_a_search_says_how_many_it_found",
    nothing_found="test_a_search_that_finds_nothing_says_what_to_do",
    none_open="test_a_portal_without_procedures",
)
register("pages.accessibility", "visitor", _PAGES, plain="test_the_accessibility_statement_is_honest")
register(
    "pages.personal_data",
    "visitor",
    _PAGES,
    plain="test_personal_data_come_from_the_procedures",
    one_theme="test_personal_data_come_from_the_procedures",
)
register("pages.procedure_data", "visitor", _PAGES, plain="test_the_data_of_one_procedure")
_NOTICES = "portal/screens/test_notices.py"
_PROVEN = "test_a_number_is_proven_by_a_code_that_serves_once"
_NOT_REACHED = "test_what_does_not_arrive_is_told_to_both_sides"
register(
    "myspace.list_notifications",
    "resident",
    _NOTICES,
    empty="test_notices_are_listed_read_one_by_one_then_all",
    to_read="test_notices_are_listed_read_one_by_one_then_all",
    older="test_notices_are_listed_read_one_by_one_then_all",
    all_read="test_notices_are_listed_read_one_by_one_then_all",
    not_reached=_NOT_REACHED,
    try_again=_NOT_REACHED,
)
register(
    "myspace.preferences",
    "resident",
    _NOTICES,
    plain="test_choices_are_kept_and_only_those_offered",
    no_sms="test_without_an_operator_nothing_is_said_of_sms",
    code_sent=_PROVEN,
    verified=_PROVEN,
    removed=_PROVEN,
    number_blocked=_NOT_REACHED,
    code_refused=_NOT_REACHED,
)
register("myspace.save_preferences", "resident", _NOTICES, refused="test_choices_are_kept_and_only_those_offered")
register("myspace.ask_phone_code", "resident", _NOTICES, bad_number=_PROVEN)
register(
    "myspace.confirm_phone",
    "resident",
    _NOTICES,
    wrong_code=_PROVEN,
    code_over="test_codes_end_are_counted_and_cannot_be_guessed",
)
register("backoffice.connections", "agent", _NOTICES, sms_cost="test_operators_read_what_sms_cost")
_WELCOME = "journeys/test_welcome.py"
_LISTED = "test_a_newcomer_gets_a_dated_list_without_an_account"
_TICKED = "test_a_line_is_ticked_put_off_and_put_back"
register("welcome.home", "visitor", _WELCOME, plain=_LISTED, erased="test_a_list_is_erased_at_once")
register("welcome.checklist_create", "visitor", _WELCOME, error="test_what_is_wrong_is_said_and_what_was_typed_is_kept")
register(
    "welcome.checklist",
    "visitor",
    _WELCOME,
    loose=_LISTED,
    noted=_TICKED,
    late=_TICKED,
    longest="test_the_longest_list_stays_light",
    all_done="test_a_list_where_all_is_done",
)
register(
    "welcome.checklist",
    "resident",
    _WELCOME,
    to_keep="test_a_list_is_kept_in_the_account_after_the_sign_in",
    kept="test_a_list_is_kept_in_the_account_after_the_sign_in",
)
register("myspace.home", "resident", _WELCOME, list="test_a_list_is_kept_in_the_account_after_the_sign_in")
register("welcome.checklist_line", "visitor", _WELCOME, plain=_TICKED, done=_TICKED, postponed=_TICKED)
register("welcome.checklist_postpone", "visitor", _WELCOME, error=_TICKED)
register("welcome.checklist_answers", "visitor", _WELCOME, plain="test_changed_answers_make_another_list")
register(
    "welcome.checklist_answer",
    "visitor",
    _WELCOME,
    error="test_changed_answers_make_another_list",
    conflict="test_answers_changed_in_two_windows",
)
register("welcome.checklist_print", "visitor", _WELCOME, plain="test_a_list_is_taken_away")
register("welcome.checklist_confirm", "visitor", _WELCOME, plain="test_a_list_is_erased_at_once")
register("pages.legal", "visitor", _PAGES, plain="test_legal_page")
register("pages.site_map", "visitor", _PAGES, plain="test_the_site_map_holds_every_public_page")
register(
    "daily_services.home", "visitor", _PAGES, plain="test_the_journey_page", empty="test_a_portal_without_procedures"
)
register(
    "daily_services.bikes",
    "visitor",
    "journeys/test_bikes.py",
    plain="test_the_page_asks_where",
    found="test_the_nearest_stations_are_told",
    unknown_address="test_an_address_nobody_knows",
    too_short="test_too_short_an_address",
    addresses_down="test_the_address_base_is_down",
    from_a_place="test_the_address_base_is_down",
    operator_down="test_the_operator_is_not_there",
    last_figures="test_old_figures_are_kept_then_hidden",
    figures_too_old="test_old_figures_are_kept_then_hidden",
    odd_stations="test_stations_that_say_little",
    no_station="test_an_operator_without_any_station",
    no_operator="test_a_town_without_bikes_says_so",
)

register("journey_kit.start", "visitor", _WALK, plain="test_a_visitor_signs_in_and_lands_on_the_first_question")
_START = "portal/engine/journey_kit/test_start.py"
register("journey_kit.start", "visitor", _START, simplified="test_a_person_reads_simplified_french_and_comes_back")
register("journey_kit.show_step", "resident", _START, simplified="test_the_form_follows_the_choice")
register("pages.procedures", "visitor", _START, simplified="test_lists_follow_the_choice")
register(
    "journey_kit.start",
    "resident",
    _MEANWHILE,
    draft="test_a_draft_is_left_and_taken_up_again",
    discarded="test_a_draft_is_erased_after_a_question",
)
register("journey_kit.confirm_discard", "resident", _MEANWHILE, plain="test_a_draft_is_erased_after_a_question")
register(
    "journey_kit.show_step",
    "resident",
    _WALK,
    plain=_EVERY_STEP,
    sent="test_another_request_starts_from_an_empty_form",
)
register(
    "journey_kit.show_step",
    "resident",
    _MEANWHILE,
    kept_after_the_session="test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing",
)
register("journey_kit.save_step", "resident", _WALK, error=_EVERY_STEP)
register(
    "journey_kit.save_step",
    "resident",
    _MEANWHILE,
    conflict="test_two_windows_are_shown_side_by_side_and_mine_can_be_kept",
    gone="test_typing_in_an_erased_draft_shows_what_was_typed",
    one_question_more="test_a_question_that_an_answer_opens_is_asked_without_blame",
)
register(
    "journey_kit.check",
    "resident",
    _WALK,
    plain=_EVERY_WALK,
    incomplete="test_a_step_opens_once_those_before_it_are_answered",
)
_ASKING = "portal/engine/journey_kit/test_asking.py"
register(
    "journey_kit.show_step",
    "resident",
    _ASKING,
    offered="test_the_quotient_is_asked_once_agreed_and_shown_with_its_source",
    fetched="test_the_quotient_is_asked_once_agreed_and_shown_with_its_source",
    not_found="test_unknown_is_not_zero",
    no_answer="test_whatever_goes_wrong_the_procedure_goes_on",
    identity_refused="test_an_identity_that_does_not_do_blames_nobody",
    being_asked="test_a_question_that_is_being_asked_can_be_waited_for",
    closed="test_a_connection_that_is_paused_is_not_offered",
)
register(
    "journey_kit.show_terms",
    "resident",
    _ASKING,
    plain="test_the_quotient_is_asked_once_agreed_and_shown_with_its_source",
)
register("journey_kit.check", "resident", _ASKING, unknown="test_unknown_is_not_zero")
register("journey_kit.send", "resident", _WALK, sent="test_going_back_after_sending_shows_that_it_is_sent")
register(
    "journey_kit.send",
    "resident",
    _MEANWHILE,
    changed_elsewhere="test_answers_changed_elsewhere_are_read_again_before_sending",
    closed="test_a_closed_procedure_says_so_and_keeps_the_answers",
    no_longer_fits="test_an_answer_that_no_longer_fits_is_pointed_at",
)

register(
    "journey_kit.show_step",
    "resident",
    _EVIDENCE,
    documents="test_a_photo_and_a_pdf_are_added_then_one_is_taken_back_and_the_request_is_sent",
    pending="test_without_a_clear_answer_the_file_waits_and_is_not_given_out",
    reuse="test_a_document_already_given_is_reused",
    full="test_no_more_files_than_the_procedure_takes",
    closed="test_in_production_without_an_antivirus_no_file_is_taken",
)
register(
    "journey_kit.add_file",
    "resident",
    _EVIDENCE,
    refused="test_a_refused_file_is_told_what_to_do_and_nothing_is_kept",
    trouble="test_a_disk_that_is_full_is_said_and_leaves_nothing",
)
register("journey_kit.choose_file", "resident", _EVIDENCE, error="test_a_document_already_given_is_reused")
register(
    "myspace.download",
    "resident",
    _EVIDENCE,
    pending="test_without_a_clear_answer_the_file_waits_and_is_not_given_out",
    refused="test_what_waited_is_scanned_when_the_antivirus_is_back",
)
register(
    "myspace.wallet",
    "resident",
    _DOCUMENTS,
    empty="test_an_empty_wallet_says_what_it_is_for",
    full="test_a_document_is_read_and_erased_after_a_question",
    deleted="test_a_document_is_read_and_erased_after_a_question",
    long="test_a_long_wallet_is_cut_and_reads_the_same_number_of_statements",
)
register(
    "myspace.confirm_deletion",
    "resident",
    _DOCUMENTS,
    plain="test_a_document_is_read_and_erased_after_a_question",
    used="test_a_document_sent_with_a_request_is_kept",
)
register("myspace.delete", "resident", _DOCUMENTS, used="test_a_document_sent_with_a_request_is_kept")
register(
    "myspace.answers",
    "resident",
    _EVIDENCE,
    documents="test_a_photo_and_a_pdf_are_added_then_one_is_taken_back_and_the_request_is_sent",
)
register(
    "backoffice.casefile",
    "agent",
    _DOCUMENTS,
    documents="test_an_agent_in_charge_opens_a_document_and_the_person_sees_it",
)
register(
    "backoffice.document",
    "agent",
    _DOCUMENTS,
    pending="test_an_agent_meets_a_file_that_waits",
    refused="test_an_agent_meets_a_file_that_waits",
)

register("myspace.home", "resident", _MEANWHILE, draft_saved="test_a_draft_is_left_and_taken_up_again")
register(
    "myspace.home",
    "resident",
    _DASHBOARD,
    empty="test_an_empty_space_says_what_to_do",
    full="test_what_waits_for_me_comes_first",
)
_PAPERS_LISTED = "test_letters_and_decisions_are_listed_with_their_file"
register("myspace.papers", "resident", _DASHBOARD, empty=_PAPERS_LISTED, full=_PAPERS_LISTED)
_HOUSEHOLD = "portal/screens/test_household.py"
_MEMBERS, _LINES = "test_a_household_is_told_changed_and_forgotten", "test_addresses_are_told_changed_and_forgotten"
_WRONG = "test_what_is_wrong_in_a_member_is_said_and_what_was_typed_is_kept"
register(
    "myspace.home",
    "resident",
    _HOUSEHOLD,
    everything="test_long_lists_are_read_a_page_at_a_time",
    crowded="test_home_stays_light_whatever_there_is",
)
register("myspace.household", "resident", _HOUSEHOLD, empty=_MEMBERS, full=_MEMBERS)
register("myspace.new_member", "resident", _HOUSEHOLD, plain=_MEMBERS)
register("myspace.add_member", "resident", _HOUSEHOLD, error=_WRONG, too_many="test_a_full_list_says_so")
register("myspace.edit_member", "resident", _HOUSEHOLD, plain=_MEMBERS)
register("myspace.change_member", "resident", _HOUSEHOLD, error=_WRONG)
register("myspace.confirm_member_removal", "resident", _HOUSEHOLD, plain=_MEMBERS)
register("myspace.addresses", "resident", _HOUSEHOLD, empty=_LINES, full=_LINES)
register("myspace.new_address", "resident", _HOUSEHOLD, plain=_LINES)
register("myspace.add_address", "resident", _HOUSEHOLD, error=_LINES)
register("myspace.edit_address", "resident", _HOUSEHOLD, plain=_LINES)
register("myspace.change_address", "resident", _HOUSEHOLD, error=_LINES)
register("myspace.confirm_address_removal", "resident", _HOUSEHOLD, plain=_LINES)
register("myspace.own_mandates", "resident", _HOUSEHOLD, plain="test_nobody_acts_in_my_name")
_PAGED = "test_long_lists_are_read_a_page_at_a_time"
register("myspace.every_request", "resident", _HOUSEHOLD, empty=_PAGED, plain=_PAGED)
_READ = "test_messages_say_who_has_read_them"
register("myspace.messages", "resident", _HOUSEHOLD, empty=_READ, full=_READ)
_KNOWN_BY = "test_each_administration_and_what_it_knows"
register("myspace.recipients", "resident", _HOUSEHOLD, empty=_KNOWN_BY, full=_KNOWN_BY)
_SPARED = "portal/engine/journey_kit/test_spared.py"
_NEXT_TIME = "test_the_next_form_takes_what_the_last_request_said_unless_refused"
register("myspace.information", "resident", _DASHBOARD, plain="test_an_empty_space_says_what_to_do")
register("myspace.proposals", "resident", _SPARED, empty=_NEXT_TIME, full=_NEXT_TIME, declined=_NEXT_TIME)
register("myspace.change_proposals", "resident", _SPARED, error="test_what_was_refused_has_an_end")
register("journey_kit.show_step", "resident", _SPARED, children="test_the_child_is_chosen_among_those_who_are_known")
register("journey_kit.check", "resident", _SPARED, to_keep="test_nothing_is_kept_unless_ticked")
register("myspace.answers", "resident", _CASEFILE, plain="test_the_answers_are_read_again")
_CONSENTS = "portal/screens/test_consents.py"
register(
    "myspace.list_consents",
    "resident",
    _CONSENTS,
    empty="test_nothing_was_agreed_yet",
    full="test_what_was_agreed_is_listed_and_taken_back",
    withdrawn="test_what_was_agreed_is_listed_and_taken_back",
)
_JOINING = "portal/screens/test_joining.py"
_COUNTER = "test_at_the_counter_an_agent_checks_the_papers"
register("backoffice.joining_form", "agent", _JOINING, plain=_COUNTER)
register("backoffice.join_to_request", "agent", _JOINING, error=_COUNTER, confirm=_COUNTER)
register("backoffice.casefile", "agent", _JOINING, joined=_COUNTER)
register("myspace.home", "resident", _JOINING, joined="test_a_code_serves_once")
register(
    "myspace.former_account",
    "resident",
    _JOINING,
    plain="test_without_a_former_account_a_code_can_still_be_shown",
    found="test_a_former_account_is_found_again_by_a_code_sent_to_its_address",
    sent="test_a_former_account_is_found_again_by_a_code_sent_to_its_address",
    without_address="test_a_former_account_without_address_is_for_the_counter",
)
register("myspace.show_former_code", "resident", _JOINING, code="test_a_code_shown_in_one_session_joins_from_the_other")
register(
    "myspace.type_former_code",
    "resident",
    _JOINING,
    confirm="test_a_code_shown_in_one_session_joins_from_the_other",
    error="test_a_wrong_code_is_kept_and_told",
)
register("myspace.join_accounts", "resident", _JOINING, error="test_a_code_serves_once")
register("myspace.acknowledgement", "resident", _WALK, just_sent=_EVERY_WALK)
register("myspace.acknowledgement", "resident", _CASEFILE, plain="test_the_acknowledgement_says_all_that_the_law_asks")
register(
    "myspace.one_request",
    "resident",
    _CASEFILE,
    leaving="test_a_request_that_has_just_left",
    retrying="test_a_request_that_will_be_tried_again_says_when",
    dead="test_a_request_that_could_not_be_sent_is_somebodys_task",
    transmitted="test_sent_is_not_received_and_received_is_not_taken_into_account",
    waiting="test_a_question_of_the_service_is_answered",
    written="test_a_question_of_the_service_is_answered",
    accepted="test_a_decision_is_read_with_its_reasons",
    rejected="test_a_decision_is_read_with_its_reasons",
    withdrawn="test_a_request_is_withdrawn_after_a_question",
    looked_at="test_who_looked_at_the_file_is_told",
)
register(
    "myspace.write_message",
    "resident",
    _CASEFILE,
    error="test_an_empty_message_is_refused_and_a_long_one_kept",
    stopped="test_a_message_about_a_withdrawn_request_is_not_lost",
)
register("myspace.resume_message", "resident", _CASEFILE, kept="test_a_message_written_when_the_session_ends_is_kept")
register("myspace.confirm_withdrawal", "resident", _CASEFILE, plain="test_a_request_is_withdrawn_after_a_question")
register("myspace.withdraw", "resident", _CASEFILE, decided_first="test_a_request_decided_meanwhile_is_not_withdrawn")

_PAPERS = "portal/screens/test_papers.py"
register(
    "myspace.acknowledgement",
    "resident",
    _PAPERS,
    preparing="test_the_pdf_says_the_same_as_the_page",
    ready="test_the_pdf_says_the_same_as_the_page",
    failed="test_a_paper_that_cannot_be_made_is_somebodys_task",
    none_yet="test_a_paper_is_asked_for_when_there_is_none",
)
register("myspace.decision", "resident", _PAPERS, plain="test_the_decision_is_a_letter_too")
register(
    "backoffice.decision",
    "agent",
    _PAPERS,
    plain="test_an_agent_reads_the_same_and_the_person_knows",
    none_yet="test_a_paper_is_asked_for_when_there_is_none",
)
register("pages.verification", "visitor", _PAPERS, plain="test_a_scanned_code_is_checked_at_the_press_of_a_button")
register(
    "pages.verify",
    "visitor",
    _PAPERS,
    genuine="test_a_scanned_code_is_checked_at_the_press_of_a_button",
    same_file="test_a_file_is_compared_with_the_one_that_was_issued",
    other_file="test_a_file_is_compared_with_the_one_that_was_issued",
    unknown="test_an_unknown_code_is_said_clearly_and_kept",
)

_AGENTS = "portal/screens/test_agents_pages.py"
register(
    "backoffice.queue",
    "agent",
    _AGENTS,
    empty="test_the_queue_of_an_agent",
    full="test_the_queue_of_an_agent",
    nothing_found="test_the_queue_of_an_agent",
)
register("backoffice.casefile", "agent", _AGENTS, plain="test_a_request_read_by_an_agent")
register("backoffice.acknowledgement", "agent", _AGENTS, plain="test_a_request_read_by_an_agent")
register("backoffice.message", "agent", _AGENTS, error="test_a_request_read_by_an_agent")
register("backoffice.decision_form", "agent", _AGENTS, plain="test_deciding_asks_twice")
register("backoffice.decide", "agent", _AGENTS, error="test_deciding_asks_twice", confirm="test_deciding_asks_twice")
register("backoffice.connections", "agent", _AGENTS, plain="test_the_pages_of_an_operator")
register("backoffice.pause_form", "agent", _AGENTS, plain="test_the_pages_of_an_operator")
register("backoffice.pause", "agent", _AGENTS, error="test_the_pages_of_an_operator")
register("backoffice.deliveries", "agent", _AGENTS, empty="test_dead_letters", full="test_dead_letters")
register("backoffice.close_form", "agent", _AGENTS, plain="test_dead_letters")
register("identity.resident_door", "visitor", _AGENTS, plain="test_the_doors")
register(
    "identity.resident_door",
    "resident",
    "portal/engine/journey_kit/test_step_up.py",
    stepping_up="test_a_procedure_may_ask_for_a_safer_sign_in",
    stepping_up_with_a_form="test_what_was_typed_comes_back_after_a_safer_sign_in",
)
register("identity.agent_door", "visitor", _AGENTS, plain="test_the_doors")
register("identity.back_as_resident", "visitor", _AGENTS, problem="test_the_doors")
register("identity.back_as_agent", "visitor", _AGENTS, problem="test_the_doors")
register("identity.ask_resident", "resident", _AGENTS, plain="test_signing_out_is_asked")
register("identity.ask_agent", "agent", _AGENTS, plain="test_signing_out_is_asked")

_SESSIONS = "portal/screens/test_own_sessions.py"
register(
    "identity.resident_sessions",
    "resident",
    _SESSIONS,
    plain="test_a_resident_sees_their_sessions_and_sign_ins",
    closed="test_closing_one_session_shows_the_door_there_at_the_next_click",
    alone="test_a_session_alone",
)
register("identity.close_resident_sessions", "resident", _SESSIONS, gone="test_somebody_elses_session_is_none_of_mine")
_CONSULTATIONS = "portal/screens/test_consultations.py"
register(
    "myspace.consultations",
    "resident",
    _CONSULTATIONS,
    empty="test_nobody_looked_yet",
    full="test_every_reading_act_and_exchange_is_told_by_request",
    one_request="test_a_single_request",
    next_page="test_pages_follow_each_other_without_a_gap",
)
register("identity.agent_sessions", "agent", _SESSIONS, plain="test_an_agent_has_the_same_page")
register("identity.close_agent_sessions", "agent", _SESSIONS, gone="test_an_agent_has_the_same_page")

_MOVING = "journeys/test_moving_house.py"
register("moving_house.home", "visitor", _MOVING, plain="test_the_door_says_what_the_journey_does")
register("moving_house.home", "resident", _MOVING, with_files="test_the_door_says_what_the_journey_does")
register("moving_house.new", "resident", _MOVING, plain="test_the_facts_are_told_once_with_what_is_known")
register("moving_house.create", "resident", _MOVING, error="test_what_is_wrong_is_said_and_what_was_typed_is_kept")
register("moving_house.edit", "resident", _MOVING, plain="test_a_changed_date_is_told_again_to_those_who_knew")
register(
    "moving_house.change",
    "resident",
    _MOVING,
    error="test_what_is_wrong_is_said_and_what_was_typed_is_kept",
    conflict="test_two_windows_are_told_apart",
)
register(
    "moving_house.child",
    "resident",
    _MOVING,
    new="test_a_child_is_added_changed_and_taken_out",
    known="test_a_child_is_added_changed_and_taken_out",
)
register("moving_house.change_child", "resident", _MOVING, error="test_a_child_is_added_changed_and_taken_out")
register(
    "moving_house.one_move",
    "resident",
    _MOVING,
    nothing_sent="test_the_facts_are_told_once_with_what_is_known",
    all_stages="test_each_organisation_has_its_own_state_in_three_words",
    nobody="test_a_move_that_concerns_nobody_says_so",
    corrected="test_a_changed_date_is_told_again_to_those_who_knew",
    cancelled="test_a_move_is_cancelled_with_those_who_knew",
    one_down="test_a_partner_down_is_said_and_the_two_others_go_through",
)
register(
    "moving_house.organisation",
    "resident",
    _MOVING,
    before="test_an_organisation_is_told_after_its_own_consent",
    after="test_an_organisation_is_told_after_its_own_consent",
    blocked="test_what_stands_against_a_sending_is_said",
    refused="test_each_organisation_has_its_own_state_in_three_words",
)
register(
    "moving_house.decide",
    "resident",
    _MOVING,
    error="test_an_organisation_is_told_after_its_own_consent",
    conflict="test_what_stands_against_a_sending_is_said",
    incomplete="test_facts_that_do_not_fill_a_procedure_leave_nothing_behind",
)
register(
    "moving_house.guides",
    "resident",
    _MOVING,
    plain="test_what_the_person_does_alone_has_its_dates",
    ticked="test_what_the_person_does_alone_has_its_dates",
)
register("moving_house.recap", "resident", _MOVING, plain="test_the_recap_says_state_time_and_reference")
register("moving_house.confirm_cancel", "resident", _MOVING, plain="test_a_move_is_cancelled_with_those_who_knew")

_TELLING = "journeys/reports/test_telling.py"
_SENT_WITHOUT = "test_a_report_is_sent_without_an_account"
register("daily_services.new_report", "visitor", _TELLING, plain=_SENT_WITHOUT)
register(
    "daily_services.tell_report",
    "visitor",
    _TELLING,
    rest=_SENT_WITHOUT,
    place_errors="test_the_first_page_says_what_is_wrong_and_keeps_the_rest",
    rest_errors="test_the_last_page_says_what_is_wrong_and_keeps_the_rest",
    photo_refused="test_a_hostile_photo_is_refused_with_its_reason",
    trap="test_a_robot_that_fills_everything_is_told_what_to_empty",
    too_many="test_too_many_reports_from_one_network_wait",
    address="test_an_address_found_is_offered_and_one_made_up_is_not_taken",
    located="test_a_position_is_confirmed_by_its_street",
    similar="test_the_same_problem_nearby_is_offered_first",
)
register("myspace.follow", "visitor", _TELLING, just_sent=_SENT_WITHOUT)

_PUBLIC = "journeys/reports/test_public.py"
_DESK = "journeys/reports/test_desk.py"
_WORKS = "test_the_department_takes_up_publishes_and_repairs"
_ERRORS_OF_CLOSING = "test_closing_without_repair_asks_why"
register(
    "daily_services.reports",
    "visitor",
    _PUBLIC,
    full="test_the_list_pages_by_key_counts_and_draws",
    sifted="test_the_list_is_sifted_by_kind_and_state",
    nothing="test_the_list_is_sifted_by_kind_and_state",
)
register(
    "daily_services.report",
    "visitor",
    _PUBLIC,
    received="test_nothing_that_was_typed_is_public_before_an_agent_read_it",
    approved="test_an_approved_photo_is_small_and_says_nothing_else",
    added="test_me_too_counts_once",
    already="test_me_too_counts_once",
)
register("daily_services.report", "visitor", _DESK, repaired=_WORKS, closed=_ERRORS_OF_CLOSING)
register(
    "daily_services.me_too",
    "visitor",
    _PUBLIC,
    errors="test_me_too_says_what_is_wrong",
    ended="test_me_too_says_what_is_wrong",
)
register("street_desk.show", "agent", _PUBLIC, photo="test_an_approved_photo_is_small_and_says_nothing_else")
register("street_desk.show", "agent", _DESK, received=_WORKS, taken=_WORKS, ended=_WORKS)
register("street_desk.close", "agent", _DESK, close_errors=_ERRORS_OF_CLOSING)
register(
    "street_desk.repair",
    "agent",
    _DESK,
    photo_refused="test_a_photo_of_the_repair_is_shown_and_a_hostile_one_refused",
    repair_errors="test_a_repair_has_a_day_that_is_possible",
    too_late="test_who_comes_second_is_told",
)
register(
    "street_desk.publish",
    "agent",
    _DESK,
    publish_errors="test_what_is_published_is_checked",
    no_photo="test_a_photo_that_is_not_there_is_not_published",
)

_FOLLOWING = "portal/screens/test_following.py"
_BOTH_WAYS = "test_messages_pass_both_ways"
_OTHER_DEVICE = "test_the_code_opens_the_request_on_another_device"
register("myspace.ask_code", "visitor", _FOLLOWING, plain=_OTHER_DEVICE)
register(
    "myspace.check_code",
    "visitor",
    _FOLLOWING,
    errors="test_the_door_says_what_is_missing",
    too_many="test_guessing_is_bounded_for_a_network_and_for_a_request",
)
register(
    "myspace.follow",
    "visitor",
    _FOLLOWING,
    open=_OTHER_DEVICE,
    written=_BOTH_WAYS,
    asked=_BOTH_WAYS,
    decided=_BOTH_WAYS,
)
register("myspace.follow", "resident", _FOLLOWING, signed_in="test_an_account_takes_it_over")
register("myspace.follow_paper", "visitor", _FOLLOWING, plain=_OTHER_DEVICE, decision=_BOTH_WAYS)
register("myspace.write_following", "visitor", _FOLLOWING, errors=_BOTH_WAYS)
_POLLS = "journeys/participation/test_pages.py"
_ONCE = "test_angela_votes_once"
_BEFORE_AND_AFTER = "test_before_and_after"
_RESULTS = "test_results_one_page_a_question"
register(
    "participation.home",
    "visitor",
    _POLLS,
    empty="test_nothing_is_asked_yet",
    full="test_what_is_asked_what_was_answered_and_what_else",
)
register("participation.show", "resident", _POLLS, form=_ONCE, voted=_ONCE)
register(
    "participation.show",
    "visitor",
    _POLLS,
    door=_ONCE,
    upcoming=_BEFORE_AND_AFTER,
    counting=_BEFORE_AND_AFTER,
    results=_RESULTS,
    too_small="test_ten_ballots_are_not_detailed",
)
register(
    "participation.check",
    "resident",
    _POLLS,
    confirm=_ONCE,
    refused=_ONCE,
    error="test_an_answer_that_is_no_choice_is_pointed_at",
)
register(
    "participation.vote",
    "resident",
    _POLLS,
    receipt=_ONCE,
    refused=_ONCE,
    form=_ONCE,
    error="test_an_answer_that_is_no_choice_is_pointed_at",
)
register("participation.question", "visitor", _POLLS, results=_RESULTS)
register("participation.cross", "visitor", _POLLS, chart=_RESULTS, too_small="test_a_small_group_is_not_described")
_DESK = "journeys/participation/test_desk.py"
_PUBLISHED = "test_a_poll_is_prepared_read_again_and_published"
_FIXED = "test_a_published_poll_does_not_change"
_ENDED = "test_a_poll_is_closed_early_with_a_reason"
register("participation_desk.polls", "agent", _DESK, empty=_PUBLISHED, full=_PUBLISHED)
register("participation_desk.new", "agent", _DESK, plain=_PUBLISHED)
register("participation_desk.create", "agent", _DESK, error="test_what_is_wrong_is_pointed_at_and_what_was_typed_kept")
register("participation_desk.one", "agent", _DESK, draft=_PUBLISHED, published=_PUBLISHED, over=_ENDED)
register("participation_desk.edit", "agent", _DESK, plain=_PUBLISHED, refused=_FIXED)
register("participation_desk.change", "agent", _DESK, error=_PUBLISHED, refused=_FIXED)
register(
    "participation_desk.publish",
    "agent",
    _DESK,
    error="test_a_poll_whose_days_have_passed",
    refused=_FIXED,
)
register("participation_desk.close_form", "agent", _DESK, plain=_ENDED, refused=_FIXED)
register("participation_desk.close", "agent", _DESK, error=_ENDED, refused=_FIXED)
_TRUTHS = "portal/screens/test_truths.py"
register(
    "myspace.one_request",
    "resident",
    _TRUTHS,
    handed_over="test_closing_a_sending_asks_how_and_the_person_reads_exactly_that",
    not_to_be_sent="test_a_sending_that_is_given_up_says_why",
    withdrawal_asked="test_a_withdrawal_that_travels_is_asked_then_sent_then_confirmed",
    withdrawal_confirmed="test_a_withdrawal_that_travels_is_asked_then_sent_then_confirmed",
    address_refused="test_an_address_that_takes_no_mail_is_said_on_the_page",
    corrected="test_a_correction_shows_who_still_has_the_old_answers",
)
register(
    "myspace.confirm_withdrawal",
    "resident",
    _TRUTHS,
    told_by_us="test_a_withdrawal_that_travels_is_asked_then_sent_then_confirmed",
    told_by_hand="test_a_recipient_that_takes_no_withdrawal_is_said_before_it_is_asked",
)
register("myspace.answers", "resident", _TRUTHS, corrected="test_a_correction_shows_who_still_has_the_old_answers")
register("backoffice.casefile", "agent", _TRUTHS, corrected="test_a_correction_shows_who_still_has_the_old_answers")
register(
    "backoffice.close", "agent", _TRUTHS, error="test_closing_a_sending_asks_how_and_the_person_reads_exactly_that"
)

_LETTERS = "portal/screens/backoffice/test_letters.py"
_POSTED = "test_a_letter_is_printed_posted_taken_back_and_comes_back"
register("backoffice.letters", "agent", _LETTERS, empty="test_nothing_to_post", full=_POSTED)
register(
    "backoffice.letter",
    "agent",
    _LETTERS,
    ready=_POSTED,
    posted=_POSTED,
    cancelled="test_a_letter_that_is_taken_back_is_not_offered",
)
register("backoffice.post_letter", "agent", _LETTERS, error=_POSTED, moved=_POSTED)
register("backoffice.unpost_letter", "agent", _LETTERS, moved=_POSTED)
register("backoffice.return_letter", "agent", _LETTERS, moved=_POSTED)
register(
    "myspace.one_request", "resident", _LETTERS, letter_ready=_POSTED, letter_posted=_POSTED, letter_returned=_POSTED
)
register("myspace.confirm_withdrawal", "resident", _LETTERS, letter_ready=_POSTED, letter_posted=_POSTED)

_ITEMS = "portal/engine/journey_kit/test_items.py"
_EACH = "test_a_page_is_asked_for_each_child_then_sent"
register("journey_kit.show_item", "resident", _ITEMS, plain=_EACH)
register("journey_kit.save_item", "resident", _ITEMS, error=_EACH, conflict="test_two_windows_on_the_same_list")
register("journey_kit.show_step", "resident", _ITEMS, list=_EACH, many_kinds=_EACH)
register("journey_kit.save_step", "resident", _ITEMS, search="test_what_was_typed_is_looked_up_and_never_needed")
register("journey_kit.confirm_removal", "resident", _ITEMS, plain="test_a_child_is_taken_away_after_a_question")
register("journey_kit.remove_item", "resident", _ITEMS, conflict="test_two_windows_on_the_same_list")
register("journey_kit.show_exit", "resident", _ITEMS, plain="test_those_it_is_not_for_are_told_where_to_go")
register("journey_kit.check", "resident", _ITEMS, list=_EACH, exit="test_those_it_is_not_for_are_told_where_to_go")
_ITEM_FILES = "portal/engine/journey_kit/test_item_files.py"
_KNOWN, _FILED = "test_a_known_child_is_offered_once", "test_each_child_has_a_file_from_the_form_to_the_casefile"
_TAKEN = "test_an_item_is_taken_away_with_its_file"
register("journey_kit.show_item", "resident", _ITEM_FILES, children=_KNOWN)
register("journey_kit.show_item_files", "resident", _ITEM_FILES, plain=_FILED, full=_FILED)
register("journey_kit.save_item", "resident", _ITEM_FILES, files=_FILED)
register("journey_kit.show_step", "resident", _ITEM_FILES, files=_FILED)
register("journey_kit.save_step", "resident", _ITEM_FILES, list_error=_FILED)
register("journey_kit.add_file", "resident", _ITEM_FILES, of_item=_FILED)
register("journey_kit.choose_file", "resident", _ITEM_FILES, of_item=_TAKEN)
register("journey_kit.confirm_removal", "resident", _ITEM_FILES, files=_TAKEN)
register("journey_kit.check", "resident", _ITEM_FILES, files_of_items=_FILED)
register("counter.desk_show_item_files", "agent", _ITEM_FILES, plain="test_an_agent_adds_the_file_of_a_child")
register("counter.entry_show_item_files", "agent", _ITEM_FILES, plain="test_an_agent_adds_the_file_of_a_child")
_CORRECTIONS = "portal/screens/test_corrections.py"
_SECOND, _OPENED = "test_a_date_and_a_file_of_the_second_child", "test_a_question_that_an_answer_opens_is_asked"
register("backoffice.move", "agent", _CORRECTIONS, items=_SECOND)
register("backoffice.casefile", "agent", _CORRECTIONS, items_corrected=_SECOND)
register("myspace.corrections_form", "resident", _CORRECTIONS, files=_SECOND)
register("myspace.correct", "resident", _CORRECTIONS, files=_SECOND, opened=_OPENED)
register("myspace.follow", "visitor", _CORRECTIONS, corrections="test_a_code_is_enough_to_answer")
register("myspace.follow_corrections", "visitor", _CORRECTIONS, plain="test_a_code_is_enough_to_answer")
register("myspace.correct_followed", "visitor", _CORRECTIONS, error="test_a_code_is_enough_to_answer")
register("myspace.confirm_followed_move", "visitor", _CORRECTIONS, plain="test_a_code_is_enough_to_answer_a_proposal")
register("myspace.make_followed_move", "visitor", _CORRECTIONS, changed="test_a_code_is_enough_to_answer_a_proposal")
_MOVING = "portal/screens/backoffice/test_moving.py"
register(
    "backoffice.move_form",
    "agent",
    _MOVING,
    plain="test_an_agent_moves_a_request",
    check="test_an_agent_moves_a_request",
    too_late="test_an_agent_moves_a_request",
)
register(
    "backoffice.move",
    "agent",
    _MOVING,
    check="test_corrections_are_asked_and_answered",
    error="test_an_agent_moves_a_request",
    nothing_ticked="test_corrections_are_asked_and_answered",
    somebody_was_faster="test_the_second_of_two_agents_keeps_what_was_typed",
    illegal="test_the_second_of_two_agents_keeps_what_was_typed",
)
register(
    "backoffice.opinions",
    "agent",
    _MOVING,
    plain="test_the_opinion_of_another_department",
    empty="test_the_opinion_of_another_department",
)
register("backoffice.opinion", "agent", _MOVING, plain="test_the_opinion_of_another_department")
register(
    "backoffice.give_opinion",
    "agent",
    _MOVING,
    error="test_the_opinion_of_another_department",
    too_late="test_the_opinion_of_another_department",
)
register(
    "backoffice.casefile",
    "agent",
    _MOVING,
    with_an_opinion="test_the_opinion_of_another_department",
    silence_acceptance="test_silence_is_said_with_what_to_do",
    silence_rejection="test_silence_is_said_with_what_to_do",
)
register(
    "myspace.one_request",
    "resident",
    _MOVING,
    asked="test_corrections_are_asked_and_answered",
    proposed="test_the_person_answers_a_proposal",
    measured="test_what_is_late_and_what_is_usual_are_said",
    late="test_what_is_late_and_what_is_usual_are_said",
    silence_acceptance="test_silence_is_said_with_what_to_do",
    silence_rejection="test_silence_is_said_with_what_to_do",
)
register("journey_kit.start", "visitor", _MOVING, measured="test_what_is_late_and_what_is_usual_are_said")
register("myspace.corrections_form", "resident", _MOVING, plain="test_corrections_are_asked_and_answered")
register("myspace.correct", "resident", _MOVING, error="test_corrections_are_asked_and_answered")
register("myspace.confirm_move", "resident", _MOVING, plain="test_the_person_answers_a_proposal")
register(
    "myspace.make_move",
    "resident",
    _MOVING,
    error="test_the_person_answers_a_proposal",
    changed="test_a_proposal_that_changed_meanwhile",
)
_DESK = "portal/screens/test_counter.py"
_HELPED = "test_a_draft_is_finished_at_the_desk_and_the_person_reads_all_of_it"
_STOPPED = "test_a_code_taken_back_stops_the_next_click_and_keeps_nothing_of_it"
_ASKED = "test_nothing_is_opened_without_the_code_and_the_agreement"
_TYPED = "test_a_letter_is_typed_in_with_its_scan_and_followed_by_a_code"
_GIVEN_UP = "test_a_paper_given_up_is_closed"
_AGAIN = "test_a_second_start_shows_the_draft_and_an_erased_one_is_found_again"
register("journey_kit.resume", "resident", _DESK, existing=_AGAIN)
register("journey_kit.confirm_discard", "resident", _DESK, again=_AGAIN)
register("journey_kit.start", "resident", _DESK, given_up=_AGAIN, erased=_AGAIN)
register("journey_kit.elsewhere", "resident", _DESK, plain=_HELPED, code=_HELPED, helped=_HELPED, stopped=_STOPPED)
_MAILED = "test_a_code_is_sent_to_its_owner_and_to_nobody_once_it_is_over"
register("journey_kit.elsewhere", "resident", _DESK, mailed=_MAILED, without_address=_MAILED)
register("counter.desk", "agent", _DESK, closed=_HELPED)
register("counter.open_draft", "agent", _DESK, error=_ASKED, too_many="test_trying_codes_is_stopped")
register("counter.helping", "agent", _DESK, over=_STOPPED)
register("counter.desk_show_step", "agent", _DESK, desk=_HELPED)
register(
    "counter.desk_save_step",
    "agent",
    _DESK,
    desk_over=_STOPPED,
    desk_conflict="test_two_agents_at_once_meet_the_page_of_two_windows",
)
register("counter.desk_check", "agent", _DESK, plain=_HELPED)
_SEVERAL, _SEVERAL_TYPED = "test_several_children_and_the_way_out_at_the_desk", "test_several_children_of_a_paper"
for _item in ("show_item", "save_item", "confirm_removal", "show_exit"):
    register(f"counter.desk_{_item}", "agent", _DESK, desk=_SEVERAL)
    register(f"counter.entry_{_item}", "agent", _DESK, plain=_SEVERAL_TYPED)
register("counter.desk_show_step", "agent", _DESK, desk_list=_SEVERAL)
register("counter.entry_show_step", "agent", _DESK, list=_SEVERAL_TYPED)
register("counter.desk_send", "agent", _DESK, plain=_HELPED)
register("counter.desk_resume", "agent", _DESK, plain=_HELPED)
register("counter.desk_add_file", "agent", _DESK, plain=_HELPED)
register("counter.desk_choose_file", "agent", _DESK, plain=_HELPED)
register("counter.desk_paper", "agent", _DESK, just_sent=_HELPED, over=_HELPED)
register("counter.entry_procedures", "agent", _DESK, plain=_TYPED, closed=_GIVEN_UP, begun=_GIVEN_UP, erased=_GIVEN_UP)
register("counter.entry_form", "agent", _DESK, plain=_TYPED)
register("counter.open_entry", "agent", _DESK, error=_TYPED, similar=_TYPED)
register("counter.original", "agent", _DESK, plain=_TYPED)
register("counter.add_original", "agent", _DESK, error=_TYPED)
register("counter.entering", "agent", _DESK, over=_GIVEN_UP)
register("counter.entry_show_step", "agent", _DESK, plain=_TYPED)
register("counter.entry_save_step", "agent", _DESK, plain=_TYPED)
register("counter.entry_check", "agent", _DESK, plain=_TYPED)
register("counter.entry_send", "agent", _DESK, plain=_TYPED)
register("counter.entry_resume", "agent", _DESK, plain=_TYPED)
register("counter.entry_add_file", "agent", _DESK, plain=_TYPED)
register("counter.entry_choose_file", "agent", _DESK, plain=_TYPED)
register("counter.entry_paper", "agent", _DESK, just_sent=_TYPED)
# The builder. Every act that keeps something answers with a redirection, or with one of these.
_BUILDER = "portal/screens/builder/test_editing.py"
_DRAFTS = "portal/screens/builder/test_drafts.py"
_TWINS = "test_a_page_only_for_parents_of_twins_is_added_to_a_copy"
_MOVES = "test_pages_and_questions_move_are_copied_removed_and_put_back"
_WORDS = "test_a_question_is_asked_in_other_words_and_bound_to_another_datum"
_EXITS = "test_an_exit_and_a_repetition"
_TWO_OFFICERS = "test_the_second_of_two_officers_gets_both_versions_and_keeps_what_was_typed"
_FAULTS = "test_a_draft_with_faults_can_still_be_read_and_repaired"
_IN_USE = "test_a_procedure_in_use_is_closed_and_opened_again_never_deleted"
_CREATED = "test_a_procedure_is_created_then_deleted"
_REFUSED = "test_what_cannot_be_read_comes_back_with_its_sentence"
_LIGHT = "test_pages_stay_light_whatever_the_procedure_holds"
register("builder.procedures", "agent", _DRAFTS, plain=_LIGHT, filtered=_CREATED, nothing_found=_CREATED)
register("builder.new_procedure", "agent", _DRAFTS, plain=_CREATED)
register("builder.create_procedure", "agent", _DRAFTS, error=_CREATED)
register("builder.confirm_delete", "agent", _DRAFTS, plain=_CREATED, in_use=_IN_USE)
register("builder.delete", "agent", _DRAFTS, in_use=_IN_USE)
register("builder.confirm_close", "agent", _DRAFTS, plain=_IN_USE, not_open=_IN_USE)
register("builder.close", "agent", _DRAFTS, not_open=_IN_USE)
register("builder.reopen", "agent", _DRAFTS, already_open=_IN_USE)
register("builder.confirm_discard", "agent", _DRAFTS, plain=_IN_USE)
register("builder.overview", "agent", _BUILDER, plain=_MOVES, copied=_TWINS, empty_page=_TWINS)
register(
    "builder.overview",
    "agent",
    _DRAFTS,
    nothing_being_written="test_residents_keep_what_is_published_while_an_officer_writes",
    faulty=_FAULTS,
)
register("builder.act", "agent", _BUILDER, refused=_MOVES)
register("builder.new_page", "agent", _BUILDER, plain=_TWINS)
register("builder.add_page", "agent", _BUILDER, error=_TWINS)
register("builder.page_form", "agent", _BUILDER, plain=_EXITS, repeated=_EXITS)
register("builder.save_page", "agent", _BUILDER, error=_EXITS)
register("builder.save_page", "agent", _DRAFTS, conflict=_TWO_OFFICERS, part_removed=_TWO_OFFICERS)
register("builder.exit_form", "agent", _BUILDER, plain=_EXITS)
register("builder.save_exit", "agent", _BUILDER, error=_EXITS)
register("builder.new_question", "agent", _BUILDER, own_datum=_TWINS, found=_TWINS)
register("builder.add_question", "agent", _BUILDER, error=_TWINS)
register("builder.rebind_form", "agent", _BUILDER, found=_WORDS)
register("builder.rebind", "agent", _BUILDER, error=_WORDS)
register("builder.question_form", "agent", _BUILDER, plain=_WORDS)
register("builder.question_form", "agent", _DRAFTS, unknown=_FAULTS)
register("builder.save_question", "agent", _BUILDER, error=_WORDS)
register("builder.condition_form", "agent", _BUILDER, none_yet=_TWINS, question_chosen=_TWINS, two_lines=_EXITS)
register("builder.condition_form", "agent", _DRAFTS, nested=_FAULTS)
register("builder.save_condition", "agent", _BUILDER, error=_TWINS, conflict=_EXITS)
register("builder.tab_form", "agent", _BUILDER, plain=_REFUSED)
register("builder.save_tab", "agent", _BUILDER, error=_REFUSED)
register("builder.texts_form", "agent", _BUILDER, plain="test_texts_are_written_side_by_side")
register("builder.save_texts", "agent", _BUILDER, error="test_texts_are_written_side_by_side")
register("builder.yaml_form", "agent", _DRAFTS, plain="test_a_hostile_text_changes_nothing")
register("builder.import_yaml", "agent", _DRAFTS, error="test_a_hostile_text_changes_nothing")
_MOVED = "test_an_address_changes_until_the_procedure_is_published"
register("builder.address_form", "agent", _DRAFTS, plain=_MOVED, fixed=_MOVED)
register("builder.save_address", "agent", _DRAFTS, error=_MOVED, conflict=_MOVED, too_late=_MOVED)
_FLOWS = "portal/screens/builder/test_workflow_pages.py"
_BEGUN = "test_a_workflow_is_begun_from_a_ready_made_one_and_written_in_sentences"
_CORRECTED = "test_a_move_says_which_answers_may_be_corrected"
_REMOVED = "test_a_status_is_changed_moved_and_removed_with_its_moves"
_HOSTILE = "test_hostile_workflows_change_nothing"
_TWO_FLOWS = "test_the_second_of_two_officers_keeps_what_was_typed"
_INVITED_TO = "test_a_move_proposes_a_kind_of_appointment_and_what_follows"
_GOING = "test_requests_in_progress_keep_the_status_that_a_new_version_lacks"
register(
    "builder.workflow_page",
    "agent",
    _FLOWS,
    simple=_BEGUN,
    ready_made=_BEGUN,
    plain=_BEGUN,
    faulty=_BEGUN,
    removed=_REMOVED,
    circle=_HOSTILE,
    in_progress=_GOING,
)
register("builder.read_workflow", "agent", _FLOWS, plain=_BEGUN)
register(
    "builder.confirm_ready_made",
    "agent",
    _FLOWS,
    plain="test_going_back_to_a_ready_made_workflow_is_confirmed",
)
register("builder.new_status", "agent", _FLOWS, plain=_BEGUN)
register("builder.add_status", "agent", _FLOWS, error=_BEGUN, full=_HOSTILE)
register("builder.status_form", "agent", _FLOWS, plain=_REMOVED)
register("builder.save_status", "agent", _FLOWS, error=_REMOVED, conflict=_TWO_FLOWS)
register("builder.confirm_remove_status", "agent", _FLOWS, plain=_REMOVED, in_use=_GOING)
register("builder.remove_status", "agent", _FLOWS, error=_HOSTILE, conflict=_TWO_FLOWS)
register("builder.new_move", "agent", _FLOWS, plain=_BEGUN)
register("builder.add_move", "agent", _FLOWS, error=_BEGUN)
register(
    "builder.move_form",
    "agent",
    _FLOWS,
    added=_BEGUN,
    corrections=_CORRECTED,
    appointment=_INVITED_TO,
    kind_withdrawn=_INVITED_TO,
)
register("builder.save_move", "agent", _FLOWS, error=_BEGUN, wrong_appointment=_INVITED_TO)
register("builder.corrections_form", "agent", _FLOWS, plain=_CORRECTED)
register("builder.save_corrections", "agent", _FLOWS, error=_CORRECTED)
_REVIEWING = "portal/screens/test_reviewing.py"
_TRIED = "test_a_trial_that_fails_stops_publication"
_PUBLISHED = "test_two_officers_publish_at_once"
_PROPOSED = "test_a_datum_of_a_department_is_proposed_and_answered"
_PREVIEWED = "test_a_preview_goes_as_a_resident_goes_and_keeps_nothing"
_READ_AGAIN = "test_a_draft_is_read_again"
_MEANWHILE_PUBLISHED = "test_published_while_a_resident_fills_in"
register("builder.review", "agent", _REVIEWING, plain=_READ_AGAIN, remarks=_READ_AGAIN)
register(
    "builder.differences",
    "agent",
    _REVIEWING,
    first="test_the_difference_is_told_in_sentences",
    plain="test_the_difference_is_told_in_sentences",
)
register(
    "builder.recipients",
    "agent",
    _REVIEWING,
    plain="test_each_recipient_and_what_it_gets",
    lacking="test_each_recipient_and_what_it_gets",
    alone="test_each_recipient_and_what_it_gets",
)
_REPEATED = "test_a_repeated_page_is_previewed_once"
register("builder.preview", "agent", _REVIEWING, plain=_PREVIEWED, repeated=_REPEATED)
register(
    "builder.preview_step",
    "agent",
    _REVIEWING,
    error=_PREVIEWED,
    desktop=_PREVIEWED,
    simplified=_PREVIEWED,
    one_question_more=_PREVIEWED,
    taken_up="test_a_trial_is_taken_up_again_where_an_answer_is_missing",
)
register("builder.cases", "agent", _REVIEWING, plain=_TRIED, recorded=_TRIED, failing=_TRIED)
register("builder.record_trial", "agent", _REVIEWING, error=_TRIED)
register("builder.one_trial", "agent", _REVIEWING, plain=_TRIED, failing=_TRIED)
register("builder.change_trial", "agent", _REVIEWING, error=_TRIED, changed_meanwhile=_TRIED)
register(
    "builder.publication",
    "agent",
    _REVIEWING,
    plain=_PUBLISHED,
    nothing=_PUBLISHED,
    done=_PUBLISHED,
    failing=_TRIED,
    closed="test_a_closed_procedure_cannot_be_chosen",
)
register(
    "builder.publish",
    "agent",
    _REVIEWING,
    error=_PUBLISHED,
    changed_meanwhile=_PUBLISHED,
    too_late=_PUBLISHED,
    refused=_TRIED,
)
register("builder.own_concepts", "agent", _REVIEWING, plain=_PROPOSED, some=_PROPOSED, proposed=_PROPOSED)
register("builder.propose_form", "agent", _REVIEWING, plain=_PROPOSED)
register("builder.propose", "agent", _REVIEWING, error=_PROPOSED)
register("builder.proposals", "agent", _REVIEWING, waiting=_PROPOSED, decided=_PROPOSED)
register("builder.proposal", "agent", _REVIEWING, plain=_PROPOSED)
register("builder.decide", "agent", _REVIEWING, error=_PROPOSED)
register("journey_kit.show_step", "resident", _REVIEWING, changed=_MEANWHILE_PUBLISHED)
register(
    "journey_kit.show_change",
    "resident",
    _REVIEWING,
    plain=_MEANWHILE_PUBLISHED,
    over="test_after_thirty_days_the_old_version_is_over",
)
register("journey_kit.accept_change", "resident", _REVIEWING, changed=_MEANWHILE_PUBLISHED)
_OWN_DATA = "portal/screens/test_own_data.py"
_COPY = "test_a_copy_is_asked_and_taken"
_ERASED = "test_everything_is_erased_after_a_confirmation"
register(
    "myspace.own_data_home",
    "resident",
    _OWN_DATA,
    plain=_COPY,
    preparing=_COPY,
    ready=_COPY,
    stale_sign_in="test_an_old_sign_in_is_asked_again",
)
register("myspace.ask_for_copy", "resident", _OWN_DATA, too_many="test_too_many_copies_say_when_to_come_back")
register("myspace.copy_ready", "resident", _OWN_DATA, plain=_COPY)
register(
    "myspace.erasure",
    "resident",
    _OWN_DATA,
    plain=_ERASED,
    open_requests="test_a_request_on_its_way_comes_first",
    kept="test_a_request_on_its_way_comes_first",
)
register("myspace.erase", "resident", _OWN_DATA, error=_ERASED, conflict="test_a_request_on_its_way_comes_first")
register("myspace.endings", "resident", _OWN_DATA, full="test_what_ends_soon_is_shown_and_kept", empty=_COPY)
register("identity.ask_resident", "visitor", _OWN_DATA, erased=_ERASED)
register("backoffice.conservation", "agent", _OWN_DATA, plain="test_operators_see_counts")
_FORMS = "portal/screens/test_blank_forms.py"
register(
    "pages.blank_form",
    "visitor",
    _FORMS,
    waiting="test_a_form_is_read_then_downloaded",
    ready="test_a_form_is_read_then_downloaded",
)
register("pages.blank_form_pdf", "visitor", _FORMS, not_ready="test_a_form_is_read_then_downloaded")
_TEXTS = "portal/screens/backoffice/test_texts.py"
_WRITTEN = "test_a_text_is_written_previewed_kept_and_archived"
_USED = "test_a_text_starts_an_answer"
register(
    "backoffice.texts", "agent", _TEXTS, empty=_WRITTEN, full=_WRITTEN, many="test_many_texts_are_read_page_after_page"
)
register("backoffice.new_text", "agent", _TEXTS, plain=_WRITTEN)
register("backoffice.create_text", "agent", _TEXTS, preview=_WRITTEN, error=_WRITTEN)
register("backoffice.text", "agent", _TEXTS, plain=_WRITTEN)
register("backoffice.revise_text", "agent", _TEXTS, conflict=_WRITTEN)
register("backoffice.proposed_texts", "agent", _TEXTS, full=_USED, empty=_USED)

_TEAMS = "portal/screens/administration/test_teams.py"
_INVITED = "test_somebody_is_invited_once_and_told_by_letter"
_CHANGED = "test_an_agent_is_changed_and_two_administrators_do_not_overwrite_each_other"
_SUSPENDED = "test_an_access_is_suspended_during_a_click_and_opened_again"
_MOVED = "test_another_sign_in_waits_for_an_administrator"
_HANDED = "test_open_requests_are_handed_over_before_an_agent_leaves_a_department"
_OWN = "test_nobody_changes_their_own_access"
_DEPARTMENTS = "test_a_department_is_created_and_changed"
_PARTNERS = "test_a_partner_is_listed_then_taken_off"
register(
    "administration.team",
    "agent",
    _TEAMS,
    plain="test_agents_are_found_by_name_role_department_and_state",
    nobody="test_agents_are_found_by_name_role_department_and_state",
)
register("administration.invitation", "agent", _TEAMS, plain=_INVITED)
register("administration.invite", "agent", _TEAMS, refused=_INVITED, known=_INVITED)
register(
    "administration.agent",
    "agent",
    _TEAMS,
    invited=_INVITED,
    plain=_CHANGED,
    suspended=_SUSPENDED,
    moved=_MOVED,
    own=_OWN,
)
register("administration.revise", "agent", _TEAMS, refused=_CHANGED, changed=_CHANGED, leaving=_HANDED, own=_OWN)
register("administration.suspension", "agent", _TEAMS, plain=_SUSPENDED, leaving=_HANDED)
register("administration.suspend", "agent", _TEAMS, unanswered=_HANDED)
register("administration.restore", "agent", _TEAMS, changed=_SUSPENDED)
register("administration.invite_again", "agent", _TEAMS, came=_MOVED)
register("administration.relink", "agent", _TEAMS, gone=_MOVED)
register("administration.departments", "agent", _TEAMS, plain=_DEPARTMENTS)
register("administration.new_department", "agent", _TEAMS, plain=_DEPARTMENTS)
register("administration.create_department", "agent", _TEAMS, refused=_DEPARTMENTS)
register("administration.department", "agent", _TEAMS, plain=_DEPARTMENTS)
register("administration.revise_department", "agent", _TEAMS, refused=_DEPARTMENTS, changed=_DEPARTMENTS)
register("administration.partners", "agent", _TEAMS, plain=_PARTNERS)
register("administration.add_partner", "agent", _TEAMS, refused=_PARTNERS)
register("administration.partner_ending", "agent", _TEAMS, plain=_PARTNERS)
_RIGHTS = "portal/screens/administration/test_rights.py"
_READ_RIGHTS = "test_the_table_says_what_the_routes_declare"
register("administration.rights", "agent", _RIGHTS, plain=_READ_RIGHTS, by_page=_READ_RIGHTS, one_role=_READ_RIGHTS)
_SETTINGS = "portal/screens/administration/test_settings.py"
register(
    "administration.settings",
    "agent",
    _SETTINGS,
    plain="test_much_to_set_up_is_gathered_behind_one_entry",
    empty="test_little_stays_in_the_menu",
)
_JOURNAL = "portal/screens/administration/test_journal.py"
_SEARCHED = "test_a_search_says_why_and_shows_no_content"
_VERIFIED = "test_the_chain_is_read_again_and_a_change_is_named"
register("administration.journal", "agent", _JOURNAL, plain=_SEARCHED, searched=_SEARCHED)
register("administration.search_journal", "agent", _JOURNAL, refused=_SEARCHED)
register("administration.journal_lines", "agent", _JOURNAL, plain=_SEARCHED, following=_SEARCHED)
register("administration.verify_journal", "agent", _JOURNAL, intact=_VERIFIED, altered=_VERIFIED)
_STEERING = "portal/screens/test_steering.py"
_EVERY_VIEW = "test_each_view_draws_what_its_table_and_its_file_say"
register(
    "steering.overview",
    "agent",
    _STEERING,
    empty="test_nothing_yet",
    few="test_the_dashboard_draws_nothing_where_nothing_may_be_shown",
    volumes=_EVERY_VIEW,
    delays=_EVERY_VIEW,
    refusals=_EVERY_VIEW,
    satisfaction=_EVERY_VIEW,
    equity=_EVERY_VIEW,
    open=_EVERY_VIEW,
)
register(
    "steering.service_levels",
    "visitor",
    _STEERING,
    empty="test_nothing_yet",
    few="test_what_is_too_little_to_be_drawn_is_said_in_words",
    full="test_everybody_reads_the_service_levels_without_small_numbers",
)
_SURVEY = "portal/screens/test_survey.py"
_MODERATED = "test_words_are_read_without_a_name_hidden_and_put_back"
register(
    "steering.words_list", "agent", _SURVEY, empty=_MODERATED, full=_MODERATED, hidden=_MODERATED, shown=_MODERATED
)
_GIVEN = "test_two_questions_once_changed_for_a_month"
register(
    "myspace.survey",
    "resident",
    _SURVEY,
    plain=_GIVEN,
    answered=_GIVEN,
    over=_GIVEN,
    from_paper="test_a_paper_is_typed_in",
)
register("myspace.save_survey", "resident", _SURVEY, error=_GIVEN, over=_GIVEN)
register("myspace.one_request", "resident", _SURVEY, asked=_GIVEN, thanked=_GIVEN)
register("myspace.preferences", "resident", _SURVEY, surveys_refused="test_being_asked_is_refused_for_all")
_FOLLOWED = "test_with_the_code_alone"
register("myspace.follow_survey", "visitor", _SURVEY, plain=_FOLLOWED)
register("myspace.save_followed_survey", "visitor", _SURVEY, error=_FOLLOWED)
_TYPED_IN = "test_a_paper_is_typed_in"
register(
    "backoffice.paper_survey", "agent", _SURVEY, plain=_TYPED_IN, done=_TYPED_IN, again=_TYPED_IN, by_person=_TYPED_IN
)
register("backoffice.save_paper_survey", "agent", _SURVEY, error=_TYPED_IN, too_late=_TYPED_IN)
_FILES = "portal/screens/test_desk_files.py"
_FOUND = "test_a_person_is_found_opened_checked_and_closed_and_reads_all_of_it"
_LITTLE = "test_nothing_is_looked_for_without_a_reason_or_with_too_little"
_MANY, _ALIKE = (
    "test_too_many_shows_nobody_and_nobody_says_so",
    "test_namesakes_are_told_apart_after_a_second_confirmation",
)
_LOCKED, _ANOTHER = (
    "test_the_screen_locks_and_the_file_closes_by_itself",
    "test_another_file_closes_the_first_and_an_old_list_opens_nothing",
)
_VOLUME = "test_searching_is_bounded_and_its_volume_is_a_figure"
register("counter.desk", "agent", _FILES, plain=_FOUND, closed=_FOUND, open=_ANOTHER, figures=_VOLUME)
register(
    "counter.search",
    "agent",
    _FILES,
    error=_LITTLE,
    too_many=_VOLUME,
    code="test_a_number_or_a_code_in_the_same_box",
)
register(
    "counter.found",
    "agent",
    _FILES,
    plain=_FOUND,
    namesakes=_ALIKE,
    told_apart=_ALIKE,
    too_many=_MANY,
    nobody=_MANY,
    over=_ANOTHER,
)
register(
    "counter.person",
    "agent",
    _FILES,
    to_check=_FOUND,
    checked=_FOUND,
    ended=_FOUND,
    idle=_LOCKED,
    requests="test_only_the_requests_of_the_agents_own_departments_are_shown",
)
register("counter.check_identity", "agent", _FILES, error=_FOUND)
register("counter.locked", "agent", _FILES, plain=_LOCKED, over=_LOCKED)
register("counter.resume_file", "agent", _FILES, idle=_LOCKED)
_WRONG = "test_the_wrong_person_reads_that_it_was_a_mistake"
register("counter.ask_wrong_person", "agent", _FILES, plain=_WRONG)
register("counter.wrong_person", "agent", _FILES, wrong=_WRONG)

_CONTACTS = "portal/screens/test_contacts.py"
_NOTED = "test_a_call_is_noted_answered_and_read_by_its_person"
_UNJOINED = "test_a_letter_of_nobody_known_is_joined_later_with_a_proof"
_POSTED = "test_a_printed_answer_waits_to_be_posted"
_RACE = "test_two_agents_on_one_contact"
_REFUSED = "test_what_is_wrong_of_a_contact_is_said_and_what_was_typed_is_kept"
register(
    "counter.contact_list",
    "agent",
    _CONTACTS,
    empty=_NOTED,
    plain=_NOTED,
    answered=_NOTED,
    to_post=_POSTED,
    posted=_POSTED,
    more="test_the_log_goes_on_page_after_page",
    unknown_reference="test_a_contact_is_found_by_the_reference_that_is_said",
)
register("counter.new_contact", "agent", _CONTACTS, plain=_UNJOINED)
register("counter.log_new_contact", "agent", _CONTACTS, error=_REFUSED)
register("counter.file_contact", "agent", _CONTACTS, plain=_NOTED, unchecked=_REFUSED)
register("counter.log_file_contact", "agent", _CONTACTS, error=_REFUSED)
register("counter.contact", "agent", _CONTACTS, plain=_UNJOINED, noted=_NOTED, answered=_NOTED, letter=_POSTED)
register("counter.answer_contact", "agent", _CONTACTS, error=_REFUSED, changed=_RACE)
register("counter.join_contact", "agent", _CONTACTS, not_open=_UNJOINED)
register("counter.add_contact_scan", "agent", _CONTACTS, refused=_UNJOINED)
register("counter.contact_letter", "agent", _CONTACTS, plain=_POSTED)
register("counter.post_contact_letter", "agent", _CONTACTS, changed=_POSTED)
_ANSWERED = "test_a_printed_answer_is_posted_with_the_other_letters"
register("backoffice.letters", "agent", _CONTACTS, with_answers=_ANSWERED, answer_posted=_ANSWERED)
register("counter.answer_letter", "agent", _CONTACTS, ready=_ANSWERED, posted=_ANSWERED)
register("counter.printed_answer", "agent", _CONTACTS, plain=_ANSWERED)
register("counter.post_answer", "agent", _CONTACTS, error=_ANSWERED, moved=_ANSWERED)
register("counter.unpost_answer", "agent", _CONTACTS, moved=_ANSWERED)
register("myspace.exchanges", "resident", _CONTACTS, empty=_NOTED, plain=_NOTED)
_MANDATES = "portal/screens/test_mandates.py"
_GIVEN_AT_DESK = "test_a_mandate_is_given_at_the_desk_used_and_stopped"
_BY_SMS = "test_the_code_read_on_a_telephone_confirms"
_BY_PAPER = "test_the_signed_paper_confirms_when_it_can_be_read"
_ONLINE = "test_the_person_answers_renews_and_stops_online"
_READ_THEN_ANSWERED = "test_a_request_is_read_and_answered_in_their_name"
register("counter.mandate_list", "agent", _MANDATES, plain=_GIVEN_AT_DESK, empty=_GIVEN_AT_DESK, ended=_GIVEN_AT_DESK)
register("counter.find_person", "agent", _MANDATES, error=_GIVEN_AT_DESK)
register("counter.propose", "agent", _MANDATES, plain=_GIVEN_AT_DESK)
register("counter.send_proposal", "agent", _MANDATES, error=_GIVEN_AT_DESK)
register(
    "counter.mandate", "agent", _MANDATES,
    active=_GIVEN_AT_DESK, stopped=_GIVEN_AT_DESK, waiting=_BY_SMS, wrong_code=_BY_SMS, unsent=_BY_SMS,
)  # fmt: skip
register("counter.prove_present", "agent", _MANDATES, error=_BY_SMS, moved=_BY_SMS)
register("counter.send_code", "agent", _MANDATES, error=_BY_SMS)
register("counter.check_code", "agent", _MANDATES, error=_BY_SMS)
register("counter.prove_by_paper", "agent", _MANDATES, error=_BY_PAPER)
register("counter.renew", "agent", _MANDATES, error=_ONLINE)
register("counter.ask_to_stop", "agent", _MANDATES, plain=_GIVEN_AT_DESK)
register("counter.attestation", "agent", _MANDATES, plain=_GIVEN_AT_DESK)
register("counter.opened_request", "agent", _MANDATES, plain=_READ_THEN_ANSWERED, written=_READ_THEN_ANSWERED)
register("counter.answer_request", "agent", _MANDATES, error=_READ_THEN_ANSWERED, over=_READ_THEN_ANSWERED)
_UNDER = "portal/screens/test_mandate_appointments.py"
_ALL_THREE = "test_an_agent_books_moves_and_cancels_and_the_person_reads_it"
_MEANWHILE = "test_what_changed_meanwhile_is_said_and_nothing_is_lost"
register("counter.mandate_appointments", "agent", _UNDER, empty=_ALL_THREE, times=_ALL_THREE, booked=_ALL_THREE)
register("counter.book_mandated", "agent", _UNDER, error=_MEANWHILE, taken=_MEANWHILE)
register("counter.ask_to_move_mandated", "agent", _UNDER, plain=_ALL_THREE)
register("counter.move_mandated", "agent", _UNDER, error=_MEANWHILE, taken=_MEANWHILE)
register("counter.ask_to_cancel_mandated", "agent", _UNDER, plain=_ALL_THREE)
register("counter.cancel_mandated", "agent", _UNDER, changed=_MEANWHILE)
register("myspace.own_mandates", "resident", _MANDATES, waiting=_ONLINE, active=_ONLINE)
register("myspace.one_mandate", "resident", _MANDATES, waiting=_ONLINE, used=_GIVEN_AT_DESK, stopped=_GIVEN_AT_DESK)
register("myspace.answer_mandate", "resident", _MANDATES, moved=_ONLINE)
register("myspace.ask_to_stop", "resident", _MANDATES, plain=_GIVEN_AT_DESK, theme=_ONLINE)
register("myspace.own_attestation", "resident", _MANDATES, plain=_GIVEN_AT_DESK)
_WITHOUT_ACCOUNT = "test_the_code_of_the_attestation_stops_it_without_an_account"
register("myspace.ask_revocation", "visitor", _MANDATES, plain=_WITHOUT_ACCOUNT, stopped=_WITHOUT_ACCOUNT)
register("myspace.stop_by_code", "visitor", _MANDATES, error=_WITHOUT_ACCOUNT, confirm=_WITHOUT_ACCOUNT)
register("pages.verify", "visitor", _MANDATES, mandate=_WITHOUT_ACCOUNT)
_VIEWS = "portal/screens/backoffice/test_saved_views.py"
register(
    "backoffice.queue",
    "agent",
    _VIEWS,
    filtered="test_every_filter_narrows_the_list_and_stands_in_the_address",
    withdrawn="test_a_view_on_a_withdrawn_procedure_says_so_and_opens",
)
register(
    "backoffice.more_filters", "agent", _VIEWS, plain="test_every_filter_narrows_the_list_and_stands_in_the_address"
)
register(
    "backoffice.views",
    "agent",
    _VIEWS,
    empty="test_a_view_is_saved_renamed_started_from_removed_and_taken_back",
    to_save="test_a_view_is_saved_renamed_started_from_removed_and_taken_back",
    full="test_a_view_is_saved_renamed_started_from_removed_and_taken_back",
    removed="test_a_view_is_saved_renamed_started_from_removed_and_taken_back",
)
register(
    "backoffice.save_view", "agent", _VIEWS, error="test_a_view_is_saved_renamed_started_from_removed_and_taken_back"
)
register(
    "backoffice.rename_view", "agent", _VIEWS, error="test_a_view_is_saved_renamed_started_from_removed_and_taken_back"
)
register("backoffice.shortcuts", "agent", _VIEWS, plain="test_the_keys_are_told")

_LOTS = "portal/screens/backoffice/test_lots.py"
register("backoffice.choose_requests", "agent", _LOTS, full="test_ten_requests_are_given_at_once")
register(
    "backoffice.choose_lot",
    "agent",
    _LOTS,
    plain="test_ten_requests_are_given_at_once",
    nothing="test_nothing_ticked_is_said",
)
register(
    "backoffice.act_on_lot",
    "agent",
    _LOTS,
    check="test_ten_requests_are_given_at_once",
    error="test_what_is_missing_is_said_and_what_was_typed_is_kept",
    text="test_what_is_missing_is_said_and_what_was_typed_is_kept",
)
register(
    "backoffice.lot",
    "agent",
    _LOTS,
    running="test_ten_requests_are_given_at_once",
    done="test_ten_requests_are_given_at_once",
    stopped="test_a_lot_is_stopped_and_says_what_was_left",
)

_LISTS = "portal/screens/backoffice/test_lists.py"
register("backoffice.list_form", "agent", _LISTS, plain="test_a_list_is_prepared_and_taken_once")
register("backoffice.ask_list", "agent", _LISTS, error="test_a_list_is_prepared_and_taken_once")
register(
    "backoffice.list_page",
    "agent",
    _LISTS,
    preparing="test_a_list_is_prepared_and_taken_once",
    ready="test_a_list_is_prepared_and_taken_once",
    taken="test_a_list_is_prepared_and_taken_once",
    failed="test_a_list_that_cannot_be_written_says_so",
)

_BETWEEN = "portal/screens/backoffice/test_between_agents.py"
register(
    "backoffice.casefile",
    "agent",
    _BETWEEN,
    with_notes="test_a_note_is_for_colleagues_and_soon_stays_as_it_is",
    with_twins="test_the_same_request_made_twice_is_found_joined_and_undone",
    duplicate="test_the_same_request_made_twice_is_found_joined_and_undone",
    in_company="test_a_colleague_who_has_the_file_open_is_told",
)
register("backoffice.write_note", "agent", _BETWEEN, error="test_a_note_is_for_colleagues_and_soon_stays_as_it_is")
register("backoffice.new_note", "agent", _BETWEEN, plain="test_a_note_is_for_colleagues_and_soon_stays_as_it_is")
register("backoffice.note_form", "agent", _BETWEEN, plain="test_a_note_is_for_colleagues_and_soon_stays_as_it_is")
register(
    "backoffice.edit_note",
    "agent",
    _BETWEEN,
    error="test_a_note_is_for_colleagues_and_soon_stays_as_it_is",
    too_late="test_a_note_is_for_colleagues_and_soon_stays_as_it_is",
)
register("backoffice.transfer_form", "agent", _BETWEEN, plain="test_a_request_goes_to_another_department")
register("backoffice.transfer", "agent", _BETWEEN, error="test_a_request_goes_to_another_department")
register(
    "backoffice.transfers",
    "agent",
    _BETWEEN,
    empty="test_a_request_goes_to_another_department",
    full="test_a_request_goes_to_another_department",
)
register(
    "backoffice.duplicate_form",
    "agent",
    _BETWEEN,
    plain="test_the_same_request_made_twice_is_found_joined_and_undone",
)
register(
    "backoffice.mark_duplicate",
    "agent",
    _BETWEEN,
    error="test_the_same_request_made_twice_is_found_joined_and_undone",
)

_ROUTING = "portal/screens/backoffice/test_routing.py"
_RULE = "test_the_head_writes_changes_and_removes_a_rule"
_SHIFTED = "test_a_rule_goes_up_and_down_and_the_focus_stays_on_its_button"
_PAGED = "test_many_rules_are_read_page_after_page"
register(
    "backoffice.rules",
    "agent",
    _ROUTING,
    empty=_RULE,
    full=_RULE,
    ordered=_SHIFTED,
    moved=_SHIFTED,
    order_changed=_SHIFTED,
    many=_PAGED,
    following_page=_PAGED,
)
register("backoffice.new_rule", "agent", _ROUTING, plain=_RULE)
register("backoffice.create_rule", "agent", _ROUTING, error=_RULE)
register("backoffice.rule", "agent", _ROUTING, plain=_RULE)
register("backoffice.change_rule", "agent", _ROUTING, conflict=_RULE)

_AGENDA = "portal/screens/test_appointments_desk.py"
_DAY, _FOUND = (
    "test_the_day_is_listed_and_who_came_is_noted_then_taken_back",
    "test_one_finds_by_reference_place_and_state_and_takes_the_list_away",
)
_LONG_DAY = "test_a_long_day_is_read_a_page_at_a_time_for_the_same_price"
_ONE = "test_one_appointment_is_read_noted_given_and_its_history_told"
_GIVEN_UP = "test_it_is_cancelled_with_a_reason_that_the_person_reads"
_MOVED_ON = "test_it_is_moved_and_a_time_that_was_taken_gives_others"
_CALLS, _FILE_OPEN = (
    "test_somebody_who_calls_gets_a_reference_and_a_code",
    "test_for_the_person_whose_file_is_open_and_only_while_it_is",
)
_PLACE, _KIND = "test_a_place_is_made_changed_and_withdrawn", "test_a_kind_is_made_and_changed"
_HOURS, _CLOSED = "test_hours_are_made_changed_and_stopped", "test_who_is_concerned_is_seen_before_a_place_closes"
_DIARY = "test_a_diary_reads_a_place_without_any_name_until_it_is_stopped"
register(
    "appointments_desk.agenda",
    "agent",
    _AGENDA,
    empty=_DAY,
    full=_DAY,
    to_note=_DAY,
    noted=_DAY,
    found=_FOUND,
    not_found=_FOUND,
    full_page=_LONG_DAY,
    last_page=_LONG_DAY,
    displaced=_CLOSED,
)
_DESK_LISTS = "portal/screens/test_appointments_desk_lists.py"
_IN_LINE = "test_agents_see_how_many_wait_and_may_give_a_time"
register(
    "appointments_desk.agenda",
    "agent",
    _DESK_LISTS,
    **{"empty today": "test_an_empty_day_leads_to_the_next_one_that_has_appointments"},
)
register("appointments_desk.appointment", "agent", _DESK_LISTS, awaited=_IN_LINE)
register("appointments_desk.waiting", "agent", _DESK_LISTS, empty=_IN_LINE, full=_IN_LINE)
register("appointments_desk.appointment", "agent", _AGENDA, plain=_ONE, noted=_ONE, booked=_FILE_OPEN)
register("appointments_desk.attendance", "agent", _AGENDA, changed=_DAY)
register("appointments_desk.note", "agent", _AGENDA, error=_ONE, changed=_ONE)
register("appointments_desk.ask_cancel", "agent", _AGENDA, plain=_GIVEN_UP)
register("appointments_desk.cancel", "agent", _AGENDA, error=_GIVEN_UP)
register("appointments_desk.ask_move", "agent", _AGENDA, plain=_MOVED_ON)
register("appointments_desk.move", "agent", _AGENDA, error=_MOVED_ON, taken=_MOVED_ON)
register("appointments_desk.new", "agent", _AGENDA, kinds=_CALLS, file_open=_FILE_OPEN)
register(
    "appointments_desk.book",
    "agent",
    _AGENDA,
    error=_CALLS,
    given=_CALLS,
    taken="test_a_time_taken_meanwhile_keeps_what_was_typed",
)
register("appointments_desk.places", "agent", _AGENDA, full=_PLACE, saved=_PLACE)
register("appointments_desk.new_place", "agent", _AGENDA, plain=_PLACE)
register("appointments_desk.place", "agent", _AGENDA, plain=_PLACE)
register("appointments_desk.create_place", "agent", _AGENDA, error=_PLACE)
register("appointments_desk.change_place", "agent", _AGENDA, changed=_PLACE)
register("appointments_desk.kinds", "agent", _AGENDA, full=_KIND, saved=_KIND)
register("appointments_desk.new_kind", "agent", _AGENDA, plain=_KIND)
register("appointments_desk.kind", "agent", _AGENDA, plain=_KIND)
register("appointments_desk.create_kind", "agent", _AGENDA, error=_KIND)
register("appointments_desk.change_kind", "agent", _AGENDA, changed=_KIND)
register("appointments_desk.hours", "agent", _AGENDA, full=_HOURS, saved=_HOURS)
register("appointments_desk.new_hours", "agent", _AGENDA, plain=_HOURS)
register("appointments_desk.one_opening", "agent", _AGENDA, plain=_HOURS)
register("appointments_desk.create_hours", "agent", _AGENDA, error=_HOURS)
register("appointments_desk.change_hours", "agent", _AGENDA, changed=_HOURS)
register("appointments_desk.closures", "agent", _AGENDA, empty=_CLOSED, closed=_CLOSED)
register(
    "appointments_desk.check_closure",
    "agent",
    _AGENDA,
    error=_CLOSED,
    concerned=_CLOSED,
    nobody="test_nobody_is_concerned",
)
register("appointments_desk.confirm_closure", "agent", _AGENDA, changed=_CLOSED, error=_CLOSED)
register("appointments_desk.feeds", "agent", _AGENDA, plain=_DIARY, one=_DIARY)
register("appointments_desk.open_feed", "agent", _AGENDA, made=_DIARY)

_BOOKING = "portal/screens/test_booking.py"
_BY_ACCOUNT = "test_a_signed_in_resident_books_moves_and_cancels"
_BY_CODE = "test_without_an_account_a_code_opens_moves_and_cancels"
_TAKEN = "test_a_time_taken_meanwhile_keeps_what_was_typed"
_CLOSED = "test_what_a_department_closes_is_said_and_another_time_is_asked"
_EARLIER = "test_an_earlier_time_that_is_kept_is_taken_in_one_press"
_LINE = "test_who_finds_no_time_waits_and_takes_the_one_that_frees"
_LINE_BY_CODE = "test_a_visitor_waits_by_code_and_leaves_the_line"
register("booking.ask_to_wait", "visitor", _BOOKING, empty=_LINE_BY_CODE, invited="test_nobody_waits_uninvited")
register(
    "booking.wait_for_time",
    "visitor",
    _BOOKING,
    until=_LINE_BY_CODE,
    means=_LINE_BY_CODE,
    bad=_LINE_BY_CODE,
    **{"one of each": _LINE},
)
register("booking.list_kinds", "visitor", _BOOKING, empty="test_nothing_to_book_says_whom_to_call", some=_BY_ACCOUNT)
register("booking.one_kind", "resident", _BOOKING, days=_BY_ACCOUNT)
register("booking.ask", "visitor", _BOOKING, empty=_BY_CODE)
register(
    "booking.book",
    "visitor",
    _BOOKING,
    means=_BY_CODE,
    phone=_BY_CODE,
    bad=_BY_CODE,
    taken=_TAKEN,
    **{"one of each": "test_a_second_one_of_the_same_kind_shows_the_first"},
)
register("booking.list_own", "resident", _BOOKING, some=_BY_ACCOUNT, over=_BY_ACCOUNT)
register("booking.show_own", "resident", _BOOKING, displaced=_CLOSED, offered=_EARLIER, awaited=_LINE, freed=_LINE)
register(
    "booking.ask_to_move_own",
    "resident",
    _BOOKING,
    times=_BY_ACCOUNT,
    chosen=_BY_ACCOUNT,
    **{"too late": _BY_ACCOUNT},
)
register("booking.ask_to_cancel_own", "resident", _BOOKING, sure=_BY_ACCOUNT)
register("booking.cancel_own", "resident", _BOOKING, **{"changed meanwhile": _BY_ACCOUNT})
register("booking.ask_code", "visitor", _BOOKING, empty=_BY_CODE)
register("booking.check_code", "visitor", _BOOKING, empty=_BY_CODE, wrong=_BY_CODE)
register("booking.show_followed", "visitor", _BOOKING, followed=_BY_CODE)
register("booking.wait_followed", "visitor", _BOOKING, **{"no offer": _BY_CODE})
register("booking.wait_own", "resident", _BOOKING, **{"no offer": _BY_ACCOUNT})
register("booking.move_own", "resident", _BOOKING, **{"no time": _BY_ACCOUNT})
register("booking.move_followed", "visitor", _BOOKING, **{"no time": _BY_CODE})
register("booking.ask_to_move_followed", "visitor", _BOOKING, times=_BY_CODE)
register("booking.ask_to_cancel_followed", "visitor", _BOOKING, sure=_BY_CODE)
register("booking.cancel_followed", "visitor", _BOOKING, **{"changed meanwhile": _BY_CODE})
