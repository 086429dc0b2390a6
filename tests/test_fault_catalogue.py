"""Every fault that we know of: what tests it, or why it cannot happen yet.

The numbers are those of the catalogue by which this program was designed. A test is named by file and name.
"""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent

MATRIX = "chaos/test_matrix.py::test_one_turn_and_its_reply_whatever_happens_where"
CHAOS = "chaos/test_run.py::test_nothing_is_lost_or_doubled_while_everything_breaks"
DELIVER, ANSWERS = "runtime/test_deliver.py", "runtime/test_deliver_answers.py"
REDIS, FAULTS = "contract/test_redis_store.py", "contract/test_redis_faults.py"
PINS = "contract/test_redis_pins.py"
POLLER, FLEET = "runtime/test_poller.py", "runtime/test_poller_fleet.py"
WORKER, FAILURES = "runtime/test_worker.py", "runtime/test_receive_failures.py"
DOCTOR = "commands/test_doctor.py"
POLLING, HOOK = "adapters/test_telegram_polling.py", "adapters/test_telegram_webhook.py"
TROUBLE = "adapters/test_telegram_trouble.py"
APP, SOCKET, INBOUND = (
    "adapters/test_slack_app.py",
    "adapters/test_slack_socket.py",
    "adapters/test_slack_inbound.py",
)
SIGNED = "adapters/test_slack_http.py"

CATALOGUE: dict[str, tuple[str, ...]] = {
    # a worker dies
    "F01 killed before the commit": (MATRIX,),
    "F02 killed after the commit, before the acknowledgement": (MATRIX,),
    "F03 killed after the acknowledgement, before the send": (MATRIX,),
    "F04 killed after the send, before its mark": (MATRIX,),
    "F05 killed after the mark": (MATRIX,),
    "F06 stopped for longer than its lease": (
        MATRIX,
        f"{DELIVER}::test_whoever_was_paused_for_too_long_does_not_send",
        "contract/store_lanes.py::a_stale_caller_strikes_out_nothing_but_its_own_job",
    ),
    "F07 told to stop while busy": (CHAOS, f"{WORKER}::test_what_comes_in_is_answered_before_the_end"),
    "F08 an event that breaks whoever takes it": (
        f"{WORKER}::test_a_turn_that_breaks_is_apologised_for_once_and_the_worker_goes_on",
        "an event that kills the process: nothing of ours does that, bodies and files have a limit",
    ),
    # Redis
    "F09 Redis killed and started again": (
        CHAOS,
        f"{FAULTS}::test_a_server_that_is_killed_and_started_again_has_lost_nothing",
    ),
    "F10 Redis loses its last words in a power cut": (
        "contract/test_redis_disk.py::test_turns_that_a_power_cut_took_are_noticed",
    ),
    "F11 the answer to a commit is lost": (
        f"{FAULTS}::test_a_turn_whose_answer_was_lost_is_stored_once_and_owes_the_same",
        f"{PINS}::test_a_pin_whose_answer_was_lost_is_put_up_once_and_told_so",
        f"{PINS}::test_whoever_is_counted_and_not_told_so_counts_once",
    ),
    "F12 a caller is cancelled in the middle of a command": (
        f"{FAULTS}::test_callers_that_are_cancelled_at_any_moment_never_get_each_others_answers",
    ),
    "F13 scripts that the server does not know": (
        f"{REDIS}::test_scripts_that_the_server_has_forgotten_are_sent_again",
    ),
    "F14 loading, read-only, cluster down, moved": (
        f"{FAULTS}::test_a_replica_is_read_only_and_one_that_misses_its_replicas_says_so",
        "contract/test_redis_failover.py::test_in_a_cluster_a_replica_takes_over_what_was_stored",
    ),
    "F15 Redis is full": (
        f"{REDIS}::test_a_full_server_refuses_a_turn_before_it_writes_and_lets_settle",
        f"{PINS}::test_a_full_server_refuses_pins_and_tallies_and_lets_read",
    ),
    "F16 Redis cannot write to its disk": (
        "contract/test_redis_disk.py::test_a_server_that_cannot_write_to_its_disk_is_full_and_stores_nothing",
    ),
    "F17 Redis may throw data away": (
        "commands/test_run.py::test_it_refuses_a_redis_that_may_lose_what_was_acknowledged",
        f"{DOCTOR}::test_a_good_redis_has_a_line_for_each_of_its_checks",
    ),
    "F18 failover to a replica that has everything": (
        "contract/test_redis_failover.py::test_behind_sentinel_a_replica_takes_over_what_was_acknowledged",
    ),
    "F19 failover to a replica that has not": (
        f"{FAULTS}::test_a_turn_that_has_not_reached_the_replicas_is_not_acknowledged_nor_its_repetition",
    ),
    "F20 two primaries": (
        "contract/test_redis_line.py::test_a_server_that_has_become_a_replica_is_told_as_such",
        f"{FAULTS}::test_a_replica_is_read_only_and_one_that_misses_its_replicas_says_so",
        f"{FAULTS}::test_a_turn_that_has_not_reached_the_replicas_is_not_acknowledged_nor_its_repetition",
    ),
    "F21 Redis is slow": (
        CHAOS,
        f"{FAULTS}::test_a_server_that_answers_no_more_is_unreachable_within_that_time_and_then_used_again",
    ),
    "F22 somebody deletes our keys": (
        f"{REDIS}::test_keys_that_somebody_has_deleted_break_nothing",
        f"{FAILURES}::test_a_store_that_went_back_is_noticed",
    ),
    "F23 what is stored is damaged": (
        f"{REDIS}::test_a_damaged_conversation_is_reported_and_never_overwritten",
        f"{REDIS}::test_a_key_of_another_type_stops_a_turn_before_it_writes",
        f"{PINS}::test_a_damaged_pin_is_none_and_written_anew",
        "telegram/test_damage.py::test_whoever_talks_behind_a_damaged_conversation_is_answered",
        "contract/test_redis_damage.py::test_a_damaged_lane_or_reminder_stops_no_claim_and_is_parked",
        f"{FAILURES}::test_bytes_that_cannot_be_read_stay_and_the_person_is_told_in_both_languages",
        f"{DELIVER}::test_a_job_that_cannot_be_read_is_parked_and_holds_up_nobody",
    ),
    # Slack
    "F24 Slack brings an event again": (
        CHAOS,
        f"{APP}::test_what_comes_twice_at_the_same_moment_counts_once",
        f"{APP}::test_what_comes_again_counts_once_also_as_if_it_were_the_first_time",
        f"{APP}::test_what_cannot_be_stored_is_not_acknowledged_and_comes_again",
    ),
    "F25 one message as two events": (
        f"{APP}::test_a_mention_is_one_turn_though_it_comes_as_two_events",
        f"{INBOUND}::test_a_message_and_its_mention_are_one_event",
    ),
    "F26 an event after 23 hours": ("contract/store_turns.py::an_event_is_known_until_its_time_is_over",),
    "F27 own messages, other bots, edits": (
        f"{INBOUND}::test_bots_edits_deletions_and_the_unknown_are_ignored",
        f"{INBOUND}::test_people_of_other_workspaces_are_helped_only_where_that_is_wanted",
    ),
    "F28 sockets that close": (
        f"{SOCKET}::test_a_connection_that_slack_will_end_is_replaced_before",
        f"{SOCKET}::test_when_all_are_ended_at_once_what_comes_meanwhile_is_brought_again",
        f"{SOCKET}::test_a_dead_connection_is_noticed_by_the_pings_and_replaced",
    ),
    "F29 a clock that jumps under the socket's watchdog": (
        f"{SOCKET}::test_a_wall_clock_that_jumps_breaks_nothing",
        f"{SOCKET}::test_a_dead_connection_is_noticed_by_our_own_clock_whatever_the_wall_clock_says",
    ),
    "F30 acknowledged twice": (
        f"{SOCKET}::test_what_came_over_the_old_connection_is_still_acknowledged_there",
        f"{SOCKET}::test_when_a_connection_dies_under_an_envelope_it_comes_again_over_the_other",
    ),
    # what a platform answers
    "F31 too many requests": (
        f"{ANSWERS}::test_a_platform_that_asks_for_time_gets_it_for_the_whole_chat",
        CHAOS,
    ),
    "F32 an error after it was processed": (
        f"{ANSWERS}::test_a_platform_that_never_says_gets_a_reply_only_a_few_times",
        CHAOS,
    ),
    "F33 certainly not sent": (f"{ANSWERS}::test_not_sent_is_no_attempt_and_comes_again_soon",),
    "F34 refused for good": (f"{ANSWERS}::test_what_a_platform_refuses_is_parked_and_the_lane_goes_on",),
    "F35 an answer that says nothing": (
        f"{ANSWERS}::test_a_mistake_in_a_channel_counts_as_no_answer",
        CHAOS,
    ),
    # Telegram
    "F36 killed while polling": (
        f"{POLLING}::test_what_was_got_and_not_taken_when_the_process_dies_comes_again",
        f"{POLLING}::test_what_could_not_be_taken_before_the_stop_comes_again",
    ),
    "F37 two pollers": (
        f"{TROUBLE}::test_two_who_poll_at_once_take_everything_all_the_same",
        f"{TROUBLE}::test_trouble_is_told_once_at_its_beginning_and_at_its_end",
        f"{TROUBLE}::test_who_leads_no_more_ends_its_poll",
    ),
    "F38 one malformed update": (
        f"{POLLING}::test_a_malformed_update_is_passed_over_and_the_rest_is_taken",
        f"{HOOK}::test_what_is_malformed_is_put_aside_since_it_would_come_for_ever",
    ),
    "F39 webhook calls doubled and out of order": (
        f"{HOOK}::test_forty_at_once_out_of_order_and_doubled_are_all_answered",
        "contract/store_turns.py::a_known_event_is_a_duplicate_with_the_current_record",
    ),
    "F40 update numbers begin anew": (f"{POLLING}::test_numbers_that_begin_anew_are_taken_too",),
    "F41 too many requests everywhere": (
        f"{ANSWERS}::test_a_platform_that_asks_for_time_gets_it_for_the_whole_chat",
        f"{TROUBLE}::test_what_telegram_asks_for_is_obeyed",
        "contract/store_timetable.py::many_at_once_share_one_timetable",
    ),
    "F42 blocked, migrated, too old": ("runtime/test_gone.py::test_whoever_blocked_us_follows_nothing_more",),
    # people
    "F43 a button twice, an old one, somebody else's": (
        "dialogue/test_laws.py::test_a_button_of_an_older_prompt_executes_nothing",
        "runtime/test_receive.py::test_a_button_that_was_overtaken_is_old",
    ),
    "F44 fifty messages at once": (
        f"{WORKER}::test_fifty_messages_at_once_are_fifty_turns_in_their_order",
        "runtime/test_receive.py::test_after_too_many_conflicts_nothing_of_the_event_is_stored",
    ),
    # clocks
    "F45 a worker's clock is wrong": ("runtime/test_clock.py::test_this_machines_own_clock_changes_nothing",),
    "F46 the store's clock jumps": (
        "runtime/test_clock.py::test_a_jump_of_the_stores_clock_is_followed",
        "contract/test_redis_line.py::test_a_clock_that_goes_back_breaks_no_claim",
    ),
    # hostile input
    "F47 hostile text": ("dialogue/test_laws.py::test_no_text_stops_the_bot_in_any_state",),
    "F48 a malformed body without a signature": (
        f"{HOOK}::test_who_does_not_know_the_secret_is_refused_and_nothing_is_touched",
        f"{HOOK}::test_who_does_not_know_the_secret_is_answered_before_the_body_has_come",
    ),
    "F49 malformed signatures": (
        f"{HOOK}::test_who_does_not_know_the_secret_is_refused_and_nothing_is_touched",
        f"{SIGNED}::test_who_cannot_sign_is_refused_and_nothing_is_touched",
    ),
    # Apple
    "F50 Apple's feed is slow, broken or hostile": (
        "adapters/test_apple_evils.py::test_a_bad_answer_is_told_in_one_line",
        "adapters/test_apple_evils.py::test_the_deadline_holds_however_the_server_dawdles",
        "adapters/test_apple_evils.py::test_too_much_is_refused_before_it_is_taken_in",
        f"{POLLER}::test_the_last_good_board_stays_in_hand_while_apple_fails",
        f"{POLLER}::test_after_failures_apple_is_left_alone_for_longer_and_longer",
        f"{POLLER}::test_a_failure_in_one_language_holds_back_no_other",
        f"{WORKER}::test_no_turn_waits_for_apple",
        "runtime/test_told.py::test_each_follower_is_told_each_change_once_whatever_flickers",
    ),
    "F51 everybody asks at once": (
        f"{FLEET}::test_a_cold_cache_and_five_hundred_who_ask_cost_one_question",
        f"{FLEET}::test_many_who_come_and_die_ask_no_more_often_than_one_would",
        f"{FLEET}::test_when_the_one_who_asks_is_killed_the_next_waits_and_then_asks",
        f"{FLEET}::test_of_two_who_both_believe_that_they_lead_one_asks",
    ),
    "F52 a pool that loses its places": (
        "adapters/test_apple_evils.py::test_a_slow_fetch_that_was_given_up_leaves_the_next_one_unharmed",
        "elsewhere: cannot happen, each download has a pool of its own, and sends use aiohttp",
    ),
    # long lives
    "F53 leaks over many turns": (
        f"{WORKER}::test_locks_of_conversations_do_not_pile_up",
        f"{REDIS}::test_no_key_is_without_an_end_but_counters_and_what_is_owed",
        f"{PINS}::test_keys_end_soon_after_what_they_keep",
        "contract/test_sqlite_ends.py::test_what_has_ended_is_taken_out_by_later_writes",
        "runtime/test_news.py::test_each_follower_has_one_turn_a_page_at_a_time",
    ),
    "F54 two versions at once": (
        f"{DELIVER}::test_a_job_of_a_newer_version_is_left_to_it",
        f"{FAILURES}::test_bytes_that_cannot_be_read_stay_and_the_person_is_told_in_both_languages",
    ),
    "F55 reminders in an outage": (
        MATRIX,
        "runtime/test_reminders.py::test_a_reminder_that_is_claimed_twice_is_said_once",
        "runtime/test_reminders.py::test_what_was_due_in_an_outage_comes_once_when_it_is_over",
        "runtime/test_reminders.py::test_an_answer_in_the_moment_of_firing_cancels_it",
        "runtime/test_reminders.py::test_a_question_that_an_outage_brought_into_the_night_comes_in_the_morning",
    ),
    "F56 handing a person over": ("cannot happen before there is a handover",),
    "F57 rights taken away while we run": (
        "contract/test_redis_access.py::test_a_user_with_few_rights_is_enough_and_one_with_fewer_is_denied",
    ),
    "F58 ten thousand wait when Redis comes back": (
        "runtime/test_deliver.py::test_more_people_than_one_claim_takes_are_all_served",
        "runtime/test_deliver.py::test_more_than_a_lease_has_room_for_is_said_at_the_permitted_rate",
        "runtime/test_broadcast.py::test_a_long_backlog_drains_and_whoever_is_new_is_not_behind_it",
    ),
    "F59 tokens taken away": (
        f"{SOCKET}::test_a_token_that_is_taken_away_later_is_an_outage_that_asks_for_an_operator",
        f"{APP}::test_when_the_workspace_removes_us_we_say_so_and_stop",
    ),
    "F60 nobody reads the log": ("runtime/test_journal.py::test_a_stuck_reader_costs_lines_and_no_time",),
}


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def test_what_is_said_to_test_a_fault_is_there() -> None:
    named = [place.split("::") for places in CATALOGUE.values() for place in places if "::" in place]
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []
    assert all(CATALOGUE.values())


def test_no_fault_is_left_out() -> None:
    assert [fault.split()[0] for fault in CATALOGUE] == [f"F{number:02}" for number in range(1, 61)]
