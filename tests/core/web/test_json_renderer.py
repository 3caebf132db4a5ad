"""An answer has the bytes that DRF writes of the same values."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from core.models import User
from core.web.json_renderer import JsonRenderer

OF_NONE: Any = None
VALUES = {
    "texts": ["", "é œ 🙂", '"\\/', "\x00\x01\x1f\b\f\n\r\t\x7f", "\u2028 \u2029", "</script>"],
    "numbers": [0, -1, 2**53 + 1, 2**63, 2**70, 0.1, 1.5, -0.0],
    "none": None,
    "nothing": [],
    "empty": {},
    "pair": (True, False),
    "moments": [
        datetime(2026, 3, 1, 10, tzinfo=UTC),
        datetime(2026, 3, 1, 10, 0, 0, 5, tzinfo=UTC),
        datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
        date(2026, 3, 1),
        time(10, 30),
        timedelta(minutes=3),
    ],
    "id": UUID("01a22835-e845-778e-960a-b834e1fe9317"),
    "choice": User.Role.CLIENT,
    "amount": Decimal("1.50"),
    "later": gettext_lazy("Client"),
    "bytes": b"ok",
    "names": {2: "deux", None: "rien", True: "oui"},
    "of_serializers": ReturnList([ReturnDict({"a": 1}, serializer=OF_NONE)], serializer=OF_NONE),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("accepted", ["application/json", "application/json; indent=2"])
def test_bytes_are_those_of_drf(name: str, accepted: str) -> None:
    value = {name: VALUES[name]}

    assert JsonRenderer().render(value, accepted) == JSONRenderer().render(value, accepted)


def test_answer_without_content_has_no_bytes() -> None:
    assert JsonRenderer().render(None) == b""


@pytest.mark.parametrize("value", [object(), {"half": "\ud83d"}, {1, 2}.__iter__], ids=type)
def test_what_is_no_json_is_an_error_as_before(value: Any) -> None:
    with pytest.raises((TypeError, UnicodeEncodeError)):
        JSONRenderer().render(value)
    with pytest.raises((TypeError, UnicodeEncodeError)):
        JsonRenderer().render(value)
