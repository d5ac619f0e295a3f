"""Files that nobody sees half of."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderhub.lib import durable


def test_a_file_is_written_aside_synced_and_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, done = tmp_path / "deep" / "kept.bin", []
    monkeypatch.setattr(durable, "sync", lambda path: done.append((path.is_dir(), place.exists())))

    def write(half_done: Path) -> None:
        assert half_done.parent == place.parent
        half_done.write_bytes(b"whole")

    durable.write_whole(place, write)
    assert place.read_bytes() == b"whole"
    assert done == [(False, False), (True, True)], "the file before it has its name, the name after"
    assert list(place.parent.iterdir()) == [place]


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "kept.bin"
    place.write_bytes(b"old")

    def write(half_done: Path) -> None:
        half_done.write_bytes(b"ne")
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        durable.write_whole(place, write)
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]


def test_the_hash_is_of_the_bytes_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert durable.hash_of(tmp_path / "a") == durable.hash_of(tmp_path / "b") == empty
