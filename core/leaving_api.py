"""The endpoint by which a portal or an ERP has a person anonymised."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.auth.machine_views import MachineView
from core.credential_models import MachineCredential
from core.leaving import anonymise
from core.models import User
from core.provisioning.rows import ManagedHere
from core.serializers import InputSerializer
from core.web.openapi import refusals
from core.web.requests import validated

REFUSED = {
    403: "A manager, whom Liaison's own admin anonymises.",
    409: "Another email than the person's, or a legal hold, which `detail` names.",
}


class AnonymiseSerializer(InputSerializer):
    email = serializers.CharField(
        max_length=254, help_text="The person's, to confirm: this cannot be taken back."
    )


class ProvisionedUserAnonymisation(MachineView):
    scope = MachineCredential.Scope.PROVISIONING

    @extend_schema(request=AnonymiseSerializer, responses={204: None, **refusals(REFUSED)})
    def post(self, request: Request, external_id: str) -> Response:
        """Take away who a person was; what they wrote stays, by «Utilisateur supprimé».

        The row loses its external id: the same id afterwards makes another person.
        """
        asked = validated(AnonymiseSerializer, request.data)
        user = get_object_or_404(User, external_id=external_id)
        if user.role == User.Role.MANAGER:
            raise ManagedHere
        anonymise(user, by=None, confirm=asked["email"])
        return Response(status=204)
