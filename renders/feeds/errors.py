"""What can be wrong with a feed, in words for the operator who must act (R3, R34)."""

from __future__ import annotations


class FeedError(Exception):
    """This feed cannot be used now; the others still count (R3)."""

    def __init__(self, what: str, means: str, remedy: str) -> None:
        super().__init__(f"{what} {means} {remedy}")
        self.what = what
        """What happened."""
        self.means = means
        """What follows from it."""
        self.remedy = remedy
        """What to do about it."""
