"""Webhooks in the admin: an address is added, tried, paused, and sent again what it missed."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.models import OutgoingEvent, User
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.webhook_models import short_moment
from notifications.webhooks import endpoints
from notifications.webhooks.endpoints import WithSecret

State = WebhookDelivery.State
LATEST = 20


class WebhookForm(forms.ModelForm[WebhookEndpoint]):
    kinds = forms.MultipleChoiceField(
        choices=OutgoingEvent.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Events"),
        help_text=_("None chosen: all of them."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "description", "kinds")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            endpoints.check_address(url)
        except endpoints.AddressForbidden as refused:
            raise forms.ValidationError(str(refused.detail)) from refused
        return url

    def clean(self) -> dict[str, Any] | None:
        if self.instance._state.adding and WebhookEndpoint.objects.count() >= endpoints.MOST:
            raise forms.ValidationError(str(endpoints.TooManyWebhooks().detail))
        return super().clean()


class LatestDeliveries(admin.TabularInline[WebhookDelivery, WebhookEndpoint]):
    model = WebhookDelivery
    verbose_name_plural = _("the latest events")
    fields = readonly_fields = ("type", "condition", "tries", "answered", "sent")
    ordering = ("-position",)
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        rows = super().get_queryset(request).select_related("event")
        # Django filters the rows of the page afterwards, which a slice would not allow.
        of = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        latest = rows.filter(endpoint=of).order_by("-position").values("pk")[:LATEST]
        return rows.filter(pk__in=list(latest.values_list("pk", flat=True)))

    @admin.display(description=_("event"))
    def type(self, row: WebhookDelivery) -> str:
        return str(OutgoingEvent.Kind(row.event.kind).label)

    @admin.display(description=_("state"))
    def condition(self, row: WebhookDelivery) -> str:
        if row.state == State.PENDING and row.due_at is None:
            return gettext("No more attempts")
        return str(State(row.state).label)

    @admin.display(description=_("attempts"))
    def tries(self, row: WebhookDelivery) -> int:
        return row.attempts

    @admin.display(description=_("last answer"))
    def answered(self, row: WebhookDelivery) -> str:
        return f"{row.answer_status or ''} {row.answer}".strip()

    @admin.display(description=_("sent at"))
    def sent(self, row: WebhookDelivery) -> str:
        return short_moment(row.sent_at) if row.sent_at else ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WebhookEndpoint)
class WebhookAdmin(admin.ModelAdmin[WebhookEndpoint]):
    form = WebhookForm
    list_display = ("url", "description", "condition", "waiting", "given_up")
    actions = ("try_out", "send_again", "pause", "resume", "new_secret")
    inlines: ClassVar = (LatestDeliveries,)

    @admin.display(description=_("state"))
    def condition(self, row: WebhookEndpoint) -> str:
        if row.paused_because:
            return gettext("Paused, since it kept failing: %s") % row.paused_because
        if row.is_paused:
            return gettext("Paused")
        return gettext("Failing") if row.failing_since else gettext("Active")

    @admin.display(description=_("waiting"))
    def waiting(self, row: WebhookEndpoint) -> int:
        return row.deliveries.exclude(state=State.SENT).count() - self.given_up(row)

    @admin.display(description=_("given up"))
    def given_up(self, row: WebhookEndpoint) -> int:
        return row.deliveries.filter(state=State.PENDING, due_at=None).count()

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.inlines

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool
    ) -> None:
        chosen = {name: form.cleaned_data[name] for name in WebhookForm.Meta.fields}
        if change:
            endpoints.change(obj.pk, chosen)
            return
        made = endpoints.create(**chosen, by=_person(request))
        # What Django links to and keeps in its log.
        obj.pk = made.endpoint.pk
        _show_secret(request, made)

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        endpoints.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            endpoints.delete(endpoint.pk)

    @admin.action(description=_("Send a test event now, and show the answer"))
    def try_out(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in chosen:
            answer = endpoints.try_out(endpoint)
            level = messages.SUCCESS if answer.is_success else messages.ERROR
            text = f"{endpoint} : {answer.status or ''} {answer.text}"
            self.message_user(request, " ".join(text.split()), level)

    @admin.action(description=_("Send again what was given up"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        count = sum(endpoints.replay(endpoint.pk, after=None) for endpoint in chosen)
        text = ngettext("%d event is sent again.", "%d events are sent again.", count)
        self.message_user(request, text % count)

    @admin.action(description=_("Pause"))
    def pause(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        self._change(request, chosen, is_paused=True)

    @admin.action(description=_("Resume, with all that happened since"))
    def resume(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        self._change(request, chosen, is_paused=False)

    @admin.action(description=_("Make another secret: the earlier one signs as well for a day"))
    def new_secret(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in chosen:
            if made := endpoints.rotate(endpoint.pk):
                _show_secret(request, made)

    def _change(
        self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint], *, is_paused: bool
    ) -> None:
        for endpoint in chosen:
            if changed := endpoints.change(endpoint.pk, {"is_paused": is_paused}):
                self.message_user(request, f"{changed} : {self.condition(changed)}")


def _show_secret(request: HttpRequest, made: WithSecret) -> None:
    text = gettext("Copy this secret of {} now: nobody can show it again. {}")
    secret = format_html("<code>{}</code>", made.secret)
    messages.warning(request, format_html(text, made.endpoint, secret))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin is for people who are logged in"
    return request.user
