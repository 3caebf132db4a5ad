"""The JSON shape of who of the company answers a client, and when."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from core.company_hours import back_at
from core.models import User
from core.serializers import Shape, UtcField
from messaging.queries.answers import answering, who_answers
from messaging.serializers.portraits import portrait_of
from messaging.usual_delay import rounded, usual_wait


class UsualWaitSerializer(serializers.Serializer[Any]):
    """A wait as people say it: "in less than 2 hours". Hours and days are working ones."""

    count = serializers.IntegerField(read_only=True)
    unit = serializers.ChoiceField(choices=["minute", "hour", "day"], read_only=True)


class AnsweringPersonSerializer(Shape[User]):
    photo = serializers.SerializerMethodField(help_text="A path on this server. It needs no token.")

    class Meta:
        model = User
        fields = ("id", "name", "role", "photo")
        read_only_fields = fields

    def get_photo(self, person: User) -> str | None:
        return portrait_of(person)


class AbsentSerializer(serializers.Serializer[Any]):
    """A person of the company who is away, and when they work again. Null: not known."""

    person = AnsweringPersonSerializer(read_only=True)
    back_at = UtcField(read_only=True, allow_null=True)


class AnswersSerializer(serializers.Serializer[Any]):
    """Who answers a client and when, and the usual wait for a first answer."""

    person = AnsweringPersonSerializer(
        read_only=True, allow_null=True, help_text="Responsible for the newest open chantier."
    )
    usual_seconds = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="The median of the last 90 days, nights and weekends included. Null: not known.",
    )
    usual_working_seconds = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The same in working hours of the company."
    )
    usual = UsualWaitSerializer(
        read_only=True, allow_null=True, help_text="The same, rounded up. Null also if too long."
    )
    absent = AbsentSerializer(
        read_only=True,
        allow_null=True,
        help_text="The responsible person while away, in whose place `person` answers.",
    )

    status = serializers.ChoiceField(
        choices=["open", "closed", "absent"],
        read_only=True,
        help_text="Now: the company works, is closed, or the person is away and nobody replaces.",
    )
    back_at = UtcField(
        read_only=True,
        allow_null=True,
        help_text="When somebody answers again, if nobody does now. Null: now, or not known.",
    )
    office_opens_at = UtcField(
        read_only=True, allow_null=True, help_text="When the company works again. Null: now."
    )


def answers_for(reader: User) -> dict[str, Any] | None:
    """Return the shape of `AnswersSerializer`; None for the company's people, who answer."""
    if reader.is_company:
        return None
    person, absent = who_answers(reader.own_client_id)
    now, wait = answering(person), usual_wait(reader.own_client_id)
    return {
        "status": now.status,
        "back_at": _written(now.back_at),
        "office_opens_at": _written(now.office_opens_at),
        "person": AnsweringPersonSerializer.shown(person) if person else None,
        "absent": _absent(absent) if absent else None,
        "usual_seconds": wait.seconds if wait else None,
        "usual_working_seconds": wait.working_seconds if wait else None,
        "usual": rounded(wait),
    }


def _absent(person: User) -> dict[str, Any]:
    return {"person": AnsweringPersonSerializer.shown(person), "back_at": _written(back_at(person))}


def _written(moment: datetime | None) -> str | None:
    return UtcField().to_representation(moment) if moment else None
