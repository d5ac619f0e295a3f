"""Puts the feeds, subscriptions and channels of the three days into a plant's database.

Told on stdin: `{feeds: {title: address}, subscriptions: [{workspace, at, language, feeds: [title]}]}`.
"""

from __future__ import annotations

import json
import sys
from datetime import time

import django

if __name__ == "__main__":
    django.setup()

    from alerts.models import Channel
    from renders.models import DailySubscription, Feed, Workspace

    told = json.load(sys.stdin)
    feeds = {title: Feed.objects.create(title=title, source=source) for title, source in told["feeds"].items()}
    for wanted in told["subscriptions"]:
        workspace = Workspace.objects.create(slug=wanted["workspace"], name=wanted["workspace"])
        at, language = time.fromisoformat(wanted["at"]), wanted["language"]
        subscription = DailySubscription.objects.create(workspace=workspace, language=language, at=at)
        subscription.feeds.set(feeds[title] for title in wanted["feeds"])
    Channel.objects.create(name="Operators", kind="email", target="ops@example.org")
    Channel.objects.create(name="#renders", kind="slack", target="ops")
