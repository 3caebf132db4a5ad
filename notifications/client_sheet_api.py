"""The REST endpoints of the client sheet. Here, since devices and emails are part of it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.client_remarks import write_remark
from core.models import Chantier, ClientRemark, User
from core.queries import client_for
from core.serializers import (
    ChantierReferenceSerializer,
    ClientSerializer,
    InputSerializer,
    PersonSerializer,
    Shape,
    StaffSerializer,
    UtcField,
)
from core.web.errors import NotAllowed
from core.web.fields import IdField
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.text_field import TextField
from core.web.views import APIView
from messaging.models import BODY_LENGTH, Conversation, LegalHold
from notifications.client_sheet import ClientPerson, ClientSheet, EmailState, sheet_of
from notifications.models import PushSubscription

Json = dict[str, Any]
OF_COMPANY = {403: "Not of the company."}


class SheetDeviceSerializer(Shape[PushSubscription]):
    """A browser that gets pushes. Silent: it accepts them, but no longer displays them."""

    is_silent = serializers.BooleanField(read_only=True)

    class Meta:
        model = PushSubscription
        fields = ("label", "is_silent", "registered_at", "displayed_at")
        read_only_fields = fields


class SheetPersonSerializer(serializers.Serializer[ClientPerson]):
    """A user of the client, and how they are reached."""

    id = serializers.UUIDField(source="user.id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)
    phone = serializers.CharField(source="user.phone", read_only=True, help_text="As written.")
    locale = serializers.ChoiceField(
        source="user.locale", choices=User.Locale.choices, read_only=True
    )
    devices = SheetDeviceSerializer(many=True, read_only=True)
    is_pushed = serializers.BooleanField(
        read_only=True, help_text="The person wants pushes, and at least one device displays them."
    )
    email_state = serializers.ChoiceField(
        choices=list(EmailState),
        read_only=True,
        help_text="The address refuses our emails; the person wants none; the person has answered"
        " an email, so theirs arrive; nothing is known.",
    )
    refused_since = UtcField(read_only=True, allow_null=True)
    refusal = serializers.CharField(read_only=True, help_text="Why the address refuses emails.")
    is_online = serializers.BooleanField(read_only=True, help_text="Has a page on screen.")
    last_seen_at = UtcField(read_only=True, allow_null=True)


class SheetChantierSerializer(Shape[Chantier]):
    """A chantier, with who follows it."""

    responsible = serializers.SerializerMethodField()
    deputy = serializers.SerializerMethodField()

    class Meta:
        model = Chantier
        fields = ("id", "name", "reference", "address", "status", "responsible", "deputy")
        read_only_fields = fields

    @extend_schema_field(StaffSerializer(allow_null=True))
    def get_responsible(self, chantier: Chantier) -> Any:
        return _colleague(self.context["staff"], chantier.responsible_id)

    @extend_schema_field(StaffSerializer(allow_null=True))
    def get_deputy(self, chantier: Chantier) -> Any:
        return _colleague(self.context["staff"], chantier.deputy_id)


class SheetThreadSerializer(Shape[Conversation]):
    """Another conversation of the client."""

    chantier = ChantierReferenceSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Conversation
        fields = ("id", "subject", "status", "last_activity_at", "chantier")
        read_only_fields = fields


class SheetThreadsSerializer(serializers.Serializer[ClientSheet]):
    open_count = serializers.IntegerField(read_only=True)
    closed_count = serializers.IntegerField(read_only=True)
    newest = SheetThreadSerializer(source="threads", many=True, read_only=True)


class RemarkSerializer(Shape[ClientRemark]):
    """What the company remarks about a client. Empty: it was removed."""

    by = PersonSerializer(read_only=True)

    class Meta:
        model = ClientRemark
        fields = ("id", "body", "by", "at")
        read_only_fields = fields


class HoldSerializer(serializers.Serializer[LegalHold]):
    """A legal hold: nothing of what it is on is purged."""

    on = serializers.ChoiceField(
        choices=["client", "chantier", "conversation"], read_only=True, help_text="What is held."
    )
    id = serializers.UUIDField(source="of_id", read_only=True, help_text="Of what is held.")
    reason = serializers.CharField(read_only=True)
    by = PersonSerializer(source="placed_by", read_only=True)
    since = UtcField(source="placed_at", read_only=True)


class ClientSheetSerializer(serializers.Serializer[ClientSheet]):
    """What the company sees of a client beside a conversation."""

    client = ClientSerializer(read_only=True)
    responsible = serializers.SerializerMethodField(
        help_text="Follows what this client writes about no chantier."
    )
    deputy = serializers.SerializerMethodField()
    people = SheetPersonSerializer(many=True, read_only=True)
    people_count = serializers.IntegerField(
        read_only=True, help_text="`people` are the first fifty."
    )
    chantiers = SheetChantierSerializer(
        many=True, read_only=True, help_text="Those that are open first, fifty at most."
    )
    conversations = SheetThreadsSerializer(source="*", read_only=True)
    files_count = serializers.IntegerField(read_only=True)
    remark = RemarkSerializer(read_only=True, allow_null=True)
    holds = HoldSerializer(many=True, read_only=True)

    @extend_schema_field(StaffSerializer(allow_null=True))
    def get_responsible(self, sheet: ClientSheet) -> Any:
        return _colleague(sheet.staff, sheet.client.responsible_id)

    @extend_schema_field(StaffSerializer(allow_null=True))
    def get_deputy(self, sheet: ClientSheet) -> Any:
        return _colleague(sheet.staff, sheet.client.deputy_id)


class RemarkChangeSerializer(InputSerializer):
    """A new remark. `replaces` is the id of the one that was read, null if there was none."""

    body = TextField(
        multiline=True, max_length=BODY_LENGTH, trim_whitespace=False, allow_blank=True
    )
    replaces = IdField(required=False, allow_null=True, default=None)


class ClientSheetView(APIView):
    @extend_schema(responses={200: ClientSheetSerializer, **refusals(OF_COMPANY)})
    def get(self, request: Request, client_id: UUID) -> Response:
        """Return what the company knows of a client: how its people are reached, what it has."""
        sheet = sheet_of(person(request), client_id)
        shown = ClientSheetSerializer(sheet, context={"staff": sheet.staff})
        return Response(shown.data)


class ClientRemarkView(APIView):
    @extend_schema(
        request=RemarkChangeSerializer,
        responses={
            200: RemarkSerializer,
            **refusals({**OF_COMPANY, 409: "A colleague changed it, whom `detail` names."}),
        },
    )
    def put(self, request: Request, client_id: UUID) -> Response:
        """Replace the remark about a client, which the company alone reads. Empty removes it."""
        author = person(request)
        if not author.is_company:
            raise NotAllowed
        client = client_for(author, client_id)
        asked = validated(RemarkChangeSerializer, request.data)
        remark = write_remark(
            author=author, client=client, body=asked["body"], replaces=asked["replaces"]
        )
        return Response(RemarkSerializer.shown(remark))


def _colleague(staff: dict[UUID, User], user_id: UUID | None) -> Json | None:
    found = staff.get(user_id) if user_id else None
    return StaffSerializer.shown(found) if found else None
