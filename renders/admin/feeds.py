"""The feeds of the daily runs: how each is, what it met and what to do, and trying one (R3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from renderhub.lib.url_guard import AddressRefused, check_url
from renders.actions import daily_feeds
from renders.admin.subscription_words import hour
from renders.models import Feed, FeedItem
from renders.presentation.status import Shown
from renders.templatetags import presentation

_MOST_READ_AT_ONCE = 5
"""By one click: a page must answer within a minute or so."""
_MOST_SHOWN = 20
_SHORT = 60
"""Characters of an error in the list: a phone shows two lines of it."""


class FeedForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Feed
        fields = ["title", "source"]

    def clean_source(self) -> str:
        source = str(self.cleaned_data["source"]).strip()
        if "://" in source:
            try:
                check_url(source)
            except AddressRefused as error:
                raise forms.ValidationError(str(error)) from error
        elif not Path(source).is_absolute():
            raise forms.ValidationError("Enter an http(s) address, or the whole path of a file: /srv/feeds/news.xml.")
        return source


class HealthFilter(admin.SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("broken", "Broken"), ("well", "Well"), ("new", "Not read yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feed]) -> QuerySet[Feed]:
        match self.value():
            case "broken":
                return queryset.filter(broken_since__isnull=False)
            case "well":
                return queryset.filter(broken_since__isnull=True, read_at__isnull=False)
            case "new":
                return queryset.filter(broken_since__isnull=True, read_at__isnull=True)
        return queryset


@admin.register(Feed)
class FeedAdmin(ModelAdmin):  # type: ignore[misc]
    form = FeedForm
    list_display = ["title", "health", "read", "used_by", "in_short"]
    list_filter = [HealthFilter]
    search_fields = ["title", "source"]
    search_help_text = "Title or address"
    actions = ["read_now"]
    fieldsets = [
        (None, {"fields": ["title", "source"]}),
        ("How it is", {"fields": ["health", "read", "tried", "what_is_wrong", "what_to_do", "subscribed"]}),
        ("What it gave last", {"fields": ["newest"]}),
    ]
    readonly_fields = ["health", "read", "tried", "what_is_wrong", "what_to_do", "subscribed", "newest"]
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        return Feed.objects.annotate(subscribers=Count("subscriptions"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is not there yet has no health to be shown."""
        return self.fieldsets if obj is not None else self.fieldsets[:1]

    def save_model(self, request: HttpRequest, obj: Feed, form: forms.ModelForm[Any], change: bool) -> None:
        """A new address is read at once: whoever entered it sees whether it works."""
        obj.save()
        if "source" in form.changed_data:
            self._read(request, obj)

    @admin.action(description="Read now", permissions=["change"])
    def read_now(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        for feed in queryset[:_MOST_READ_AT_ONCE]:
            self._read(request, feed)
            self.log_change(request, feed, "Read now.")
        left = queryset.count() - _MOST_READ_AT_ONCE
        if left > 0:
            messages.info(request, f"{left} more were chosen than are read by one click ({_MOST_READ_AT_ONCE}).")

    def _read(self, request: HttpRequest, feed: Feed) -> None:
        if not daily_feeds.read_now(feed):
            messages.info(request, f"{feed.title} is being read already.")
            return
        feed.refresh_from_db(fields=["error", "remedy", "read_at", "tried_at", "broken_since"])
        if feed.broken_since is not None or feed.read_at is None:
            messages.error(request, f"{feed.title}: {feed.error} {feed.remedy}")
        else:
            count = FeedItem.objects.filter(feed=feed, seen_at=feed.read_at).count()
            messages.success(request, f"{feed.title} was read: {count} entr{'y' if count == 1 else 'ies'}.")

    @admin.display(description="Health", ordering="broken_since")
    def health(self, feed: Feed) -> SafeString:
        if feed.broken_since is not None:
            return _badge(Shown.FAILED, "Broken", "It could not be read; it is tried again with the next run.")
        if feed.read_at is not None:
            return _badge(Shown.COMPLETED, "Well", "It was read without an error.")
        return _badge(Shown.QUEUED, "Not read yet", "The next run reads it.")

    @admin.display(description="Last read", ordering="read_at")
    def read(self, feed: Feed) -> SafeString | str:
        return presentation.relative(feed.read_at)

    @admin.display(description="Last tried")
    def tried(self, feed: Feed) -> SafeString | str:
        return presentation.exact(feed.tried_at)

    @admin.display(description="Subscriptions", ordering="subscribers")
    def used_by(self, feed: Feed) -> int:
        return int(getattr(feed, "subscribers", 0))

    @admin.display(description="What is wrong")
    def what_is_wrong(self, feed: Feed) -> SafeString | str:
        if feed.broken_since is None:
            return presentation.NONE
        since = presentation.relative(feed.broken_since)
        return format_html('<span class="rh-error">{}</span> <span class="rh-dim">{}</span>', feed.error, since)

    @admin.display(description="What is wrong")
    def in_short(self, feed: Feed) -> SafeString | str:
        if feed.broken_since is None:
            return presentation.NONE
        text = feed.error if len(feed.error) <= _SHORT else f"{feed.error[: _SHORT - 1]}…"
        return format_html('<span class="rh-error" title="{}">{}</span>', feed.error, text)

    @admin.display(description="What to do")
    def what_to_do(self, feed: Feed) -> SafeString | str:
        return feed.remedy or presentation.NONE

    @admin.display(description="Subscriptions")
    def subscribed(self, feed: Feed) -> SafeString | str:
        rows = (
            (
                reverse("admin:renders_dailysubscription_change", args=[subscription.pk]),
                subscription,
                hour(subscription),
            )
            for subscription in feed.subscriptions.select_related("workspace")
        )
        return format_html_join(", ", '<a class="rh-link" href="{}">{}</a> at {}', rows) or "None reads it."

    @admin.display(description="Newest entries")
    def newest(self, feed: Feed) -> SafeString | str:
        items = FeedItem.objects.filter(feed=feed).order_by("-seen_at", "-published", "id")[:_MOST_SHOWN]
        rows = ((item.title or item.text[:120], presentation.relative(item.published)) for item in items)
        listed = format_html_join("", '<li>{} <span class="rh-dim">· {}</span></li>', rows)
        return format_html("<ol>{}</ol>", listed) if listed else "Nothing yet."


def _badge(kind: Shown, word: str, meaning: str) -> SafeString:
    return format_html(
        '<span class="rh-status rh-status-{}" title="{}">{}<span>{}</span></span>',
        kind.value,
        meaning,
        presentation.shape(kind),
        word,
    )
