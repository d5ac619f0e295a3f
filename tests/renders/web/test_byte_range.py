from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.web.byte_range import ByteRange, Unsatisfiable, parse


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 99),
        ("bytes=10-19", 10, 19),
        ("bytes=90-500", 90, 99),
        ("bytes=-10", 90, 99),
        ("bytes=-500", 0, 99),
        (" bytes=5-6 ", 5, 6),
    ],
)
def test_it_reads_one_part(header, first, last):
    assert parse(header, 100) == ByteRange(first, last, 100)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_outside_the_file_cannot_be_had(header):
    with pytest.raises(Unsatisfiable):
        parse(header, 100)


@pytest.mark.parametrize(
    "header", ["", "bytes=-", "bytes=a-b", "bytes=5-4", "items=0-1", "bytes=0-1,3-4", "bytes=0x1-2", "bytes=٣-٤"]
)
def test_what_it_does_not_read_is_ignored(header):
    assert parse(header, 100) is None


@given(st.text(alphabet="bytes=-,0123456789 ", max_size=30), st.integers(0, 1000))
def test_a_part_always_lies_within_the_file(header, size):
    try:
        part = parse(header, size)
    except Unsatisfiable:
        return
    assert part is None or (0 <= part.first <= part.last < size)
