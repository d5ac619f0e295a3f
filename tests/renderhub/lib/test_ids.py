from __future__ import annotations

import time
import uuid

import pytest

from renderhub.lib.ids import uuid7


def test_they_are_uuids_of_version_7() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert abs((made.int >> 80) - time.time_ns() // 1_000_000) < 5_000


def test_they_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 50_000_000, 1_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: 1_800_000_000_000_000_000 + next(moments))
    made = [uuid7() for _ in range(50)]
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(map(str, made))


def test_no_two_are_the_same_within_a_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_800_000_000_000_000_000)
    assert len({uuid7() for _ in range(2_000)}) == 2_000
