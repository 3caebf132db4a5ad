"""The REST endpoints of notifications."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.web import rate_limits
from core.web.openapi import LIMITED, refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.models import Message
from messaging.queries.conversations import conversation_for
from notifications import actions, queries
from notifications.delivery.status import states_of
from notifications.push import vapid
from notifications.push.webpush import Subscription
from notifications.serializers import (
    DeliveriesSerializer,
    DeviceSerializer,
    MuteSerializer,
    NewDeviceSerializer,
    PreferenceSerializer,
    PresenceSerializer,
    PushKeySerializer,
    RenewedDeviceSerializer,
    SpanDeliveriesSerializer,
    SpanSerializer,
    StillUnreadSerializer,
    TokenSerializer,
)

ONE_MINUTE, ONE_HOUR = timedelta(minutes=1), timedelta(hours=1)
TESTS_PER_MINUTE = 6
RESENDS_PER_MINUTE = 10
SUBSCRIPTION_GONE = refusals({410: "No push can arrive at this subscription: make a new one."})
# A refused address that is tried too often harms the name of our mail server.
TRIES_PER_HOUR = 5


class DeviceList(APIView):
    @extend_schema(responses=DeviceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the reader's devices, the last registered one first."""
        return Response(DeviceSerializer(queries.devices_of(person(request)), many=True).data)

    @extend_schema(
        request=NewDeviceSerializer, responses={201: DeviceSerializer, **SUBSCRIPTION_GONE}
    )
    def post(self, request: Request) -> Response:
        """Register this browser for pushes, at each start: its subscription may have changed.

        410: no push can arrive there. The browser drops this subscription and makes a new one.
        """
        asked = validated(NewDeviceSerializer, request.data)
        device = actions.register_device(
            person(request),
            _subscription(asked),
            label=asked["label"],
            session_key=_session_key(request),
            application_server_key=asked["application_server_key"],
        )
        return Response(DeviceSerializer(device).data, status=status.HTTP_201_CREATED)


class DeviceDetail(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, device_id: UUID) -> Response:
        """Stop pushing to one of the reader's devices."""
        actions.forget_device(queries.device_of(person(request), device_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeviceTest(APIView):
    @extend_schema(request=None, responses={204: None, **refusals(LIMITED)})
    def post(self, request: Request, device_id: UUID) -> Response:
        """Push a test notification to one of the reader's devices, at most six times a minute."""
        user = person(request)
        device = queries.device_of(user, device_id)
        rate_limits.spend("push-test", user.pk, at_most=TESTS_PER_MINUTE, window=ONE_MINUTE)
        actions.test_device(device)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PushKey(APIView):
    @extend_schema(responses=PushKeySerializer)
    def get(self, request: Request) -> Response:
        """Return the key with which a browser subscribes. It is null if no push is sent."""
        private = settings.VAPID_PRIVATE_KEY
        return Response({"key": vapid.public_key(private) if private else None})


class ByToken(APIView):
    """An endpoint for the service worker, which may outlive the session: its push holds a token."""

    permission_classes = (AllowAny,)
    authentication_classes = ()


class PushDisplayed(ByToken):
    @extend_schema(request=TokenSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Note that a device displayed a push."""
        actions.acknowledge(validated(TokenSerializer, request.data)["token"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PushRead(ByToken):
    @extend_schema(request=TokenSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Mark the messages of a notification as read."""
        actions.read_from_push(validated(TokenSerializer, request.data)["token"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PushUnread(ByToken):
    @extend_schema(request=TokenSerializer, responses=StillUnreadSerializer)
    def post(self, request: Request) -> Response:
        """Return what is still unread, by the token of any push that this device shows.

        The service worker closes the notifications of everything else.
        """
        unread = actions.unread_by_push(validated(TokenSerializer, request.data)["token"])
        return Response(StillUnreadSerializer(unread).data)


class PushRenewed(ByToken):
    @extend_schema(
        request=RenewedDeviceSerializer,
        responses={
            204: None,
            **SUBSCRIPTION_GONE,
            **refusals({404: "The old endpoint is unknown, or has other keys."}),
        },
    )
    def post(self, request: Request) -> Response:
        """Replace the subscription of a browser that changed it while no page was open."""
        asked = validated(RenewedDeviceSerializer, request.data)
        old = Subscription(asked["old_endpoint"], **asked["old_keys"])
        actions.renew_device(old, _subscription(asked))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Preferences(APIView):
    @extend_schema(responses=PreferenceSerializer)
    def get(self, request: Request) -> Response:
        """Return how the reader wants to be told; the defaults before the first change."""
        return Response(_preferences(request))

    @extend_schema(request=PreferenceSerializer(partial=True), responses=PreferenceSerializer)
    def patch(self, request: Request) -> Response:
        """Change some of the reader's preferences."""
        user = person(request)
        serializer = PreferenceSerializer(
            queries.preference_of(user), data=request.data, partial=True
        )
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        locale = changes.pop("user", {}).get("locale", "")
        actions.change_preferences(user, changes, locale=locale)
        return Response(_preferences(request))


class EmailsAgain(APIView):
    @extend_schema(request=None, responses={200: PreferenceSerializer, **refusals(LIMITED)})
    def post(self, request: Request) -> Response:
        """Send emails again to the reader's address, which refused them, five times an hour."""
        user = person(request)
        rate_limits.spend("emails-again", user.pk, at_most=TRIES_PER_HOUR, window=ONE_HOUR)
        actions.send_emails_again(user)
        return Response(_preferences(request))


class MuteMark(APIView):
    @extend_schema(responses=MuteSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Tell if the reader muted a conversation."""
        user = person(request)
        conversation = conversation_for(user, conversation_id)
        return Response({"muted": queries.is_muted(user, conversation.pk)})

    @extend_schema(request=MuteSerializer, responses=MuteSerializer)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Mute a conversation, or unmute it by `{"muted": false}`."""
        user = person(request)
        conversation = conversation_for(user, conversation_id)
        is_muted = validated(MuteSerializer, request.data)["muted"]
        actions.mute(user, conversation, is_muted=is_muted)
        return Response({"muted": is_muted})


class Presence(APIView):
    @extend_schema(request=PresenceSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Note that the reader looks at a page, every 40 s, or no longer does."""
        asked = validated(PresenceSerializer, request.data)
        actions.note_presence(person(request), is_visible=asked["visible"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeliveryList(APIView):
    @extend_schema(responses=DeliveriesSerializer)
    def get(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Return how far a message has come with each person."""
        message = queries.deliveries_of(person(request), conversation_id, message_id)
        return Response(_deliveries(message))


class SpanDeliveries(APIView):
    @extend_schema(parameters=[SpanSerializer], responses=SpanDeliveriesSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Return how far each message of a page of history has come."""
        span = validated(SpanSerializer, request.query_params)
        messages = queries.told_messages_of(person(request), conversation_id, **span)
        told = [{"message": key, "deliveries": all_} for key, all_ in states_of(messages).items()]
        return Response(SpanDeliveriesSerializer({"results": told}).data)


class DeliveryRetry(APIView):
    @extend_schema(request=None, responses={200: DeliveriesSerializer, **refusals(LIMITED)})
    def post(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        """Send a message again to the people whom it could not reach."""
        user = person(request)
        message = queries.deliveries_of(user, conversation_id, message_id)
        rate_limits.spend("resend", user.pk, at_most=RESENDS_PER_MINUTE, window=ONE_MINUTE)
        actions.resend(message)
        return Response(_deliveries(message))


def _subscription(asked: dict[str, Any]) -> Subscription:
    return Subscription(asked["endpoint"], asked["keys"]["p256dh"], asked["keys"]["auth"])


def _session_key(request: Request) -> str:
    """Return the key of the session; empty for a bearer token, whose cookies are not read."""
    if request.auth is not None:
        return ""
    return request._request.session.session_key or ""


def _preferences(request: Request) -> dict[str, Any]:
    user = person(request)
    context = {"mutes": queries.mutes_of(user), "refused": queries.refused_address(user.email)}
    return PreferenceSerializer(queries.preference_of(user), context=context).data


def _deliveries(message: Message) -> dict[str, Any]:
    return DeliveriesSerializer({"results": states_of([message])[message.pk]}).data
