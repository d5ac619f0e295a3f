"""The delivery log: every message, what came of it, and a button to send it again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts import claims, sending
from alerts.admin import badges, told
from alerts.admin.channel import say
from alerts.models import Delivery
from alerts.vocabulary import DeliveryState
from renders.admin.read_only import ReadOnlyAdmin
from renders.templatetags import presentation

_AGAIN = (DeliveryState.PENDING, DeliveryState.FAILED)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["status", "what", "channel", "kind", "tries", "asked", "answered"]
    list_display_links = ["what"]
    list_select_related = ["channel"]
    list_filter = ["state", "channel", "kind"]
    search_fields = ["subject", "answer"]
    search_help_text = "Subject or answer"
    list_fullwidth = True
    change_list_template = "alerts/list.html"
    fields = [
        *["status", "what", "channel", "about", "kind", "tries", "answered", "remedy"],
        *["asked", "due", "settled", "asked_by", "number"],
    ]
    readonly_fields = fields
    change_form_template = "alerts/delivery_form.html"

    class Media:
        css = {"all": ["alerts/alerts.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, told.of_deliveries() | (extra_context or {}))  # type: ignore[no-any-return]

    @admin.display(description="State", ordering="state")
    def status(self, delivery: Delivery) -> SafeString:
        return badges.of_delivery(delivery)

    @admin.display(description="Subject", ordering="subject")
    def what(self, delivery: Delivery) -> str:
        return delivery.subject

    @admin.display(description="Alert")
    def about(self, delivery: Delivery) -> SafeString | str:
        if delivery.alert is None:
            return presentation.NONE
        url = reverse("admin:alerts_alert_change", args=[delivery.alert_id])
        return format_html('<a class="rh-link" href="{}">{}</a>', url, delivery.alert.title)

    @admin.display(description="Tries", ordering="attempts")
    def tries(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="rh-count">{}</span>', delivery.attempts)

    @admin.display(description="Made", ordering="created_at")
    def asked(self, delivery: Delivery) -> SafeString | str:
        return presentation.relative(delivery.created_at)

    @admin.display(description="Answer")
    def answered(self, delivery: Delivery) -> SafeString | str:
        return badges.answer_of(delivery)

    @admin.display(description="Next try")
    def due(self, delivery: Delivery) -> SafeString | str:
        waits = delivery.state == DeliveryState.PENDING
        return presentation.exact(delivery.next_at) if waits else presentation.NONE

    @admin.display(description="Settled", ordering="settled_at")
    def settled(self, delivery: Delivery) -> SafeString | str:
        return presentation.exact(delivery.settled_at)

    @admin.display(description="Asked for")
    def asked_by(self, delivery: Delivery) -> str:
        return "By a person" if delivery.by_hand else "By what happened"

    @admin.display(description="Number")
    def number(self, delivery: Delivery) -> SafeString:
        return presentation.short_id(delivery.pk)

    def may_send(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("alerts.change_delivery"))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        delivery = kwargs["obj"]
        if delivery.state in _AGAIN and self.may_send(request):
            context["again_url"] = reverse("admin:alerts_delivery_again", args=[delivery.pk])
            context["again"] = "Send now" if delivery.state == DeliveryState.PENDING else "Send again"
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        again = path("<uuid:pk>/again/", self.admin_site.admin_view(self.again_view), name="alerts_delivery_again")
        return [again, *super().get_urls()]

    def again_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """POST: what failed or waits is sent now. A second click finds it sent, and does nothing."""
        if not self.may_send(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        delivery = get_object_or_404(Delivery, pk=pk)
        if claims.send_again(delivery.pk):
            self.log_change(request, delivery, "Sent again by hand.")
            sending.send_now(delivery.pk)
        delivery.refresh_from_db()
        say(request, delivery)
        return redirect(reverse("admin:alerts_delivery_change", args=[pk]))
