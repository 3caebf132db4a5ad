"""Write people and chantiers as JSON, the same in the API, in events and in a first page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, TypedDict, TypeVar

from django.conf import settings
from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.utils.html import is_html_input

from core.company_hours import Presence, back_at, presence_of
from core.models import Chantier, Client, User
from core.shape_writers import Written
from core.version import VERSION

Row = TypeVar("Row", bound=Model)


class UtcField(serializers.DateTimeField):
    """Write a moment in UTC, whatever the time zone of the request."""

    def enforce_timezone(self, value: datetime) -> datetime:
        return value.astimezone(UTC)


class Shape(Written, serializers.ModelSerializer[Row]):
    """Write a model as JSON, with its moments in UTC."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        DateTimeField: UtcField,
    }

    @classmethod
    def shown(cls, row: Row) -> dict[str, Any]:
        """Return a row as JSON, for a serializer that needs no context.

        It keeps one serializer for the process: DRF would build all fields of each new one, which
        costs five times more than writing a row.
        """
        return dict(_kept(cls).to_representation(row))


@cache
def _kept(shape: type[Shape[Any]]) -> Shape[Any]:
    return shape()


# Without docstrings: the OpenAPI document would show them as those of each shape below.
class KnownFields(serializers.Serializer[Any]):
    # Refuses a field that it does not read, by name, and a value of another JSON type, which DRF
    # would convert: 1 to a text or to true.
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {str(field.field_name): field for field in self._writable_fields}
            if unknown := [name for name in data if name not in known]:
                detail = _("There is no such field.")
                raise serializers.ValidationError(dict.fromkeys(unknown, detail), "unknown_field")
            # In an address everything is a text.
            if not is_html_input(data):
                self._check_types({known[name]: value for name, value in data.items()})
        return super().to_internal_value(data)

    @staticmethod
    def _check_types(values: Mapping[Any, Any]) -> None:
        wrong = {
            str(field.field_name): field.error_messages["invalid"]
            for field, value in values.items()
            if (isinstance(field, serializers.CharField) and isinstance(value, int | float))
            or (isinstance(field, serializers.BooleanField) and not isinstance(value, bool | None))
        }
        if wrong:
            raise serializers.ValidationError(wrong, "invalid")


class InputSerializer(KnownFields):
    # What a caller sends: a body, or the parameters of an address.
    pass


class AvailabilitySerializer(serializers.Serializer[Any]):
    """Whether a person of the company answers now, and when again if not; null: not known."""

    status = serializers.ChoiceField(choices=list(Presence), read_only=True)
    back_at = UtcField(read_only=True, allow_null=True)


class AvailabilityNow(TypedDict):
    """What `AvailabilitySerializer` shows."""

    status: Presence
    back_at: datetime | None


def availability_of(person: User) -> AvailabilityNow:
    now = timezone.now()
    status = presence_of(person, now)
    return {
        "status": status,
        "back_at": None if status == Presence.PRESENT else back_at(person, now),
    }


class PersonSerializer(Shape[User]):
    class Meta:
        model = User
        fields = ("id", "name", "role")
        read_only_fields = fields


class StaffSerializer(Shape[User]):
    """A person of the company, and whether they answer now."""

    availability = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "name", "role", "availability")
        read_only_fields = fields

    @extend_schema_field(AvailabilitySerializer)
    def get_availability(self, person: User) -> Any:
        return AvailabilitySerializer(availability_of(person)).data


class ClientSerializer(Shape[Client]):
    class Meta:
        model = Client
        fields = ("id", "name")
        read_only_fields = fields


class ChantierReferenceSerializer(Shape[Chantier]):
    class Meta:
        model = Chantier
        fields = ("id", "name", "reference")
        read_only_fields = fields


class ChantierSerializer(Shape[Chantier]):
    client = ClientSerializer(read_only=True)
    responsible = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Chantier
        fields = ("id", "name", "reference", "address", "status", "client", "responsible")
        read_only_fields = fields


class LogInSerializer(InputSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)
    # Of the authentication app, or a recovery code: after the answer `mfa_required`.
    code = serializers.CharField(max_length=40, required=False, write_only=True)


class MeSerializer(Shape[User]):
    client = ClientSerializer(read_only=True, allow_null=True)
    # Of Liaison, so that a report of a fault can name it.
    version = serializers.SerializerMethodField()
    # Of the company: «demain 8 h» is 8 there, wherever the device is.
    time_zone = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = (
            "id", "name", "email", "role", "locale", "client", "version", "time_zone",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_version(self, me: User) -> str:
        return VERSION

    def get_time_zone(self, me: User) -> str:
        return settings.TIME_ZONE


class TicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField(read_only=True)
    expires_in_seconds = serializers.IntegerField(read_only=True)


class RefusalErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a request was refused: `code` is for programs, `detail` for people."""

    type = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared in the class: `errors` is also an attribute of every serializer.
        return {**super().get_fields(), "errors": RefusalErrorSerializer(many=True)}
