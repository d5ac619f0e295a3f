"""A sender in a process of its own that stops at a named point and waits there to be killed.

`python -m tests.support.stopped_sender claimed|handed|sent`: it says `there` on its output when it has come so far.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    django.setup()
    from alerts import claims, sending

    if point == "claimed":
        stop_before(sending, "_handed_over")
    elif point == "handed":
        stop_after(claims, "hand_over")
    else:
        stop_before(claims, "settle")
    sending.send_due(30)


def stop_after(module: Any, name: str) -> None:
    before = getattr(module, name)

    def then_stop(*args: Any, **kwargs: Any) -> None:
        before(*args, **kwargs)
        stop()

    setattr(module, name, then_stop)


def stop_before(module: Any, name: str) -> None:
    setattr(module, name, lambda *_, **__: stop())


def stop() -> None:
    print("there", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
