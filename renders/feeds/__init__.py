"""News feeds: read their bytes, make clean entries of them, choose those of the day (R3). No Django.

`parse.parse` is for whoever parses: a child, mostly. What it needs takes a while to load."""

from renders.feeds.entry import FeedEntry
from renders.feeds.errors import FeedError
from renders.feeds.reading import read
from renders.feeds.source import read_source
from renders.feeds.window import Choice, choose, newest_day

__all__ = ["Choice", "FeedEntry", "FeedError", "choose", "newest_day", "read", "read_source"]
