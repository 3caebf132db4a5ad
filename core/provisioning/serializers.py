"""The JSON shapes of rows that are kept in step with a portal or an ERP."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.models import NAME_LENGTH, PHONE_LENGTH, Chantier, Client, User
from core.provisioning.rows import ACTIVE, ARCHIVED
from core.serializers import InputSerializer
from core.text import email_spelling
from core.web.text_field import TextField

ID_LENGTH = 200
AT_ONCE = 1_000
KINDS = ("clients", "users", "chantiers")
STATUSES = (ACTIVE, ARCHIVED)
OUTCOMES = ("created", "changed", "unchanged", "refused")
# Managers are made by managers.
ROLES = (User.Role.CLIENT.value, User.Role.STAFF.value)


class ExternalIdField(TextField):
    """An id of the other side. What it looks like is its own affair."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=ID_LENGTH, **options)


class RowSerializer(InputSerializer):
    status = serializers.ChoiceField(choices=STATUSES, required=False)


class PutClientSerializer(RowSerializer):
    """A client account. `responsible` and `deputy` are people of the company, by external ids."""

    name = TextField(max_length=NAME_LENGTH, required=False)
    responsible = ExternalIdField(required=False, allow_null=True)
    deputy = ExternalIdField(required=False, allow_null=True)


class PutUserSerializer(RowSerializer):
    """A person: `client` is an external id, null for a person of the company."""

    email = serializers.EmailField(max_length=254, required=False)
    name = TextField(max_length=NAME_LENGTH, required=False)
    role = serializers.ChoiceField(choices=ROLES, required=False)
    client = ExternalIdField(required=False, allow_null=True)
    locale = serializers.ChoiceField(choices=User.Locale.choices, required=False)
    phone = TextField(max_length=PHONE_LENGTH, required=False, allow_blank=True)

    default_error_messages: ClassVar = {
        "client": _("A client's user has a client; a person of the company has none.")
    }

    def validate_email(self, email: str) -> str:
        return email_spelling(email)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "role" in attrs and (attrs["role"] == User.Role.CLIENT) != bool(attrs.get("client")):
            raise serializers.ValidationError(
                {"client": self.error_messages["client"]}, code="client"
            )
        return attrs


class PutChantierSerializer(RowSerializer):
    """A job site of a client. Archived, its conversations are closed."""

    client = ExternalIdField(required=False)
    name = TextField(max_length=NAME_LENGTH, required=False)
    reference = TextField(max_length=50, required=False, allow_blank=True)
    address = TextField(max_length=300, required=False, allow_blank=True)
    responsible = ExternalIdField(required=False, allow_null=True)
    deputy = ExternalIdField(required=False, allow_null=True)


PUT_SHAPES: dict[str, type[RowSerializer]] = {
    "clients": PutClientSerializer,
    "users": PutUserSerializer,
    "chantiers": PutChantierSerializer,
}


class BulkRowSerializer(InputSerializer):
    """One row: its `kind`, its `external_id`, and in `row` what a PUT of it would have."""

    kind = serializers.ChoiceField(choices=KINDS)
    external_id = ExternalIdField()
    row = serializers.DictField()


class BulkRowsSerializer(InputSerializer):
    """Up to 1,000 rows, done in this order. `dry_run`: say what would become of each."""

    # Of any kind: a bad row is refused by itself.
    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=AT_ONCE)
    dry_run = serializers.BooleanField(required=False, default=False)


class RowErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)
    attr = serializers.CharField(read_only=True, allow_null=True)


class RowResultSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES, read_only=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared in the class: `errors` is also an attribute of every serializer.
        return {**super().get_fields(), "errors": RowErrorSerializer(many=True, read_only=True)}


class RowResultsSerializer(serializers.Serializer[Any]):
    """One result for each row, in the order given."""

    dry_run = serializers.BooleanField(read_only=True)
    results = RowResultSerializer(many=True, read_only=True)


class ClientRowSerializer(serializers.ModelSerializer[Client]):
    responsible = serializers.CharField(
        source="responsible.external_id", read_only=True, allow_null=True
    )
    deputy = serializers.CharField(source="deputy.external_id", read_only=True, allow_null=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Client
        fields = ("external_id", "id", "name", "responsible", "deputy", "status")
        read_only_fields = fields

    def get_status(self, client: Client) -> str:
        return ARCHIVED if client.archived_at else ACTIVE


class UserRowSerializer(serializers.ModelSerializer[User]):
    client = serializers.CharField(source="client.external_id", read_only=True, allow_null=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "external_id", "id", "email", "name", "role", "client", "locale", "phone", "status",
        )  # fmt: skip
        read_only_fields = fields

    def get_status(self, person: User) -> str:
        return ACTIVE if person.is_active else ARCHIVED


class ChantierRowSerializer(serializers.ModelSerializer[Chantier]):
    client = serializers.CharField(source="client.external_id", read_only=True, allow_null=True)
    responsible = serializers.CharField(
        source="responsible.external_id", read_only=True, allow_null=True
    )
    deputy = serializers.CharField(source="deputy.external_id", read_only=True, allow_null=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Chantier
        fields = (
            "external_id", "id", "client", "name", "reference", "address", "responsible", "deputy",
            "status",
        )  # fmt: skip
        read_only_fields = fields

    def get_status(self, chantier: Chantier) -> str:
        return ARCHIVED if chantier.is_archived else ACTIVE
