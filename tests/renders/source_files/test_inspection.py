from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from renders.media import ffmpeg
from renders.source_files import SizeLimits, SourceKind, SourceRefused, inspect
from tests.renders.source_files.files import png


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(path: Path, name: str = "", limits: SizeLimits | None = None) -> str:
    with pytest.raises(SourceRefused) as caught:
        inspect(path, name or path.name, limits)
    assert caught.value.message.endswith(".")
    assert len(caught.value.remedy.split()) > 2
    return caught.value.message


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2"]
    ffmpeg.run(
        ["-v", "error", *source, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path], seconds=60
    )
    return path


def test_it_tells_what_a_file_is_by_its_content(tmp_path: Path, clip: Path) -> None:
    text = inspect(put(tmp_path, "a.txt", b"Rivers carry water to the sea."), "Rivers.txt")
    assert (text.kind, text.mime, text.words, text.name) == (SourceKind.DOCUMENT, "text/plain", 6, "Rivers.txt")
    assert inspect(put(tmp_path, "a.md", b"# Rivers\n\nThey carry water."), "a.md").mime == "text/markdown"
    Image.new("RGB", (64, 32)).save(tmp_path / "p.webp")
    picture = inspect(tmp_path / "p.webp", "misnamed.mp4")
    assert (picture.kind, picture.mime, picture.width, picture.height) == (SourceKind.IMAGE, "image/webp", 64, 32)
    video = inspect(clip, "a.mov")
    assert (video.kind, video.width, video.height) == (SourceKind.VIDEO, 320, 180)
    assert video.seconds == pytest.approx(2, abs=0.2)


def test_the_name_is_data_and_never_a_path(tmp_path: Path) -> None:
    path = put(tmp_path, "a", b"Some words about rivers.")
    assert inspect(path, "../../etc/passwd").name == "passwd"
    assert inspect(path, "C:\\docs\\notes.txt").name == "notes.txt"


def test_an_upright_picture_is_measured_as_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (64, 32)).save(tmp_path / "p.jpg", exif=exif)
    seen = inspect(tmp_path / "p.jpg", "p.jpg")
    assert (seen.width, seen.height) == (32, 64)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", b"", "empty"),
        ("a.bin", b"\0" * 4000, "empty"),
        ("page.txt", b"<!DOCTYPE html><html><body>Hello</body></html>", "web page"),
        ("list.mp4", b"#EXTM3U\nhttp://example.org/a.ts\n", "playlist"),
        ("list.txt", b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
        ("words.mp4", b"only words in here, nothing else", "plain text"),
        ("a.docx", b"PK\x03\x04rest", "office document"),
        ("a.gif", b"GIF89a rest of it", "GIF"),
        ("a.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\xff\xfb" * 20, "sound recording"),
        ("a.bin", bytes(range(1, 200)) * 3, "type that cannot be used"),
        ("a.png", png(50_000, 50_000), "50000 x 50000"),
        ("a.png", png(3000, 3000), "damaged"),
        ("a.png", png(4, 4), "only 4 x 4"),
        ("a.webm", b"\x1a\x45\xdf\xa3" + b"\x42" * 300, "damaged"),
    ],
)
def test_what_cannot_be_used_is_refused_in_plain_words(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    assert says in refusal(put(tmp_path, name, data))


def test_half_a_picture_and_half_a_video_are_refused(tmp_path: Path, clip: Path) -> None:
    Image.effect_noise((300, 300), 80).convert("RGB").save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    assert "damaged" in refusal(put(tmp_path, "half.jpg", data[: len(data) // 2]))
    film = clip.read_bytes()
    assert "damaged" in refusal(put(tmp_path, "half.mp4", film[: film.index(b"moov") + 200]))
    # A header that promises pictures, and no picture behind it.
    begins = film.index(b"mdat")
    assert "damaged" in refusal(put(tmp_path, "hollow.mp4", film[: begins + 4] + b"\xa7" * (len(film) - begins - 4)))


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    ffmpeg.run(["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", path], seconds=60)
    assert "no picture" in refusal(path)


def test_what_is_too_large_is_refused_with_its_limit(tmp_path: Path, clip: Path) -> None:
    limits = SizeLimits(document=20, image=50, video=1000)
    assert "at most 2e-05 MB" in refusal(put(tmp_path, "a.txt", b"words " * 10), limits=limits)
    Image.new("RGB", (64, 64)).save(tmp_path / "p.png")
    assert "at most" in refusal(tmp_path / "p.png", limits=limits)
    assert "at most" in refusal(clip, limits=limits)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nothing.txt")
