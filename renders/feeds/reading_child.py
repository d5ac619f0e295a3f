"""The child of `reading.py`: fetches and parses one feed, and writes its entries to stdout as JSON.

Told on stdin: `{location, allowed_hosts}`. Answers `{entries: [...]}` or `{what, means, remedy}` of a FeedError.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from renderhub.lib.url_guard import AddressRefused, check_url
from renders.feeds.errors import FeedError
from renders.feeds.parse import parse
from renders.feeds.source import read_source


def main() -> None:
    """Always ends well, unless it runs out of time or memory."""
    logging.disable(logging.CRITICAL)
    order = json.load(sys.stdin)
    json.dump(_read(order["location"], order["allowed_hosts"]), sys.stdout)


def _read(location: str, allowed_hosts: list[str]) -> dict[str, Any]:
    try:
        data = read_source(location, guard=check_url, allowed_hosts=allowed_hosts)
        return {"entries": [entry.to_json() for entry in parse(data)]}
    except FeedError as error:
        return {"what": error.what, "means": error.means, "remedy": error.remedy}
    except AddressRefused as error:
        return {
            "what": f"{location[:200]} is not read.",
            "means": str(error),
            "remedy": "Use the publisher's public http(s) address.",
        }
