"""Mails, read from a real SMTP server on loopback."""

from __future__ import annotations

import pytest

from alerts import sending
from alerts.models import Channel, Delivery
from renders.pipeline import outbox
from tests.support import alerting
from tests.support.smtp_server import smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(smtp):
    return alerting.mail_channel()


def alert(**more: object) -> Delivery:
    said = {"name": "a4f", "error": "Said <b>no</b> & hung up.", "remedy": "Start it.", "primary": True, **more}
    outbox.tell("service.down", **said)
    outbox.read()
    return Delivery.objects.get()


def fresh(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def test_the_mail_that_arrives_says_what_why_what_to_do_and_where(smtp, channel, settings):
    settings.RENDERHUB_BASE_URL = "https://renders.example.org"
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, delivery.answer) == ("sent", "127.0.0.1 took it.")
    [mail] = smtp.mails
    assert mail["Subject"] == "RenderHub ✕ Critical: Service down: a4f"
    assert (mail["From"], mail["To"]) == ("RenderHub <renderhub@example.org>", "ops@example.org")
    assert smtp.recipients == ["ops@example.org"]
    assert mail["Message-ID"] == f"<{delivery.pk}@renders.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "Said <b>no</b> & hung up." in text
    assert "Said &lt;b&gt;no&lt;/b&gt; &amp; hung up." in html
    assert "<b>no</b>" not in html
    for said in ("Start it.", "https://renders.example.org/admin/", "Count"):
        assert said in text
        assert said in html


def test_a_subject_is_one_line_whatever_was_named(smtp, channel):
    alert(name="a4f\r\nBcc: everybody@example.org")
    sending.send_due(5)
    [mail] = smtp.mails
    assert mail["Bcc"] is None
    assert "Bcc: everybody" in mail["Subject"]
    assert smtp.recipients == ["ops@example.org"]


def test_a_report_is_mailed_as_it_was_written(smtp, channel):
    html = "<p>Three of three, <b>on time</b>.</p>"
    outbox.tell("sla.report", report_id=1, subject="RenderHub: 22 Nov", text="Three of three.", html=html, blocks=[])
    outbox.read()
    sending.send_due(5)
    [mail] = smtp.mails
    assert mail["Subject"] == "RenderHub: 22 Nov"
    assert mail.get_body(("plain",)).get_content().strip() == "Three of three."
    assert mail.get_body(("html",)).get_content().strip() == html


@pytest.mark.parametrize(
    ("command", "answer", "state", "broken"),
    [
        ("RCPT", "550 5.1.1 no such user", "failed", True),
        ("RCPT", "450 4.2.1 come back later", "pending", False),
        ("MAIL", "550 5.7.1 not you", "failed", True),
        ("MAIL", "552 too large", "failed", False),
        ("MAIL", "451 later", "pending", False),
        ("DATA", "554 looks like spam", "failed", False),
        ("DATA", "452 no space", "pending", False),
    ],
)
def test_what_the_server_refuses(smtp, channel, command, answer, state, broken):
    smtp.refuse[command] = answer
    delivery = alert()
    sending.send_due(5)
    assert fresh(delivery).state == state
    assert answer.partition(" ")[2] in delivery.answer
    assert (Channel.objects.get().broken_at is not None) == broken
    assert delivery.doubts == 0


def test_a_mail_whose_answer_was_lost_is_sent_once_more_under_the_same_number(smtp, channel):
    smtp.refuse["DATA"] = "cut"
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, delivery.doubts) == ("pending", 1)
    smtp.refuse.clear()
    alerting.let_pass(121)
    sending.send_due(5)
    assert fresh(delivery).state == "uncertain"
    first, second = smtp.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert "may be a repeat" in second.get_body(("plain",)).get_content()
    assert "may be a repeat" not in first.get_body(("plain",)).get_content()


def test_without_a_server_in_the_settings_the_channel_says_so(settings):
    settings.EMAIL_HOST = ""
    alerting.mail_channel()
    delivery = alert()
    sending.send_due(5)
    assert fresh(delivery).state == "failed"
    assert "EMAIL_HOST" in Channel.objects.get().broken_why


def test_a_server_that_is_not_there_is_tried_again(smtp, channel, settings):
    settings.EMAIL_PORT = 1
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, delivery.doubts) == ("pending", 0)
    assert "could not be reached" in delivery.answer


def test_a_password_that_is_refused_breaks_the_channel_and_is_not_told(settings):
    with smtp_server(password="the right one") as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "renderhub", "a wrong secret"
        alerting.mail_channel()
        delivery = alert()
        sending.send_due(5)
        assert fresh(delivery).state == "failed"
        assert "Login refused: 535" in delivery.answer
        assert "EMAIL_HOST_PASSWORD" in Channel.objects.get().broken_why
        assert "wrong secret" not in str([delivery.__dict__, Channel.objects.get().__dict__])
        settings.EMAIL_HOST_PASSWORD = "the right one"
        Channel.objects.update(broken_at=None)
        from alerts import claims

        claims.send_again(delivery.pk)
        sending.send_due(5)
        assert len(server.mails) == 1


def test_a_server_that_offers_no_tls_where_it_is_wanted_breaks_the_channel(smtp, channel, settings):
    settings.EMAIL_USE_TLS = True
    delivery = alert()
    sending.send_due(5)
    assert fresh(delivery).state == "failed"
    assert "EMAIL_USE_TLS" in Channel.objects.get().broken_why
    assert smtp.mails == []
