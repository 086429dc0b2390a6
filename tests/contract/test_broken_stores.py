"""The contract can fail: each broken store is found by the clause that is named beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.store.memory.lanes import Lanes
from adapters.store.memory.store import MemoryStore
from bot.ports import Retention, Store
from tests.contract import (
    broken_lanes,
    broken_leads,
    broken_pins,
    broken_tallies,
    broken_timetables,
    store_followers,
    store_forget,
    store_lead,
    store_pins,
    store_retention,
    store_tallies,
    store_timetable,
)
from tests.contract import broken_stores as broken
from tests.contract import store_jobs as jobs
from tests.contract import store_lanes as lanes
from tests.contract import store_parked as parked
from tests.contract import store_pauses as pauses
from tests.contract import store_postponed as postponed
from tests.contract import store_turns as turns
from tests.contract import store_values as values
from tests.contract.store import Clause, hold_to

STORES: dict[type[MemoryStore], Clause] = {
    broken.DoesNotCheckTheVersion: turns.a_turn_on_an_old_version_is_a_conflict_with_the_current_record,
    broken.LooksThenWaitsThenWrites: turns.of_many_turns_at_once_on_one_version_one_is_stored,
    broken.AsksForTheVersionFirst: turns.a_known_event_on_an_old_version_is_a_duplicate_not_a_conflict,
    broken.MarksTheEventBeforeTheWork: turns.after_a_conflict_the_same_event_can_be_computed_again,
    broken.StoresTheBodyWithoutTheJobs: jobs.a_job_due_at_once_is_owed_to_the_committer,
    broken.StoresTheJobsOfAConflict: turns.a_conflict_stores_no_job,
    broken.StoresTheBodyOfADuplicate: turns.a_duplicate_changes_nothing,
    broken.NeverForgetsAnEvent: turns.an_event_is_new_again_when_its_time_is_over,
    broken.ForgetsAnEventAtOnce: turns.a_known_event_is_a_duplicate_with_the_current_record,
    broken.CleansAwayKnownEvents: turns.an_event_is_known_until_its_time_is_over,
    broken.OneEventForEverybody: turns.the_same_event_id_at_two_addresses_is_two_events,
    broken.KeepsConversationsForEver: turns.a_conversation_is_gone_when_its_time_is_over,
    broken.CountsTheDaysFromTheFirstTurn: turns.each_turn_keeps_the_conversation_for_the_full_time_again,
    broken.DropsJobsWithTheConversation: turns.what_is_owed_outlives_the_conversation,
    broken.JoinsTheAddressWithSlashes: values.every_address_has_a_conversation_of_its_own,
    broken.FollowsNothing: store_followers.who_follows_a_topic_is_listed_under_it_alone,
    broken.FollowsForEver: store_followers.each_turn_says_anew_what_is_followed,
    broken.BeginsEachPageWithTheLastOfTheOneBefore: store_followers.everybody_is_on_exactly_one_page,
    broken.CountsThePages: store_followers.who_comes_or_goes_between_two_pages_moves_nobody_else,
    broken.ListsWhoHasEnded: store_followers.who_has_ended_is_not_listed,
    broken.ListsTheForgotten: store_forget.all_of_it_goes_and_is_counted,
    broken.ForgetsNoJobs: store_forget.all_of_it_goes_and_is_counted,
    broken.ForgetsNothingParked: store_forget.what_was_parked_cannot_be_unparked_once_it_is_forgotten,
    broken.ForgetsTheEventsToo: store_forget.a_redelivery_brings_nothing_back,
    broken.ForgetsTheChatToo: store_forget.the_chat_goes_on_keeping_its_pauses,
    broken.ForgetsTheWishToo: store_forget.a_redelivered_wish_leaves_the_newer_conversation_alone,
    broken.KnowsTheWishAfterItsTime: store_forget.a_wish_is_known_as_long_as_any_event,
    broken.ForgetsWhoeverHasTheSameWish: store_forget.forgetting_twice_finds_nothing_the_second_time,
    broken.AnswersBesideTheLane: (
        store_forget.the_answer_is_all_that_is_left_and_nothing_is_once_it_was_given
    ),
    broken.TellsEverybodyTheSame: store_forget.whoever_was_stored_is_owed_one_answer_and_a_stranger_another,
    broken.AnswersWithoutAPause: store_forget.an_answer_counts_towards_the_pauses_of_its_chat,
    broken_timetables.ReservesForEachCallerAlone: store_timetable.many_at_once_share_one_timetable,
    broken_timetables.ReservesForAllBotsTogether: store_timetable.every_bot_has_a_timetable_of_its_own,
    broken_timetables.SavesUpWhatNobodyReserved: store_timetable.a_booking_is_never_in_the_past,
    broken_timetables.BooksHoweverLate: store_timetable.what_would_come_too_late_is_not_booked,
    broken_leads.LetsEverybodyLead: store_lead.whoever_comes_first_has_the_role_and_nobody_else,
    broken_leads.LeadsForEver: store_lead.a_role_is_free_when_its_lease_has_ended,
    broken_leads.RenewsForNobody: store_lead.its_holder_renews_it_from_the_moment_of_asking,
    broken_leads.RenewsWhenever: store_lead.its_holder_renews_it_from_the_moment_of_asking,
    broken_leads.KnowsOneRole: store_lead.every_role_has_a_holder_of_its_own,
    broken_leads.ExtendsTheLeaseOfAnother: store_lead.whoever_asks_in_vain_changes_nothing,
    broken_pins.PinsOverAnything: store_pins.pinning_on_another_version_changes_nothing,
    broken_pins.LooksThenWaitsThenPins: store_pins.of_many_who_pin_at_once_on_one_version_one_does,
    broken_pins.DoesNotKnowItsOwnPin: store_pins.pinning_the_same_again_is_no_new_version,
    broken_pins.TakesAnyEqualBodyForItsOwn: (
        store_pins.the_same_on_the_version_that_stands_there_is_the_next_version
    ),
    broken_pins.PinsForEver: store_pins.it_is_there_until_its_end,
    broken_pins.KeepsTheFirstEnd: store_pins.each_pin_has_an_end_of_its_own,
    broken_pins.GoesOnCountingAfterTheEnd: store_pins.what_has_ended_is_begun_anew,
    broken_pins.HasOnePin: store_pins.every_name_has_a_pin_of_its_own,
    broken_tallies.CountsEveryTime: store_tallies.nobody_counts_twice_in_a_minute,
    broken_tallies.AddsUpTheMinutes: store_tallies.nobody_counts_twice_in_several_minutes,
    broken_tallies.CountsTheLastMinuteToo: (
        store_tallies.a_span_begins_with_its_first_minute_and_ends_before_its_last
    ),
    broken_tallies.CountsAllSeriesTogether: store_tallies.every_series_is_counted_by_itself,
    broken_tallies.ForgetsTooSoon: store_tallies.who_came_is_counted_as_long_as_it_is_kept,
    broken.CountsAllThatWaitsAsDue: store_timetable.of_a_lane_only_the_head_is_due,
    broken.SaysThatAllWasSettled: lanes.settling_the_head_succeeds_once,
    broken.HandsOutTheNextWithoutALease: lanes.what_comes_next_is_held_from_the_moment_of_settling,
    broken.ClaimsWithoutLimit: jobs.a_claim_takes_no_more_than_its_limit,
    broken.ClaimsTheNewestFirst: jobs.what_has_been_due_longest_is_claimed_first,
    broken.LeasesOnlyToTheCommitter: jobs.a_claim_is_a_lease_too,
    broken.SilencesNoChat: postponed.a_chat_that_was_postponed_is_silent_until_then,
    broken.CountsWhatWasNotAttempted: postponed.what_was_not_attempted_can_be_given_back_at_once,
    broken.LosesWhatItBuries: parked.burying_twice_parks_once,
    broken.BuriesTheWholeLane: parked.after_a_burial_the_lane_goes_on,
    broken.UnparksAgainAndAgain: parked.a_job_is_unparked_once,
}
LANES: dict[type[Lanes], Clause] = {
    broken_lanes.HasNoLane: lanes.of_two_replies_of_one_turn_only_the_first_is_owed,
    broken_lanes.TakesTheLaneFromItsEnd: lanes.a_lane_is_emptied_in_the_order_of_its_turns,
    broken_lanes.PutsRemindersIntoTheLane: jobs.a_wake_does_not_hold_up_the_lane,
    broken_lanes.WakesTooEarly: jobs.a_wake_that_is_due_later_is_claimed_then_and_not_before,
    broken_lanes.KnowsNoLeases: jobs.while_the_committer_holds_a_job_nobody_else_gets_it,
    broken_lanes.LeasesForEver: jobs.a_job_whose_lease_has_ended_can_be_claimed,
    broken_lanes.UsesNumbersAgain: jobs.a_number_is_not_used_again_after_its_job_is_gone,
    broken_lanes.UnparksUnderTheOldNumber: parked.an_unparked_job_has_a_number_that_never_was,
    broken_lanes.StrikesOutWhateverIsFirst: lanes.a_stale_caller_strikes_out_nothing_but_its_own_job,
    broken_lanes.StrikesOutInAnyOrder: lanes.a_job_that_is_not_the_head_cannot_be_settled,
    broken_lanes.StrikesOutForTheHolderAlone: (
        lanes.a_stale_caller_that_is_quicker_makes_the_other_settle_in_vain
    ),
    broken_lanes.HandsOutWhatIsNotDue: lanes.what_is_not_due_yet_does_not_come_next,
    broken_lanes.KeepsWhatComesNextForAnother: lanes.the_second_reply_is_owed_to_whoever_settles_the_first,
    broken_lanes.HandsOutTheNextReplyAfterAReminder: lanes.nothing_comes_after_a_wake,
    broken_lanes.CountsNoAttempts: lanes.the_first_attempt_is_number_1_and_each_further_one_counts,
    broken_lanes.PostponesForAnybody: postponed.postponing_in_vain_leaves_the_job_with_its_holder,
    broken_lanes.BuriesForAnybody: parked.whoever_lost_a_job_to_another_cannot_bury_it,
    broken_lanes.AsksForTheNumberOfTheNextAttempt: (
        postponed.whoever_lost_a_job_does_not_get_it_back_because_the_other_did_not_attempt_it
    ),
    broken_lanes.KnowsNoPauses: pauses.after_a_rest_a_burst_comes_at_once,
    broken_lanes.OnePauseForAllChats: pauses.chats_do_not_wait_for_each_other,
    broken_lanes.OnePauseForEachPerson: pauses.all_conversations_of_a_chat_share_its_pause,
    broken_lanes.KnowsNoBurst: pauses.after_a_rest_a_burst_comes_at_once,
    broken_lanes.SavesUpPauses: pauses.after_a_long_rest_another_burst_comes_and_no_more,
    broken_lanes.ShortensASilence: postponed.a_silence_is_not_shortened_by_another,
    broken_lanes.SilencesReminders: postponed.in_a_silent_chat_reminders_are_handed_out,
}
RETENTION: tuple[Clause, ...] = (
    store_retention.an_event_is_known_as_long_as_the_store_was_told,
    store_retention.a_conversation_is_kept_as_long_as_the_store_was_told,
    store_retention.what_is_parked_is_kept_as_long_as_the_store_was_told,
)


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    yield store


@pytest.mark.parametrize(("kind", "clause"), STORES.items(), ids=lambda either: either.__name__)
def test_the_contract_finds_the_mistake_of_a_store(kind: type[MemoryStore], clause: Clause) -> None:
    with pytest.raises(AssertionError):
        hold_to(clause, opened(kind()))


@pytest.mark.parametrize(("kind", "clause"), LANES.items(), ids=lambda either: either.__name__)
def test_the_contract_finds_the_mistake_of_its_lanes(kind: type[Lanes], clause: Clause) -> None:
    store = MemoryStore()
    store._lanes = kind()
    with pytest.raises(AssertionError):
        hold_to(clause, opened(store))


@pytest.mark.parametrize("clause", RETENTION, ids=lambda clause: clause.__name__)
def test_the_contract_finds_a_store_that_keeps_things_as_long_as_it_likes(clause: Clause) -> None:
    with pytest.raises(AssertionError):
        hold_to(clause, opened(MemoryStore(retention=Retention())))


@pytest.mark.parametrize("clause", STORES.values(), ids=lambda clause: clause.__name__)
def test_the_way_of_tampering_is_no_mistake_itself(clause: Clause) -> None:
    hold_to(clause, opened(broken.Tampered()))
