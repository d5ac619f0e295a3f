"""The pages through which an operator acts (R62): what will be done, then doing it, then what was done.

They are one view: without `do` it shows the preview, with it it acts and leads on to the report. Nothing is done by
GET; a second click with the same operation does nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renders.actions import audit
from renders.actions.act import Foreseen, Line, perform
from renders.admin.act_forms import ActForm
from renders.admin.read_only import ReadOnlyAdmin
from renders.models import Render

MOST = 200
"""Things that one click acts on at most; the preview says what is left."""


@dataclass(frozen=True)
class Chosen:
    things: Sequence[Any]
    total: int
    """How many were chosen, before the limit."""
    seen: dict[str, int | None]
    """The run in which each was looked at, by primary key; absent where this is the first look."""


@dataclass(frozen=True)
class PreviewRow:
    thing: Any
    foreseen: Foreseen

    @property
    def token(self) -> str:
        """The thing and the run that is looked at, where it has runs."""
        return f"{self.thing.pk}:{getattr(self.thing, 'run', 0)}"


class ActingAdmin(ReadOnlyAdmin):
    """A list whose rows can be chosen and acted on."""

    acts: ClassVar[dict[str, type[ActForm]]] = {}
    """The verbs by their place in the address."""
    act_order: ClassVar[tuple[str, ...]] = ()
    """In which order the chosen ones are acted on."""
    act_noun: ClassVar[tuple[str, str]] = ("render", "renders")
    act_row: ClassVar[str] = "renders/act/_render.html"
    """The template that names a thing in the preview."""

    def act_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What this user may act on at all."""
        raise NotImplementedError

    def act_matching(self, verb: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of the rows of the whole list, those that `verb` means when nothing is chosen by hand."""
        return rows

    def place_of(self, thing: Any) -> str:
        """The address of a thing's page."""
        raise NotImplementedError

    def may_act(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    # The list

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        return ["action_checkbox", *columns] if self.may_act(request) else columns

    def action_checkbox(self, obj: Model) -> SafeString:
        return format_html(
            '<input type="checkbox" name="_selected_action" value="{}" class="action-select rh-select" '
            'aria-label="Choose {}">', obj.pk, obj,
        )  # fmt: skip

    action_checkbox.short_description = ""  # type: ignore[attr-defined]

    @property
    def media(self) -> Any:
        """Without Django's script for its own actions: ours follows rows that are replaced (live.js)."""
        media = super().media
        media._js_lists = [
            [script for script in scripts if "actions.js" not in str(script)] for scripts in media._js_lists
        ]
        return media

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if any(value == "" for value in request.GET.values()):
            return redirect(f"{request.path}?{_without_empty(request.GET)}")
        buttons = [{"name": name, "form": form, "url": self._address(name)} for name, form in self.acts.items()]
        extra = {"act_buttons": buttons if self.may_act(request) else [], **(extra_context or {})}
        return super().changelist_view(request, extra)  # type: ignore[no-any-return]

    # Preview, act, report

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("act/report/<uuid:operation>/", self.admin_site.admin_view(self.report_view), name=f"{name}_report"),
            path("act/<slug:verb>/", self.admin_site.admin_view(self.act_view), name=f"{name}_act"),
        ]
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, verb: str) -> HttpResponse:
        """GET or POST: the preview; POST with `do`: act, and lead on to what was done."""
        if not self.may_act(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        kind = self.acts.get(verb)
        if kind is None:
            raise Http404("There is no such action.")
        chosen = self._chosen(request, verb)
        if not chosen.things:
            messages.info(request, f"Nothing to {kind.verb.lower()}: no {self.act_noun[0]} of that kind is chosen.")
            return redirect(self._list())
        form = kind({**kind.at_first(), **request.POST.dict()} if request.method == "POST" else kind.at_first())
        if request.method == "POST" and "do" in request.POST and form.is_valid():
            if form.choice == request.POST.get("previewed", ""):
                return self._act(request, form, chosen)
            messages.warning(request, "The choice has changed: look at what it would do, then confirm.")
        return self._preview(request, verb, form, chosen)

    def _preview(self, request: HttpRequest, verb: str, form: ActForm, chosen: Chosen) -> HttpResponse:
        rows: list[PreviewRow] = []
        if form.is_valid():
            foreseen = form.act().foresee(chosen.things)
            rows = [PreviewRow(thing, foreseen[thing.pk]) for thing in chosen.things]
        rows.sort(key=lambda row: row.foreseen.refused)
        ready = sum(not row.foreseen.refused for row in rows)
        one = rows[0] if len(rows) == 1 else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{form.verb}: {self._counted(len(chosen.things))}"
            if one is None
            else f"{form.verb}: {one.thing}",
            "opts": self.opts,
            "page": form,
            "form": form,
            "rows": rows,
            "row_template": self.act_row,
            "ready": ready,
            "ready_told": self._counted(ready),
            "refused": len(rows) - ready,
            "left_out": chosen.total - len(chosen.things),
            "operation": request.POST.get("operation") or str(uuid.uuid4()),
            "address": self._address(verb),
            "back": self.place_of(one.thing) if one is not None else self._list(),
        }
        return TemplateResponse(request, "renders/act/preview.html", context)

    def _act(self, request: HttpRequest, form: ActForm, chosen: Chosen) -> HttpResponse:
        operation = _operation(request)
        things = [(thing, chosen.seen.get(str(thing.pk))) for thing in chosen.things]
        lines = perform(form.act(), things, request.user, operation)  # type: ignore[arg-type]
        if len(lines) > 1:
            return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_report", args=[operation]))
        self._say(request, lines[0])
        return redirect(self.place_of(chosen.things[0]))

    def _say(self, request: HttpRequest, line: Line) -> None:
        level = messages.WARNING if line.refused else messages.SUCCESS
        messages.add_message(request, level, f"{'Not done. ' if line.refused else ''}{line.told}")

    def report_view(self, request: HttpRequest, operation: uuid.UUID) -> HttpResponse:
        """What one click of this user did; it is read from the audit trail."""
        if not self.may_act(request):
            raise PermissionDenied
        records = audit.of_operation(str(operation), request.user, self.model)  # type: ignore[arg-type]
        if not records:
            raise Http404("Nothing was done under this number.")
        things = {
            str(thing.pk): thing for thing in self.act_queryset(request).filter(pk__in=[r.object_id for r in records])
        }
        done = sum(not record.refused for record in records)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self._counted(done).capitalize()} done",
            "opts": self.opts,
            "page": records,
            "records": [
                (record, self.place_of(things[record.object_id]) if record.object_id in things else "")
                for record in records
            ],
            "done": done,
            "refused": len(records) - done,
            "done_told": self._counted(done),
            "back": self._list(),
        }
        return TemplateResponse(request, "renders/act/report.html", context)

    def _chosen(self, request: HttpRequest, verb: str) -> Chosen:
        data = request.POST if request.method == "POST" else request.GET
        tokens = [*data.getlist("id"), *data.getlist("_selected_action")]
        if tokens and "across" not in data:
            rows = self.act_queryset(request).filter(pk__in=_keys(tokens, self.model))
        else:
            rows = self.act_matching(verb, self._listed(request))
        total = rows.count()
        things = list(rows.order_by(*self.act_order)[:MOST])
        runs = dict(token.partition(":")[::2] for token in tokens)
        return Chosen(things, total, {pk: int(run) for pk, run in runs.items() if run.isdecimal()})

    def _listed(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the filters in the address leave, as the list shows them."""
        try:
            listed = self.get_changelist_instance(request).queryset.values("pk")
        except IncorrectLookupParameters:
            raise Http404("There is no such filter.") from None
        return self.act_queryset(request).filter(pk__in=listed)

    def _counted(self, count: int) -> str:
        return f"{count} {self.act_noun[count != 1]}"

    def _address(self, verb: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[verb])

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def buttons_for(render: Render) -> list[tuple[str, str]]:
    """The acts that its page offers as it stands: what the button says, and where it leads."""
    offered = {"rerender": "Re-render…", "prioritise": "Priority…", "cancel": "Cancel…"}
    open_now = render.status in ("queued", "processing", "held") or (render.status == "failed" and not render.final)
    names = ("prioritise", "cancel") if open_now else ("rerender",)
    return [(offered[name], f"{reverse('admin:renders_render_act', args=[name])}?id={render.pk}") for name in names]


def _keys(tokens: Sequence[str], model: type[Model]) -> list[Any]:
    """The primary keys that are well formed."""
    keys = []
    for token in tokens:
        try:
            keys.append(model._meta.pk.to_python(token.partition(":")[0]))
        except ValidationError:
            continue
    return keys


def _without_empty(query: QueryDict) -> str:
    """The filters that are set: a form sends all of them."""
    kept = query.copy()
    for name in [name for name, value in query.items() if value == ""]:
        del kept[name]
    return kept.urlencode()


def _operation(request: HttpRequest) -> str:
    """The number of this click, made with its preview."""
    try:
        return str(uuid.UUID(request.POST.get("operation", "")))
    except ValueError:
        return str(uuid.uuid4())
