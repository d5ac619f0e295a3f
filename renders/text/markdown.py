"""Headings and paragraphs of a text that may be Markdown or plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from renders.text.characters import one_line
from renders.text.markup import plain_text, without_urls

_TITLE_WORDS = 14
_LONG_LINE = 90
"""Characters: where lines are longer on average and no line is empty, each is a paragraph of its own."""


@dataclass(frozen=True)
class Block:
    text: str
    """Plain text on one line."""
    is_heading: bool


def blocks_of(text: str) -> list[Block]:
    """Headings, paragraphs and list entries of `text` in order, markup taken off; code, tables and pictures left out.

    A short first line without a full stop, with a paragraph after it, is a heading, as in plain text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parser = MarkdownIt("commonmark").disable("code")  # An indented paragraph of plain text is no code.
    blocks = list(_blocks(parser.parse(_as_paragraphs(text))))
    if len(blocks) > 1 and _looks_like_title(blocks[0].text):
        blocks[0] = Block(blocks[0].text, True)
    return blocks


def _as_paragraphs(text: str) -> str:
    lines = [line for line in text.strip().split("\n") if line.strip()]
    if "\n\n" in re.sub(r"\n[ ]+\n", "\n\n", text.strip()) or len(lines) < 2:
        return _title_apart(text)
    is_wrapped = sum(len(line) for line in lines) / len(lines) < _LONG_LINE
    return _title_apart("\n".join(lines)) if is_wrapped else "\n\n".join(lines)


def _title_apart(text: str) -> str:
    first, newline, rest = text.strip().partition("\n")
    return f"{first}\n\n{rest}" if newline and _looks_like_title(first) and len(first) < _LONG_LINE / 2 else text


def _looks_like_title(line: str) -> bool:
    return 0 < len(line.split()) <= _TITLE_WORDS and not re.search(r"[.!।:;,…][»”\"')]*$", line.strip())


def _blocks(tokens: Sequence[Token]) -> list[Block]:
    found: list[Block] = []
    in_heading = False
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            in_heading = token.type == "heading_open"
        elif token.type == "inline":
            line = _inline_text(token.children or [])
            if re.search(r"[^\W_]", line):
                found.append(Block(line, in_heading))
        elif token.type == "html_block":
            found += [Block(line, False) for line in plain_text(token.content).split("\n") if line]
    return found


def _inline_text(children: Sequence[Token]) -> str:
    pieces = []
    for child in children:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
    return one_line(without_urls("".join(pieces)))
