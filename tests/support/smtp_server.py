"""A real SMTP server on loopback (aiosmtpd), which refuses what it is told to refuse."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class SmtpServer:
    host: str = "127.0.0.1"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    """By command (`MAIL`, `RCPT`, `DATA`): the answer instead of the usual one."""

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.refuse:
            return self.refuse["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.refuse:
            return self.refuse["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        answer = self.refuse.get("DATA", "250 OK")
        if answer in ("cut", "250 OK"):
            mail: Any = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
        if answer == "cut":  # taken, and the answer is lost
            assert server.transport is not None
            server.transport.abort()
        return answer


@contextmanager
def smtp_server(password: str | None = None) -> Iterator[SmtpServer]:
    """Runs until the block ends. `password`: the login that it asks for."""
    known = SmtpServer()

    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == (password or "").encode()
        return AuthResult(success=right, handled=False, message=None if right else "535 5.7.8 wrong password")

    options = {"authenticator": login, "auth_require_tls": False} if password else {}
    controller = Controller(known, hostname=known.host, port=0, **options)
    controller.port = _free_port()
    controller.start()
    known.port = controller.port
    yield known
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
