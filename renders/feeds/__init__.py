"""News feeds: read their bytes, make clean entries of them, choose those of the day (R3). No Django."""

from renders.feeds.entry import FeedEntry
from renders.feeds.errors import FeedError
from renders.feeds.parse import parse
from renders.feeds.reading import read
from renders.feeds.source import read_source
from renders.feeds.window import Choice, choose, newest_day

__all__ = ["Choice", "FeedEntry", "FeedError", "choose", "newest_day", "parse", "read", "read_source"]
