"""Percentiles of durations that can be added up over days.

A day's own percentiles of render times are exact (rollup/days.py asks the rows). Those of a week cannot be made from
those of its days, so each day also keeps how many durations fell into each bucket. Buckets grow by `GROWTH`: whatever
lies in one is told as the bucket's geometric middle, so that a percentile is wrong by at most `ERROR` (2.5 %), for
durations of a millisecond and more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

GROWTH = 1.05
ERROR = math.sqrt(GROWTH) - 1
SHORTEST = 0.001
"""Seconds; what is shorter counts as this."""

Histogram = Counter[int]


def bucket(seconds: float) -> int:
    return math.floor(math.log(max(seconds, SHORTEST)) / math.log(GROWTH))


def middle(number: int) -> float:
    """What a duration in this bucket is told as, in seconds."""
    return float(GROWTH ** (number + 0.5))


def counted(durations: Iterable[float]) -> Histogram:
    return Counter(bucket(seconds) for seconds in durations)


def from_json(stored: Mapping[str, int] | None) -> Histogram:
    return Counter({int(number): count for number, count in (stored or {}).items()})


def merged(histograms: Iterable[Histogram]) -> Histogram:
    whole: Histogram = Counter()
    for histogram in histograms:
        whole.update(histogram)
    return whole


def percentile(histogram: Histogram, share: float) -> float | None:
    """The duration that `share` (0 to 1) of all do not exceed, by nearest rank as PostgreSQL's `percentile_disc` has
    it; None of nothing. Off by at most `ERROR`, as a share of the true one."""
    count = histogram.total()
    if not count:
        return None
    rank = max(math.ceil(share * count), 1)
    for number in sorted(histogram):
        rank -= histogram[number]
        if rank <= 0:
            return middle(number)
    raise AssertionError("a rank beyond the last duration")
