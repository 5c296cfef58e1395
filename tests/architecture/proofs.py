"""Each numbered rule of docs/architecture.md, with the violation that is fed and the checker that is seen to refuse it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Proof:
    """A violation that is fed, and where: a rule over the tree, a contract of import-linter, or a test."""

    kind: Literal["rule", "import", "test"]
    where: str
    fed: str


def _rule(name: str, fed: str) -> Proof:
    return Proof("rule", name, fed)


def _import(contract: str, fed: str) -> Proof:
    return Proof("import", contract, fed)


def _test(where: str, fed: str) -> Proof:
    return Proof("test", where, fed)


PROOFS: Mapping[int, Sequence[Proof]] = {
    1: (
        _rule("pure_domain", "a decider that reads the clock and opens the database"),
        _rule("closed_decisions", "a match without assert_never, a command that can be changed"),
        _rule("heard_refusals", "a refusal that no test has heard"),
    ),
    2: (
        _rule("one_way_to_write", "a view that deletes events"),
        _test("component/store/test_store.py::test_racing_commands_are_all_decided_on_what_the_others_did", "commands that race"),
        _test(
            "component/door/test_door.py::test_an_edit_says_its_version_and_a_stale_one_is_refused",
            "an edit without a version, a stale one",
        ),
    ),
    3: (
        _rule("readers_keep_to_the_horizon", "a reader by position alone, a NOTIFY in a transaction"),
        _test("component/store/test_horizon.py::test_the_naive_reader_is_seen_to_lose", "a reader without the horizon"),
        _test("component/store/test_horizon.py::test_horizon_and_rows_in_one_statement_are_seen_to_lose", "both in one statement"),
        _test("component/store/test_horizon.py::test_the_horizon_refuses_a_repeatable_read", "a reader in repeatable read"),
    ),
    4: (
        _test(
            "component/stream/test_relay.py::test_of_two_relays_one_leads_and_the_other_takes_over_when_its_connection_is_cut", "two relays"
        ),
        _test("unit/stream/test_topics.py::test_a_stream_travels_on_one_topic", "a type of another topic"),
        _test("contract/test_compatibility.py::test_a_breaking_change_is_seen", "contracts that break their readers"),
    ),
    5: (
        _test(
            "component/stream/test_consumer.py::test_late_repeats_are_dropped_and_a_reused_version_is_loud", "repeats, a version used twice"
        ),
        _test("component/stream/test_consumer.py::test_poison_is_parked_and_everything_else_goes_on", "records that cannot be read"),
        _test("component/stream/test_consumer.py::test_many_parked_streams_stop_the_consumer_loudly", "a mistake in every stream"),
    ),
    6: (
        _rule("views_only_show", "views that append and call"),
        _test("component/store/test_store.py::test_a_reaction_that_runs_twice_is_recorded_once", "a reaction that runs twice"),
    ),
    7: (_rule("held_facts", "a fact read without holding it"), _import("Door and reactions above views", "a rule that asks a view")),
    8: (
        _test("component/access/test_grants_scopes.py::test_two_people_offering_at_once_make_one_offer", "the same offer twice at once"),
        _test(
            "component/professional/test_profile_races.py::test_one_registration_is_filed_by_one_of_two_at_once",
            "two with one registration",
        ),
    ),
    9: (
        _rule("one_writer", "a second writer of a table"),
        _rule("writes_say_what_they_touch", "a trigger behind a table, and a view that catches what a write raises before it is sent"),
        _rule("views_are_compared", "a view that names no table, no timer and no reason"),
        _test("component/store/test_store.py::test_a_view_that_lies_is_found", "a table that was written by hand"),
        _test(
            "component/access/test_rebuild.py::"
            "test_timers_lost_moved_or_set_by_nobody_are_found_and_put_right_and_those_that_are_due_are_left",
            "timers that no event armed",
        ),
    ),
    10: (
        _test(
            "contract/test_compatibility.py::test_a_personal_field_is_found_by_its_mark_and_by_its_name_wherever_it_stands",
            "a contract with a phone",
        ),
        _test(
            "component/store/test_store.py::test_personal_fields_are_stored_sealed_and_read_as_erased_once_the_key_is_gone", "a lost key"
        ),
    ),
    11: (_rule("each_library_in_its_place", "a reaction that calls another service"),),
    12: (_rule("each_library_in_its_place", "Faust in another service"),),
    13: (
        _test("component/store/test_horizon.py::test_the_app_role_may_neither_change_nor_remove_an_event", "an update by the app's role"),
        _rule("each_library_in_its_place", "another driver"),
    ),
    14: (
        _rule("each_library_in_its_place", "a service with a storage client of its own"),
        _test("component/door/test_produced.py::test_a_file_store_that_is_away_or_refuses_is_an_honest_503", "a storage that is away"),
    ),
    15: (_test("component/store/test_timers.py::test_one_that_fails_is_tried_again_later_and_its_work_is_undone", "a timer that fails"),),
    16: (_test("component/stream/test_relay.py::test_a_store_restored_behind_its_topic_is_not_published_from", "an older database"),),
    17: (
        _test("component/door/test_door.py::test_a_creation_without_a_key_is_refused", "no key"),
        _test("component/door/test_door.py::test_a_key_for_something_else_is_refused", "a key with another body"),
        _test("component/door/test_door.py::test_twenty_at_once_with_one_key_make_one", "one key, twenty times at once"),
    ),
    18: (
        _test("component/store/test_store.py::test_events_and_streams_have_a_size", "an event and a stream too big"),
        _test("component/store/test_limits.py::test_a_hundred_appends_in_a_transaction_and_not_one_more", "101 appends"),
        _test("component/access/test_many_grants.py::test_another_holder_ends_every_grant_of_the_former_one_once", "130 grants at once"),
    ),
    19: (
        _test("contract/test_wire_forms.py::test_a_form_that_does_not_travel_is_found", "a float, a code in capitals, a camelCase field"),
        _test("unit/shared/test_codec.py::test_an_instant_in_no_zone_or_another_is_refused_wherever_it_stands", "a local time"),
    ),
    20: (
        _import("Services never import each other", "access imports identity"),
        _import("What is shared knows no service", "the clock imports a service"),
        _rule("pure_domain", "a rule that imports a driver"),
    ),
    21: (_rule("locked", "a lock without hashes, a lock that names an index"),),
    22: (
        _rule("short_files", "a file of 401 lines"),
        _rule("short_functions", "a function of 45 lines"),
        _rule("first_sentence", "a module that does not say what it is"),
    ),
}
