"""The JSON shapes of the credentials of programs."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.credential_models import NAME_LENGTH, MachineCredential
from core.serializers import InputSerializer, PersonSerializer
from core.web.text_field import TextField

TEN_YEARS = 3_650


class NewCredentialSerializer(InputSerializer):
    """Which program, what it opens, and for how many days; without `days` until withdrawn."""

    name = TextField(max_length=NAME_LENGTH)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=MachineCredential.Scope.choices),
        min_length=1,
        max_length=len(MachineCredential.Scope),
    )
    days = serializers.IntegerField(required=False, min_value=1, max_value=TEN_YEARS)


class CredentialSerializer(serializers.ModelSerializer[MachineCredential]):
    """A credential, without its secret. `ends_with` are the last letters, to know it by."""

    ends_with = serializers.CharField(source="hint", read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    valid = serializers.BooleanField(source="is_valid", read_only=True)

    class Meta:
        model = MachineCredential
        fields: ClassVar[Any] = (
            "id", "name", "scopes", "ends_with", "created_by", "created_at", "expires_at",
            "revoked_at", "last_used_at", "valid",
        )  # fmt: skip
        read_only_fields = fields


class IssuedSerializer(serializers.Serializer[Any]):
    """A new credential with its secret, which is never shown again."""

    secret = serializers.CharField(read_only=True)
    credential = CredentialSerializer(read_only=True)
