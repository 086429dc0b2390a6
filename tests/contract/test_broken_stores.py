"""The contract can fail: each broken store is found by the clause that is named beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.store.memory import MemoryStore
from bot.ports import Store
from tests.contract import broken_stores as broken
from tests.contract import store_jobs as jobs
from tests.contract import store_lanes as lanes
from tests.contract import store_turns as turns
from tests.contract import store_values as values
from tests.contract.store import Clause, hold_to

FOUND_BY: dict[type[MemoryStore], Clause] = {
    broken.DoesNotCheckTheVersion: turns.a_turn_on_an_old_version_is_a_conflict_with_the_current_record,
    broken.LooksThenWaitsThenWrites: turns.of_many_turns_at_once_on_one_version_one_is_stored,
    broken.AsksForTheVersionFirst: turns.a_known_event_on_an_old_version_is_a_duplicate_not_a_conflict,
    broken.MarksTheEventBeforeTheWork: turns.after_a_conflict_the_same_event_can_be_computed_again,
    broken.StoresTheBodyWithoutTheJobs: jobs.a_job_due_at_once_is_owed_to_the_committer,
    broken.StoresTheJobsOfAConflict: turns.a_conflict_stores_no_job,
    broken.StoresTheBodyOfADuplicate: turns.a_duplicate_changes_nothing,
    broken.NeverForgetsAnEvent: turns.an_event_is_new_again_when_dedup_for_is_over,
    broken.ForgetsAnEventAtOnce: turns.a_known_event_is_a_duplicate_with_the_current_record,
    broken.CleansAwayKnownEvents: turns.an_event_is_known_until_dedup_for_is_over,
    broken.OneEventForEverybody: turns.the_same_event_id_at_two_addresses_is_two_events,
    broken.KeepsConversationsForEver: turns.a_conversation_is_gone_when_keep_for_is_over,
    broken.CountsTheDaysFromTheFirstTurn: turns.each_turn_keeps_the_conversation_for_the_full_time_again,
    broken.DropsJobsWithTheConversation: turns.what_is_owed_outlives_the_conversation,
    broken.JoinsTheAddressWithSlashes: values.every_address_has_a_conversation_of_its_own,
    broken.HasNoLane: lanes.of_two_replies_of_one_turn_only_the_first_is_owed,
    broken.TakesTheLaneFromItsEnd: lanes.a_lane_is_emptied_in_the_order_of_its_turns,
    broken.PutsRemindersIntoTheLane: jobs.a_wake_does_not_hold_up_the_lane,
    broken.WakesTooEarly: jobs.a_wake_that_is_due_later_is_claimed_then_and_not_before,
    broken.KnowsNoLeases: jobs.while_the_committer_holds_a_job_nobody_else_gets_it,
    broken.LeasesForEver: jobs.a_job_whose_lease_has_ended_can_be_claimed,
    broken.LeasesOnlyToTheCommitter: jobs.a_claim_is_a_lease_too,
    broken.ClaimsWithoutLimit: jobs.a_claim_takes_no_more_than_its_limit,
    broken.ClaimsTheNewestFirst: jobs.what_has_been_due_longest_is_claimed_first,
    broken.StrikesOutWhateverIsFirst: lanes.a_stale_caller_strikes_out_nothing_but_its_own_job,
    broken.StrikesOutInAnyOrder: lanes.a_job_that_is_not_the_head_cannot_be_settled,
    broken.SaysThatAllWasSettled: lanes.settling_the_head_succeeds_once,
    broken.UsesNumbersAgain: jobs.a_number_is_not_used_again_after_its_job_is_gone,
}


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    yield store


@pytest.mark.parametrize(("kind", "clause"), FOUND_BY.items(), ids=lambda either: either.__name__)
def test_the_contract_finds_the_mistake(kind: type[MemoryStore], clause: Clause) -> None:
    with pytest.raises(AssertionError):
        hold_to(clause, opened(kind()))


@pytest.mark.parametrize("clause", FOUND_BY.values(), ids=lambda clause: clause.__name__)
def test_the_way_of_tampering_is_no_mistake_itself(clause: Clause) -> None:
    hold_to(clause, opened(broken.Tampered()))
