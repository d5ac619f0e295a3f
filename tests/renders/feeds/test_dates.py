from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.feeds.dates import parse_feed_date


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 21 Mar 2018 14:12 EDT",
        "Wed, 21 Mar 2018 14:12:00 -0400",
        "21 Mar 2018 18:12:00 GMT",
        "Wed, 21 Mar 2018 15:42:00 -0230",
        "Wed, 21 Mar 2018 21:12:00 MSK",
        "Wed, 21 Mar 2018 23:42:00 IST",
        "Wed, 21 Mar 2018 19:12:00 CET",
        "Wed, 21 Mar 2018 21:12:00 GMT+0300",
        "2018-03-21T18:12:00Z",
        "2018-03-21T23:42:00+05:30",
        "2018-03-21 18:12:00",
    ],
)
def test_it_reads_the_dates_that_feeds_write(text: str) -> None:
    assert parse_feed_date(text) == datetime(2018, 3, 21, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "Wed, 99 Mar 2018 14:12 EDT", "0001-01-01T00:00:00Z", "9999-12-31"])
def test_what_is_no_date_of_our_time_is_none(text: str) -> None:
    assert parse_feed_date(text) is None


@given(st.text(max_size=60))
def test_it_never_fails(text: str) -> None:
    moment = parse_feed_date(text)
    assert moment is None or moment.tzinfo is UTC
