"""Senders in processes of their own that stop at a named point and wait there to be killed.

`python -m tests.support.stopped_sender` reads a line for each: `claimed|handed|sent` and the address of the webhook
`ops`. Each is a fork, so that what they need is loaded once; one that has come so far says its process id.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django
from django.conf import settings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    django.setup()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            send(*line.split())
            os._exit(0)


def send(point: str, webhook: str) -> None:
    from alerts import claims, sending

    settings.RENDERHUB_SLACK_WEBHOOKS = {"ops": webhook}
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
    print(os.getpid(), flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
