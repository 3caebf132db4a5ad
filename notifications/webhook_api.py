"""Webhooks over REST, for managers and for programs with the scope `webhooks`."""

from datetime import timedelta
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.auth.machine_views import MachineOrManagerView
from core.credential_models import MachineCredential
from core.models import User
from core.outgoing import feed
from core.outgoing_api import TOO_OLD, EventsGone, asked_position
from core.web import rate_limits
from core.web.openapi import LIMITED, refusals
from core.web.requests import validated
from notifications.models import WebhookEndpoint
from notifications.webhook_serializers import (
    NewWebhookSerializer,
    ReplayedSerializer,
    ReplaySerializer,
    TriedSerializer,
    WebhookChangeSerializer,
    WebhookDetailSerializer,
    WebhookSecretSerializer,
    WebhookSerializer,
)
from notifications.webhooks import endpoints

ONE_MINUTE = timedelta(minutes=1)
TESTS_PER_MINUTE = 6


class WebhookView(MachineOrManagerView):
    scope = MachineCredential.Scope.WEBHOOKS


class WebhookList(WebhookView):
    @extend_schema(responses={200: WebhookSerializer(many=True), **refusals(LIMITED)})
    def get(self, request: Request) -> Response:
        """List the webhooks."""
        rows = WebhookEndpoint.objects.select_related("created_by")
        return Response(WebhookSerializer(rows, many=True).data)

    @extend_schema(
        request=NewWebhookSerializer,
        responses={
            201: WebhookSecretSerializer,
            **refusals({409: "There are as many as there may be.", **LIMITED}),
        },
    )
    def post(self, request: Request) -> Response:
        """Send events to an address from now on. This answer alone has the secret."""
        asked = validated(NewWebhookSerializer, request.data)
        by = request.user if isinstance(request.user, User) else None
        made = endpoints.create(
            url=asked["url"], description=asked["description"], kinds=asked["kinds"], by=by
        )
        return Response(WebhookSecretSerializer(made).data, status=201)


class WebhookDetail(WebhookView):
    @extend_schema(responses={200: WebhookDetailSerializer, **refusals(LIMITED)})
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Return a webhook with what its address answered last."""
        return Response(WebhookDetailSerializer(_webhook(webhook_id)).data)

    @extend_schema(
        request=WebhookChangeSerializer,
        responses={200: WebhookSerializer, **refusals(LIMITED)},
    )
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Change, pause or resume a webhook."""
        changes = validated(WebhookChangeSerializer, request.data)
        changed = endpoints.change(webhook_id, changes)
        if changed is None:
            raise Http404
        return Response(WebhookSerializer(changed).data)

    @extend_schema(responses={204: None, **refusals(LIMITED)})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Delete a webhook, with what it has not got yet."""
        endpoints.delete(_webhook(webhook_id).pk)
        return Response(status=204)


class WebhookRotate(WebhookView):
    @extend_schema(request=None, responses={201: WebhookSecretSerializer, **refusals(LIMITED)})
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Make another secret. For a day, requests carry the signatures of both."""
        made = endpoints.rotate(webhook_id)
        if made is None:
            raise Http404
        return Response(WebhookSecretSerializer(made).data, status=201)


class WebhookReplay(WebhookView):
    @extend_schema(
        request=ReplaySerializer,
        responses={200: ReplayedSerializer, **refusals({410: TOO_OLD, **LIMITED})},
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Send again what was given up, or all events after a cursor, in order."""
        after = validated(ReplaySerializer, request.data).get("after")
        position = None if after is None else asked_position(after)
        webhook = _webhook(webhook_id)
        try:
            count = endpoints.replay(webhook.pk, after=position)
        except feed.CursorTooOld as error:
            raise EventsGone from error
        return Response(ReplayedSerializer({"count": count}).data)


class WebhookTest(WebhookView):
    @extend_schema(request=None, responses={200: TriedSerializer, **refusals(LIMITED)})
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Send `webhook.test` to the address, and return what it answers within ten seconds."""
        webhook = _webhook(webhook_id)
        rate_limits.spend("webhook-test", webhook.pk, at_most=TESTS_PER_MINUTE, window=ONE_MINUTE)
        return Response(TriedSerializer(endpoints.try_out(webhook)).data)


def _webhook(webhook_id: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.select_related("created_by"), pk=webhook_id)
