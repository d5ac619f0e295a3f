"""What our own machine is short of is told from the faults of services, however deep it is wrapped (R30, R34)."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import pytest
import requests
import urllib3.exceptions as urllib3

from renderhub.lib.child_errors import ChildFailed, ChildTimeout, Finished
from renders.domain.errors import ErrorCode
from renders.domain.shortage import is_short, shortage, told

NUMBERS = [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM]
BY_ITSELF = "goes on by itself."


def os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number), "video.mp4")


def ended(code: int, log: bytes = b"") -> Finished:
    return Finished(code, b"", log, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("number", NUMBERS, ids=errno.errorcode.get)
def test_each_is_ours_and_says_what_to_do(number: int) -> None:
    error = shortage("service", os_error(number))
    assert error is not None
    assert (error.code, error.provider, error.ours) == (ErrorCode.PROVIDER_FAILURE, "service", True)
    assert error.provider_code == errno.errorcode[number]
    assert error.is_retryable
    assert error.remedy.endswith(BY_ITSELF) or number == errno.ENOMEM
    assert error.to_json()["ours"] is True


def carried(problem: OSError) -> Exception:
    return requests.ConnectionError(urllib3.ProtocolError("Connection aborted.", problem))


def caused(problem: OSError) -> Exception:
    try:
        raise ValueError("something else") from problem
    except ValueError as error:
        return error


@pytest.mark.parametrize("wrap", [carried, caused])
def test_it_is_found_in_what_libraries_make_of_it(wrap: type[Exception]) -> None:
    problem = wrap(os_error(errno.EMFILE))
    error = shortage("service", problem)
    assert error is not None
    assert error.provider_code == "EMFILE"
    assert "Too many open files" in error.message


@pytest.mark.parametrize(
    ("problem", "number"),
    [
        (MemoryError(), "ENOMEM"),
        (ChildFailed("", ended(1, b"Error writing trailer: No space left on device\n")), "ENOSPC"),
        (ChildFailed("", ended(1, b"av_interleaved_write_frame(): Disk quota exceeded\n")), "EDQUOT"),
        (ChildFailed("", ended(1, b"video.mp4: Read-only file system\n")), "EROFS"),
        (ChildFailed("", ended(1, b"x264 [error]: malloc failed\nCannot allocate memory\n")), "ENOMEM"),
        (ChildFailed("", ended(1, b"MemoryError\n")), "ENOMEM"),
        (ChildFailed("", ended(-9)), "ENOMEM"),
    ],
)
def test_programs_tell_it_by_their_last_words_or_their_end(problem: Exception, number: str) -> None:
    error = shortage("ffmpeg", problem)
    assert error is not None
    assert error.provider_code == number


@pytest.mark.parametrize(
    "problem",
    [
        OSError("no number"),
        os_error(errno.ECONNREFUSED),
        os_error(errno.EACCES),
        os_error(errno.ENOENT),
        ssl.SSLError(errno.ENOMEM, "its numbers are others"),
        socket.gaierror(errno.EMFILE, "so are these"),
        ChildFailed("", ended(1, b"Invalid data found when processing input\n")),
        ChildFailed("", ended(-11)),
        ChildTimeout("", ended(-9, b"No space left on device")),
        ValueError("No space left on device"),
    ],
    ids=str,
)
def test_what_is_no_shortage_is_left_to_others(problem: Exception) -> None:
    assert shortage("service", problem) is None
    assert not is_short(problem)


def test_words_that_a_program_wrote_long_before_its_end_do_not_count() -> None:
    log = b"title: No space left on device\n" + 5000 * b"."
    assert not is_short(ChildFailed("", ended(1, log)))


def test_words_alone_are_understood() -> None:
    error = told("manim", "OSError: [Errno 28] No space left on device: 'scratch'")
    assert error is not None
    assert error.provider_code == "ENOSPC"
    assert told("manim", "it broke") is None
