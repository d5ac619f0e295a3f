"""What is said where a file cannot be used."""

from __future__ import annotations


class SourceRefused(ValueError):
    """The file cannot be used: `message` says why in plain words, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message, self.remedy = message, remedy
