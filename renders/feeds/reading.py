"""Reading one feed to its entries, bounded in time and memory whatever the other side does (R3, R111).

What comes over the network is fetched and parsed in a child process: a name server that does not answer, a header that
never ends, an archive that unpacks to gigabytes or a document that tires its parser end with the child, and cost
nobody else anything. A file of this machine is read here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection
from pathlib import Path

from renderhub.lib import child
from renders.feeds.entry import FeedEntry
from renders.feeds.errors import FeedError
from renders.feeds.source import read_source, scheme_of

SECONDS = 45.0
"""For one feed in all: names, connection, redirects, content and parsing."""
_MEMORY_MB = 600
_OUTPUT = 64_000_000
_PROJECT = Path(__file__).resolve().parents[2]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from renders.feeds import reading_child; reading_child.main()"
_HANDED_ON = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def read(location: str, allowed_hosts: Collection[str] = (), *, seconds: float = SECONDS) -> list[FeedEntry]:
    """Entries of the feed at an http(s) address or a file's path. `allowed_hosts` may have private addresses.

    Raises FeedError, and nothing else.
    """
    if scheme_of(location) not in ("http", "https"):
        from renders.feeds.parse import parse  # takes a while to load, and every process of ours imports this module

        return parse(read_source(location))
    words = json.dumps({"location": location, "allowed_hosts": sorted(allowed_hosts)})
    try:
        finished = child.run(
            [sys.executable, "-I", "-c", _PROGRAM, str(_PROJECT)],
            limits=child.Limits(seconds=seconds, memory_mb=_MEMORY_MB, file_mb=0, output_bytes=_OUTPUT),
            stdin=words.encode(),
            env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
        )
        told = json.loads(finished.stdout)
    except child.ChildTimeout as error:
        raise _too_slow(location, seconds) from error
    except (child.ChildFailed, ValueError) as error:
        raise _too_much(location) from error
    except child.ChildError as error:
        raise _no_reader(location, error) from error
    if "what" in told:
        raise FeedError(told["what"], told["means"], told["remedy"])
    return [FeedEntry.from_json(entry) for entry in told["entries"]]


def _too_slow(location: str, seconds: float) -> FeedError:
    return FeedError(
        f"{location[:200]} could not be read within {seconds:.0f} s.",
        "The reading was broken off, so that one slow feed does not hold up the others.",
        "Wait for the server to recover, or use another feed.",
    )


def _too_much(location: str) -> FeedError:
    return FeedError(
        f"{location[:200]} takes more memory to read than a feed may.",
        "It unpacks to something endless, or is made to tire its readers.",
        "Tell its publisher, or use another feed.",
    )


def _no_reader(location: str, error: child.ChildError) -> FeedError:
    return FeedError(
        f"{location[:200]} could not be read: its reader did not start ({str(error)[:200]}).",
        "This machine is short of something; the feed itself may be well.",
        "Look for a shortage of memory or processes on the worker.",
    )
