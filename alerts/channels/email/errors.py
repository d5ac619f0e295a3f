"""What an SMTP server's words mean for a message. Most specific first; after RFC 5321, 4xx is for now, 5xx for good."""

from __future__ import annotations

import smtplib
import socket
import ssl

from alerts.outcomes import NotSent, Verdict

_CREDENTIALS = "Check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD."
_ADDRESS = "Check the channel's address, and that this server may send mail to it."
_SENDER = "Check EMAIL_FROM: the server does not let us send as that address."
_REACH = "Check EMAIL_HOST, EMAIL_PORT and the network between here and the server."
_TLS = "Check EMAIL_USE_TLS or EMAIL_USE_SSL, and the server's certificate."
_TOO_LARGE = 552


def verdict_of(error: Exception, handed_over: bool) -> NotSent:
    """`handed_over`: whether the message had begun to leave our hands when the error came."""
    match error:
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return _by_code(code, Verdict.CHANNEL, "Login refused", error.smtp_error, _CREDENTIALS)
        case smtplib.SMTPNotSupportedError():
            return NotSent(Verdict.CHANNEL, f"The server does not offer what is set: {_plain(str(error))}", _TLS)
        case smtplib.SMTPRecipientsRefused():
            code, words = next(iter(error.recipients.values()))
            return _by_code(code, Verdict.CHANNEL, "Address refused", words, _ADDRESS)
        case smtplib.SMTPSenderRefused(smtp_code=code):
            refused = Verdict.MESSAGE if code == _TOO_LARGE else Verdict.CHANNEL
            return _by_code(code, refused, "Sender refused", error.smtp_error, _SENDER)
        case smtplib.SMTPDataError(smtp_code=code):
            return _by_code(code, Verdict.MESSAGE, "Message refused", error.smtp_error, "Read the server's answer.")
        case smtplib.SMTPResponseException(smtp_code=code):
            return NotSent(Verdict.LATER, f"Greeting refused: {code} {_words(error.smtp_error)}", _REACH)
    if handed_over:
        return NotSent(Verdict.UNCLEAR, f"No answer after the message was handed over: {_name(error)}.", _REACH)
    remedy = _TLS if isinstance(error, ssl.SSLError) else _REACH
    return NotSent(Verdict.LATER, f"The server could not be reached: {_name(error)}.", remedy)


def _by_code(code: int, for_good: Verdict, what: str, words: bytes | str, remedy: str) -> NotSent:
    verdict = for_good if code >= 500 else Verdict.LATER
    return NotSent(verdict, f"{what}: {code} {_words(words)}", remedy)


def _name(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return _plain(str(error)) or type(error).__name__


def _words(said: bytes | str) -> str:
    return _plain(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


def _plain(text: str) -> str:
    return " ".join(text.split())[:300]
