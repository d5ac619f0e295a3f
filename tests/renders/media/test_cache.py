"""What is kept is found again whole, or not at all (DESIGN section 2)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from renders.media.cache import FolderCache, key_of

KEY, OTHER = key_of("one"), key_of("two")
LONG_AGO = 1_000_000_000


def kept(folder: Path, key: str = KEY, text: str = "what was made") -> FolderCache:
    cache, scratch = FolderCache(folder / "cache"), folder / "scratch"
    scratch.write_text(text)
    cache.put(key, scratch)
    return cache


def test_it_finds_what_was_put(tmp_path: Path) -> None:
    cache = kept(tmp_path)
    found = cache.get(KEY)
    assert found is not None
    assert found.read_text() == "what was made"
    assert cache.get(OTHER) is None
    assert (tmp_path / "scratch").exists()


def test_the_last_one_put_is_the_one_found(tmp_path: Path) -> None:
    kept(tmp_path)
    found = kept(tmp_path, text="made again").get(KEY)
    assert found is not None
    assert found.read_text() == "made again"


@pytest.mark.parametrize("damage", ["cut short", "overwritten", "longer"])
def test_what_was_damaged_is_removed_and_not_found(damage: str, tmp_path: Path) -> None:
    cache = kept(tmp_path)
    path = cache.get(KEY)
    assert path is not None
    path.write_text({"cut short": "what", "overwritten": "what was bade", "longer": "what was made and more"}[damage])
    assert cache.get(KEY) is None
    assert not path.exists()


def test_one_that_died_before_renaming_leaves_nothing_to_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*paths: Path) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        patched.setattr(Path, "unlink", lambda *_, **__: None)  # a killed process tidies up nothing
        with pytest.raises(Killed):
            kept(tmp_path)
    cache = FolderCache(tmp_path / "cache")
    assert cache.get(KEY) is None
    (left,) = (tmp_path / "cache" / "fresh").iterdir()
    cache.prune(1 << 30)
    assert left.exists()  # it may be somebody's who is at work
    os.utime(left, (LONG_AGO, LONG_AGO))
    cache.prune(1 << 30)
    assert not left.exists()
    assert kept(tmp_path).get(KEY) is not None


def test_it_prunes_what_was_not_used_for_longest(tmp_path: Path) -> None:
    keys = [key_of(name) for name in ("a", "b", "c")]
    for at, key in enumerate(keys):
        path = kept(tmp_path, key, "x" * 100).get(key)
        assert path is not None
        os.utime(path, (LONG_AGO + at, LONG_AGO + at))
    cache = FolderCache(tmp_path / "cache")
    assert cache.get(keys[0]) is not None  # used just now
    assert cache.prune(250) == 100
    assert [cache.get(key) is not None for key in keys] == [True, False, True]


def test_it_prunes_nothing_that_is_in_use(tmp_path: Path) -> None:
    cache = kept(tmp_path)
    assert cache.prune(0) == 0
    assert cache.get(KEY) is not None


def test_keys_tell_parts_apart() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("ab", "c", "")}) == 4
