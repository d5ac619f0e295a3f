"""The channels by kind. To add one: a folder here with a class that does what `base.Channel` says, a `ChannelKind`,
and a line in this table."""

from __future__ import annotations

from alerts.channels.base import Channel
from alerts.channels.email.channel import Email
from alerts.channels.slack.channel import Slack
from alerts.vocabulary import ChannelKind

CHANNELS: dict[ChannelKind, Channel] = {ChannelKind.EMAIL: Email(), ChannelKind.SLACK: Slack()}
