"""Mails by Django's SMTP backend: plain text and HTML side by side."""

from __future__ import annotations

import contextlib
import logging
from email.utils import formatdate
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.template.loader import render_to_string

from alerts.channels.base import HandOver, Outgoing
from alerts.channels.email import errors
from alerts.notice import MOODS, Content, Notice
from alerts.outcomes import NotSent, Outcome, Sent, Verdict
from alerts.vocabulary import ChannelKind

logger = logging.getLogger(__name__)

_LONGEST_SUBJECT = 180


class Email:
    kind = ChannelKind.EMAIL.value
    pace = 0.0

    def send(self, message: Outgoing, hand_over: HandOver) -> Outcome:
        """Connect and log in; only then is the message handed over."""
        if not settings.EMAIL_HOST:
            return NotSent(Verdict.CHANNEL, "No mail server is set.", "Set EMAIL_HOST, and EMAIL_FROM with it.")
        mail = _mail(message)
        server = EmailBackend()
        handed_over = False
        try:
            server.open()
            hand_over()
            handed_over = True
            server.send_messages([mail])
            return Sent(f"{settings.EMAIL_HOST} took it.")
        except OSError as error:  # smtplib's errors are among them
            return errors.verdict_of(error, handed_over)
        finally:
            # What was taken is taken, however the goodbye goes.
            with contextlib.suppress(OSError):
                server.close()

    def fault_of(self, target: str) -> str:
        try:
            validate_email(target)
        except ValidationError:
            return "Enter one email address; a list of people is best kept by the mail server."
        return ""


def _mail(message: Outgoing) -> EmailMultiAlternatives:
    subject, text, html = _parts(message.content)
    host = urlsplit(settings.RENDERHUB_BASE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{message.id}@{host}>",
        "Date": formatdate(),
        "Auto-Submitted": "auto-generated",
    }
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [message.target], headers=headers)
    if html:
        mail.attach_alternative(html, "text/html")
    return mail


def _parts(content: Content) -> tuple[str, str, str]:
    """Subject, plain text and HTML."""
    if not isinstance(content, Notice):
        ours = "" if content.subject.startswith("RenderHub") else "RenderHub "
        return _one_line(f"{ours}{content.subject}"), content.text, content.html
    look = MOODS[content.mood]
    context = {"notice": content, "look": look}
    text = render_to_string("alerts/mail.txt", context).strip() + "\n"
    return _one_line(f"RenderHub {content.subject}"), text, render_to_string("alerts/mail.html", context)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_SUBJECT]
