from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from renders.source_files import SourceRefused, read_document
from renders.source_files.documents import LONGEST_TEXT
from renders.source_files.pdf import assembled, lines_of
from tests.renders.source_files.files import Run, pdf

RUSSIAN = "Реки России несут воду в моря. Волга впадает в Каспийское море, а Лена - в море Лаптевых.\n" * 3


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def page(number: int) -> list[Run]:
    """A page as books have them: running head, heading, two paragraphs, page number."""
    lines: list[Run] = [(72, 800, 9, "The Rivers of Europe"), (290, 30, 9, f"{number}")]
    lines += [(72, 760, 15, f"Part {number}: where water goes")]
    lines += [
        (72, 732, 11, "Rivers carry water from the hills to the sea, and they make val-"),
        (72, 718, 11, "leys, plains and deltas. The Danube passes ten countries."),
        (72, 690, 11, "1. A second paragraph begins here and is set apart by more"),
        (72, 676, 11, "room than the lines within it have."),
    ]
    return lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251", "koi8-r", "cp866"])
def test_a_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = put(tmp_path, "a.txt", RUSSIAN.encode(encoding))
    assert read_document(path, "a.txt").startswith("Реки России несут воду в моря.")


def test_a_western_text_keeps_its_accents(tmp_path: Path) -> None:
    text = "The café at the château is closed – “until summer”, they say at the théâtre."
    assert read_document(put(tmp_path, "a.txt", text.encode("cp1252")), "a.txt") == text


def test_a_very_long_text_is_cut_at_a_paragraph(tmp_path: Path) -> None:
    text = read_document(put(tmp_path, "a.txt", b"One sentence of a long book.\n\n" * 5000), "a.txt")
    assert len(text) <= LONGEST_TEXT
    assert text.endswith("book.")


def test_a_text_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="no words"):
        read_document(put(tmp_path, "a.txt", b"--- *** ---"), "a.txt")


def test_a_picture_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="no document"):
        read_document(put(tmp_path, "a.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 50), "a.txt")


def seen(*runs: Run) -> dict[str, object]:
    """A page as the child reports it."""
    return {"height": 842, "lines": [[text, x, y, size] for x, y, size, text in runs]}


def test_lines_become_paragraphs_and_headings_and_words_are_whole_again() -> None:
    text = assembled(lines_of([seen(*page(1))]))
    assert text.split("\n\n")[1:3] == [
        "## Part 1: where water goes",
        "Rivers carry water from the hills to the sea, and they make valleys, plains and deltas. "
        "The Danube passes ten countries.",
    ]
    # A number at its beginning must not make a list of it.
    assert "\\1. A second paragraph" in text


def test_running_heads_and_page_numbers_are_dropped_and_headings_stay() -> None:
    text = assembled(lines_of([seen(*page(number)) for number in range(1, 5)]))
    assert "Rivers of Europe" not in text
    assert not any(line.strip().isdigit() for line in text.splitlines())
    assert all(f"## Part {number}" in text for number in range(1, 5))


def test_a_paragraph_goes_on_over_the_page() -> None:
    pages = [seen((72, 100, 11, "The river does not")), seen((72, 760, 11, "end here."))]
    assert assembled(lines_of(pages)) == "The river does not end here."


def test_a_pdf_is_read_with_its_headings(tmp_path: Path) -> None:
    text = read_document(put(tmp_path, "book", pdf([page(number) for number in range(1, 5)])))
    assert text.startswith("## Part 1: where water goes\n\nRivers carry water")
    assert "valleys, plains" in text
    assert "Rivers of Europe" not in text


def test_a_scanned_pdf_says_so(tmp_path: Path) -> None:
    scanned = pdf([[]], resources=b"/XObject << /I 1 0 R >>")
    with pytest.raises(SourceRefused, match="scanned"):
        read_document(put(tmp_path, "scan.pdf", scanned))
    with pytest.raises(SourceRefused, match="no text"):
        read_document(put(tmp_path, "blank.pdf", pdf([[]])))


def test_a_pdf_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    bomb = zlib.compress(b"BT " + b" " * 150_000_000 + b"ET", 6)
    assert len(bomb) < 1_000_000
    with pytest.raises(SourceRefused, match="memory or time"):
        read_document(put(tmp_path, "bomb.pdf", pdf([[]], stream=bomb)))


def test_a_damaged_and_an_encrypted_pdf_are_refused(tmp_path: Path) -> None:
    whole = pdf([page(1)])
    with pytest.raises(SourceRefused, match="damaged"):
        read_document(put(tmp_path, "half.pdf", whole[:500]))
    locked = whole.replace(
        b"/Root", b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>] /Root"
        % (b"11" * 32, b"22" * 32),
    )  # fmt: skip
    with pytest.raises(SourceRefused, match="encrypted"):
        read_document(put(tmp_path, "locked.pdf", locked))
