from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renders.feeds import FeedEntry, choose, newest_day

RUN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


def entry(hours_ago: float | None, title: str = "", guid: str = "") -> FeedEntry:
    published = None if hours_ago is None else RUN - timedelta(hours=hours_ago)
    name = title or f"Story of hour {hours_ago}"
    return FeedEntry(guid or name, name, "Text.", "", "Feed", published, "en")


def titles(*hours_ago: float) -> list[str]:
    return [f"Story of hour {hours}" for hours in hours_ago]


def test_it_takes_the_newest_of_the_last_day_newest_first() -> None:
    choice = choose([entry(20), entry(1), entry(5), entry(30)], RUN)
    assert [item.title for item in choice.items] == titles(1, 5, 20)
    assert (choice.window_hours, choice.note) == (24, "")


def test_it_takes_at_most_six() -> None:
    assert len(choose([entry(hour) for hour in range(1, 20)], RUN).items) == 6


def test_it_widens_the_window_a_day_at_a_time_until_there_are_three_items() -> None:
    choice = choose([entry(2), entry(30), entry(60), entry(100)], RUN)
    assert [item.title for item in choice.items] == titles(2, 30, 60)
    assert choice.window_hours == 72
    assert "72" in choice.note


def test_it_stops_widening_at_seven_days() -> None:
    choice = choose([entry(2), entry(7 * 24 + 1)], RUN)
    assert [item.title for item in choice.items] == titles(2)
    assert choice.window_hours == 168
    assert "Only 1" in choice.note


def test_entries_after_the_run_belong_to_the_next_day() -> None:
    assert choose([entry(-1), entry(0), entry(1), entry(2)], RUN).items == (entry(0), entry(1), entry(2))


def test_the_window_begins_after_its_first_moment_so_that_no_entry_is_in_two_days() -> None:
    assert entry(24) not in choose([entry(24), entry(1), entry(2), entry(3)], RUN).items


def test_the_same_guid_or_a_nearly_equal_title_counts_once_the_newest() -> None:
    doubles = [
        entry(5, "Parliament passes the budget for next year", "a"),
        entry(3, "Parliament passes budget for next year!", "b"),
        entry(2, "Other", "c"),
        entry(4, "Entirely different", "c"),
    ]
    assert [item.guid for item in choose(doubles, RUN, widen_to_days=1).items] == ["c", "b"]


def test_titles_that_differ_in_a_number_are_different_stories() -> None:
    days = [entry(hour, f"Day {hour} of the long strike in Paris") for hour in (1, 2, 3)]
    assert len(choose(days, RUN).items) == 3


def test_doubles_do_not_count_towards_the_three() -> None:
    choice = choose([entry(1, guid="x"), entry(2, guid="x"), entry(3), entry(30)], RUN)
    assert [item.published for item in choice.items] == [RUN - timedelta(hours=hour) for hour in (1, 3, 30)]


def test_without_any_date_the_order_of_the_feed_counts() -> None:
    choice = choose([entry(None, name) for name in ("Alpha", "Beta", "Gamma")], RUN, at_most=2)
    assert [item.title for item in choice.items] == ["Alpha", "Beta"]
    assert choice.note


def test_entries_without_date_are_left_out_where_others_have_one() -> None:
    assert choose([entry(None, "Undated"), entry(1)], RUN).items == (entry(1),)


def test_a_feed_without_entries_gives_none_and_says_so() -> None:
    choice = choose([], RUN)
    assert (choice.items, bool(choice.note)) == ((), True)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        choose([], RUN.replace(tzinfo=None))


def test_the_newest_day_of_a_feed_ends_just_after_its_newest_entry() -> None:
    run_at = newest_day([entry(30), entry(2), entry(None, "x")])
    assert run_at == RUN - timedelta(hours=2) + timedelta(seconds=1)
    assert run_at is not None
    assert choose([entry(30), entry(2)], run_at).items[0] == entry(2)
    assert newest_day([entry(None, "x")]) is None


HOURS = st.lists(st.one_of(st.none(), st.integers(-50, 300)), max_size=25)


@settings(max_examples=150)
@given(HOURS, st.integers(1, 4), st.integers(4, 8))
def test_whatever_the_feed_holds_the_choice_keeps_the_rule(
    hours: list[int | None], at_least: int, at_most: int
) -> None:
    entries = [entry(hour, guid=str(number)) for number, hour in enumerate(hours)]
    choice = choose(entries, RUN, at_least=at_least, at_most=at_most)
    moments = [item.published for item in choice.items if item.published]
    assert len(choice.items) <= at_most
    assert moments == sorted(moments, reverse=True)
    assert choice.window_hours in range(24, 169, 24)
    assert all(RUN - timedelta(hours=choice.window_hours) < moment <= RUN for moment in moments)
    assert len({item.title for item in choice.items}) == len(choice.items)
    if choice.window_hours > 24:
        narrower = {hour for hour in hours if hour is not None and 0 <= hour < choice.window_hours - 24}
        assert len(narrower) < at_least
    if moments and choice.window_hours < 168:
        assert len(choice.items) >= at_least


def test_what_was_used_is_left_out_and_so_is_the_same_story_under_another_name() -> None:
    told = [
        entry(3, "Parliament passes the budget for next year", "used"),
        entry(1, "Parliament passes budget for next year!", "new"),
        entry(2, "Other"),
        entry(4, "Entirely different"),
        entry(5, "A third thing"),
    ]
    assert [item.title for item in choose(told, RUN, used={"used"}).items] == [
        "Other",
        "Entirely different",
        "A third thing",
    ]
    assert choose(told, RUN, used={"used", "Other"}).window_hours == 168, "what was used counts for nothing"


def test_a_thousand_entries_are_chosen_from_at_once() -> None:
    many = [entry(number / 10, f"Story {number} of the {number}th kind of {number} things") for number in range(3000)]
    assert len(choose(many, RUN).items) == 6
