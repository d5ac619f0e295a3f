"""Block Kit: a notice as blocks, and whatever comes in held to Slack's limits by cutting.

What providers and users sent is data: it goes into plain text, where Slack reads no markup, and is escaped everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.notice import MOODS, Content, Link, Notice

MOST_BLOCKS = 50
HEADER, SECTION, FIELD, FALLBACK = 150, 3000, 2000, 3000
"""Characters."""
MOST_FIELDS, MOST_ELEMENTS = 10, 10
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_REPEATED = "This may be a repeat: the sender of the first one was cut off."


def payload_of(content: Content) -> dict[str, Any]:
    """What is posted: `text` for notifications and old clients, `blocks` for everybody else."""
    if isinstance(content, Notice):
        return {"text": clipped(f"{content.subject}. {content.details}", FALLBACK), "blocks": _notice(content)}
    blocks = fitted(content.blocks)
    if not blocks:
        blocks = [_header(content.subject), _plain(content.text or content.subject)]
    if content.repeated:
        blocks = [*blocks[: MOST_BLOCKS - 1], _context(_REPEATED)]
    return {"text": clipped(content.subject, FALLBACK), "blocks": blocks}


def _notice(notice: Notice) -> list[dict[str, Any]]:
    look = MOODS[notice.mood]
    blocks = [_header(f"{look.symbol} {look.word}: {notice.title}")]
    if notice.details:
        blocks.append(_plain(notice.details))
    if notice.remedy:
        blocks.append(_marked("*What to do*"))
        blocks.append(_plain(notice.remedy))
    if notice.facts:
        fields = [_text("mrkdwn", f"*{clipped(what, 60)}*\n{clipped(value, 500)}") for what, value in notice.facts]
        blocks.append({"type": "section", "fields": fields[:MOST_FIELDS]})
    if notice.renders:
        blocks.append(_marked("*Renders*\n" + "\n".join(f"• {_anchor(link)}" for link in notice.renders)))
    blocks.append(_marked(_anchor(notice.link)))
    if notice.repeated:
        blocks.append(_context(_REPEATED))
    return blocks


def clipped(text: str, limit: int) -> str:
    """`text` escaped, and cut so that the escaped form keeps to the limit; an entity is never cut in two."""
    escaped = [_ESCAPES.get(character, character) for character in text]
    if sum(map(len, escaped)) <= limit:
        return "".join(escaped)
    kept, size = [], 1
    for piece in escaped:
        size += len(piece)
        if size > limit:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def fitted(blocks: Sequence[Any]) -> list[dict[str, Any]]:
    """Blocks that somebody else wrote, held to the limits. What is no block is left out."""
    whole = [_fitted(block) for block in blocks if isinstance(block, Mapping) and _says_something(block)]
    if len(whole) > MOST_BLOCKS:
        left_out = len(whole) - MOST_BLOCKS + 1
        whole = [*whole[: MOST_BLOCKS - 1], _context(f"{left_out} more blocks are left out.")]
    return whole


def _says_something(block: Mapping[str, Any]) -> bool:
    """Slack refuses the whole message for one block that lacks its text."""
    text = block.get("text")
    has_text = isinstance(text, Mapping) and bool(text.get("text"))
    match block.get("type"):
        case "header":
            return has_text
        case "section":
            return has_text or bool(block.get("fields"))
        case "context":
            return bool(block.get("elements"))
        case kind:
            return isinstance(kind, str)


def _fitted(block: Mapping[str, Any]) -> dict[str, Any]:
    limit = {"header": HEADER, "section": SECTION}.get(block["type"], FIELD)
    cut = {key: value for key, value in block.items() if key not in ("text", "fields", "elements")}
    if "text" in block:
        cut["text"] = _cut(block["text"], limit)
    if isinstance(block.get("fields"), list):
        cut["fields"] = [_cut(field, FIELD) for field in block["fields"][:MOST_FIELDS]]
    if isinstance(block.get("elements"), list):
        cut["elements"] = [_cut(element, FIELD) for element in block["elements"][:MOST_ELEMENTS]]
    return cut


def _cut(value: Any, limit: int) -> Any:
    """A text object with its text cut; it is escaped already, or markup that its writer meant."""
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str) or len(value["text"]) <= limit:
        return value
    text = value["text"][: limit - 1]
    # An entity or a link that the cut went through goes whole.
    for opening, closing in (("&", ";"), ("<", ">")):
        begun = text.rfind(opening)
        if begun > text.rfind(closing) and (opening == "<" or begun > len(text) - 6):
            text = text[:begun]
    return {**value, "text": text + "…"}


def _anchor(link: Link) -> str:
    label = " ".join(link.label.split()).replace("|", "¦") or link.url
    return f"<{link.url}|{clipped(label, 200)}>"


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": _text("plain_text", clipped(" ".join(text.split()), HEADER))}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text("plain_text", clipped(text, SECTION))}


def _marked(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _cut(_text("mrkdwn", text), SECTION)}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_text("plain_text", text)]}


def _text(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": text, **({"emoji": False} if kind == "plain_text" else {})}
