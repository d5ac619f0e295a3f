from __future__ import annotations

from datetime import UTC, date

import pytest

from renders import sample
from renders.feeds import choose, newest_day, read_source
from renders.feeds.parse import parse
from renders.text.languages import is_written_in
from renders.text.sentences import split


@pytest.mark.parametrize("language", sample.LANGUAGES)
def test_each_sample_day_is_a_feed_of_six_items_of_one_day(language: str) -> None:
    entries = parse(read_source(str(sample.path(language))))
    assert len(entries) == 6
    assert len({entry.title for entry in entries}) == 6
    for entry in entries:
        assert entry.language == language
        assert "RenderHub" in entry.source
        assert is_written_in(entry.title + entry.text, language)
        assert 3 <= len(split(entry.text, language)) <= 6
        assert len(entry.title.split()) <= 12
        assert entry.published is not None
        assert entry.published.astimezone(UTC).date() == date(2026, 11, 20)


@pytest.mark.parametrize("language", sample.LANGUAGES)
def test_its_newest_day_has_all_six(language: str) -> None:
    entries = parse(read_source(str(sample.path(language))))
    run_at = newest_day(entries)
    assert run_at is not None
    assert choose(entries, run_at).items == tuple(entries)


def test_there_is_none_in_another_language() -> None:
    with pytest.raises(LookupError):
        sample.path("../en")
