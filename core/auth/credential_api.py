"""The credentials of programs over REST, for managers."""

from datetime import timedelta
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.auth import credentials
from core.auth.credential_serializers import (
    CredentialSerializer,
    IssuedSerializer,
    NewCredentialSerializer,
)
from core.credential_models import MachineCredential
from core.web.company import IsManager
from core.web.requests import person, validated
from core.web.views import APIView


class CredentialsView(APIView):
    permission_classes = (IsManager,)

    @extend_schema(responses=CredentialSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the credentials of programs, also those that open nothing any more."""
        rows = MachineCredential.objects.select_related("created_by")
        return Response(CredentialSerializer(rows, many=True).data)

    @extend_schema(request=NewCredentialSerializer, responses={201: IssuedSerializer})
    def post(self, request: Request) -> Response:
        """Make a credential. This answer alone has its secret."""
        asked = validated(NewCredentialSerializer, request.data)
        days = asked.get("days")
        issued = credentials.issue(
            asked["name"],
            asked["scopes"],
            by=person(request),
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        return Response(IssuedSerializer(issued).data, status=201)


class CredentialView(APIView):
    permission_classes = (IsManager,)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, credential_id: UUID) -> Response:
        """Withdraw a credential, for ever and at once."""
        credentials.revoke(get_object_or_404(MachineCredential, pk=credential_id))
        return Response(status=204)


class RotateCredentialView(APIView):
    permission_classes = (IsManager,)

    @extend_schema(request=None, responses={201: IssuedSerializer})
    def post(self, request: Request, credential_id: UUID) -> Response:
        """Make the credential that follows this one, which opens the same for seven more days."""
        credential = get_object_or_404(MachineCredential, pk=credential_id)
        issued = credentials.rotate(credential, by=person(request))
        return Response(IssuedSerializer(issued).data, status=201)
