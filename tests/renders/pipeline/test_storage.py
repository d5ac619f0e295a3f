"""Files by content: what is half-written is never seen, and a key is never a path (DESIGN section 2, I9)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from renders.pipeline import storage
from renders.providers.base import Request


def a_file(folder: Path, content: bytes = b"bytes", name: str = "video.mp4") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_the_key_is_the_hash_of_the_bytes_and_the_file_is_moved(tmp_path: Path) -> None:
    path = a_file(tmp_path / "w", b"bytes", "video.MP4")
    key = storage.put(path)
    assert key == hashlib.sha256(b"bytes").hexdigest() + ".mp4"
    assert storage.path_of(key).read_bytes() == b"bytes"
    assert not path.exists()


def test_the_same_bytes_have_the_same_key_and_are_stored_once(tmp_path: Path, settings) -> None:
    keys = {storage.put(a_file(tmp_path / folder)) for folder in ("one", "two")}
    assert len(keys) == 1
    assert len(everything(Path(settings.MEDIA_ROOT))) == 1


def test_a_crash_before_the_rename_leaves_nothing_that_can_be_seen(
    tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    path = a_file(tmp_path / "w")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            storage.put(path)
    assert everything(Path(settings.MEDIA_ROOT)) == []
    assert storage.path_of(storage.put(path)).read_bytes() == b"bytes"


def test_a_file_is_synced_before_it_is_renamed_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real = Path.replace
    monkeypatch.setattr(storage, "sync", lambda path: done.append("folder" if path.is_dir() else "file"))
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("rename"), real(self, to))[1])
    storage.put(a_file(tmp_path / "w"))
    assert done == ["file", "rename", "folder"]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 64,
        "a" * 64 + ".mp4/..",
        "a" * 64 + ".mp4\n",
        "A" * 64 + ".mp4",
        "a" * 63 + "/.mp4",
        "\x00" * 64 + ".mp4",
        "a" * 64 + ".toolong",
    ],
)
def test_keys_that_are_paths_are_refused(key: str, settings) -> None:
    with pytest.raises(storage.KeyUnknown):
        storage.path_of(key)


def test_a_key_of_ours_whose_file_is_gone_is_unknown() -> None:
    with pytest.raises(storage.KeyUnknown):
        storage.path_of("a" * 64 + ".mp4")


@pytest.mark.parametrize("name", ["no_suffix", "odd.m p4", "long.suffixes", "quote.a'b"])
def test_files_without_a_plain_suffix_are_refused(tmp_path: Path, settings, name: str) -> None:
    with pytest.raises(ValueError, match="plain suffix"):
        storage.put(a_file(tmp_path / "w", name=name))
    assert everything(Path(settings.MEDIA_ROOT)) == []


def test_links_and_folders_are_no_files(tmp_path: Path, settings) -> None:
    target = a_file(tmp_path / "w")
    link = tmp_path / "link.mp4"
    link.symlink_to(target)
    (tmp_path / "folder.mp4").mkdir()
    for path in (link, tmp_path / "folder.mp4", tmp_path / "nothing.mp4"):
        with pytest.raises(ValueError, match="is not a file"):
            storage.put(path)
    assert target.exists()
    assert everything(Path(settings.MEDIA_ROOT)) == []


def test_what_is_stored_already_stays_where_it_is(tmp_path: Path) -> None:
    made = tmp_path / "a.wav"
    made.write_bytes(b"sound")
    key = storage.put(made)
    assert storage.put(storage.path_of(key)) == key
    assert storage.path_of(key).read_bytes() == b"sound"
    # Its name alone makes no file a stored one.
    other = tmp_path / key
    other.write_bytes(b"other")
    assert storage.put(other) != key


def test_a_claims_folder_starts_empty_and_is_gone_afterwards() -> None:
    left = storage.work_root() / "7-3"
    left.mkdir(parents=True)
    (left / "of_a_dead_worker").touch()
    with storage.workdir(7, 3) as folder, storage.workdir(7, 4) as other:
        assert not folder.exists()
        assert folder != other
        request = Request("tts", {}, folder, 1.0)
        assert list(request.workdir.iterdir()) == []
        (request.workdir / "made").touch()
    assert storage.work_folders() == []
    with pytest.raises(RuntimeError), storage.workdir(7, 3):
        raise RuntimeError
    assert storage.work_folders() == []
